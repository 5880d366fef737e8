"""Is a file harmful? Bytes in, a finding out; asks a ClamAV daemon and nobody else, and never for long."""
