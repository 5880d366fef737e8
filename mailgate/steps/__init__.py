"""The steps of the story, each one transaction: they bring the rooms together. Only `jobs.py` knows their order."""
