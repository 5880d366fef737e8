"""Replies in html: the marks each mail program leaves around quotes and signatures."""

import email
import re

import pytest

from mailgate.parse import read
from mailgate.parse.body import read_body
from mailgate.parse.quotes.divide import divide
from mailgate.parse.scan import prepare
from mailgate.parse.structure import Block, Structure, walk
from tests.parse.fuzz import samples

REPLIES = {
    "Gmail": (
        '<div dir="ltr">New words.</div><br><div class="gmail_quote gmail_quote_container">'
        '<div dir="ltr" class="gmail_attr">On Mon, Jan 5, 2026 at 9:30 AM Ann &lt;'
        '<a href="mailto:a@b.c">a@b.c</a>&gt; wrote:<br></div>'
        '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid'
        ' rgb(204,204,204);padding-left:1ex"><div>old</div></blockquote></div>'
    ),
    "Gmail, answered between": (
        '<div><div class="gmail_quote">'
        '<div class="gmail_attr">On Mon, Jan 5, 2026 at 9:30 AM Ann &lt;a@b.c&gt; wrote:<br></div>'
        '<blockquote class="gmail_quote"><div>q1</div></blockquote><div>New words.</div>'
        '<blockquote class="gmail_quote">q2</blockquote><div>More new.</div></div></div>'
    ),
    "Gmail, forwarded": (
        '<div>New words.</div><div class="gmail_quote">'
        '<div class="gmail_attr">---------- Forwarded message ---------<br>From: <strong>Ann'
        "</strong> &lt;a@b.c&gt;<br>Date: Mon, Jan 5, 2026<br>Subject: x<br>To: b<br></div>"
        "<br>forwarded words</div>"
    ),
    "Outlook": (
        '<div class="WordSection1"><p class="MsoNormal">New words.<o:p></o:p></p><p class="MsoNormal">'
        "<o:p>&nbsp;</o:p></p><div>"
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in">'
        '<p class="MsoNormal"><b>From:</b> Ann &lt;a@b.c&gt; <br><b>Sent:</b> Monday, January 5, 2026 9:30 AM'
        "<br><b>To:</b> Bob<br><b>Subject:</b> x</p></div></div><p>old</p></div>"
    ),
    "Outlook on the web": (
        '<div>New words.</div><div id="appendonsend"></div>'
        '<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">'
        '<font face="Calibri"><b>Von:</b> Ann &lt;a@b.c&gt;<br><b>Gesendet:</b> Montag<br><b>An:</b> Bob<br>'
        "<b>Betreff:</b> x</font></div><div>old</div>"
    ),
    "Outlook on the web, forwarded": (
        '<div>New words.</div><hr tabindex="-1" style="display:inline-block; width:98%">'
        '<div id="x_divRplyFwdMsg"><b>From:</b> Ann</div><div>old</div>'
    ),
    "Apple Mail": (
        '<html><body>New words.<br><div><br><blockquote type="cite">'
        "<div>On 5 Jan 2026, at 09:30, Ann &lt;a@b.c&gt; wrote:</div><br><div>old</div></blockquote></div>"
        "<br></body></html>"
    ),
    "iPhone": (
        '<div>New words.<br><br><div id="AppleMailSignature">Sent from my iPhone</div><div>'
        '<br>On Jan 5, 2026, at 9:30 AM, Ann &lt;a@b.c&gt; wrote:<br><br></div><blockquote type="cite">'
        "<div>old</div></blockquote></div>"
    ),
    "Thunderbird": (
        '<p>New words.</p><div class="moz-signature">-- <br>Ann</div>'
        '<div class="moz-cite-prefix">Am 05.01.26 um 09:30 schrieb Ann:<br></div>'
        '<blockquote type="cite" cite="mid:x">old</blockquote>'
    ),
    "Yahoo": (
        '<div>New words.</div><div><br></div><div id="ydp123yahoo_quoted_1" class="ydp123yahoo_quoted">'
        "<div>On Monday, January 5, 2026 at 09:30:00 AM GMT+1, Ann &lt;a@b.c&gt; wrote:</div><div>old</div>"
        "</div>"
    ),
    "ProtonMail": (
        '<div>New words.</div><div class="protonmail_signature_block"><div>Sent with <a>Proton Mail'
        "</a> secure email.</div></div>"
        '<div class="protonmail_quote">On Monday, January 5th, 2026 at 9:30 AM, Ann &lt;a@b.c&gt; wrote:<br>'
        '<blockquote class="protonmail_quote" type="cite">old</blockquote></div>'
    ),
    "Zimbra": (
        '<div>New words.</div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__">'
        '<b>From: </b>"Ann" &lt;a@b.c&gt;<br><b>To: </b>b</div><div data-marker="__QUOTED_TEXT__">old</div>'
    ),
    "Notes": (
        '<font size=2 face="sans-serif">New words.</font><br><br><br><br>'
        '<font size=1 color=#5f5f5f face="sans-serif">From: &nbsp; &nbsp; &nbsp; &nbsp;</font>'
        '<font size=1 face="sans-serif">Ann &lt;a@b.c&gt;</font><br><font size=1>To: &nbsp;</font>'
        "<font size=1>bob@x.y</font><br><font size=1>Date: &nbsp;</font><font size=1>05.01.2026 09:30</font>"
        "<br><font size=1>Subject: </font><font size=1>x</font><br><hr noshade><br><tt>old</tt>"
    ),
    "GMX": (
        "<div>New words.</div>"
        '<div name="quote" style="margin:10px 5px 5px 10px; border-left:2px solid #C3D9E5;"><div><b>Gesendet:'
        "</b> Montag, 05. Januar 2026 um 09:30 Uhr<br><b>Von:</b> Ann</div><div>old</div></div>"
    ),
    "Samsung": (
        '<div>New words.</div><div><br></div><div><br></div><div style="font-size:100%">'
        "<!-- originalMessage --><div>-------- Original message --------</div><div>From: Ann &lt;a@b.c&gt; "
        "</div><div>Date: 05/01/2026  09:30  (GMT+00:00) </div><div>To: b </div><div>Subject: x </div>"
        "</div>old"
    ),
    "Zoho": (
        '<div>New words.</div><div class="zmail_extra">'
        '<div id="Zm-_Id_-Sgn1">---- On Mon, 05 Jan 2026 09:30:00 +0000 <b>Ann &lt;a@b.c&gt;</b> wrote ----'
        '<br></div><blockquote id="blockquote_zmail">old</blockquote></div>'
    ),
    "Outlook mobile": (
        '<div class="elementToProof">New words.</div><div id="ms-outlook-mobile-signature"><div>Get '
        '<a href="x">Outlook for iOS</a></div></div><div id="mail-editor-reference-message-container"><hr>'
        "<div><b>From:</b> Ann<br></div><div>old</div></div>"
    ),
    "indented, not quoted": (
        '<div>New words.</div><blockquote style="margin:0 0 0 40px;border:none;padding:0px"><div>indented new'
        "</div></blockquote>"
    ),
    "Spark": (
        '<div name="messageBodySection"><div>New words.</div></div><div name="messageSignatureSection">'
        '<br>Ann</div><div name="messageReplySection">On 5 Jan 2026, 09:30 +0100, Ann &lt;a@b.c&gt;, wrote:'
        '<br><blockquote type="cite">old</blockquote></div>'
    ),
    "Hotmail": (
        '<div>New words.<br><br><hr id="stopSpelling">From: a@b.c<br>To: b@b.c<br>Subject: x'
        "<br>Date: Mon, 5 Jan 2026<br><br>old</div>"
    ),
    "QQ": (
        "<div>New words.</div><div><includetail>"
        '<div style="font-size:12px;">------------------&nbsp;原始邮件&nbsp;------------------</div>'
        '<div>发件人: "Ann"&lt;a@b.c&gt;;</div><div>发送时间: 2026年1月5日(星期一) 上午9:30</div><div>old</div>'
        "</includetail></div>"
    ),
}
EXPECTED = {"Gmail, answered between": "New words.\n\nMore new.", "indented, not quoted": "New words.\n\nindented new"}


@pytest.mark.parametrize("program", REPLIES)
def test_the_new_words_of_each_program_are_found(program: str) -> None:
    letter = read(b"From: Bob <b@example.org>\nContent-Type: text/html; charset=utf-8\n\n" + REPLIES[program].encode())
    assert letter.reply == EXPECTED.get(program, "New words.")


@pytest.mark.parametrize("program", [name for name in REPLIES if name != "indented, not quoted"])
def test_the_quote_is_folded_not_deleted(program: str) -> None:
    letter = read(b"From: Bob <b@example.org>\nContent-Type: text/html; charset=utf-8\n\n" + REPLIES[program].encode())
    assert any(word in letter.text for word in ("old", "q1", "forwarded words"))
    assert any(span.rule and span.kind == "quote" for span in letter.spans)


def test_text_and_html_of_the_same_words_give_the_same_reply() -> None:
    """Of all samples that hold both; at least 95 of 100 must agree."""
    both = [pair for raw in samples() for pair in _replies_of_both(raw)]
    same = [text == html for text, html in both]
    assert len(same) > 10
    assert sum(same) >= 0.95 * len(same), f"{sum(same)} of {len(same)}"


def _replies_of_both(raw: bytes) -> list[tuple[list[str], list[str]]]:
    """The words of the reply as read from each side of a multipart/alternative whose sides say the same."""
    pairs = []
    for block in walk(email.message_from_bytes(prepare(raw)[0])).blocks:
        if block.text is None or block.html is None:
            continue
        text, html = (read_body(Structure(blocks=[one])) for one in (Block(text=block.text), Block(html=block.html)))
        if text.text.strip() and _words(text.text) == _words(html.text):
            pairs.append((_words(divide(text.text).reply), _words(divide(html.text, html.marks).reply)))
    return pairs


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)
