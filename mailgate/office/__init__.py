"""The verbs on what admins set up: organisations, mailboxes, teams, agents, tokens and links."""
