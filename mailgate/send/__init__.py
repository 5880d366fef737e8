"""Send: one letter to the relay, delivered, put off or failed. No database, no settings."""

from mailgate.send.carrier import Carrier, Parcel
from mailgate.send.connection import Unreachable
from mailgate.send.relay import Relay
from mailgate.send.schedule import LATE, LATE_TRY, PATIENCE, next_try
from mailgate.send.sorting import is_dead

__all__ = ["LATE", "LATE_TRY", "PATIENCE", "Carrier", "Parcel", "Relay", "Unreachable", "is_dead", "next_try"]
