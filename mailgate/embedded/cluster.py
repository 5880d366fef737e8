"""How the embedded cluster is made, once: complete or not at all."""

import locale
import os
import re
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from mailgate.embedded import account
from mailgate.embedded.account import Account
from mailgate.embedded.binaries import ENVIRONMENT, Binaries
from mailgate.embedded.folder import Folder, blamed_on, disk_full, is_full, sync_folder
from mailgate.errors import Temporary

# Text search sorts letters from signs by this; under plain C every byte of „Größe“ would count as a letter.
CTYPES = ("C.UTF-8", "C.utf8", "en_US.UTF-8")
ROOM_TO_BEGIN = 100 * 2**20


@dataclass(frozen=True)
class NewCluster:
    """What initdb and the first statements make at `place`, for the account its server will run under."""

    folder: Folder
    place: Path
    binaries: Binaries
    account: Account
    durable: bool

    def make(self) -> None:
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
        account.hand_over(draft, who)
        passwords = self.folder.passwords()
        self._initdb(draft, who, passwords["mailgate_admin"])
        self._single(draft, who, "postgres", _roles(passwords))
        self._single(draft, who, "mailgate", RIGHTS)
        for path in (draft, *draft.rglob("*")):
            account.hand_over(path, self.account)

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
                    *(self.binaries.postgres("initdb"), "-D", account.path_of(draft, who)),
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
        command = [self.binaries.postgres("postgres"), "--single", "-j", "-D", account.path_of(draft, who), database]
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
