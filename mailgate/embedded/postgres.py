"""The embedded PostgreSQL: how its server is started and asked."""

import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from mailgate.embedded.account import Account, hand_over, path_of
from mailgate.embedded.binaries import ENVIRONMENT, POSTGRES_MAJOR, Binaries, client_tool
from mailgate.embedded.folder import Folder
from mailgate.errors import BadSettings

# Small, because all of an idle Mailgate has to fit into 450 MB; who needs more names a server of their own.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "maintenance_work_mem": "64MB",
    "huge_pages": "off",
    "io_method": "sync",
    "jit": "off",
    "dynamic_shared_memory_type": "mmap",
    "max_worker_processes": "4",
    "max_parallel_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "autovacuum_max_workers": "2",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "max_wal_size": "512MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m postgres[%p] ",
    "log_checkpoints": "off",
    # Neither statements nor the DETAIL of an error go into the log: both can hold what somebody wrote in a mail.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# For tests: a cluster that is thrown away needs no disk.
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def url(folder: Folder, sockets: str, role: str) -> str:
    """Where clients find the database; the port is named because PGPORT would change it."""
    return f"postgresql://{role}:{folder.passwords()[role]}@/mailgate?host={sockets}&port=5432"


def answers(sockets: Path) -> bool | None:
    """True when it takes connections, False while it is busy starting, None when there is no answer at all."""
    asked = subprocess.run(
        [client_tool("pg_isready"), "-q", "-h", str(sockets), "-p", "5432", "-t", "2"], check=False, env=ENVIRONMENT
    )
    return {0: True, 1: False}.get(asked.returncode)


@dataclass(frozen=True)
class Postgres:
    """The server of one data folder."""

    folder: Folder
    sockets: Path
    binaries: Binaries
    account: Account
    durable: bool = True

    name = "postgres"
    title = "PostgreSQL"
    # Fast, at once, by force: each is safe for the data, the later ones only make the next start longer.
    stop_signals = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)

    @property
    def place(self) -> Path:
        return self.folder.home / "postgres"

    def prepare(self) -> None:
        """Make the cluster if there is none, refuse one of another major version."""
        if not self.place.exists():
            from mailgate.embedded.cluster import NewCluster  # noqa: PLC0415 - megabytes, for a first start only

            NewCluster(self.folder, self.place, self.binaries, self.account, self.durable).make()
        version = (self.place / "PG_VERSION").read_text(encoding="ascii").strip()
        if version != str(POSTGRES_MAJOR):
            raise BadSettings(
                f"MAILGATE_DATA: the database in {self.folder.data} was written by PostgreSQL {version}, and this "
                f"Mailgate brings PostgreSQL {POSTGRES_MAJOR}. Run `mailgate backup FILE` with the Mailgate that wrote "
                "it, then `mailgate restore FILE` with this one into an empty data folder."
            )

        if self.account.uid not in (None, self.place.stat().st_uid):  # a copy of the folder, made as root
            for path in (*self.place.rglob("*"), self.place):
                hand_over(path, self.account)

    def clear(self) -> None:
        """Forget a server that fell. Our lock says that it is gone; the process ids in its own may be anybody's now."""
        (self.place / "postmaster.pid").unlink(missing_ok=True)
        for remains in self.sockets.glob(".s.PGSQL.*"):
            remains.unlink()

    def begin_anew(self) -> bool:
        """The database is the truth: nobody but an admin puts it aside."""
        return False

    def command(self) -> list[str]:
        settings = {**SETTINGS, **({} if self.durable else NOT_DURABLE), "unix_socket_directories": str(self.sockets)}
        return [
            *(self.binaries.postgres("postgres"), "-D", path_of(self.place, self.account)),
            *(argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")),
        ]

    def answers(self) -> bool | None:
        return answers(self.sockets)
