"""The public doors: bytes in, kept, committed, acknowledged. Nothing here understands what it keeps."""
