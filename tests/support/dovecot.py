"""A real Dovecot, started by the test on free ports with its own configuration, and gone afterwards."""

import contextlib
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.relay import free_port

PROGRAM = shutil.which("dovecot") or ("/usr/sbin/dovecot" if Path("/usr/sbin/dovecot").exists() else None)
PASSWORD = "horse-staple"

_CONFIGURATION = """
base_dir = {place}/run
state_dir = {place}/state
log_path = {place}/log
protocols = imap
listen = 127.0.0.1
{tls}
disable_plaintext_auth = no
auth_mechanisms = plain login
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
mail_max_userip_connections = 1000
default_client_limit = 4000
first_valid_uid = 0
first_valid_gid = 0
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={place}/mail/%u
}}
mail_location = maildir:~/Maildir
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Junk {{
    auto = create
    special_use = \\Junk
  }}
}}
service imap-login {{
  chroot =
  process_limit = 1
  service_count = 0
  client_limit = 2000
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service imap {{
  process_limit = 1000
  service_count = 100
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass
class Dovecot:
    """A running server. Every name is a user, all with one password."""

    place: Path
    port: int
    tls_port: int

    def client(self, user: str) -> imaplib.IMAP4:
        """Another mail program on the same mailbox."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=60)
        client.login(user, PASSWORD)
        return client

    def put(self, user: str, *mails: bytes, folder: str = "INBOX") -> None:
        """Deliver mails."""
        with self.client(user) as client:
            if folder != "INBOX":
                client.create(f'"{folder}"')
            for raw in mails:
                assert client.append(f'"{folder}"', None, None, raw)[0] == "OK"

    def put_many(self, user: str, mails: dict[str, bytes]) -> None:
        """Deliver mails by name, as files in the Maildir: far faster."""
        inbox = self.place / "mail" / user / "Maildir" / "new"
        with self.client(user) as client:
            client.select()
        owner = inbox.parent.stat()
        for name, raw in mails.items():
            (inbox / name).write_bytes(raw)
            os.chown(inbox / name, owner.st_uid, owner.st_gid)

    def flags(self, user: str, folder: str = "INBOX") -> list[str]:
        """The flags of each mail in a folder, in order."""
        with self.client(user) as client:
            client.select(f'"{folder}"', readonly=True)
            answer = client.fetch("1:*", "(FLAGS)")[1]
            return [line.decode() for line in answer if isinstance(line, bytes)]

    def count(self, user: str, folder: str = "INBOX") -> int:
        with self.client(user) as client:
            status, answer = client.select(f'"{folder}"', readonly=True)
            return int(answer[0] or 0) if status == "OK" else 0

    def wipe(self, user: str) -> None:
        """Everything in this mailbox is gone, its numbers included."""
        shutil.rmtree(self.place / "mail" / user, ignore_errors=True)

    def sessions(self, user: str) -> int:
        """How many are signed in to this mailbox."""
        asked = ["doveadm", "-c", str(self.place / "conf"), "who", "-1", user]
        told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
        return sum(line.startswith(user) for line in told.splitlines())

    def renumber(self, user: str) -> None:
        """All UIDs are given anew, under another UIDVALIDITY, as after a restored backup."""
        for file in (self.place / "mail" / user / "Maildir").glob("dovecot*"):
            file.unlink()
        time.sleep(1.1)  # UIDVALIDITY is a time in seconds

    def log(self) -> str:
        return (self.place / "log").read_text() if (self.place / "log").exists() else ""


@contextmanager
def dovecot(certificate: tuple[Path, Path] | None = None) -> Iterator[Dovecot]:
    """A server for as long as the block lasts."""
    assert PROGRAM is not None
    place = Path(tempfile.mkdtemp(prefix="mailgate-dovecot-"))  # the server's own user must be able to enter
    place.chmod(0o755)
    port, tls_port = free_port(), free_port()
    (place / "conf").write_text(_configuration(place, port, tls_port, certificate))
    process = subprocess.Popen([PROGRAM, "-F", "-c", str(place / "conf")], stderr=subprocess.DEVNULL)
    server = Dovecot(place, port, tls_port)
    try:
        _wait(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(place, ignore_errors=True)


def _configuration(place: Path, port: int, tls_port: int, certificate: tuple[Path, Path] | None) -> str:
    is_root = os.geteuid() == 0
    own = pwd.getpwuid(os.geteuid()).pw_name
    mail = pwd.getpwnam("nobody") if is_root else pwd.getpwuid(os.geteuid())
    for folder in ("run", "state", "mail"):
        (place / folder).mkdir()
    os.chown(place / "mail", mail.pw_uid, mail.pw_gid)
    tls = f"ssl = yes\nssl_cert = <{certificate[0]}\nssl_key = <{certificate[1]}" if certificate else "ssl = no"
    return _CONFIGURATION.format(
        place=place, port=port, tls_port=tls_port, tls=tls, password=PASSWORD, uid=mail.pw_uid, gid=mail.pw_gid,
        internal="dovecot" if is_root else own, login="dovenull" if is_root else own,
        group="dovecot" if is_root else own,
    )  # fmt: skip


def _wait(server: Dovecot, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        assert process.poll() is None, server.log()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", server.port), timeout=2) as probe:
            if probe.recv(4) == b"* OK":
                return
        time.sleep(0.05)
    raise AssertionError(server.log())
