"""Forwards as mail programs lay them out: "Ann Lee" <ann@example.org> wrote "Parcel", and WORDS."""

WORDS = "Das Paket ist nicht da.\nWo ist es?\n\nDanke"

# The first line of each is the subject of the mail.
PLAIN = {
    "Gmail": """Fwd: Parcel
---------- Forwarded message ---------
From: Ann Lee <ann@example.org>
Date: Mon, Jan 5, 2026 at 9:30 AM
Subject: Parcel
To: <desk@example.com>
Cc: Bob <bob@example.org>,
Carl <carl@example.org>


WORDS""",
    "Gmail in German": """Fwd: Parcel
---------- Forwarded message ---------
Von: *Ann Lee* <ann@example.org>
Date: Mo., 5. Jan. 2026 um 9:30 Uhr
Subject: Parcel
To: <desk@example.com>


WORDS""",
    "Outlook in English": """FW: Parcel
From: Ann Lee [mailto:ann@example.org]
Sent: Monday, January 5, 2026 9:30 AM
To: Desk
Subject: Parcel

WORDS""",
    "Outlook in German": """WG: Parcel
Von: Ann Lee <ann@example.org>
Gesendet: Montag, 5. Januar 2026 09:30
An: desk@example.com
Betreff: Parcel

WORDS""",
    "Outlook in French": """TR: Parcel
De : Ann Lee <ann@example.org>
Envoyé : lundi 5 janvier 2026 09:30
À : desk@example.com
Objet : Parcel

WORDS""",
    "Outlook in Spanish": """RV: Parcel
De: Ann Lee <ann@example.org>
Enviado el: lunes, 5 de enero de 2026 9:30
Para: desk@example.com
Asunto: Parcel

WORDS""",
    "Outlook in Italian": """I: Parcel
Da: Ann Lee <ann@example.org>
Inviato: lunedì 5 gennaio 2026 09:30
A: desk@example.com
Oggetto: Parcel

WORDS""",
    "Outlook in Brazil": """ENC: Parcel
De: Ann Lee <ann@example.org>
Enviada em: segunda-feira, 5 de janeiro de 2026 09:30
Para: desk@example.com
Assunto: Parcel

WORDS""",
    "Outlook in Dutch": """FW: Parcel
Van: Ann Lee <ann@example.org>
Verzonden: maandag 5 januari 2026 09:30
Aan: desk@example.com
Onderwerp: Parcel

WORDS""",
    "Outlook in Polish": """PD: Parcel
Od: Ann Lee <ann@example.org>
Wysłano: poniedziałek, 5 stycznia 2026 09:30
Do: desk@example.com
Temat: Parcel

WORDS""",
    "Outlook in Swedish": """VB: Parcel
Från: Ann Lee <ann@example.org>
Skickat: den 5 januari 2026 09:30
Till: desk@example.com
Ämne: Parcel

WORDS""",
    "Outlook in Danish": """VS: Parcel
Fra: Ann Lee <ann@example.org>
Sendt: 5. januar 2026 09:30
Til: desk@example.com
Emne: Parcel

WORDS""",
    "Outlook in Finnish": """VL: Parcel
Lähettäjä: Ann Lee <ann@example.org>
Lähetetty: maanantai 5. tammikuuta 2026 9.30
Vastaanottaja: desk@example.com
Aihe: Parcel

WORDS""",
    "Outlook in Czech": """FW: Parcel
Od: Ann Lee <ann@example.org>
Odesláno: pondělí 5. ledna 2026 9:30
Komu: desk@example.com
Předmět: Parcel

WORDS""",
    "Outlook in Russian": """FW: Parcel
От: Ann Lee <ann@example.org>
Отправлено: 5 января 2026 г. 9:30
Кому: desk@example.com
Тема: Parcel

WORDS""",
    "Outlook in Japanese": """FW: Parcel
差出人: Ann Lee <ann@example.org>
送信日時: 2026年1月5日 9:30
宛先: desk@example.com
件名: Parcel

WORDS""",
    "Outlook in Chinese": """转发: Parcel
发件人: Ann Lee <ann@example.org>
发送时间: 2026年1月5日 9:30
收件人: desk@example.com
主题: Parcel

WORDS""",
    "Outlook on the web": """Fw: Parcel
________________________________
From: Ann Lee <ann@example.org>
Sent: Monday, January 5, 2026 09:30
To: desk@example.com <desk@example.com>
Subject: Parcel

WORDS""",
    "new Outlook, without a blank line": """WG: Parcel
Von: Ann Lee <ann@example.org>
Datum: Montag, 5. Januar 2026 um 09:30
An: desk@example.com <desk@example.com>
Betreff: Parcel
WORDS""",
    "Outlook on a phone": """Fw: Parcel
Get Outlook for iOS
________________________________
From: Ann Lee <ann@example.org>
Sent: Monday, January 5, 2026 9:30:00 AM
To: desk@example.com <desk@example.com>
Subject: Parcel

WORDS""",
    "Apple Mail": """Fwd: Parcel
Begin forwarded message:

> From: Ann Lee <ann@example.org>
> Subject: Parcel
> Date: 5 January 2026 at 09:30:21 GMT
> To: desk@example.com
>
> WORDS""",
    "Apple Mail in Spanish": """Fwd: Parcel
> Inicio del mensaje reenviado:
>
> De: Ann Lee <ann@example.org>
> Asunto: Parcel
> Fecha: 5 de enero de 2026, 9:30:21 CET
> Para: desk@example.com
>
> WORDS""",
    "iPhone in German": """Fwd: Parcel
Von meinem iPhone gesendet

Anfang der weitergeleiteten Nachricht:

> Von: Ann Lee <ann@example.org>
> Datum: 5. Januar 2026 um 09:30:21 MEZ
> An: desk@example.com
> Betreff: Parcel
>
> WORDS""",
    "Thunderbird": """Fwd: Parcel
-------- Forwarded Message --------
Subject: \tParcel
Date: \tMon, 5 Jan 2026 09:30:00 +0100
From: \tAnn Lee <ann@example.org>
To: \tdesk@example.com



WORDS""",
    "Thunderbird in French": """Fwd: Parcel
-------- Message transféré --------
Sujet : \tParcel
Date : \tMon, 5 Jan 2026 09:30:00 +0100
De : \tAnn Lee <ann@example.org>
Pour : \tdesk@example.com

WORDS""",
    "Thunderbird in Finnish": """Fwd: Parcel
-------- Välitetty viesti / Fwd.Msg --------
Aihe: \tParcel
Päiväys: \tMon, 5 Jan 2026 09:30:00 +0100
Lähettäjä: \tAnn Lee <ann@example.org>
Vastaanottaja: \tdesk@example.com

WORDS""",
    "Yahoo": """Fw: Parcel
----- Forwarded Message -----
From: Ann Lee <ann@example.org>
To: "desk@example.com" <desk@example.com>
Sent: Monday, January 5, 2026, 09:30:50 AM GMT+1
Subject: Parcel

WORDS""",
    "Yahoo on one line": """Fw: Parcel
   ----- Forwarded Message ----- From: Ann Lee <ann@example.org>To: "desk@example.com" <desk@example.com>Sent: Monday, \
January 5, 2026, 09:30:50 AM GMT+1Subject: Parcel
 WORDS""",
    "ProtonMail": """Fw: Parcel
------- Forwarded Message -------
From: Ann Lee <ann@example.org>
Date: On Monday, January 5th, 2026 at 9:30 AM
Subject: Parcel
To: desk@example.com <desk@example.com>


> WORDS""",
    "Samsung": """Fwd: Parcel
-------- Original message --------
From: Ann Lee <ann@example.org>
Date: 1/5/26  9:30 AM  (GMT+01:00)
To: desk@example.com
Subject: Parcel

WORDS""",
    "mutt": """Fwd: Parcel
----- Forwarded message from Ann Lee <ann@example.org> -----

Date: Mon, 5 Jan 2026 09:30:00 +0100
From: Ann Lee <ann@example.org>
To: desk@example.com
Subject: Parcel
User-Agent: Mutt/2.2

WORDS

----- End forwarded message -----""",
    "Notes": """Fw: Parcel
----- Forwarded by Bob Ray/Acme on 01/05/2026 10:00 AM -----

From:\tAnn Lee <ann@example.org>
To:\tdesk@example.com
Date:\t01/05/2026 09:30 AM
Subject:\tParcel

WORDS""",
    "QQ": """转发:Parcel
------------------ 原始邮件 ------------------
发件人: "Ann Lee"<ann@example.org>;
发送时间: 2026年1月5日(星期一) 上午9:30
收件人: "desk"<desk@example.com>;
主题: Parcel

WORDS""",
    "NetEase": """转发:Parcel
-------- 转发邮件信息 --------
发件人：Ann Lee <ann@example.org>
发送日期：2026-01-05 09:30:00
收件人：desk@example.com
主题：Parcel
WORDS""",
}

HTML = {
    "Gmail": """Fwd: Parcel
<div dir="ltr">Please help.<div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>
From: <b>Ann Lee</b> <span>&lt;<a href="mailto:ann@example.org">ann@example.org</a>&gt;</span><br>Date: Mon, Jan 5, 2026
at 9:30 AM<br>Subject: Parcel<br>To: &lt;desk@example.com&gt;<br></div><br><br>WORDS</div></div>""",
    "Apple Mail": """Fwd: Parcel
<div>Please help.</div><br><div><blockquote type="cite"><div>Begin forwarded message:</div><br><div><b>From: </b>Ann Lee
&lt;ann@example.org&gt;</div><div><b>Subject: </b><b>Parcel</b></div><div><b>Date: </b>5 January 2026 at 09:30:21</div>
<div><b>To: </b>desk@example.com</div><br><div>WORDS</div></blockquote></div>""",
    "Outlook": """WG: Parcel
<p>Please help.</p><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>Von:</b> Ann Lee
&lt;ann@example.org&gt;<br><b>Gesendet:</b> Montag, 5. Januar 2026 09:30<br><b>An:</b> desk@example.com<br>
<b>Betreff:</b> Parcel</p></div><p>WORDS</p>""",
    "Outlook on the web": """Fw: Parcel
<div>Please help.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Ann Lee
&lt;ann@example.org&gt;<br><b>Sent:</b> Monday, January 5, 2026 9:30 AM<br><b>To:</b> desk@example.com<br>
<b>Subject:</b> Parcel</div><div>WORDS</div>""",
    "Thunderbird": """Fwd: Parcel
<p>Please help.</p><div class="moz-forward-container"><br>-------- Forwarded Message --------<table
class="moz-email-headers-table"><tr><th>Subject: </th><td>Parcel</td></tr><tr><th>Date: </th><td>Mon, 5 Jan 2026
09:30:00 +0100</td></tr><tr><th>From: </th><td>Ann Lee &lt;ann@example.org&gt;</td></tr><tr><th>To: </th>
<td>desk@example.com</td></tr></table><br>WORDS</div>""",
    "Yahoo": """Fw: Parcel
<div>Please help.</div><div class="yahoo_quoted"><div>----- Forwarded Message -----</div><div><b>From:</b> Ann Lee
&lt;ann@example.org&gt;</div><div><b>To:</b> desk@example.com</div><div><b>Sent:</b> Monday, January 5, 2026
9:30 AM</div><div><b>Subject:</b> Parcel</div><div><br></div><div>WORDS</div></div>""",
}
