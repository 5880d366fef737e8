"""Recognise other services' sign-up mails: whoever can read one that was sent to our desk could sign up as us.

Somebody who enters our address at another service has its code or link sent to the desk. It belongs on no ticket that a
customer could ever see (THREATS row 12).
"""

from __future__ import annotations

import re

from mailgate.mail import Kind
from mailgate.thread.arrival import Arrival

_SUBJECT_LENGTH, _TEXT_LENGTH = 300, 1500
_THING = r"(?:e-?mail|mail|address|account|identity|registration|sign-?up|subscription|login|device)"
_SUBJECT = re.compile(
    rf"(?i)\b(?:verify|confirm|activate|validate)\b.{{0,40}}\b{_THING}"
    r"|\b(?:complete|finish)\b.{0,20}\b(?:registration|sign-?up)|\b(?:reset|forgot)\b.{0,20}\bpassword|\bpassword reset"
    r"|\bmagic link|\binvit(?:ed|ation)\b.{0,40}\b(?:join|workspace|team)|\bjoin\b.{0,40}\b(?:workspace|team)\b"
    r"|(?:bestätig|verifizier|aktivier)\w*.{0,40}(?:e-?mail|adresse|konto|registrierung|anmeldung)"
    r"|(?:e-?mail|adresse|konto|registrierung|anmeldung).{0,40}(?:bestätig|verifizier|aktivier)\w*"
    r"|passwort.{0,20}(?:zurück|vergessen)|(?:confirm|vérifi|activ)\w*.{0,20}(?:adresse|compte|e-?mail|inscription)"
    r"|mot de passe.{0,20}(?:oublié|réinit)|réinitialis\w*.{0,20}mot de passe"
    r"|(?:confirm|verific|activ)\w*.{0,20}(?:correo|cuenta|dirección|indirizzo|registrazione|conta|cadastro)"
    r"|(?:restablec|redefin)\w*.{0,20}(?:contraseña|senha)|(?:bevestig|verifieer|activeer)\w*.{0,30}(?:e-?mail|account)"
)
_CODE = re.compile(
    r"(?i)\b(?:verification|confirmation|security|login|log-in|sign-in|access|activation|one-time|single-use)"
    r" (?:code|pass(?:code|word)|pin|link)\b|\b\d{4,8} is your\b|\byour\b.{0,30}\b(?:code|otp|pin) is\b|\botp\b"
    r"|\b(?:bestätigungs|verifizierungs|sicherheits|anmelde|zugangs|aktivierungs)code|\beinmal(?:code|passwort)"
    r"|\bcode de (?:vérification|confirmation|sécurité)|\bcódigo de (?:verificaci[oó]n|verificação|seguridad|segurança)"
    r"|\bcodice di (?:verifica|sicurezza|conferma)|\b(?:verificatie|bevestigings)code"
)


def verification(arrival: Arrival, own_domain: str) -> str | None:
    """Why this is another service's sign-up mail; None for people, who only write about them, and for our own house."""
    letter = arrival.letter
    if letter.kind == Kind.PERSON and letter.answerable:
        return None
    if arrival.sender.rpartition("@")[2] == own_domain and arrival.verdict.is_verified:
        return None
    subject, text = letter.subject[:_SUBJECT_LENGTH], letter.text[:_TEXT_LENGTH]
    if _SUBJECT.search(subject) or _CODE.search(subject) or _CODE.search(text):
        return f"A machine at {arrival.sender or 'no address'} sends a code or link that proves who reads our mail."
    return None
