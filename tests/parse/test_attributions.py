"""Lines that mail programs write above a quote, as they stand in mails; each is known for what it is."""

import pytest

from mailgate.parse.quotes.divide import divide

ATTRIBUTIONS = """
On Mon, Apr 2, 2012 at 6:26 PM, Megan One <xxx@example.com> wrote:
On 11-Apr-2011, at 6:54 PM, Bob <bob@example.com> wrote:
On Fri, 22 Apr 2011 10:12:53 +0200, Ann Lee wrote:
On 2014-03-18 13:00, Ann Lee wrote:
On 05/05/2014 13:30, Ann wrote:
On Tue, 2011-03-01 at 18:02 +0530, Abhishek wrote:
On Thu, Mar 24, 2016 at 10:30 AM Ann Lee via Example <a@example.com> wrote:
On Wednesday, November 16, 2016 at 9:12 PM, Ann Lee <a@example.com> wrote:
On Jan 5, 2026, at 09:30, Ann <a@example.com> wrote:
On 5 Jan 2026, at 09:30, Ann Lee wrote:
On 5. Jan 2026, at 09:30, Ann Lee <a@example.com> wrote:
On Monday, January 5th, 2026 at 9:30 AM, Ann <a@example.com> wrote:
On 1/5/26 09:30, Ann Lee wrote:
On 1/5/2026 9:30 AM, Ann Lee wrote:
On Mon, Jan 5, 2026 at 9:30 AM <a@example.com> wrote:
On January 5, 2026 at 9:30:00 AM, Ann Lee (a@example.com) wrote:
On 2026-01-05 09:30:00 +0000, Ann Lee said:
On 05/01/2026 09:30 AM, "Ann Lee" <a@example.com> wrote:
At 09:30 AM 1/5/2026, Ann Lee wrote:
Ann Lee <a@example.com> wrote:
Ann Lee <a@example.com> writes:
Ann Lee wrote on 05.01.2026 09:30:
Ann Lee wrote on Mon, 05 Jan 2026 at 09:30:
"Ann Lee" <a@example.com> wrote on 01/05/2026 09:30:00 AM:
a@example.com wrote on 01/05/2026 09:30:00 AM:
Quoting Ann Lee <a@example.com>:
Mon, 5 Jan 2026 09:30:00 +0300 from Ann Lee <a@example.com>:
2026-01-05 9:30 GMT+01:00 Ann Lee <a@example.com>:
2026/1/5 Ann Lee <a@example.com>:
Am Mo., 5. Jan. 2026 um 09:30 Uhr schrieb Ann Lee <a@example.com>:
Am 05.01.2026 um 09:30 schrieb Ann Lee:
Am 05.01.26 um 09:30 schrieb Ann Lee <a@example.com>:
Am Montag, 5. Januar 2026, 09:30:00 MEZ hat Ann Lee <a@example.com> Folgendes geschrieben:
Am Montag, den 05.01.2026, 09:30 +0100 schrieb Ann Lee:
Ann Lee schrieb am 05.01.2026 um 09:30:
Ann Lee <a@example.com> schrieb am Mo., 5. Jan. 2026, 09:30:
Ann Lee <a@example.com> hat am 05.01.2026 09:30 geschrieben:
Gesendet: Montag, 05. Januar 2026 um 09:30 Uhr Von: "Ann" <a@example.com> schrieb:
Von meinem iPhone gesendet Am 05.01.2026 um 09:30 schrieb Ann <a@example.com>:
Zitat von Ann Lee <a@example.com>:
Am 05.01.2026 09:30, schrieb Ann Lee:
Le lun. 5 janv. 2026 à 09:30, Ann Lee <a@example.com> a écrit :
Le 5 janv. 2026 à 09:30, Ann Lee <a@example.com> a écrit :
Le 05/01/2026 à 09:30, Ann Lee a écrit :
Le lundi 5 janvier 2026 à 09:30:00 UTC+1, Ann Lee <a@example.com> a écrit :
Le lun. 5 janv. 2026 à 09:30, Ann Lee <a@example.com> a écrit:
El lun, 5 ene 2026 a las 9:30, Ann Lee (<a@example.com>) escribió:
El 5 de enero de 2026, 9:30, Ann Lee <a@example.com> escribió:
El 5 ene 2026, a las 9:30, Ann Lee <a@example.com> escribió:
El 05/01/2026 a las 9:30, Ann Lee escribió:
El lunes, 5 de enero de 2026, 09:30:00 CET, Ann Lee <a@example.com> escribió:
El dl., 5 de gen. 2026, 9:30, Ann Lee <a@example.com> va escriure:
Il giorno lun 5 gen 2026 alle ore 09:30 Ann Lee <a@example.com> ha scritto:
Il 5 gennaio 2026 09:30, Ann Lee <a@example.com> ha scritto:
Il 05/01/2026 09:30, Ann Lee ha scritto:
Il giorno 05 gen 2026, alle ore 09:30, Ann Lee <a@example.com> ha scritto:
Il lunedì 5 gennaio 2026 alle ore 09:30:00 CET, Ann Lee <a@example.com> ha scritto:
In data 5 gennaio 2026 alle 09:30:00, Ann Lee (a@example.com) ha scritto:
Em seg., 5 de jan. de 2026 às 09:30, Ann Lee <a@example.com> escreveu:
Em 5 de janeiro de 2026 09:30, Ann Lee <a@example.com> escreveu:
Em 05/01/2026 09:30, Ann Lee escreveu:
Em 5 de jan de 2026, à(s) 09:30, Ann Lee <a@example.com> escreveu:
No dia 05/01/2026, às 09:30, Ann Lee <a@example.com> escreveu:
A segunda, 5/01/2026, 09:30, Ann Lee <a@example.com> escreveu:
Op ma 5 jan 2026 om 09:30 schreef Ann Lee <a@example.com>:
Op 5 januari 2026 om 09:30 schreef Ann Lee <a@example.com>:
Op 5 jan. 2026, om 09:30 heeft Ann Lee <a@example.com> het volgende geschreven:
Op 05-01-2026 om 09:30 schreef Ann Lee:
Op maandag 5 januari 2026 om 09:30:00 CET schreef Ann Lee <a@example.com>:
Ann Lee <a@example.com> schreef op 5 januari 2026 om 09:30:
pon., 5 sty 2026 o 09:30 Ann Lee <a@example.com> napisał(a):
W dniu 05.01.2026 o 09:30, Ann Lee pisze:
W dniu 5 stycznia 2026 09:30 użytkownik Ann Lee <a@example.com> napisał:
Dnia 5 stycznia 2026 09:30 Ann Lee <a@example.com> napisał(a):
Wiadomość napisana przez Ann Lee <a@example.com> w dniu 5 sty 2026, o godz. 09:30:
Den mån 5 jan. 2026 kl 09:30 skrev Ann Lee <a@example.com>:
Den 2026-01-05 kl. 09:30, skrev Ann Lee:
Den 5 januari 2026 09:30 skrev Ann Lee <a@example.com>:
5 jan. 2026 kl. 09:30 skrev Ann Lee <a@example.com>:
På mån, 5 jan 2026 09:30, Ann Lee skrev:
Den man. 5. jan. 2026 kl. 09.30 skrev Ann Lee <a@example.com>:
Den 05-01-2026 kl. 09:30 skrev Ann Lee:
man. 5. jan. 2026 kl. 09:30 skrev Ann Lee <a@example.com>:
Den 5. januar 2026 kl. 09.30 skrev Ann Lee <a@example.com>:
ma 5. tammik. 2026 klo 9.30 Ann Lee (a@example.com) kirjoitti:
Ann Lee <a@example.com> kirjoitti 5.1.2026 kello 9.30:
ma 5. tammikuuta 2026 klo 9.30 Ann Lee <a@example.com> kirjoitti:
po 5. 1. 2026 v 9:30 odesílatel Ann Lee <a@example.com> napsal:
Dne 5. 1. 2026 v 9:30 Ann Lee napsal(a):
5. 1. 2026 v 9:30, Ann Lee <a@example.com>:
Dne 5. ledna 2026 9:30 Ann Lee <a@example.com> napsal(a):
po 5. 1. 2026 o 9:30 Ann Lee <a@example.com> napísal(a):
пн, 5 янв. 2026 г. в 09:30, Ann Lee <a@example.com>:
5 января 2026 г., 9:30 пользователь Ann Lee <a@example.com> написал:
05.01.2026 9:30, Ann Lee пишет:
05.01.2026, 09:30, "Ann Lee" <a@example.com>:
Понедельник, 5 января 2026, 9:30 +03:00 от Ann Lee <a@example.com>:
5 янв. 2026 г., в 9:30, Ann Lee <a@example.com> написал(а):
Вы писали 5 января 2026 г., 9:30:00:
пн, 5 січ. 2026 р. о 09:30 Ann Lee <a@example.com> пише:
2026年1月5日(月) 9:30 Ann Lee <a@example.com>:
2026年1月5日 9:30、Ann Lee <a@example.com>のメール：
2026/01/05 9:30、Ann Lee <a@example.com>のメール:
2026年1月5日(月) 9:30、Ann Lee さん(a@example.com)のメッセージ:
Ann Lee <a@example.com> 于2026年1月5日周一 上午9:30写道：
在 2026年1月5日，上午9:30，Ann Lee <a@example.com> 写道：
在 2026-01-05 09:30:00，"Ann Lee" <a@example.com> 写道：
Ann Lee <a@example.com> 於 2026年1月5日 週一 上午9:30寫道：
2026년 1월 5일 (월) 오전 9:30, Ann Lee <a@example.com>님이 작성:
2026. 1. 5. 오전 9:30, Ann Lee <a@example.com> 작성:
Ann Lee <a@example.com>, 5 Oca 2026 Pzt, 09:30 tarihinde şunu yazdı:
Ann Lee <a@example.com> ezt írta (időpont: 2026. jan. 5., H, 9:30):
2026.01.05. 9:30 keltezéssel, Ann Lee írta:
În lun., 5 ian. 2026 la 09:30, Ann Lee <a@example.com> a scris:
Στις Δευ 5 Ιαν 2026 στις 9:30 π.μ., ο χρήστης Ann Lee <a@example.com> έγραψε:
Pada tanggal Sen, 5 Jan 2026 pukul 09.30 Ann Lee <a@example.com> menulis:
Vào Th 2, 5 thg 1, 2026 vào lúc 09:30 Ann Lee <a@example.com> đã viết:
\u202bבתאריך יום ב׳, 5 בינו׳ 2026 ב-9:30 מאת \u202aAnn Lee\u202c\u200f <\u202aa@example.com\u202c\u200f>:\u202c
---- On Mon, 05 Jan 2026 09:30:00 +0000 Ann Lee <a@example.com> wrote ----
---- Am Mo, 05 Jan 2026 09:30:00 +0100 Ann Lee <a@example.com> schrieb ----
""".strip().split("\n")

WRAPPED = """
On Mon, Jan 5, 2026 at 9:30 AM Ann Lee <
a@example.com> wrote:

On Mon, Jan 5, 2026 at 9:30 AM, Ann Lee
<a@example.com>
wrote:

On Jan 5, 2026 9:30 AM, "Ann Lee - of the very long department name"
<a@example.com> wrote:

Am Mo., 5. Jan. 2026 um 09:30 Uhr schrieb Ann Lee <
a@example.com>:

Le lun. 5 janv. 2026 à 09:30, Ann Lee <a@example.com> a
écrit :

El lun., 5 ene. 2026 a las 9:30, Ann Lee (<a@example.com>)
escribió:

Il giorno lun 5 gen 2026 alle ore 09:30 Ann Lee <a@example.com>
ha scritto:

Em seg., 5 de jan. de 2026 às 09:30, Ann Lee <a@example.com>
escreveu:

Op ma 5 jan. 2026 om 09:30 schreef Ann Lee
<a@example.com>:

Den mån 5 jan. 2026 kl 09:30 skrev Ann Lee <
a@example.com>:

02.04.2012 14:20 пользователь "a@example.com" <
a@example.com> написал:

2026年1月5日(月) 9:30 Ann Lee <
a@example.com>:
""".strip().split("\n\n")

# Sentences that begin or end like one.
NOT_ATTRIBUTIONS = """
On the other hand, we should be careful.
On Monday I wrote to you: nothing came back.
On average, this works well.
I wrote:
As I said:
The meeting is on Monday 5 January 2026 at 9:30:
Please write to a@example.com:
On 5 January 2026 we ordered the following parts:
You can reach me at <a@example.com>
He said: no.
Le chat est sur la table.
Am Montag um 9:30 kommt der Techniker:
Here is what the customer wrote on 5 January 2026 at 9:30. Please read it. It is long. Answer soon:
""".strip().split("\n")


@pytest.mark.parametrize("line", [*ATTRIBUTIONS, *WRAPPED])
@pytest.mark.parametrize("quote", ["> quoted words\n> and more", "quoted words\nand more"])
def test_an_attribution_and_what_it_introduces_are_folded(line: str, quote: str) -> None:
    assert divide(f"Thanks, that helps.\n\n{line}\n\n{quote}").reply == "Thanks, that helps."


@pytest.mark.parametrize("line", ATTRIBUTIONS)
def test_words_directly_above_an_attribution_stay(line: str) -> None:
    assert divide(f"Thanks, that helps.\n{line}\n> quoted words").reply == "Thanks, that helps."


@pytest.mark.parametrize("line", NOT_ATTRIBUTIONS)
def test_a_sentence_that_looks_like_an_attribution_is_kept(line: str) -> None:
    text = f"Hello.\n\n{line}\n\nThis is text."
    assert divide(text).reply == text
