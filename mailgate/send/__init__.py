"""Send: one letter to the relay, delivered, put off or failed. No database, no settings."""

from mailgate.send.connection import Unreachable
from mailgate.send.relay import Relay
from mailgate.send.schedule import next_try

__all__ = ["Relay", "Unreachable", "next_try"]
