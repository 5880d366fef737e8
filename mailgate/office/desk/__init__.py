"""The whole set-up of an organisation as one file, desk.yaml: written down, compared, and applied through the verbs."""
