"""Files that come with a form: counted and weighed before anybody works with them."""

from __future__ import annotations

from flask import request

from mailgate.errors import BadInput
from mailgate.file_names import safe_name
from mailgate.mail import Check, File
from web.db import tools

MOST_FILES = 20
_MEGABYTE = 2**20


def let_in(largest: int) -> None:
    """Let this request bring so many bytes of files. Said before anything looks into the form."""
    request.max_content_length = largest + 2**20


def to_be_checked() -> Check | None:
    """What is said of a file that has just come: a worker asks the scanner, so that nobody waits for it here."""
    return Check.UNCHECKED if tools().settings.clamav else None


def uploaded(largest: int) -> tuple[File, ...]:
    """The files of a form, to be checked for viruses if anything is. An empty field comes as a file without a name."""
    check = to_be_checked()
    sent = [upload for upload in request.files.getlist("files") if upload.filename]
    if len(sent) > MOST_FILES:
        raise BadInput(f"At most {MOST_FILES} files can be sent at once.", files="are too many")
    files = tuple(
        File(
            safe_name(upload.filename or ""), upload.mimetype or "application/octet-stream", upload.read(), check=check
        )
        for upload in sent
    )
    if sum(file.size for file in files) > largest:
        raise BadInput(f"Together the files may have {largest // _MEGABYTE} MB. Choose fewer.", files="are too large")
    return files
