"""Files that could not be checked when their mail came are checked as soon as somebody can be asked."""

from __future__ import annotations

from itertools import groupby

from mailgate import clock
from mailgate.mail import Check, File
from mailgate.steps.workshop import Workshop
from mailgate.store.messages import file_checked, files_by_ids, unchecked_files
from mailgate.tickets.said import tell_of_withheld
from mailgate.viruses.scanner import PATIENTLY

_AT_ONCE = 20


def check_files(shop: Workshop) -> None:
    """Ask again for some of those that wait; a daemon that is away is left alone for a while."""
    if not shop.scanner.is_on:
        return
    with shop.database.crossing() as connection:
        waiting = unchecked_files(connection, _AT_ONCE)
    found = 0
    for org, pairs in groupby(sorted(waiting), key=lambda pair: pair[0]):
        found += _check(shop, org, [file_id for _, file_id in pairs])
    if found == _AT_ONCE:
        shop.bell.ring("sweep")


def _check(shop: Workshop, org: int, ids: list[int]) -> int:
    """Check these files of an organisation; how many answers there were."""
    with shop.database.desk(org) as session:
        stored = files_by_ids(session, ids)
    contents = [File(file.name, file.type, shop.blobs.get(org, file.sha256)) for file, _ in stored]
    checked = shop.scanner.check(contents, within=PATIENTLY)
    answered = [(*pair, file) for pair, file in zip(stored, checked, strict=True) if file.check != Check.UNCHECKED]
    with shop.database.desk(org) as session:
        for file, ticket_id, found in answered:
            file_checked(session, file.id, found)
            tell_of_withheld(session, ticket_id, [found], clock.now())
    return len(answered)
