"""The embedded PostgreSQL: how its cluster is made once, and how its server is started and asked."""

import locale
import os
import re
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from mailgate.embedded import account
from mailgate.embedded.account import Account
from mailgate.embedded.binaries import ENVIRONMENT, POSTGRES_MAJOR, Binaries, client_tool
from mailgate.embedded.folder import Folder, blamed_on, disk_full, is_full, sync_folder
from mailgate.errors import BadSettings, Temporary

# Text search sorts letters from signs by this; under plain C every byte of „Größe“ would count as a letter.
CTYPES = ("C.UTF-8", "C.utf8", "en_US.UTF-8")
ROOM_TO_BEGIN = 100 * 2**20

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
    return f"postgresql://{role}:{folder.passwords()[role]}@/mailgate?host={quote(sockets, safe='')}&port=5432"


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
            self._make_cluster()
        version = (self.place / "PG_VERSION").read_text(encoding="ascii").strip()
        if version != str(POSTGRES_MAJOR):
            raise BadSettings(
                f"MAILGATE_DATA: the database in {self.folder.data} was written by PostgreSQL {version}, and this "
                f"Mailgate brings PostgreSQL {POSTGRES_MAJOR}. Run `mailgate backup FILE` with the Mailgate that wrote "
                "it, then `mailgate restore FILE` with this one into an empty data folder."
            )

        if self.account.uid not in (None, self.place.stat().st_uid):  # a copy of the folder, made as root
            for path in (*self.place.rglob("*"), self.place):
                _hand_over(path, self.account)

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
            *(self.binaries.postgres("postgres"), "-D", self._path_for(self.account)),
            *(argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")),
        ]

    def answers(self) -> bool | None:
        return answers(self.sockets)

    def _path_for(self, who: Account) -> str:
        # An account that cannot enter the folders above (a data folder in /root) still reaches the one it stands in.
        return "/proc/self/cwd" if who.uid is not None else str(self.place)

    def _make_cluster(self) -> None:
        """All of it in a folder beside, renamed when complete: a start that was cut short leaves nothing half made."""
        if is_full(self.folder, ROOM_TO_BEGIN):
            raise disk_full(self.folder)
        with blamed_on(self.folder):
            for leftover in self.folder.home.glob("postgres-draft-*"):
                shutil.rmtree(leftover)
            draft = Path(tempfile.mkdtemp(prefix="postgres-draft-", dir=self.folder.home))
            try:
                self._fill(draft)
                draft.rename(self.place)
                sync_folder(self.folder.home)
            finally:
                shutil.rmtree(draft, ignore_errors=True)

    def _fill(self, draft: Path) -> None:
        who = account.for_initdb()
        _hand_over(draft, who)
        passwords = self.folder.passwords()
        self._initdb(draft, who, passwords["mailgate_admin"])
        self._single(draft, who, "postgres", _roles(passwords))
        self._single(draft, who, "mailgate", RIGHTS)
        for path in (draft, *draft.rglob("*")):
            _hand_over(path, self.account)

    def _initdb(self, draft: Path, who: Account, password: str) -> None:
        reader, writer = os.pipe()
        with os.fdopen(writer, "w", encoding="ascii") as pipe:
            pipe.write(password + "\n")
        if who.uid is not None:
            os.fchown(reader, who.uid, -1)  # it is opened again by name
        try:
            self._run(
                draft,
                who,
                [
                    *(self.binaries.postgres("initdb"), "-D", self._path_in(draft, who)),
                    *("--username=mailgate_admin", f"--pwfile=/dev/fd/{reader}"),
                    *("--auth-local=scram-sha-256", "--auth-host=scram-sha-256"),
                    *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                    *("--locale=C", f"--lc-ctype={_ctype()}"),
                    *(() if self.durable else ("--no-sync",)),
                ],
                keep_open=reader,
            )
        finally:
            os.close(reader)

    def _single(self, draft: Path, who: Account, database: str, statements: tuple[str, ...]) -> None:
        """Speak to the cluster without a server: no socket, no password, nobody else."""
        command = [self.binaries.postgres("postgres"), "--single", "-j", "-D", self._path_in(draft, who), database]
        self._run(draft, who, command, stdin="".join(f"{statement};\n\n" for statement in statements))

    def _run(self, draft: Path, who: Account, command: list[str], *, stdin: str = "", keep_open: int = 0) -> None:
        done = subprocess.run(
            command,
            check=False,
            cwd=draft,
            input=stdin,
            capture_output=True,
            text=True,
            env=ENVIRONMENT,
            user=who.uid,
            group=who.uid,
            extra_groups=who.groups,
            pass_fds=(keep_open,) if keep_open else (),
            preexec_fn=account.end_with_parent(signal.SIGKILL),
        )
        # A single-user server reports failed statements, and ends as if nothing had happened.
        complaint = re.search(r"(?:error|ERROR|FATAL|PANIC): .*", done.stderr)
        if done.returncode or complaint:
            if "No space left on device" in done.stderr:
                raise disk_full(self.folder)
            reason = complaint[0] if complaint else f"exit status {done.returncode}"
            raise Temporary(f"The embedded database in {self.folder.data} could not be made: {reason}")

    def _path_in(self, draft: Path, who: Account) -> str:
        return "/proc/self/cwd" if who.uid is not None else str(draft)


# The owner makes tables, the app role only uses them; neither may pass by row-level security, and nobody else comes in.
RIGHTS = (
    "REVOKE ALL ON DATABASE mailgate FROM PUBLIC",
    "GRANT CONNECT ON DATABASE mailgate TO mailgate_app",
    "REVOKE ALL ON DATABASE postgres FROM PUBLIC",
    "REVOKE ALL ON DATABASE template1 FROM PUBLIC",
)


def _roles(passwords: dict[str, str]) -> tuple[str, ...]:
    plain = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
    return (
        f"CREATE ROLE mailgate_owner {plain} PASSWORD '{passwords['mailgate_owner']}'",
        f"CREATE ROLE mailgate_app {plain} PASSWORD '{passwords['mailgate_app']}'",
        "CREATE DATABASE mailgate OWNER mailgate_owner",
    )


def _hand_over(path: Path, who: Account) -> None:
    if who.uid is not None:
        os.chown(path, who.uid, who.uid, follow_symlinks=False)


def _ctype() -> str:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in CTYPES:
            try:
                locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
            return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C"
