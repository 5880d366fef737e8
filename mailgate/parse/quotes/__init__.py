"""Reply, quote, signature: which words of a mail are new."""
