"""Mailgate: an email-driven ticketing gateway. Mail in, tickets kept, answers out, nothing lost."""

__version__ = "0.1.0"
