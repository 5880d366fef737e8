"""What a desk promises: calendars, targets and clocks. Pure: what happened goes in, times come out."""
