"""The verbs on customers."""
