"""The certificate the mail doors show, read again when it was renewed on disk: no restart, nobody is cut off."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

from mailgate import log

EVERY = 60.0  # seconds between two looks

_log = log.get("tls")


class Certificate:
    """One context for all connections; what is loaded into it counts from the next handshake on."""

    def __init__(self, chain: Path, key: Path) -> None:
        self._files = (chain, key)
        self._loaded = self._stamps()
        self.context = self._read()

    async def watch(self, every: float = EVERY) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(every)
            self.look()

    def look(self) -> bool:
        """Take what lies there now, if it is another and whole; whether it was taken.

        Chain and key are written one after the other: while they do not fit, the former ones stay, and the next look
        tries again.
        """
        try:
            stamps = self._stamps()
            if stamps == self._loaded:
                return False
            self._read()
            self.context.load_cert_chain(*self._files)
        except (OSError, ssl.SSLError) as error:
            _log.warning("the renewed certificate %s cannot be used, the former one stays: %s", self._files[0], error)
            return False
        self._loaded = stamps
        _log.info("the certificate %s was renewed", self._files[0])
        return True

    def _read(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self._files)
        return context

    def _stamps(self) -> list[tuple[int, int, int]]:
        """Tells one file from another: certificates are renewed by links as often as by writing."""
        return [(stat.st_ino, stat.st_size, stat.st_mtime_ns) for stat in (path.stat() for path in self._files)]
