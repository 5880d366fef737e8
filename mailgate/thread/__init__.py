"""Find the ticket a letter belongs to: evidence first, then authority, and a reason a person can read."""
