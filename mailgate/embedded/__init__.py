"""The embedded PostgreSQL and Valkey: started in the data folder, shared by every command on it, gone with the last.

A small process, the keeper, owns both servers. Whoever uses the data folder holds a lock on it; the keeper stops the
servers and ends when nobody holds that lock any more, however the last user ended. This room imports nothing but the
standard library, so that the keeper stays small.
"""

from mailgate.embedded.binaries import client_tool
from mailgate.embedded.servers import Servers, running

__all__ = ["Servers", "client_tool", "running"]
