"""Recognise our own mail coming back, and mail that was not sent to us at all."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from mailgate.mail import Cause
from mailgate.store.office import Mailbox
from mailgate.thread.arrival import Arrival
from mailgate.tokens import Marks

_TOO_MANY_HOPS = 50


class Stopped(NamedTuple):
    """Why a mail is not filed."""

    cause: Cause
    reason: str


def own_mail(arrival: Arrival, org: int, marks: Marks, own_addresses: Container[str]) -> Stopped | None:
    """Why this is our own mail or runs in circles; None when it is neither."""
    if arrival.sender and without_plus(arrival.sender) in own_addresses:
        if arrival.verdict.is_answerable:
            return Stopped(Cause.LOOP, f"It was sent from our own address {arrival.sender}.")
        return Stopped(Cause.FORGED_SENDER, f"It says it comes from our own address {arrival.sender}, and does not.")
    if arrival.letter.message_id and marks.read_message_id(org, arrival.letter.message_id) is not None:
        return Stopped(Cause.LOOP, "Its Message-ID is one of ours: our own letter came back.")
    if any(without_plus(mark.lower()) in own_addresses for mark in arrival.letter.loop_marks):
        return Stopped(Cause.LOOP, "It carries our own X-Loop mark.")
    if arrival.letter.received_count > _TOO_MANY_HOPS:
        return Stopped(Cause.LOOP, f"It passed {arrival.letter.received_count} servers: it runs in circles.")
    return None


def not_addressed(arrival: Arrival, mailbox: Mailbox) -> str | None:
    """Why no automatic answer may go out for lack of our address; None when it stands there."""
    for address in arrival.recipients:
        if without_plus(address) == mailbox.address:
            return None
        if mailbox.catch_all and address.rpartition("@")[2] == mailbox.domain:
            return None
    return "Our address stands in none of To, Cc and the envelope."


def without_plus(address: str) -> str:
    """The mailbox an address with a plus-part belongs to."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
