"""Locks that keep two workers from reading two letters of one thread at the same time."""

from __future__ import annotations

from collections.abc import Iterable

from mailgate.store.db import Session
from mailgate.store.locks import lock_names
from mailgate.thread.arrival import Arrival

_CITED = 30  # a letter that refers to more is locked by its newest references; its oldest is its thread's root


def lock_threads(session: Session, arrivals: Iterable[Arrival]) -> None:
    """Hold everything these letters could share with others until the transaction ends: their mail, thread, sender."""
    names: set[str] = set()
    for arrival in arrivals:
        names.add(f"same:{arrival.same.hex()}")
        names.add(f"person:{arrival.author.address.lower()}")
        passed_on = [forwarded.sender for forwarded in arrival.letter.forwarded if forwarded.sender is not None]
        names.update(f"person:{who.address.lower()}" for who in passed_on)
        cited = (*arrival.cited[:_CITED], *arrival.letter.references[:1])
        names.update(f"id:{message_id}" for message_id in (arrival.letter.message_id, *cited) if message_id)
    lock_names(session, names)
