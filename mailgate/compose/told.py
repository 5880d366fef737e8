"""Say in a letter's language what the desk knows by codes: statuses, promises, moments."""

from __future__ import annotations

from datetime import datetime

_STATUSES = {
    "en": {
        "new": "received", "open": "in work", "pending": "waiting for your answer", "on_hold": "on hold",
        "resolved": "solved", "closed": "closed",
    },
    "de": {
        "new": "eingegangen", "open": "in Arbeit", "pending": "wartet auf Ihre Antwort", "on_hold": "zurückgestellt",
        "resolved": "gelöst", "closed": "abgeschlossen",
    },
    "fr": {
        "new": "reçue", "open": "en cours", "pending": "en attente de votre réponse", "on_hold": "en suspens",
        "resolved": "résolue", "closed": "close",
    },
    "es": {
        "new": "recibida", "open": "en curso", "pending": "a la espera de su respuesta", "on_hold": "en pausa",
        "resolved": "resuelta", "closed": "cerrada",
    },
}  # fmt: skip
_PROMISES = {
    "en": {
        "first": "the first answer",
        "next": "the next answer",
        "resolution": "the solution",
        "assignment": "somebody in charge",
    },
    "de": {
        "first": "die erste Antwort",
        "next": "die nächste Antwort",
        "resolution": "die Lösung",
        "assignment": "eine zuständige Person",
    },
    "fr": {
        "first": "la première réponse",
        "next": "la réponse suivante",
        "resolution": "la solution",
        "assignment": "un responsable",
    },
    "es": {
        "first": "la primera respuesta",
        "next": "la siguiente respuesta",
        "resolution": "la solución",
        "assignment": "un responsable",
    },
}
_NOTHING = {"en": "Nothing.", "de": "Nichts.", "fr": "Rien.", "es": "Nada."}
_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
_MONTHS = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
    "de": (
        "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
        "Dezember",
    ),
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ),
    "es": (
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
        "diciembre",
    ),
}  # fmt: skip
_FORMS = {
    "en": "{day}, {date} {month}, {hour}",
    "de": "{day}, {date}. {month}, {hour} Uhr",
    "fr": "{day} {date} {month} à {hour}",
    "es": "{day} {date} de {month}, a las {hour}",
}


def status(code: str, language: str) -> str:
    """A ticket's status, as a customer is told."""
    return _STATUSES[language].get(code, code)


def promise(kind: str, language: str) -> str:
    """What was promised: `first`, `next` or `resolution`."""
    return _PROMISES[language].get(kind, kind)


def nothing(language: str) -> str:
    """A list without anything in it."""
    return _NOTHING[language]


def moment(at: str, language: str) -> str:
    """An ISO 8601 time, in the zone it is given in: `Monday, 23 November, 09:00`. What is none stays as it is."""
    try:
        read = datetime.fromisoformat(at)
    except ValueError:
        return at
    day, month = _DAYS[language][read.weekday()], _MONTHS[language][read.month - 1]
    return _FORMS[language].format(day=day, date=read.day, month=month, hour=f"{read:%H:%M}")
