"""What a desk does by itself: facts in, actions out. Pure: it changes nothing and asks nobody."""
