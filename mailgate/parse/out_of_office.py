"""Tell "I am away" from other automatic mail: by what each server writes, confirmed by the subject."""

from __future__ import annotations

import re

from mailgate.parse.headers import Headers

_SUBJECT = re.compile(
    r"(?i)(?:^|[:\]]\s*)[\W_]*(?:auto(?:matic|matische|mated)?[ -]?(?:reply|response|antwort\w*|respuesta)"
    r"|automatic reply|automatische antwort|automatisches? antwort\w*|out of (?:the )?office|out-of-office"
    r"|ooo\b|away from (?:my |the )?(?:office|desk|mail)|on (?:vacation|holiday|leave)|vacation (?:reply"
    r"|response|notice|notification)|abwesen\w*|abwesenheits\w*|nicht im (?:büro|haus)|urlaub\w*"
    r"|absent\w* du bureau|absence\b|en congé|réponse automatique|reponse automatique|message d'absence"
    r"|fuera de (?:la )?oficina|respuesta autom[aá]tica|ausen(?:te|cia)"
    r"|risposta automatica|fuori (?:sede|ufficio)|assen(?:te|za)|resposta autom[aá]tica"
    r"|fora do escrit[oó]rio|aus[eê]ncia|afwezig\w*|automatisch antwoord|niet aanwezig"
    r"|odpowiedź automatyczna|automatyczna odpowiedź|autoodpowiedź|poza biurem|nieobecno\w*|autosvar"
    r"|automatiskt svar|frånvaro\w*|ej på plats|automatisk svar|fraværs?\w*|ikke til stede"
    r"|automaattinen vastaus"
    r"|poissa\w*|automatická odpověď|nepřítom\w*|automatická odpoveď|автоответ|автоматический ответ"
    r"|вне офиса|automatikus válasz|házon kívül|otomatik yanıt|ofis dışında"
    r"|不在通知|自動応答|自动回复|自動回覆|休假|外出|부재중"
    r"|자동 회신)"
)
_OWNER = re.compile(r"owner-(?:e?mail|token)\s*=")


def is_out_of_office(headers: Headers, subject: str) -> str | None:
    """Why this is an out-of-office notice, or None."""
    submitted = headers.plain("auto-submitted")
    is_automatic = bool(submitted) and not submitted.startswith("no")
    if "vacation" in submitted:
        return f"Auto-Submitted: {submitted[:60]}"
    if is_automatic and _OWNER.search(submitted):
        return "Auto-Submitted names the owner of the mailbox"
    if (
        "x-ms-exchange-inbox-rules-loop" in headers
        and "all" in headers.plain("x-auto-response-suppress")
        and is_automatic
    ):
        return "Exchange: Inbox-Rules-Loop on an automatic mail"
    if headers.plain("x-autoreply") not in ("", "no") and is_automatic and headers.plain("precedence") == "bulk":
        return "Gmail: X-Autoreply on an automatic mail"
    if (
        headers.plain("x-vacation")
        or headers.plain("x-out-of-office")
        or headers.plain("x-ooo")
        or "vacation" in headers.plain("x-apple-action")
    ):
        return "the header says vacation"
    if _SUBJECT.search(subject[:300]) and (is_automatic or _hints(headers)):
        return "an automatic mail whose subject says away"
    return None


def _hints(headers: Headers) -> bool:
    """Older servers say "automatic" in other words."""
    return (
        headers.plain("precedence") in ("bulk", "junk", "auto_reply")
        or any(
            name in headers
            for name in (
                "x-autoreply",
                "x-autorespond",
                "x-autoresponder",
                "x-mail-autoreply",
                "x-auto-response-suppress",
            )
        )
        or headers.raw("return-path").strip() == "<>"
        or "x-ms-exchange-inbox-rules-loop" in headers
    )
