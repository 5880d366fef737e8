"""A small vocabulary in four languages, from which people, subjects and bodies are put together. All invented."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tongue:
    """What people who write in one language are called, and what they write about."""

    code: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    domains: tuple[str, ...]
    greetings: tuple[str, ...]
    farewells: tuple[str, ...]
    subjects: tuple[tuple[str, str], ...]  # (category, subject)
    sentences: tuple[str, ...]
    answers: tuple[str, ...]
    wrote: str  # the line before a quote; {who} and {when}


ENGLISH = Tongue(
    code="en",
    given=("Olivia", "Jack", "Amelia", "Harry", "Isla", "Noah", "Grace", "Theo", "Ruby", "Arthur", "Freya", "Callum"),
    family=("Ashworth", "Bramley", "Calloway", "Denholm", "Elsworth", "Fairclough", "Garside", "Hartnell", "Kettley"),
    domains=("brambleworks.example", "harbourline.example", "kitely.example", "northgate-mills.example"),
    greetings=("Hello,", "Hi there,", "Dear support team,", "Good morning,"),
    farewells=("Kind regards,", "Many thanks,", "Best wishes,", "Thanks in advance,"),
    subjects=(
        ("Billing", "Invoice {n} was charged twice"),
        ("Billing", "Please change our billing address"),
        ("Shipping", "Where is my order {n}?"),
        ("Shipping", "Parcel {n} arrived damaged"),
        ("Account", "Cannot sign in after the password reset"),
        ("Account", "Please close my account"),
        ("Product", "The export of report {n} stops half way"),
        ("Product", "Question about the new calendar"),
        ("Hardware", "The label printer prints blank pages"),
        ("Other", "Feedback on your last newsletter"),
    ),
    sentences=(
        "Since yesterday morning the page only shows a grey box where the list used to be.",
        "I have tried two browsers and a different computer, and it is the same everywhere.",
        "Could you tell me when somebody will look at this?",
        "The amount on the statement does not match what we agreed in spring.",
        "Our bookkeeping closes at the end of the week, so a quick answer would help a lot.",
        "The tracking page has said “in transit” for nine days now.",
        "I attach what I see, in case it helps you.",
        "My colleague in the warehouse had the same trouble last month.",
        "Nothing was changed on our side as far as I know.",
        "If it is easier, you can call me between nine and noon.",
        "We are otherwise very happy with what you do.",
        "The error says that the file is in use by another program.",
    ),
    answers=(
        "Thank you for the details: we could see the same thing here and have mended it.",
        "I have sent you a fresh link, which works for the next hour.",
        "The second charge has been returned and should reach you within three working days.",
        "Could you tell me which version is shown at the bottom of the page?",
    ),
    wrote="On {when}, {who} wrote:",
)

GERMAN = Tongue(
    code="de",
    given=("Anneliese", "Jürgen", "Katrin", "Sören", "Mareike", "Holger", "Birgit", "Tobias", "Ute", "Jörg", "Wiebke"),
    family=(
        "Achterberg",
        "Bösenthal",
        "Dreesen",
        "Eickhoff",
        "Großmann",
        "Hülsebusch",
        "Kühnert",
        "Lünemann",
        "Zöller",
    ),
    domains=("moorhof.example", "deichwerk.example", "kranichbau.example", "lindenapotheke.example"),
    greetings=("Guten Tag,", "Sehr geehrte Damen und Herren,", "Hallo zusammen,", "Moin,"),
    farewells=("Mit freundlichen Grüßen", "Viele Grüße", "Besten Dank und Grüße", "Herzliche Grüße"),
    subjects=(
        ("Billing", "Rechnung {n} doppelt abgebucht"),
        ("Billing", "Änderung unserer Rechnungsanschrift"),
        ("Shipping", "Wo bleibt meine Bestellung {n}?"),
        ("Shipping", "Paket {n} kam beschädigt an"),
        ("Account", "Anmeldung nach Passwortwechsel nicht möglich"),
        ("Account", "Bitte Konto löschen"),
        ("Product", "Ausgabe von Bericht {n} bricht ab"),
        ("Product", "Frage zum neuen Kalender"),
        ("Hardware", "Etikettendrucker druckt leere Seiten"),
        ("Other", "Rückmeldung zu Ihrem Rundbrief"),
    ),
    sentences=(
        "Seit gestern früh sehe ich auf der Seite nur noch ein graues Feld.",
        "Ich habe es mit zwei Browsern und auf einem anderen Rechner versucht, überall das Gleiche.",
        "Können Sie mir bitte sagen, bis wann sich jemand darum kümmert?",
        "Der Betrag auf dem Auszug stimmt nicht mit dem überein, was wir im Frühjahr vereinbart haben.",
        "Unsere Buchhaltung schließt am Freitag, eine schnelle Antwort wäre daher sehr hilfreich.",
        "Die Sendungsverfolgung zeigt seit neun Tagen „unterwegs“ an.",
        "Im Anhang sehen Sie, was bei mir angezeigt wird.",
        "Meine Kollegin im Lager hatte vorigen Monat dieselben Schwierigkeiten.",
        "Auf unserer Seite wurde meines Wissens nichts geändert.",
        "Gern können Sie mich zwischen neun und zwölf Uhr anrufen.",
        "Ansonsten sind wir mit Ihnen sehr zufrieden.",
        "Die Meldung lautet, die Datei werde von einem anderen Programm verwendet.",
    ),
    answers=(
        "Vielen Dank für die Einzelheiten: Wir konnten es nachstellen und haben es behoben.",
        "Ich habe Ihnen einen neuen Link geschickt, er gilt eine Stunde.",
        "Die zweite Abbuchung wurde erstattet und ist in drei Werktagen bei Ihnen.",
        "Welche Version steht bei Ihnen unten auf der Seite?",
    ),
    wrote="Am {when} schrieb {who}:",
)

FRENCH = Tongue(
    code="fr",
    given=("Clémence", "Bastien", "Élodie", "Gaël", "Maëlle", "Rémi", "Solène", "Thibault", "Océane", "Loïc", "Agnès"),
    family=("Aubrac", "Belleroche", "Charpenel", "Dumesnil", "Fontbrune", "Guérande", "Lacombière", "Trégarec"),
    domains=("papeterie-aubrac.example", "lemoulin.example", "vergerbleu.example", "atelier-sel.example"),
    greetings=("Bonjour,", "Madame, Monsieur,", "Bonjour à tous,"),
    farewells=("Cordialement,", "Bien à vous,", "Merci d’avance,", "Bonne journée,"),
    subjects=(
        ("Billing", "Facture {n} prélevée deux fois"),
        ("Billing", "Changement de notre adresse de facturation"),
        ("Shipping", "Où est ma commande {n} ?"),
        ("Shipping", "Colis {n} arrivé abîmé"),
        ("Account", "Impossible de me connecter après la réinitialisation"),
        ("Account", "Merci de fermer mon compte"),
        ("Product", "L’export du rapport {n} s’arrête au milieu"),
        ("Product", "Question sur le nouveau calendrier"),
        ("Hardware", "L’imprimante d’étiquettes sort des pages blanches"),
        ("Other", "Remarque sur votre dernière lettre"),
    ),
    sentences=(
        "Depuis hier matin la page n’affiche plus qu’un cadre gris à la place de la liste.",
        "J’ai essayé avec deux navigateurs et un autre poste, le résultat est le même.",
        "Pourriez-vous me dire quand quelqu’un pourra regarder cela ?",
        "Le montant du relevé ne correspond pas à ce que nous avions convenu au printemps.",
        "Notre comptabilité ferme vendredi, une réponse rapide nous aiderait beaucoup.",
        "Le suivi indique « en transit » depuis neuf jours.",
        "Je joins ce que je vois à l’écran.",
        "Ma collègue de l’entrepôt a eu le même souci le mois dernier.",
        "Rien n’a été modifié de notre côté, à ma connaissance.",
        "Vous pouvez aussi m’appeler entre neuf heures et midi.",
        "Nous sommes par ailleurs très satisfaits.",
        "Le message dit que le fichier est utilisé par un autre programme.",
    ),
    answers=(
        "Merci pour ces précisions : nous avons vu la même chose et l’avons corrigé.",
        "Je vous ai envoyé un nouveau lien, valable une heure.",
        "Le second prélèvement a été remboursé, vous le verrez sous trois jours ouvrés.",
        "Quelle version est indiquée en bas de la page ?",
    ),
    wrote="Le {when}, {who} a écrit :",
)

SPANISH = Tongue(
    code="es",
    given=("Begoña", "Íñigo", "Lucía", "Nicolás", "Ainhoa", "Joaquín", "Marisol", "Adrián", "Pilar", "Álvaro", "Rocío"),
    family=("Arizmendi", "Bustamante", "Carballeda", "Echegaray", "Fuentenebro", "Ibáñez", "Montánchez", "Zubieta"),
    domains=("olivar-alto.example", "talleres-rio.example", "faro-norte.example", "casa-limon.example"),
    greetings=("Hola:", "Buenos días:", "Estimados señores:"),
    farewells=("Un saludo,", "Muchas gracias,", "Atentamente,", "Saludos cordiales,"),
    subjects=(
        ("Billing", "Factura {n} cobrada dos veces"),
        ("Billing", "Cambio de nuestra dirección de facturación"),
        ("Shipping", "¿Dónde está mi pedido {n}?"),
        ("Shipping", "El paquete {n} llegó dañado"),
        ("Account", "No puedo entrar tras cambiar la contraseña"),
        ("Account", "Por favor, cierren mi cuenta"),
        ("Product", "La exportación del informe {n} se detiene a la mitad"),
        ("Product", "Pregunta sobre el calendario nuevo"),
        ("Hardware", "La impresora de etiquetas saca hojas en blanco"),
        ("Other", "Comentario sobre su último boletín"),
    ),
    sentences=(
        "Desde ayer por la mañana la página solo muestra un recuadro gris en lugar de la lista.",
        "He probado con dos navegadores y otro ordenador, y pasa lo mismo.",
        "¿Podrían decirme cuándo lo mirará alguien?",
        "El importe del extracto no coincide con lo que acordamos en primavera.",
        "Nuestra contabilidad cierra el viernes, así que una respuesta rápida nos ayudaría mucho.",
        "El seguimiento indica «en tránsito» desde hace nueve días.",
        "Adjunto lo que veo en la pantalla, por si sirve.",
        "Mi compañera del almacén tuvo el mismo problema el mes pasado.",
        "Por nuestra parte no se ha cambiado nada, que yo sepa.",
        "Si es más fácil, pueden llamarme entre las nueve y las doce.",
        "Por lo demás estamos muy contentos.",
        "El aviso dice que otro programa está usando el archivo.",
    ),
    answers=(
        "Gracias por los detalles: hemos visto lo mismo y ya está corregido.",
        "Le he enviado un enlace nuevo, válido durante una hora.",
        "El segundo cargo se ha devuelto y lo verá en tres días laborables.",
        "¿Qué versión aparece al pie de la página?",
    ),
    wrote="El {when}, {who} escribió:",
)

# Words that stand in few mails each, as names of things do: what people search for.
PRODUCTS = tuple(
    begin + middle + end
    for begin in (
        "Bra",
        "Cor",
        "Del",
        "Fen",
        "Gal",
        "Kir",
        "Lum",
        "Mor",
        "Nal",
        "Ost",
        "Pel",
        "Quor",
        "Ril",
        "Sav",
        "Tor",
    )
    for middle in ("ba", "de", "ki", "lo", "mu", "ne", "pi", "ra", "so", "tu", "vi", "xa")
    for end in ("dex", "lin", "mar", "nor", "ta", "vex")
)

TONGUES = (ENGLISH, GERMAN, FRENCH, SPANISH)
