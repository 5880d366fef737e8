"""Tell a mail system's "could not be delivered" from everything else: by sender, subject and words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailgate.mail import Address
from mailgate.parse.headers import Headers

_DAEMON = re.compile(
    r"(?i)mailer[-_]?daemon|mail[-_ ]?delivery[-_ ]?(?:sub)?(?:system|service)|<mdaemon@"
    r"|delivery subsystem|<delivery[-_ ]?status"
)
_SERVICE = re.compile(
    r"(?i)post[-_]?master|system administrator|mail[-_ ]?(?:service|system|server|gateway|admin)"
    r"|administrator|sysadmin|smtp|gateway|antivirus|no-?reply|daemon|internet mail|imss|mmsc|systemadmin"
)
_SUBJECT = re.compile(
    r"(?i)undeliver(?:ed|able)|(?:delivery|mail|message|email|e-mail)[ -]?(?:status"
    r"|delivery)?[ -]?(?:notification|failure|failed|problem|error|report|warning|has failed|delayed"
    r"|system error|incomplete|delay)"
    r"|returned (?:mail|to sender|message|e-?mail)|failure (?:notice|notification|delivery)"
    r"|non-?deliver(?:y|ed|able)|could ?n[o']?t be delivered|could not (?:be )?(?:deliver|send)"
    r"|not delivered|unable to deliver|can(?:no|')t (?:be )?deliver"
    r"|mail failure|failed mail|(?:permanent|transient) (?:delivery )?(?:failure|error)"
    r"|delivery[ -](?:has )?(?:failed|incomplete|impossible)|error sending|rejected mail"
    r"|message (?:delayed|status|rejected)|user unknown|unknown user|processing error|bounced"
    r"|nicht zu(?:gestellt|stellbar)|unzustellbar|zustell(?:ung|fehler)|zurückgewiesen|non remis"
    r"|non distribu|échec de (?:la )?remise|impossible de remettre|no (?:se )?(?:pudo )?entrega"
    r"|no entregado|devuelto|mancata consegna|impossibile recapitare|não (?:foi )?entreg|falha na entrega"
    r"|onbestelbaar|niet bezorgd"
    r"|nie można dostarczyć|niedostarczon|kan inte levereras|kunne ikke leveres|ikke levert"
    r"|toimitus epäonnistui|nedoručiteln|не доставлен|невозможно доставить|недоставлен|配信不能|配信エラー|配達不能"
    r"|エラーメール|送信エラー|退信|退信通知|投递失败|传输失败|傳送失敗|无法送达|배달 (?:실패|불가)|반송"
)
_WORDS = re.compile(
    r"(?i)(?:could|can|was|were|has|have|did|does|be|been)(?: ?n[o']?t"
    r"| not)(?: yet)? (?:be(?:en)? )?(?:deliver|send|sent|reach)|undeliver|unable to (?:be )?(?:deliver"
    r"|send|transmit)|unable to reach|failed to deliver|deliver(?:y|ing) .{0,60}(?:fail|error|problem"
    r"|delay|postponed|impossible)|not deliver"
    r"|(?:fatal|permanent|transient|delivery) .{0,20}(?:error|failure)s?|trouble delivering"
    r"|returned to (?:you|sender)|has been returned|user unknown|unknown (?:user|recipient|address)"
    r"|no such (?:user|recipient|address)|mailbox (?:is )?(?:full|unavailable|not found|disabled)"
    r"|(?:recipient|address|user|sender)s? .{0,30}(?:rejected|refused|unknown|invalid|not found"
    r"|not listed)"
    r"|invalid (?:final )?(?:delivery )?(?:user|recipient|address)|did(?: not|n't) reach"
    r"|not a valid (?:user|recipient|address)|failed recipients?|intended recipient|automatically rejected"
    r"|over ?quota|quota exceeded|malformed address|mailbox unavailable|konnte nicht|nicht zugestellt"
    r"|unzustellbar|n.a pas (?:pu|été)|non remis|no (?:se )?pudo|non è stato|não pôde"
    r"|niet (?:worden )?(?:af|be)geleverd|niet bezorgd"
    r"|не (?:может быть|удалось)|配信|届け|配達|送信できません|エラー|无法|未能|退信|無法|배달|못했"
)
_FORWARDED = re.compile(r"(?i)^\s*(?:fwd?|wg|tr|rv|enc|doorst|vb|vs|vl|i|転送|转发)\s*[:\uff1a]")
_POSTMASTER = re.compile(r"(?i)post[-_.]?master(?:@|$)")
_CODE = re.compile(r"(?<![\d.])[45]\.\d\.\d{1,3}(?![\d.])|(?<![\d.])(?:55[0-9]|45[0-4]|42[12])(?=[\s-])")
_NOT_A_BOUNCE = re.compile(
    r"(?i)auto(?:matic)?[ -]?(?:reply|response)|out of (?:the )?office|vacation|away from|abwesenheit"
    r"|absence du bureau|thank you for (?:contacting|your)|challenge|confirm your|verify that"
)


@dataclass(frozen=True, slots=True)
class Suspicion:
    """How much a mail looks like a report of a mail system, before its words are read."""

    by_daemon: bool
    by_service: bool
    by_postmaster: bool
    by_machine: bool  # nobody can answer it, or it says that it is a report
    in_subject: bool
    is_passed_on: bool  # a person has answered or forwarded it
    is_away: bool

    @property
    def is_worth_reading(self) -> bool:
        return self.by_daemon or self.by_machine or self.by_postmaster or self.in_subject or self.by_service

    def is_bounce(self, notice: str) -> bool:
        """With the mail system's own words."""
        if (self.by_daemon or self.by_machine) and self.in_subject:
            return True
        in_words = self.speaks_of_failure(notice)
        if in_words and (self.by_daemon or self.by_machine or self.by_postmaster):
            return True
        return self.in_subject and in_words and (self.by_service or not self.is_passed_on)

    def may_be_bounce(self, notice: str) -> bool:
        """Worth a look by slower means."""
        by_mail_system = self.by_service or self.by_daemon
        return by_mail_system and not self.is_passed_on and (self.in_subject or self.speaks_of_failure(notice))

    def speaks_of_failure(self, notice: str) -> bool:
        looked_at = notice[:6_000]
        names_somebody = "@" in looked_at or "<" in looked_at or _CODE.search(looked_at) is not None
        return names_somebody and not self.is_away and _WORDS.search(looked_at) is not None


def suspect(headers: Headers, sender: Address | None, subject: str) -> Suspicion:
    """Weigh who sends it, by which way, under what subject."""
    who = f"{sender.name} <{sender.address}>" if sender else ""
    path = headers.raw("return-path").strip()
    away = _NOT_A_BOUNCE.search(subject) is not None
    return Suspicion(
        by_daemon=_DAEMON.search(who) is not None,
        by_service=_SERVICE.search(who) is not None,
        by_postmaster=sender is not None and _POSTMASTER.match(sender.address) is not None,
        by_machine=path == "<>"
        or "mailer-daemon" in path.lower()
        or "x-failed-recipients" in headers
        or "delivery-status" in headers.plain("content-type"),
        in_subject=_SUBJECT.search(subject[:400]) is not None and not away,
        is_passed_on=_FORWARDED.match(subject) is not None or "in-reply-to" in headers or "references" in headers,
        is_away=away,
    )
