"""How mail programs group a conversation: Jamie Zawinski's algorithm, as most of them and IMAP's THREAD use it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from email.message import Message

_ID = re.compile(r"<([^<>]+)>")
_PREFIX = re.compile(r"^\s*(?:(?:re|fwd?|aw|sv|wg)\s*(?:\[[^\]]*\])?\s*:|\[[^\]]*\](?=.*\S))\s*", re.IGNORECASE)


@dataclass(eq=False)
class Node:
    """A mail, or the place of one that is only known by others' references."""

    mail: Message | None = None
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)

    @property
    def root(self) -> Node:
        node = self
        while node.parent is not None:
            node = node.parent
        return node


def threads(mails: Iterable[Message], *, by_subject: bool = True) -> list[list[Message]]:
    """Mails grouped as a mail program groups them; `by_subject`: its last step, which joins roots of one subject."""
    nodes: dict[str, Node] = {}
    for mail in mails:
        _file(nodes, mail)
    groups: dict[object, list[Message]] = {}
    for node in nodes.values():
        if node.mail is not None:
            groups.setdefault(_name(node.root, by_subject=by_subject), []).append(node.mail)
    return list(groups.values())


def base_subject(subject: str) -> str:
    """RFC 5256 2.1: without answer marks and leading `[…]`."""
    while (shorter := _PREFIX.sub("", subject, count=1)) != subject:
        subject = shorter
    return " ".join(subject.split()).lower()


def references(mail: Message) -> list[str]:
    """The References, else the first of In-Reply-To."""
    return _ID.findall(str(mail["References"] or "")) or _ID.findall(str(mail["In-Reply-To"] or ""))[:1]


def _file(nodes: dict[str, Node], mail: Message) -> None:
    (own,) = _ID.findall(str(mail["Message-ID"]))
    before: Node | None = None
    for cited in references(mail):
        node = nodes.setdefault(cited, Node())
        if before is not None and node.parent is None and not _is_above(node, before):
            _put(node, before)
        before = node
    node = nodes.setdefault(own, Node())
    node.mail = mail
    if before is not None and before is not node and not _is_above(node, before):
        if node.parent is not None:
            node.parent.children.remove(node)
        _put(node, before)


def _put(node: Node, parent: Node) -> None:
    node.parent = parent
    parent.children.append(node)


def _is_above(node: Node, other: Node) -> bool:
    return node is other or (other.parent is not None and _is_above(node, other.parent))


def _name(root: Node, *, by_subject: bool) -> object:
    first = _first(root)
    return base_subject(str(first["Subject"])) if by_subject and first is not None else root


def _first(node: Node) -> Message | None:
    return node.mail or next(filter(None, map(_first, node.children)), None)


def outlook(mails: Sequence[Message]) -> set[bytes]:
    """The conversations Outlook sees: the first 22 bytes of each Thread-Index, time and identity."""
    import base64

    return {base64.b64decode(str(mail["Thread-Index"]))[:22] for mail in mails if mail["Thread-Index"]}
