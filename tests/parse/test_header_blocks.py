"""Header blocks and separators that mail programs put above an unmarked quote."""

import pytest

from mailgate.parse.quotes.divide import divide

HEADER_BLOCKS = """
From: Ann Lee <a@example.com>
Sent: Monday, January 5, 2026 9:30 AM
To: Bob <b@example.com>
Subject: Printer

From: Ann Lee [mailto:a@example.com]
Sent: 05 January 2026 09:30
To: Bob; Carl
Cc: Dora
Subject: RE: Printer
Importance: High

*From:* Ann Lee <a@example.com>
*Sent:* Monday, January 5, 2026 9:30 AM
*To:* Bob
*Subject:* Printer

**From:** Ann Lee <a@example.com>
**Sent:** Monday, January 5, 2026 9:30 AM
**To:** Bob
**Subject:** Printer

________________________________
From: Ann Lee <a@example.com>
Sent: Monday, January 5, 2026 9:30:00 AM
To: Bob <b@example.com>
Subject: Printer

________________________________________
From: Ann Lee
Sent: 05 January 2026 09:30
To: Bob
Subject: Printer

-----Original Message-----
From: Ann Lee <a@example.com>
Sent: Monday, January 5, 2026 9:30 AM
To: Bob
Subject: Printer

-----Original Message-----
From: Ann Lee
To: Bob
Sent: Mon, Jan 5, 2026 9:30 am
Subject: Printer

----- Original Message -----
From: "Ann Lee" <a@example.com>
To: "Bob" <b@example.com>
Sent: Monday, January 05, 2026 9:30 AM
Subject: Printer

-------- Original message --------
From: Ann Lee <a@example.com>
Date: 05/01/2026 09:30 (GMT+00:00)
To: Bob
Subject: Printer

---------- Forwarded message ---------
From: Ann Lee <a@example.com>
Date: Mon, Jan 5, 2026 at 9:30 AM
Subject: Printer
To: Bob <b@example.com>

---------- Forwarded message ----------
From: Ann Lee <a@example.com>
Date: Mon, Jan 5, 2026 at 9:30 AM
Subject: Printer
To: Bob <b@example.com>

Begin forwarded message:

From: Ann Lee <a@example.com>
Date: 5 January 2026 at 09:30:00 GMT
To: Bob <b@example.com>
Subject: Printer

-------- Forwarded Message --------
Subject: 	Printer
Date: 	Mon, 5 Jan 2026 09:30:00 +0000
From: 	Ann Lee <a@example.com>
To: 	Bob <b@example.com>

Sent: Monday, January 05, 2026 at 9:30 AM
From: "Ann Lee" <a@example.com>
To: "Bob" <b@example.com>
Subject: Printer

Von: Ann Lee <a@example.com>
Gesendet: Montag, 5. Januar 2026 09:30
An: Bob <b@example.com>
Betreff: Drucker

Von: Ann Lee [mailto:a@example.com]
Gesendet: Montag, 5. Januar 2026 09:30
An: Bob
Cc: Carl
Betreff: AW: Drucker

-----Ursprüngliche Nachricht-----
Von: Ann Lee <a@example.com>
Gesendet: Montag, 5. Januar 2026 09:30
An: Bob
Betreff: Drucker

Gesendet: Montag, 05. Januar 2026 um 09:30 Uhr
Von: "Ann Lee" <a@example.com>
An: "Bob" <b@example.com>
Betreff: Drucker

Anfang der weitergeleiteten Nachricht:

Von: Ann Lee <a@example.com>
Betreff: Drucker
Datum: 5. Januar 2026 um 09:30:00 MEZ
An: Bob

-------- Weitergeleitete Nachricht --------
Betreff: 	Drucker
Datum: 	Mon, 5 Jan 2026 09:30:00 +0100
Von: 	Ann Lee <a@example.com>
An: 	Bob

De : Ann Lee <a@example.com>
Envoyé : lundi 5 janvier 2026 09:30
À : Bob
Objet : Imprimante

De: Ann Lee <a@example.com>
Date: lundi 5 janvier 2026 à 09:30
À: Bob
Objet: Imprimante

-----Message d'origine-----
De : Ann Lee [mailto:a@example.com]
Envoyé : lundi 5 janvier 2026 09:30
À : Bob
Objet : Imprimante

---------- Message transféré ---------
De : Ann Lee <a@example.com>
Date: lun. 5 janv. 2026 à 09:30
Subject: Imprimante
To: Bob

Début du message réexpédié :

De: Ann Lee <a@example.com>
Objet: Imprimante
Date: 5 janvier 2026 à 09:30:00 UTC+1
À: Bob

De: Ann Lee <a@example.com>
Enviado el: lunes, 5 de enero de 2026 9:30
Para: Bob
Asunto: Impresora

De: Ann Lee <a@example.com>
Enviado: lunes, 5 de enero de 2026 9:30
Para: Bob
Asunto: Impresora

-----Mensaje original-----
De: Ann Lee [mailto:a@example.com]
Enviado el: lunes, 5 de enero de 2026 9:30
Para: Bob
Asunto: Impresora

---------- Forwarded message ---------
De: Ann Lee <a@example.com>
Date: lun, 5 ene 2026 a las 9:30
Subject: Impresora
To: Bob

Da: Ann Lee <a@example.com>
Inviato: lunedì 5 gennaio 2026 09:30
A: Bob
Oggetto: Stampante

-----Messaggio originale-----
Da: Ann Lee [mailto:a@example.com]
Inviato: lunedì 5 gennaio 2026 09:30
A: Bob
Oggetto: Stampante

De: Ann Lee <a@example.com>
Enviado: segunda-feira, 5 de janeiro de 2026 09:30
Para: Bob
Assunto: Impressora

-----Mensagem original-----
De: Ann Lee [mailto:a@example.com]
Enviada em: segunda-feira, 5 de janeiro de 2026 09:30
Para: Bob
Assunto: Impressora

Van: Ann Lee <a@example.com>
Verzonden: maandag 5 januari 2026 09:30
Aan: Bob
Onderwerp: Printer

-----Oorspronkelijk bericht-----
Van: Ann Lee [mailto:a@example.com]
Verzonden: maandag 5 januari 2026 9:30
Aan: Bob
Onderwerp: Printer

From: Ann Lee <a@example.com>
Date: maandag 5 januari 2026 om 09:30
To: Bob
Subject: Printer

Od: Ann Lee <a@example.com>
Wysłano: poniedziałek, 5 stycznia 2026 09:30
Do: Bob
Temat: Drukarka

-----Oryginalna wiadomość-----
Od: Ann Lee [mailto:a@example.com]
Wysłano: 5 stycznia 2026 09:30
Do: Bob
Temat: Drukarka

Från: Ann Lee <a@example.com>
Skickat: den 5 januari 2026 09:30
Till: Bob
Ämne: Skrivare

-----Ursprungligt meddelande-----
Från: Ann Lee [mailto:a@example.com]
Skickat: den 5 januari 2026 09:30
Till: Bob
Ämne: Skrivare

Fra: Ann Lee <a@example.com>
Sendt: 5. januar 2026 09:30
Til: Bob
Emne: Printer

-----Oprindelig meddelelse-----
Fra: Ann Lee [mailto:a@example.com]
Sendt: 5. januar 2026 09:30
Til: Bob
Emne: Printer

-----Opprinnelig melding-----
Fra: Ann Lee [mailto:a@example.com]
Sendt: 5. januar 2026 09:30
Til: Bob
Emne: Skriver

Lähettäjä: Ann Lee <a@example.com>
Lähetetty: maanantai 5. tammikuuta 2026 9.30
Vastaanottaja: Bob
Aihe: Tulostin

Od: Ann Lee <a@example.com>
Odesláno: pondělí 5. ledna 2026 9:30
Komu: Bob
Předmět: Tiskárna

От: Ann Lee <a@example.com>
Отправлено: 5 января 2026 г. 9:30
Кому: Bob
Тема: Принтер

-------- Пересылаемое сообщение --------
05.01.2026, 9:30, "Ann Lee" <a@example.com>:

发件人: Ann Lee <a@example.com>
发送时间: 2026年1月5日 9:30
收件人: Bob
主题: 打印机

发件人：Ann Lee <a@example.com>
发送日期：2026-01-05 09:30:00
收件人：Bob
主题：打印机

------------------ 原始邮件 ------------------
发件人: "Ann Lee" <a@example.com>;
发送时间: 2026年1月5日(星期一) 上午9:30
收件人: "Bob"<b@example.com>;
主题: 打印机

差出人: Ann Lee <a@example.com>
送信日時: 2026年1月5日 9:30
宛先: Bob
件名: プリンター

-----Original Message-----
From: "Ann Lee"<a@example.com>
To: "Bob"<b@example.com>
Cc:
Sent: 2026-01-05 (월) 09:30:00
Subject: 프린터

보낸 사람: Ann Lee <a@example.com>
보낸 날짜: 2026년 1월 5일 월요일 오전 9:30
받는 사람: Bob
제목: 프린터

Kimden: Ann Lee <a@example.com>
Gönderildi: 5 Ocak 2026 Pazartesi 09:30
Kime: Bob
Konu: Yazıcı

Feladó: Ann Lee <a@example.com>
Elküldve: 2026. január 5., hétfő 9:30
Címzett: Bob
Tárgy: Nyomtató

##- Please type your reply above this line -##
Your request (123) has been updated.

-- Reply above this line --
Ann Lee commented on your ticket.
""".strip().split("\n\n")

# Two of them have a blank line of their own.
BLOCKS = (
    "\n\n".join(HEADER_BLOCKS)
    .replace(":\n\nFrom", ":\n\x00\nFrom")
    .replace(":\n\nVon", ":\n\x00\nVon")
    .replace(":\n\nDe", ":\n\x00\nDe")
    .split("\n\n")
)


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_everything_below_a_header_block_is_folded(block: str, gap: str) -> None:
    header = block.replace("\x00", "")
    assert divide(f"Thanks, that helps.{gap}{header}\n\nquoted words\nand more.").reply == "Thanks, that helps."


@pytest.mark.parametrize("block", BLOCKS)
def test_words_below_a_quoted_header_block_are_kept(block: str) -> None:
    quoted = "\n".join(f"> {line}" for line in block.replace("\x00", "").split("\n"))
    text = f"Words above.\n\n{quoted}\n>\n> quoted\n\nWords below."
    assert divide(text).reply == "Words above.\n\nWords below."


def test_an_itinerary_is_no_header_block() -> None:
    text = "I need a flight.\n\nFrom: London\nTo: Paris\nDate: 5 January 2026\n\nThat is all."
    assert divide(text).reply == text


def test_a_forward_without_words_is_shown_whole() -> None:
    text = "---------- Forwarded message ---------\nFrom: Ann <a@example.com>\nDate: Mon, Jan 5, 2026\nTo: B\n\nWords."
    assert divide(text).reply == text
