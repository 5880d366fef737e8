"""Is the sender who the mail says? Raw bytes and their envelope in, a Verdict out; asks the DNS and nothing else."""
