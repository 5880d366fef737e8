"""What a sender's domain asks of those who get mail in its name (DMARC, RFC 7489)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from publicsuffixlist import PublicSuffixList

from mailgate.trust.names import Ask

_REQUESTS = ("none", "quarantine", "reject")
_MILDER = {"reject": "quarantine", "quarantine": "none", "none": "none"}


@dataclass(frozen=True, slots=True)
class Policy:
    """A DMARC record as it applies to one domain."""

    request: str  # none, quarantine, reject
    published_at: str  # the domain that says so
    strict_signature: bool = False
    strict_path: bool = False

    @property
    def asks(self) -> bool:
        """Whether mail that does not pass shall be kept from its reader."""
        return self.request != "none"

    @property
    def words(self) -> str:
        what = "be refused" if self.request == "reject" else "be set aside"
        return f"{self.published_at} asks that such mail {what} (DMARC)."


NO_POLICY = Policy("none", "")


def find_policy(domain: str, ask: Ask) -> Policy:
    """The domain's own policy, else that of the organisation it belongs to. Raises NoAnswer."""
    for place in dict.fromkeys((domain, organisation(domain))):
        texts = ask(f"_dmarc.{place}", "TXT") or ()
        records = [tags for text in texts if (tags := _read(text)) is not None]
        if len(records) == 1:  # two are none (RFC 7489, section 6.6.3)
            return _policy(records[0], place, is_above=place != domain)
    return NO_POLICY


def is_aligned(domain: str, author: str, *, strict: bool) -> bool:
    """Whether what holds for one domain speaks for an author at the other."""
    domain = domain.lower().rstrip(".")
    return domain == author or (not strict and organisation(domain) == organisation(author))


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def organisation(domain: str) -> str:
    """The domain somebody registered, of which this one is a part."""
    return _suffixes().privatesuffix(domain) or domain


def _read(text: str) -> dict[str, str] | None:
    pairs = [part.partition("=") for part in text.split(";")]
    tags = [(name.strip().lower(), value.strip().lower()) for name, _, value in pairs]
    return dict(tags) if tags[0] == ("v", "dmarc1") else None


def _policy(tags: dict[str, str], place: str, *, is_above: bool) -> Policy:
    request = tags.get("sp", tags.get("p", "none")) if is_above else tags.get("p", "none")
    request = request if request in _REQUESTS else "none"
    if tags.get("t") == "y" or tags.get("pct") == "0":  # being tried out: one step milder
        request = _MILDER[request]
    return Policy(request, place, tags.get("adkim") == "s", tags.get("aspf") == "s")
