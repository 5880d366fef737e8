"""Reading mail: raw bytes in, a Letter out; no database, no network, no clock."""

from mailgate.parse.letter import read

__all__ = ["read"]
