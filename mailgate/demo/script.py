"""The story the demo plays, line by line: who writes, who answers, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Writes:
    """A customer, or a machine, sends the mail of this name; `after` names the mail whose answer it refers to."""

    mail: str
    after: str | None = None
    to_acknowledgement: bool = False  # it refers to the automatic answer instead of the agent's
    again: bool = False  # the same mail comes a second time, by another way


@dataclass(frozen=True)
class Sets:
    """An agent sorts the ticket that this mail opened."""

    mail: str
    by: str
    status: str | None = None
    priority: str | None = None
    tags: tuple[str, ...] | None = None
    assignee: str | None = None
    team: str | None = None
    category: str | None = None


@dataclass(frozen=True)
class Notes:
    """An agent leaves a note for the team."""

    mail: str
    by: str
    words: str


@dataclass(frozen=True)
class Answers:
    """An agent answers the customer."""

    mail: str
    by: str
    words: str
    status: str | None = None


Line = Writes | Sets | Notes | Answers

STORY: tuple[Line, ...] = (
    Writes("lobby-lamps"),
    Writes("cannot-sign-in"),
    Writes("invoice-charged-twice"),
    Writes("order-damaged"),
    Writes("newsletter"),
    Writes("hotel-lamps-at-night"),
    Writes("refund-request"),
    Writes("too-many-requests"),
    Writes("cancellation"),
    Writes("flickering"),
    Writes("does-not-pair"),
    Writes("october-invoice"),
    Writes("third-time"),
    Answers(
        "lobby-lamps",
        "ben",
        "Hello Ana,\n\n"
        "yes, the Aurora with the brass foot is still made, and it works with every Polaris hub whose serial number "
        "starts with 20 or higher. I have put two into your basket; nothing is ordered until you press the button.\n\n"
        "Best regards\nBen",
        status="resolved",
    ),
    Sets("cannot-sign-in", "mara", priority="high", assignee="Mara Koch", category="Access", tags=("portal",)),
    Notes(
        "cannot-sign-in",
        "ben",
        "Lusitel has a mail scanner that opens every link once, we had this in spring. A link made by hand gets "
        "through if it is opened within the minute.",
    ),
    Answers(
        "cannot-sign-in",
        "mara",
        "Hello Ana,\n\n"
        "I am sorry about that. The link works only once, and it looks as if a scanner on the way to you opened it "
        "first. I have just sent you a fresh one: please open it right away.\n\n"
        "If it still does not let you in, simply answer this mail, and I will send you the report myself. You will "
        "have it before two.\n\n"
        "Best regards\nMara",
    ),
    Writes("flickering", again=True),
    Writes("invoice-address"),
    Writes("export-stops"),
    Writes("to-both-desks"),
    Writes("scanner"),
    Writes("second-factor-lost"),
    Writes("cinema-lights"),
    Sets("third-time", "mara", priority="urgent", assignee="Mara Koch", category="Lamps and hubs"),
    Answers(
        "third-time",
        "mara",
        "Dear Mr Grubb,\n\n"
        "you are right, and I am sorry: both forms you sent ended up in a folder nobody looked at. That is mended.\n\n"
        "A new hub left our store ten minutes ago by courier and will be with you tomorrow before ten. I will call "
        "you myself at eleven to see that every piano is lit again.\n\n"
        "Mara Koch",
    ),
    Sets("invoice-charged-twice", "ines", assignee="Inès Caron", category="Invoices", tags=("refund",)),
    Answers(
        "invoice-charged-twice",
        "ines",
        "Guten Tag Herr Weber,\n\n"
        "vielen Dank für den Auszug. Der Betrag wurde tatsächlich zweimal eingezogen; 348,90 € sind seit heute auf dem "
        "Weg zurück zu Ihnen und kommen in zwei bis drei Werktagen an.\n\n"
        "Bitte entschuldigen Sie die Mühe. Das Lob für die Lampen gebe ich gern weiter.\n\n"
        "Mit freundlichen Grüßen\nInès Caron",
    ),
    Writes("invoice-away", after="invoice-charged-twice"),
    Writes("blinking-lamps"),
    Writes("floor-plan"),
    Writes("webhook-signature"),
    Answers(
        "order-damaged",
        "ben",
        "Hi Priya,\n\n"
        "what a pity, and thank you for the picture, that is all we need. A new lamp leaves today. Shall it come to "
        "the shop again, and is somebody there on Thursday morning?\n\n"
        "Please keep the cracked one, it makes a fine yarn bowl.\n\n"
        "Ben",
    ),
    Sets("order-damaged", "ben", assignee="Ben Adler", category="Orders and delivery", tags=("replacement",)),
    Writes("cannot-sign-in-again", after="cannot-sign-in"),
    Writes("lamp-at-four-past-two"),
    Writes("payout-notice"),
    Writes("annual-plan"),
    Writes("happy-lamp"),
    Answers(
        "refund-request",
        "ines",
        "Bonjour Madame Marchand,\n\n"
        "votre colis est bien arrivé, mais il attendait au mauvais étage. Je m'occupe du remboursement aujourd'hui "
        "même. Le compte est-il toujours celui de la commande ?\n\n"
        "Bien cordialement,\nInès Caron",
    ),
    Sets("refund-request", "ines", assignee="Inès Caron", category="Invoices", tags=("refund",)),
    Answers(
        "cancellation",
        "tomas",
        "Guten Tag Herr Brandt,\n\n"
        "Ihre Kündigung ist angekommen und gilt zum 31. Dezember.\n\n"
        "Darf ich fragen, ob etwas nicht gepasst hat?\n\n"
        "Möchten Sie die Messwerte des letzten Jahres vorher noch als Datei haben?\n\n"
        "Viele Grüße\nTomás Rivera",
    ),
    Writes("order-thanks", after="order-damaged"),
    Writes("invitation"),
    Writes("photo-only"),
    Writes("mailbox-full-scam"),
    Sets("mailbox-full-scam", "ben", status="resolved", tags=("scam",)),
    Notes("too-many-requests", "ben", "The limit counts per address, not per key: our page is wrong about that."),
    Answers(
        "too-many-requests",
        "ben",
        "Hi Sam,\n\n"
        "thank you for the log, it shows the mistake, and it is ours:\n\n"
        "1. Per address. The page says per key, and will be corrected today.\n"
        "2. Because the second refusal within a minute is punished. I have switched that off for you.\n"
        "3. Yes: POST /v2/readings takes up to 1,000 at once.\n\n"
        "So tonight should go through. Would you tell me?\n\n"
        "Ben",
    ),
    Writes("read-receipt", after="too-many-requests"),
    Writes("refund-answer-from-phone", after="refund-request"),
    Writes("delivery-late"),
    Writes("stranger-with-a-number", after="cannot-sign-in"),
    Writes("warm-white"),
    Answers(
        "cinema-lights",
        "tomas",
        "Good evening Mr Dvořák,\n\n"
        "a lamp asks its hub for the time, and the hub asks the portal. Yours has not reached the portal for nine "
        "days, so its clock has run ahead. Is it perhaps behind a new router?\n\n"
        "Tomás",
    ),
    Writes("cinema-bounce", after="cinema-lights"),
    Answers(
        "october-invoice",
        "ines",
        "Buenos días, Diego:\n\n"
        "la página ya vuelve a funcionar; era cosa nuestra. Puedes descargar la factura de octubre cuando quieras.\n\n"
        "Un saludo,\nInès",
        status="resolved",
    ),
    Writes("forwarded-by-the-boss"),
    Writes("other-desks-number"),
    Writes("cancellation-between-the-lines", after="cancellation"),
    Writes("old-mail-program"),
    Writes("parcel-locker"),
    Sets("export-stops", "ben", status="on_hold", assignee="Ben Adler", category="Portal and API"),
    Notes("export-stops", "ben", "Waiting for the next version of the portal, which exports month by month."),
    Sets("hotel-lamps-at-night", "tomas", priority="high", assignee="Tomás Rivera", team="Hotels and offices"),
    Sets("lamp-at-four-past-two", "mara", assignee="Mara Koch", category="Lamps and hubs", tags=("shared home",)),
    Sets("newsletter", "ben", status="closed"),
    Writes("thesis"),
    Writes("marked-as-spam", after="thesis", to_acknowledgement=True),
)
