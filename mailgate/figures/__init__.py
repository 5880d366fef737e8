"""What a desk has done, counted: what happened on a day goes in, sums and how long things took come out. Pure."""
