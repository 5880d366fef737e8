"""People, mails and tickets nobody ever wrote: the same ones for the same seed."""
