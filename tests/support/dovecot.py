"""A real Dovecot, started by the test on free ports with its own configuration, and gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.imap_server import PASSWORD, ImapServer
from tests.support.relay import free_port

PROGRAM = shutil.which("dovecot") or ("/usr/sbin/dovecot" if Path("/usr/sbin/dovecot").exists() else None)

_CONFIGURATION = """
base_dir = {place}/run
state_dir = {place}/state
log_path = {place}/log
protocols = imap
listen = 127.0.0.1
{tls}
disable_plaintext_auth = no
auth_mechanisms = {mechanisms}
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
mail_max_userip_connections = 1000
default_client_limit = 4000
first_valid_uid = 0
first_valid_gid = 0
{by_token}
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

_BY_TOKEN = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {place}/tokens
}}
"""

_TOKENS = """
introspection_mode = post
introspection_url = {url}
username_attribute = username
active_attribute = active
active_value = true
"""


@dataclass
class Dovecot(ImapServer):
    """A running Dovecot. Every name is a user."""

    tls_port: int = 0

    def maildir(self, user: str) -> Path:
        return self.place / "mail" / user / "Maildir"

    def put_many(self, user: str, mails: dict[str, bytes], came_at: float | None = None) -> None:
        """As files in the Maildir."""
        with self.client(user) as client:
            client.select()
        inbox = self.maildir(user) / "new"
        owner = inbox.parent.stat()
        for name, raw in mails.items():
            (inbox / name).write_bytes(raw)
            os.chown(inbox / name, owner.st_uid, owner.st_gid)
            if came_at is not None:
                os.utime(inbox / name, (came_at, came_at))

    def wipe(self, user: str) -> None:
        shutil.rmtree(self.maildir(user), ignore_errors=True)

    def sessions(self, user: str) -> int:
        """How many are signed in to this mailbox."""
        asked = ["doveadm", "-c", str(self.place / "conf"), "who", "-1", user]
        told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
        return sum(line.startswith(user) for line in told.splitlines())

    def say_bye(self, user: str) -> None:
        subprocess.run(["doveadm", "-c", str(self.place / "conf"), "kick", user], capture_output=True, check=True)

    def renumber(self, user: str) -> None:
        for file in self.maildir(user).glob("dovecot*"):
            file.unlink()
        time.sleep(1.1)  # UIDVALIDITY is a time in seconds


@contextmanager
def dovecot(certificate: tuple[Path, Path] | None = None, tokens: str | None = None) -> Iterator[Dovecot]:
    """A server for as long as the block lasts. `tokens`: where it asks whether a token is good."""
    assert PROGRAM is not None
    place = Path(tempfile.mkdtemp(prefix="mailgate-dovecot-"))  # the server's own user must be able to enter
    place.chmod(0o755)
    port, tls_port = free_port(), free_port()
    (place / "conf").write_text(_configuration(place, port, tls_port, certificate, tokens))
    server = Dovecot(place, port, [PROGRAM, "-F", "-c", str(place / "conf")], tls_port=tls_port)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        while place.exists():  # a child that outlives its master for a moment may still be writing there
            shutil.rmtree(place, ignore_errors=True)


def _configuration(
    place: Path, port: int, tls_port: int, certificate: tuple[Path, Path] | None, tokens: str | None
) -> str:
    is_root = os.geteuid() == 0
    own = pwd.getpwuid(os.geteuid()).pw_name
    mail = pwd.getpwnam("nobody") if is_root else pwd.getpwuid(os.geteuid())
    for folder in ("run", "state", "mail"):
        (place / folder).mkdir()
    os.chown(place / "mail", mail.pw_uid, mail.pw_gid)
    tls = f"ssl = yes\nssl_cert = <{certificate[0]}\nssl_key = <{certificate[1]}" if certificate else "ssl = no"
    if tokens is not None:
        (place / "tokens").write_text(_TOKENS.format(url=tokens))
    return _CONFIGURATION.format(
        place=place, port=port, tls_port=tls_port, tls=tls, password=PASSWORD, uid=mail.pw_uid, gid=mail.pw_gid,
        internal="dovecot" if is_root else own, login="dovenull" if is_root else own,
        group="dovecot" if is_root else own, by_token=_BY_TOKEN.format(place=place) if tokens is not None else "",
        mechanisms="plain login xoauth2" if tokens is not None else "plain login",
    )  # fmt: skip
