"""What pages show: rows of the store turned into the plain values that templates need."""
