"""The words mail programs write around quotes, by what they mean: a list each, over all languages."""

# "wrote": en de fr es it pt nl pl sv da no fi cs ru ja zh, and the neighbours that are as easily known
WROTE = """
wrote|writes|has written|said|schrieb|schreibt|hat geschrieben|geschrieben|a écrit|a ecrit|écrit|écrivait
a écrit ceci|vous a écrit|escribió|escribio|ha escrito|escribe|va escriure|ha escrit|ha scritto|scrive|scrisse
escreveu|escreve|schreef|schrijft|het volgende geschreven|heeft geschreven|napisał(a)|napisał|napisała|napisał/a
pisze|napisana przez|skrev|skreiv|skrev följande|har skrevet|kirjoitti|kirjoittaa|napsal(a)|napsal|napsala
napísal(a)|napísal|napísala|píše|написал(а)|написал|написала|пишет|писали|писал|писал(а)|написав|написала(в)|пише
пишете|yazdı|yazmış|şunu yazdı|írta|ezt írta|a scris|scris|έγραψε|rašė|parašė|rakstīja|kirjutas|napisao je
napisala je|napisao|je napisao/la|je napisal|je napisao|je napisala|je napisal(a)|đã viết|viết|menulis|napsal/a
כתב/ה|כתב|כתבה|כתב:|كتب|كَتَب|เขียนว่า|เขียน|wrote the following|skrifaði|idatzi du
"""
# Scripts without spaces between words: no word ends here.
WROTE_CJK = (
    "写道|寫道|写信|撰写|書きました|書いた|のメール|が書きました|wrote|님이 작성|작성|님이|さんは書きました|来信|编写"
)

FROM = """
From|Von|De|De la part de|Da|Od|Fra|Från|Lähettäjä|Van|От|От кого|Feladó|De la|Kimden|Gönderen|Від|Від кого|Από
Remitente|Remetente|Mittente|Expéditeur|Absender|Afzender|Nadawca|Avsändare|Avsender|Afsender|Odesílatel|Odosielateľ
Expeditor|Expeditorul|Pošiljatelj|Šalje|Siuntėjas|Saatja|Dari|Từ|Frá|Nuo|מאת|من|จาก|Igorlea|Отправитель
"""
FROM_CJK = "发件人|寄件人|寄件者|差出人|送信者|送信元|보낸 사람|보낸사람|보낸이|From"
SENT = """
Sent|Date|Gesendet|Gesendet am|Datum|Envoyé|Envoyé le|Enviado|Enviado el|Enviado em|Enviada em|Enviada|Fecha|Data
Inviato|Inviato il|Verzonden|Wysłano|Wysłane|Data wysłania|Skickat|Skickad|Sendt|Sendt den|Dato|Lähetetty|Päivämäärä
Päiväys|Odesláno|Dátum|Odoslané|Отправлено|Дата|Дата отправки|Küldve|Elküldve|Tarih|Gönderildi|Gönderme Tarihi
Trimis|Надіслано|Ημερομηνία|Στάλθηκε|Poslano|Sent on|Date sent|Išsiųsta|Nosūtīts|Saadetud|Dikirim|Tanggal|Đã gửi
Ngày|Saatmisaeg|Message du|Le|Received|Reçu|When|נשלח|تاريخ|Data da|Expédié|Dată|Gönderilen|Відправлено
"""
SENT_CJK = "发送时间|发送日期|日期|时间|寄件日期|傳送時間|送信日時|日時|日付|送信日|보낸 날짜|보낸날짜|날짜|Date|Sent"
TO = """
To|An|À|A|Para|Per|Aan|Do|Till|Til|Vastaanottaja|Komu|Кому|Címzett|Kime|Kimden|Către|Catre|Προς|Destinataire
Destinatario|Destinatarios|Empfänger|Adresat|Kam|Pro|Prima|За|Kepada|Đến|Saaja|Kellele|Mottaker|Modtager|Mottagare
אל|إلى|Ontvanger|Pour|Pre|Destinatarul
"""
TO_CJK = "收件人|收件者|宛先|받는 사람|받는사람|수신|To"
CC = """
Cc|CC|Kopie|Kopie (CC)|Copie|Copie à|Cópia|Copia|DW|Do wiadomości|Kopio|Kopi|Kopia|Копия|Másolatot kap|Bilgi|Bcc
Blind Cc|Reply-To|Reply To|Antwort an|Répondre à|Responder a|Rispondi a|Antwoord aan|Importance|Priority|Attachments
Anlagen|Pièces jointes|Organization|Skrytá kopie|Kópia|Ответить|Importanza|Priorità|Bijlagen|Adjuntos|Anexos
Allegati|Wichtigkeit|Priorität|Prioritet|Svar till|Svar til|Vastausosoite|Másolat|Копія|Odpověď na|Válaszcím
Odpowiedź-do|Răspuns către|Ответ-Кому|Odpovedať-Pre|Svara till|Yanıt Adresi|Vastaus|Odgovori na|Кому відповісти
"""
CC_CJK = "抄送|副本|参照|참조|CC|Cc|答复|返信先|附件"
SUBJECT = """
Subject|Betreff|Objet|Asunto|Oggetto|Assunto|Onderwerp|Temat|Ämne|Emne|Aihe|Otsikko|Předmět|Predmet|Тема|Tárgy|Konu
Subiect|Subiectul|Naslov|Тема листа|Θέμα|Sujet|Assumpte|Re|Tema|Pealkiri|Perihal|Subyek|Chủ đề|Teema|Zadeva|נושא|الموضوع
Efni
"""
SUBJECT_CJK = "主题|主旨|標題|件名|제목|Subject"

ORIGINAL = """
Original Message|Original message|Original Email|Original e-mail|Original Mail|Original Appointment
Message d'origine|Message original|Message d’origine|Message transféré|Courriel original|Ursprüngliche Nachricht
Ursprüngliche Mail|Original-Nachricht|Originalnachricht|Original Nachricht|Ursprungliche Nachricht|Originalmail
Original-Mail|Mensaje original|Missatge original|Correo original|Messaggio originale|Mensagem original
Mensagem Original|Oorspronkelijk bericht|Oorspronkelijke bericht|Originele bericht|Wiadomość oryginalna
Oryginalna wiadomość|Treść oryginalnej wiadomości|Ursprungligt meddelande|Originalmeddelande|Ursprungsmeddelande
Oprindelig meddelelse|Original besked|Original meddelelse|Oprindelig besked|Opprinnelig melding|Original melding
Alkuperäinen viesti|Původní zpráva|Původní e-mail|Pôvodná správa|Исходное сообщение|Пересылаемое сообщение
Оригинальное сообщение|Исходное письмо|Eredeti üzenet|Özgün İleti|Orijinal Mesaj|Orijinal mesaj|Orjinal Mesaj
Mesaj original|Mesajul original|Оригінальне повідомлення|Початкове повідомлення|Αρχικό μήνυμα|Izvorna poruka
Originalna poruka|Izvirno sporočilo|Pesan Asli|Thư gốc|Tin nhắn gốc|Algne kiri|原始邮件|原始郵件|邮件原件|原邮件
原郵件|原始信件|元のメッセージ|オリジナルメッセージ|원본 메시지|원본 메일|Reply message|Original text|Quoted text
Jatkettu viesti|Välitetty viesti|הודעה מקורית|الرسالة الأصلية
"""
# Only between dashes: alone they are words of a sentence.
IN_DASHES = "Original|Reply|Ответ|Forwarded|Fwd|Forward|Antwort|Réponse|Respuesta"
FORWARDED = """
Forwarded message|Forwarded Message|Forwarded mail|Forwarded by|Forwarded email|Forward message|Message transféré
Message transmis|Courriel transféré|Weitergeleitete Nachricht|Weitergeleitete Mail|Mensaje reenviado
Missatge reenviat|Messaggio inoltrato|Messaggio Inoltrato|Mensagem encaminhada|Mensagem reencaminhada
Doorgestuurd bericht|Wiadomość przekazana dalej|Treść przekazanej wiadomości|Przekazana wiadomość
Przesłana wiadomość|Vidarebefordrat meddelande|Vidarebefordrat mejl|Videresendt meddelelse|Videresendt besked
Videresendt melding|Välitetty viesti|Edelleenlähetetty viesti|Přeposlaná zpráva|Přeposlaný e-mail|Preposlaná správa
Пересылаемое сообщение|Перенаправленное сообщение|Пересланное сообщение|Továbbított üzenet|İletilen ileti
İletilmiş ileti|Yönlendirilen Mesaj|Mesaj redirecționat|Пересилане повідомлення|Переслане повідомлення
Προωθημένο μήνυμα|Proslijeđena poruka|Prosleđena poruka|Posredovano sporočilo|Edastatud kiri|Pesan terusan
Tin nhắn chuyển tiếp|转发的邮件|轉寄的郵件|转发邮件信息|轉寄郵件|転送メッセージ|転送されたメッセージ|전달된 메시지
전달된메시지|İletilmiş Mesaj|Перенаправлене повідомлення|Start of forwarded message
Välitetty viesti / Fwd.Msg|Preposlaná správa --- Forwarded Message
转发邮件|轉寄訊息|Weitergeleitete E-Mail|Weitergeleitet von|Transféré par|Inoltrato da
"""
# "Fwd:" in the subject, as programs and people write it
FORWARD_PREFIX = """
Fw|Fwd|Forward|Forwarded|WG|Weitergeleitet|TR|RV|Reenviado|I|PD|ENC|VB|VL|VS|Redir.|Redir|Videresend|Videresendt|İLT
Továbbítás|Doorst|Doorgestuurd|Πρθ|Přeposláno|Preposlané|Пересл|Переслано|转发|轉寄|轉發|転送|전달
"""
# A few programs say where the forwarded mail ends.
END_OF_FORWARDED = (
    "End of forwarded message|End forwarded message|End Forwarded Message|Конец пересылаемого сообщения"
    "|Конец перенаправленного сообщения|Ende der weitergeleiteten Nachricht|End of message|Fin du message transféré"
    "|Fine messaggio inoltrato|Fin del mensaje reenviado|Koniec przekazywanej wiadomości|转发邮件结束"
)
BEGIN_FORWARDED = """
Begin forwarded message|Anfang der weitergeleiteten Nachricht|Anfang der weitergeleiteten E-Mail
Début du message réexpédié|Début du message transféré|Inicio del mensaje reenviado|Inizio messaggio inoltrato
Início da mensagem reencaminhada|Início da mensagem encaminhada|Begin doorgestuurd bericht
Rozpoczęcie przekazywanej wiadomości|Początek przekazywanej wiadomości|Vidarebefordrat brev
Start på videresendt besked|Start på videresendt e-mail|Starten av det videresendte brevet|Videresendt melding
Välitetty viesti alkaa|Začátek přeposílané zprávy|Začiatok preposlanej správy|Začátek přeposlané zprávy
Начало переадресованного сообщения|Начало пересылаемого сообщения|İleti başlangıcı|Továbbított levél kezdete
以下是转发的邮件|開始轉寄郵件|開始轉寄訊息|下面是被转发的邮件|転送されたメッセージ|전달된 메시지 시작
Vidarebefordrat mejl|Započni proslijeđenu poruku|Începe mesajul redirecționat|Початок листа, що пересилається
Inicio de mensaje reenviado|Videresendt besked begynder|Start på vidarebefordrat meddelande
Início de mensagem encaminhada
"""

MONTHS = """
jan|january|januar|janvier|janv|enero|ene|gennaio|gen|janeiro|januari|stycznia|sty|tammikuuta|ledna|января|янв|ocak
januára|ianuarie|ian|feb|february|februar|février|févr|febrero|febbraio|fevereiro|fev|februari|lutego|lut|helmikuuta
února|февраля|фев|şubat|februára|februarie|mar|march|märz|mrz|mars|marzo|março|maart|mrt|marca|marts|maaliskuuta
března|марта|мар|mart|marec|martie|apr|april|avril|avr|abril|abr|aprile|kwietnia|kwi|huhtikuuta|dubna|апреля|апр
nisan|apríla|aprilie|may|mai|mayo|maggio|mag|maio|mei|maja|maj|toukokuuta|května|мая|mayıs|mája|jun|june|juni|juin
junio|giugno|giu|junho|czerwca|cze|kesäkuuta|června|июня|июн|haziran|júna|iunie|jul|july|juli|juillet|juil|julio
luglio|lug|julho|lipca|lip|heinäkuuta|července|июля|июл|temmuz|júla|iulie|aug|august|août|aout|agosto|ago|augusto
augustus|sierpnia|sie|elokuuta|srpna|августа|авг|ağustos|augusta|sep|sept|september|septembre|septiembre|settembre
set|setembro|września|wrz|syyskuuta|září|сентября|сен|eylül|septembra|septembrie|oct|october|oktober|okt|octobre
octubre|ottobre|ott|outubro|out|października|paź|lokakuuta|října|октября|окт|ekim|októbra|octombrie|nov|november
novembre|noviembre|novembro|listopada|lis|marraskuuta|listopadu|ноября|ноя|kasım|novembra|noiembrie|dec|december
dezember|dez|décembre|déc|diciembre|dic|dicembre|dezembro|grudnia|gru|joulukuuta|prosince|декабря|дек|aralık
decembra|decembrie
"""

SENT_FROM = """
Sent from|Sent via|Sent with|Sent by|Sent using|Sent on|Get Outlook for|Von meinem|Von meiner|Gesendet von
Gesendet mit|Gesendet über|Gesendet vom|Diese Nachricht wurde von meinem|Holen Sie sich Outlook
Outlook für iOS beziehen|Outlook für Android beziehen|Envoyé de|Envoyé depuis|Envoyé à partir|Envoyé avec|Envoyé via
Envoyé par|Obtenez Outlook|Télécharger Outlook|Provenance :|Enviado desde|Enviado de|Enviado por|Enviado a través
Enviado con|Enviado a partir|Enviado do|Enviado via|Obtener Outlook|Obtén Outlook|Obter o Outlook|Baixe o Outlook
Inviato da|Inviato dal|Inviato con|Inviato tramite|Scarica Outlook|Ottieni Outlook|Verstuurd vanaf|Verzonden vanaf
Verzonden met|Verstuurd met|Verzonden via|Outlook voor iOS downloaden|Outlook voor Android downloaden
Download Outlook|Wysłane z|Wysłano z|Wysłano za pomocą|Wysłane przy użyciu|Pobierz aplikację Outlook
Pobierz program Outlook|Skickat från|Skickat med|Skickades från|Hämta Outlook|Sendt fra|Sendt med|Sendt via
Hent Outlook|Skaff deg Outlook|Få Outlook|Lähetetty|Hanki Outlook|Odesláno z|Odesláno pomocí|Odoslané z
Získat Outlook|Stáhnout Outlook|Отправлено с|Отправлено из|Отправлено через|Послано с|Скачать Outlook|Надіслано з
Відправлено з|iPhone'umdan gönderildi|iPhone'dan gönderildi|Elküldve az|Iphone-omról küldve|Trimis de pe|Trimis din
Στάλθηκε από|Poslano s|Poslano z|Dikirim dari|Được gửi từ|Gửi từ|Tersented from|Sendt frá
"""
SENT_FROM_CJK = (
    "发自我的|發自我的|从我的|從我的|来自我的|发自|發自|iPhoneから送信|Iphoneから送信|Androidから送信"
    "|iPadから送信|나의 iPhone에서 보냄|내 iPhone에서 보냄|iPhone에서 보냄|スマートフォンから送信|から送信"
)

CLOSING = """
Best regards|Kind regards|Warm regards|Warmest regards|Kindest regards|With kind regards|With best regards|Regards
Rgds|Best wishes|All the best|Best|Many thanks|Thanks|Thank you|Thanks in advance|Thanks again|Thanks so much
Thank you very much|Thx|Cheers|Sincerely|Yours sincerely|Sincerely yours|Yours truly|Yours faithfully|Respectfully
Cordially|Yours|Take care|Have a nice day|Have a great day|Talk soon|Ciao|With regards|Thanks and regards
Thanks & regards|Thanks and best regards|Thank you and regards|BR|KR|Br|Thanks a lot|Kind Regards|Warmly
Mit freundlichen Grüßen|Mit freundlichen Grüssen|Mit freundlichem Gruß|Mit freundlichem Gruss|Mit besten Grüßen
Mit besten Grüssen|Mit besten Gruessen|Mit freundlichen Gruessen|Mit herzlichen Grüßen|Freundliche Grüße
Freundliche Grüsse|Freundlichen Gruß|Viele Grüße|Viele Grüsse|Viele Gruesse|Vielen Dank
Vielen Dank und freundliche Grüße|Liebe Grüße|Liebe Grüsse|Beste Grüße|Beste Grüsse|Besten Gruß|Besten Dank
Herzliche Grüße|Schöne Grüße|Lieben Gruß|Herzlichst|Gruß|Gruss|Grüße|Grüsse|Danke|MfG|LG|VG|Hochachtungsvoll
Danke und Gruß|Danke im Voraus|Cordialement|Bien cordialement|Très cordialement|Sincèrement|Merci|Merci d'avance
Merci beaucoup|Bien à vous|Bonne journée|Bonne réception|Amicalement|Salutations|Sincères salutations
Meilleures salutations|Cdlt|Cdt|Bien cdlt|Respectueusement|Avec mes remerciements|Saludos|Saludos cordiales
Un saludo|Un cordial saludo|Un saludo cordial|Atentamente|Cordialmente|Gracias|Muchas gracias|Gracias de antemano
Un abrazo|Reciba un cordial saludo|Salutacions|Atentament|Cordiali saluti|Distinti saluti|Saluti|Un saluto|Grazie
Grazie mille|Un cordiale saluto|Buona giornata|Molte grazie|Tanti saluti|Atenciosamente|Cumprimentos
Com os melhores cumprimentos|Melhores cumprimentos|Obrigado|Obrigada|Muito obrigado|Muito obrigada|Abraço|Abraços
Grato|Grata|Att|Cordiais saudações|Desde já agradeço|Met vriendelijke groet|Met vriendelijke groeten
Vriendelijke groet|Vriendelijke groeten|Hartelijke groet|Hartelijke groeten|Groeten|Groet|Mvg|Bedankt|Alvast bedankt
Dank u|Dank je wel|Dank|Hoogachtend|Mvrgr|Pozdrawiam|Z poważaniem|Pozdrowienia|Serdecznie pozdrawiam
Pozdrawiam serdecznie|Dziękuję|Dzięki|Z wyrazami szacunku|Z pozdrowieniami|Łączę pozdrowienia|Med vänliga hälsningar
Med vänlig hälsning|Vänliga hälsningar|Vänligen|Hälsningar|Mvh|Bästa hälsningar|Med venlig hilsen|Venlig hilsen
De bedste hilsner|Bedste hilsner|Hilsen|Mange tak|Tak|På forhånd tak|Vh|Med vennlig hilsen|Vennlig hilsen
Beste hilsen|Mange takk|Takk|Tack|Tack på förhand|Med hilsen|Kh|Ystävällisin terveisin|Terveisin|Parhain terveisin
Yst. terv|Kiitos|T|S pozdravem|S přátelským pozdravem|Děkuji|Děkujeme|Hezký den|S pozdravom|Ďakujem|Zdraví
С уважением|С наилучшими пожеланиями|Спасибо|С ув|Заранее спасибо|Всего доброго|Благодарю|З повагою|Дякую
Saygılarımla|Teşekkürler|İyi çalışmalar|Üdvözlettel|Köszönettel|Köszönöm|Cu stimă|Cu respect|Mulțumesc|Με εκτίμηση
Ευχαριστώ|Lep pozdrav|Srdačan pozdrav|Hvala|Lugupidamisega|Pagarbiai|Ar cieņu|Hormat saya|Terima kasih|Trân trọng
"""
CLOSING_CJK = (
    "よろしくお願いいたします|よろしくお願いします|宜しくお願い致します|以上、よろしくお願いします|敬具|此致"
    "|敬礼|祝好|顺祝商祺|谢谢|謝謝|감사합니다|드림"
)
