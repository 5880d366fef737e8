"""The customer's mailbox as a small web page: read what came, answer it, write something new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage

from flask import Flask, Response, abort, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as AnyResponse

from mailgate import clock
from mailgate.demo import look
from mailgate.demo.mailboxes import Conversation, Held, Mailboxes
from mailgate.demo.office import DOMAIN
from mailgate.demo.samples import CUSTOMER, answered
from mailgate.demo.sending import send
from mailgate.demo.writing import answer_to, new_mail
from mailgate.errors import MailgateError
from mailgate.mail import Address, File
from mailgate.settings import Listen
from mailgate.tokens import secret

_UPLOAD = 30 * 2**20
_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_CSP_OF_LETTERS = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)


@dataclass(frozen=True)
class Pages:
    """All pages, over all mailboxes."""

    boxes: Mailboxes
    door: Listen
    names: Mapping[str, str]

    def index(self) -> AnyResponse:
        return redirect(url_for("show", address=CUSTOMER))

    def show(self, address: str) -> str:
        """The list; on a wide screen beside an empty pane."""
        return self._page(address, "empty.html")

    def conversation(self, address: str, conversation: str) -> str:
        """One conversation, which is seen by that."""
        found = self._conversation(address, conversation)
        self.boxes.mark_seen(address, found.letters)
        return self._conversation_page(address, found)

    def answer(self, address: str, conversation: str) -> AnyResponse | tuple[str, int]:
        """Answer the newest letter of a conversation."""
        found = self._conversation(address, conversation)
        newest = found.last_received
        if newest is None:
            abort(404)
        writer, words, files = self._writer(address), _words(), _files()
        error = None if words else "There is nothing to send: write something first."
        if error is None:
            mail = answer_to(newest, writer, words, files, once=_once(), at=clock.now())
            error = self._send(writer, mail)
        if error is not None:
            return self._conversation_page(address, found, error=error, words=words), 422
        return redirect(url_for("conversation", address=address, conversation=found.id) + "#newest", 303)

    def write(self, address: str) -> str:
        """An empty form for a new mail."""
        return self._page(address, "write.html", to=f"support@{DOMAIN}")

    def write_mail(self, address: str) -> AnyResponse | tuple[str, int]:
        """Send a new mail."""
        writer, words = self._writer(address), _words()
        to, subject = request.form.get("to", "").strip(), request.form.get("subject", "").strip()
        error = None if words and to else "There is nothing to send: write something first."
        if error is None:
            try:
                mail = new_mail(writer, to, subject, words, _files(), once=_once(), at=clock.now())
                error = self._send(writer, mail)
            except (ValueError, IndexError):
                error = f"Not sent: {to} is not a mail address."
        if error is not None:
            return self._page(address, "write.html", to=to, subject=subject, words=words, error=error), 422
        return redirect(url_for("show", address=address), 303)

    def letter_page(self, address: str, key: str) -> Response:
        """The formatted letter, for its frame: sanitised, without scripts, links lead to a new tab."""
        held, _ = self._letter(address, key)
        response = Response(render_template("letter.html", letter=held.letter))
        response.headers["Content-Security-Policy"] = _CSP_OF_LETTERS
        return response

    def source(self, address: str, key: str) -> Response:
        """The letter as it came, headers and all."""
        _, raw = self._letter(address, key)
        return Response(raw, mimetype="text/plain", content_type="text/plain; charset=utf-8")

    def file(self, address: str, key: str, number: int) -> Response:
        """A file of a letter, to save."""
        files = self._letter(address, key)[0].letter.files
        if number >= len(files):
            abort(404)
        response = Response(files[number].content, mimetype="application/octet-stream")
        response.headers.set("Content-Disposition", "attachment", filename=files[number].name or "file")
        return response

    def state(self, address: str) -> dict[str, int]:
        """How many letters have come, for the page that waits for the next one."""
        return {"received": _received(self._conversations(address))}

    def _conversation_page(self, address: str, found: Conversation, *, error: str = "", words: str = "") -> str:
        newest = found.last_received
        return self._page(
            address, "conversation.html", open_one=found, newest=newest, error=error, words=words,
            number=answered(newest).number if newest else "",
        )  # fmt: skip

    def _page(self, address: str, template: str, **values: object) -> str:
        known = [*dict.fromkeys([CUSTOMER, *self.boxes.addresses()])]
        people = [self._writer(each) for each in known]
        conversations = self._conversations(address)
        return render_template(
            template, me=self._writer(address), people=people, conversations=conversations,
            received=_received(conversations), once=secret(), domain=DOMAIN, **values,
        )  # fmt: skip

    def _conversations(self, address: str) -> list[Conversation]:
        if address != CUSTOMER and not self.boxes.has(address):
            abort(404)
        return self.boxes.conversations(address) if self.boxes.has(address) else []

    def _conversation(self, address: str, conversation: str) -> Conversation:
        found = next((each for each in self._conversations(address) if each.id == conversation), None)
        return found if found is not None else abort(404)

    def _letter(self, address: str, key: str) -> tuple[Held, bytes]:
        found = self.boxes.letter(address, key) if self.boxes.has(address) else None
        return found if found is not None else abort(404)

    def _writer(self, address: str) -> Address:
        return Address(address, self.names.get(address, ""))

    def _send(self, writer: Address, mail: EmailMessage) -> str | None:
        """What went wrong, if anything did. A mail that was sent already is not sent again."""
        if any(held.letter.message_id == mail["Message-ID"].strip("<>") for held in self.boxes.letters(writer.address)):
            return None
        raw, at = mail.as_bytes(), clock.now()
        try:
            send(self.door, writer.address, [mail["To"].addresses[0].addr_spec], raw)
        except MailgateError as error:
            return f"Not sent: {error} Your text is kept here."
        self.boxes.keep_sent(writer.address, raw, at)
        return None


def make(boxes: Mailboxes, door: Listen, token: str, names: Mapping[str, str]) -> Flask:
    """The page's application. Whoever knows the token is the customer: it stands in every address."""
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=_UPLOAD, TRUSTED_HOSTS=["127.0.0.1", "localhost"])
    app.jinja_env.filters.update(
        initials=look.initials, hue=look.hue, at=look.at, snippet=look.snippet, size=look.size, title=look.title,
        stretches=look.stretches, plain_address=look.plain_address,
    )  # fmt: skip
    app.jinja_env.globals["asset"] = lambda name: url_for("asset", address=look.assets()[name].address)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    pages, home = Pages(boxes, door, names), f"/m/{token}/"
    person = f"{home}<address>/"
    app.add_url_rule("/assets/<address>", "asset", _asset)
    app.add_url_rule(home, "index", pages.index)
    app.add_url_rule(person, "show", pages.show)
    app.add_url_rule(f"{person}new", "write", pages.write)
    app.add_url_rule(f"{person}new", "write_mail", pages.write_mail, methods=["POST"])
    app.add_url_rule(f"{person}state", "state", pages.state)
    app.add_url_rule(f"{person}<conversation>", "conversation", pages.conversation)
    app.add_url_rule(f"{person}<conversation>/answers", "answer", pages.answer, methods=["POST"])
    app.add_url_rule(f"{person}letters/<key>/page", "letter_page", pages.letter_page)
    app.add_url_rule(f"{person}letters/<key>/source", "source", pages.source)
    app.add_url_rule(f"{person}letters/<key>/files/<int:number>", "file", pages.file)
    app.register_error_handler(HTTPException, _failed)
    app.after_request(_guard)
    return app


def _asset(address: str) -> Response:
    asset = next((each for each in look.assets().values() if each.address == address), None)
    if asset is None:
        abort(404)
    response = Response(asset.content, mimetype=asset.type)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _failed(error: HTTPException) -> tuple[str, int]:
    if isinstance(error, SecurityError):  # asked for under a name that is not ours: there is no address to build
        return "This page is read on its own machine only.", 400
    return render_template("failed.html", code=error.code), error.code or 500


def _guard(response: Response) -> Response:
    """Nothing of a page leaves it: its address is its key."""
    response.headers.setdefault("Content-Security-Policy", _CSP)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return response


def _words() -> str:
    return request.form.get("words", "").replace("\r\n", "\n").strip()


def _once() -> str:
    once = request.form.get("once", "")
    return once if once.replace("-", "").replace("_", "").isalnum() and len(once) < 100 else secret()  # noqa: PLR2004 - ours have 27


def _files() -> list[File]:
    given = [file for file in request.files.getlist("files") if file.filename]
    return [File(file.filename or "", file.mimetype or "application/octet-stream", file.read()) for file in given]


def _received(conversations: list[Conversation]) -> int:
    return sum(not held.is_sent for conversation in conversations for held in conversation.letters)
