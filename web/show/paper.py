"""A formatted mail as a page of its own, shown in a frame: cleaned once more, and nothing fetched from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape, unescape
from urllib.parse import unquote

from mailgate.safe_html import REMOTE, safe_html
from mailgate.store.messages import StoredFile

# Mails carry their looks in attributes, so inline styles are let in; links open beside the desk, never within it.
POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)
# With the pictures somebody asked for; only they are fetched, and whoever has them learns no address of ours.
POLICY_WITH_REMOTE = POLICY.replace("img-src 'self'", "img-src 'self' https:")
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif"})
_HEAD = (
    '<!doctype html><html><head><meta charset="utf-8"><title>Mail</title><meta name="referrer" content="no-referrer">'
    "<style>:root{color-scheme:light;background:#fff;color:#1c1e21}body{margin:.75rem;font:15px/1.55 system-ui,"
    "-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif;overflow-wrap:anywhere}img{max-width:100%;height:auto}"
    "img:not([src]){display:none}pre{white-space:pre-wrap}blockquote{margin:.5rem 0;padding-left:.75rem;"
    "border-left:3px solid #d4d8de}table{max-width:100%}</style></head><body>"
)
_REMOTE_PICTURE = re.compile(rf'(?i) {REMOTE}="\s*(?:https?:)?//')
_OWN_PICTURE = re.compile(r'(<img\b[^<>]*?)\ssrc="cid:([^"]*)"')


def paper(html: str, files: Sequence[StoredFile], pictures_url: str, *, with_remote: bool = False) -> str:
    """The page for the frame. Pictures that came with the mail stay; those from elsewhere come only when asked for."""
    by_id = {file.content_id.strip("<> "): file for file in files if file.content_id and is_picture(file)}

    def own(match: re.Match[str]) -> str:
        file = by_id.get(unquote(unescape(match[2])).strip("<> "))
        return f'{match[1]} src="{escape(pictures_url)}/{file.id}"' if file else match[1]

    body = _OWN_PICTURE.sub(own, safe_html(html))
    if with_remote:
        body = _REMOTE_PICTURE.sub(r' src="https://', body)
    return f"{_HEAD}{body}</body></html>"


def remote_pictures(html: str | None) -> int:
    """How many pictures of a mail would have to be fetched from elsewhere."""
    return len(_REMOTE_PICTURE.findall(html or ""))


def within(html: str | None, files: Sequence[StoredFile]) -> set[int]:
    """Which of a mail's files are pictures that its formatted text shows."""
    named = {unquote(unescape(name)).strip("<> ") for _, name in _OWN_PICTURE.findall(html or "")}
    return {file.id for file in files if file.content_id and is_picture(file) and file.content_id.strip("<> ") in named}


def is_picture(file: StoredFile) -> bool:
    """Whether a browser may show this file: a picture of a kind that can hold no script."""
    return file.type.lower() in PICTURES and not file.is_withheld
