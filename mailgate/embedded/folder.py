"""What lies where in the data folder, and that it stays private."""

import contextlib
import errno
import json
import os
import pwd
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mailgate.errors import BadSettings, Temporary

SECRET_KEY_BYTES = 48
SHORTEST_KEY = 32


@dataclass(frozen=True)
class Folder:
    """One data folder. Our own state lies in `embedded/` below it, which only its user can enter."""

    data: Path

    @property
    def home(self) -> Path:
        return self.data / "embedded"

    @property
    def log(self) -> Path:
        """What the servers and their keeper have to say."""
        return self.home / "servers.log"

    @property
    def start_lock(self) -> Path:
        """Held while somebody looks for a keeper or starts one."""
        return self.home / "start.lock"

    @property
    def users_lock(self) -> Path:
        """Shared by all users of the folder; the keeper takes it alone when nobody is left."""
        return self.home / "users.lock"

    @property
    def keeper_lock(self) -> Path:
        """Held by the keeper as long as it lives."""
        return self.home / "keeper.lock"

    @property
    def state(self) -> Path:
        """What the keeper serves, and where; there only while it does."""
        return self.home / "keeper.json"

    @property
    def sockets_note(self) -> Path:
        """Which folder the sockets are in when this one's path is too long for them."""
        return self.home / "sockets"

    def passwords(self) -> dict[str, str]:
        """A password for each role of the embedded database, made once."""
        path = self.home / "passwords.json"
        if (self.home / "postgres").exists() and not path.exists():
            raise BadSettings(f"MAILGATE_DATA: {path} is missing; without it nobody can open the database beside it.")
        roles = ("mailgate_admin", "mailgate_owner", "mailgate_app")
        found: dict[str, str] = json.loads(_kept_once(path, lambda: json.dumps({role: _random(24) for role in roles})))
        return found

    def secret_key(self) -> str:
        """The key that signs and seals, made once and kept beside the data it belongs to."""
        path = self.data / "secret.key"
        key = _kept_once(path, lambda: _random(SECRET_KEY_BYTES)).strip()
        if len(key) < SHORTEST_KEY:
            raise BadSettings(f"MAILGATE_DATA: {path} is damaged: put the key back, all tokens and secrets need it.")
        return key


def open_folder(data: Path) -> Folder:
    """Make the data folder, or find it, and make sure that the part of it which is ours is ours alone."""
    folder = Folder(data.resolve())
    with blamed_on(folder):
        # A folder that holds nothing yet becomes ours; in any other, only what we make in it is made private.
        if not folder.data.is_dir() or not any(folder.data.iterdir()):
            folder.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            with contextlib.suppress(PermissionError):  # a mounted volume may belong to somebody else
                folder.data.chmod(0o700)
        folder.home.mkdir(mode=0o700, exist_ok=True)
        found = folder.home.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise BadSettings(f"MAILGATE_DATA: {folder.home} is not a folder.")
    if found.st_uid != os.geteuid():
        raise BadSettings(
            f"MAILGATE_DATA: {folder.home} belongs to {_name(found.st_uid)}; run Mailgate as that user, "
            "or choose another data folder."
        )
    if stat.S_IMODE(found.st_mode) != 0o700:  # noqa: PLR2004 - the mode is the word for it
        folder.home.chmod(0o700)
    return folder


@contextlib.contextmanager
def blamed_on(folder: Folder) -> Iterator[None]:
    """Say what the file system refused in a sentence that names the folder."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise disk_full(folder) from error
        place = error.filename or folder.data
        raise BadSettings(
            f"MAILGATE_DATA: the folder {folder.data} cannot be used: {place}: {error.strerror}."
        ) from error


def is_full(folder: Folder, room: int) -> bool:
    disk = os.statvfs(folder.home)
    return disk.f_bavail * disk.f_frsize < room


def disk_full(folder: Folder) -> Temporary:
    return Temporary(f"The disk that holds {folder.data} is full. Nothing is damaged: make room there and start again.")


def _random(size: int) -> str:
    import secrets  # noqa: PLC0415 - megabytes, for a first start only

    return secrets.token_urlsafe(size)


def _kept_once(path: Path, make: Callable[[], str]) -> str:
    """What the file says; where there is none, it is made first, whole or not at all."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(make())
                file.flush()
                os.fsync(file.fileno())
            # A link, not a rename: of two that come here at once, the first one's word stands.
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
        finally:
            draft.unlink()
        sync_folder(path.parent)
    return path.read_text(encoding="ascii")


def sync_folder(path: Path) -> None:
    """Make names in this folder survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
