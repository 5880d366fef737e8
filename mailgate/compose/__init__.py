"""Compose: a task becomes a letter, ready to leave. Pure: no database, no network, no clock, no settings."""

from mailgate.compose.letters import write

__all__ = ["write"]
