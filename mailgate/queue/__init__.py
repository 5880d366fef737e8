"""The only room that knows Redis: nudges for the workers, limits, live events. All of it may vanish at any moment."""
