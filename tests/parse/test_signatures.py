"""What stands below the words of a mail: mobile phrases, delimiters, closings, footers."""

import pytest

from mailgate.parse.quotes.divide import divide

SIGNATURES = """
Sent from my iPhone

Sent from my iPad

Sent from my Samsung Galaxy smartphone.

Sent from my Verizon, Samsung Galaxy smartphone

Sent from my Verizon Wireless BlackBerry

Sent from Mail for Windows

Sent from Outlook for Android

Sent from Yahoo Mail on Android

Sent from ProtonMail mobile

Sent from Proton Mail for iOS

Sent via BlackBerry from T-Mobile

Sent with ProtonMail Secure Email.

Sent with Spark

Sent from Gmail Mobile

Get Outlook for iOS<https://aka.ms/o0ukef>

Get Outlook for Android

Von meinem iPhone gesendet

Von meinem Samsung Galaxy Smartphone gesendet.

Gesendet mit der GMX Mail App

Gesendet von Mail für Windows

Diese Nachricht wurde von meinem Android-Gerät mit GMX Mail gesendet.

Holen Sie sich Outlook für iOS

Outlook für iOS beziehen

Envoyé de mon iPhone

Envoyé depuis mon appareil mobile Samsung.

Envoyé à partir de Outlook pour Android

Obtenez Outlook pour iOS

Enviado desde mi iPhone

Enviado desde mi Samsung Mobile de Claro

Enviado do meu iPhone

Enviado via iPhone

Obter o Outlook para iOS

Obtener Outlook para iOS

Inviato da iPhone

Inviato dal mio dispositivo Samsung

Inviato da Libero Mail per Android

Scarica Outlook per iOS

Verstuurd vanaf mijn iPhone

Verzonden vanaf mijn Samsung Galaxy-smartphone.

Verzonden met Outlook voor Android

Wysłane z iPhone'a

Wysłano z mojego telefonu

Pobierz aplikację Outlook dla systemu iOS

Skickat från min iPhone

Hämta Outlook för iOS

Sendt fra min iPhone

Sendt fra Outlook til iOS

Lähetetty iPhonesta

Hanki Outlook for iOS

Odesláno z iPhonu

Odoslané z iPhonu

Отправлено с iPhone

Отправлено из мобильной Почты Mail.ru

Отправлено с моего iPhone

iPhoneから送信

iPhoneから送信されたメール

发自我的 iPhone

發自我的 iPhone

从我的 iPhone 发送

나의 iPhone에서 보냄

iPhone'umdan gönderildi

Trimis de pe iPhone-ul meu

--\x20
Ann Lee
Example Ltd.

--
Ann

__
Ann Lee

-Ann

- Ann Lee

Best regards,
Ann Lee

Best,
Ann

Thanks,
Ann

Cheers, Ann

Kind regards
Ann Lee
Head of Support
Example Ltd.
+44 20 1234 5678
www.example.com

Mit freundlichen Grüßen
Ann Lee

Mit freundlichen Gruessen
Ann Lee

Viele Grüße
Ann

LG Ann

Cordialement,
Ann Lee

Bien à vous,
Ann

Saludos,
Ann

Un saludo,
Ann Lee

Cordiali saluti
Ann Lee

Atenciosamente,
Ann Lee

Met vriendelijke groet,
Ann Lee

Pozdrawiam
Ann

Z poważaniem,
Ann Lee

Med vänlig hälsning
Ann

Mvh Ann

Med venlig hilsen
Ann Lee

Ystävällisin terveisin
Ann

S pozdravem
Ann Lee

С уважением,
Анна Ли

よろしくお願いいたします。
アン

此致
敬礼

*Ann Lee*
Example Ltd. | Support
T +44 20 1234 5678
E ann@example.com

_______________________________________________
support mailing list
support@example.com
https://lists.example.com/mailman/listinfo/support

---
This email has been checked for viruses by Avast antivirus software.
https://www.avast.com/antivirus

CONFIDENTIALITY NOTICE: This e-mail is intended only for the person named.
""".strip("\n").split("\n\n")

# Words that look like the beginning of a signature.
NOT_SIGNATURES = """
Sent from my desk, it is much easier than my phone.

Sent from my office was a parcel with the wrong address.

Thanks for the quick answer, it works now.

Best would be to call me on Monday.

Regards the invoice, it is still wrong.

-- first point
-- second point

Please call me at +44 20 1234 5678.

The best solution is to restart.
""".strip("\n").split("\n\n")

WORDS = "Hi Bob,\n\nthe printer works again now."
QUOTE = "On Mon, Jan 5, 2026 at 9:30 AM Bob <b@example.com> wrote:\n> hello"


@pytest.mark.parametrize("signature", SIGNATURES)
@pytest.mark.parametrize("below", ["", "\n\n" + QUOTE])
def test_a_signature_is_told_apart(signature: str, below: str) -> None:
    divided = divide(f"{WORDS}\n\n{signature}{below}")
    assert divided.reply == WORDS
    assert divided.signature == signature.strip()


@pytest.mark.parametrize("words", NOT_SIGNATURES)
def test_words_that_look_like_a_signature_are_kept(words: str) -> None:
    text = f"Hi Bob,\n\nthe printer works.\n\n{words}"
    assert divide(text).reply == text


def test_words_below_stars_are_kept() -> None:
    text = "The first thing.\n\n***\n\nThe second thing is quite another one, and I want an answer to it.\n\nOr not?"
    assert divide(text).reply == text


def test_the_senders_name_alone_is_a_signature() -> None:
    divided = divide("Please call me back today.\n\nStavros Example\nvia mobile", sender="Stavros Example")
    assert (divided.reply, divided.signature) == ("Please call me back today.", "Stavros Example\nvia mobile")


def test_thanks_alone_are_words() -> None:
    assert divide("It works.\n\nThanks!").reply == "It works.\n\nThanks!"
