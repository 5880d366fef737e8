"""The page on which a customer rates our help, in their language."""

from __future__ import annotations

from dataclasses import dataclass

from mailgate.store.organisations import Organisation
from mailgate.store.surveys import Survey
from mailgate.store.tickets import Ticket


@dataclass(frozen=True, slots=True)
class Words:
    """What the page says."""

    title: str
    lead: str
    happy: str
    unhappy: str
    comment: str
    send: str
    thanks: str
    changeable: str
    ended: str
    back: str


_WORDS = {
    "en": Words(
        "Were you content with our help?", "It is about your request", "Yes, I was", "No, I was not",
        "What should we know? (optional)", "Send", "Thank you. We have noted what you said.",
        "You can change it here for two weeks.", "This request cannot be rated now.", "Back to your request",
    ),
    "de": Words(
        "Waren Sie mit unserer Hilfe zufrieden?", "Es geht um Ihre Anfrage", "Ja, das war ich",
        "Nein, das war ich nicht", "Was sollten wir wissen? (freiwillig)", "Absenden",
        "Vielen Dank. Wir haben Ihre Antwort notiert.", "Sie können sie hier zwei Wochen lang ändern.",
        "Diese Anfrage kann jetzt nicht bewertet werden.", "Zurück zu Ihrer Anfrage",
    ),
    "fr": Words(
        "Avez-vous été satisfait de notre aide ?", "Il s’agit de votre demande", "Oui, satisfait",
        "Non, pas satisfait", "Que devrions-nous savoir ? (facultatif)", "Envoyer",
        "Merci. Nous avons noté votre réponse.", "Vous pouvez la modifier ici pendant deux semaines.",
        "Cette demande ne peut pas être évaluée maintenant.", "Retour à votre demande",
    ),
    "es": Words(
        "¿Ha quedado satisfecho con nuestra ayuda?", "Se trata de su solicitud", "Sí", "No",
        "¿Qué deberíamos saber? (opcional)", "Enviar", "Gracias. Hemos anotado su respuesta.",
        "Puede cambiarla aquí durante dos semanas.", "Esta solicitud no se puede valorar ahora.",
        "Volver a su solicitud",
    ),
}  # fmt: skip


def language_for(ticket: Ticket, organisation: Organisation) -> str:
    """The customer's language, or the organisation's, of those there are words in."""
    return next((one for one in (ticket.language, organisation.language) if one in _WORDS), "en")


def words_in(language: str) -> Words:
    return _WORDS[language]


def rating_words(survey: Survey | None) -> str:
    """What a customer said, for an agent; "" where they said nothing."""
    if survey is None or survey.rating is None:
        return ""
    said = "Content" if survey.rating == "happy" else "Not content"
    return f"{said}: “{survey.comment}”" if survey.comment else said
