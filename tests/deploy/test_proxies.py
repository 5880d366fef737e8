"""nginx and Postfix in front: their own programs accept the samples, and nginx hands on what Mailgate needs to know."""

import http.client
import http.server
import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest

from mailgate.cli import COMMANDS
from tests.support.processes import eventually
from tests.support.relay import free_port

DEPLOY = Path(__file__).parents[2] / "deploy"
NGINX = (DEPLOY / "nginx.conf").read_text()

needs_nginx = pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
needs_postfix = pytest.mark.skipif(
    shutil.which("postconf") is None, reason="postconf is not installed (Debian: postfix)"
)


class Page(http.server.BaseHTTPRequestHandler):
    """Stands where Mailgate's pages would, and remembers what it was told."""

    told: ClassVar[list[tuple[str, dict[str, str]]]] = []

    def do_GET(self) -> None:
        self.told.append((self.path, dict(self.headers)))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, _: str, *args: object) -> None:
        pass


@pytest.fixture
def page() -> Iterator[int]:
    Page.told.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@needs_nginx
@needs_openssl
def test_nginx_says_who_asks_and_lets_nobody_say_it_themselves(tmp_path: Path, page: int) -> None:
    with _nginx(tmp_path, page) as port:
        answer = _get(port, "/s/a-secret-token?x=1", {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"})
        assert answer == (200, b"ok")
        assert _get(port, "/metrics", {})[0] == 404
        assert Page.told[1:] == []
        eventually(lambda: "/s/..." in (tmp_path / "access.log").read_text())
    ((path, headers),) = Page.told
    assert path == "/s/a-secret-token?x=1"
    assert headers["Host"] == "help.example.org"
    assert headers["X-Forwarded-For"] == "127.0.0.1"
    assert headers["X-Forwarded-Proto"] == "https"
    assert "a-secret-token" not in (tmp_path / "access.log").read_text()


@needs_postfix
def test_postfix_accepts_the_samples(tmp_path: Path) -> None:
    for name in ("main.cf", "master.cf"):
        shutil.copyfile(DEPLOY / "postfix" / name, tmp_path / name)
    (tmp_path / "dynamicmaps.cf").touch()
    main = subprocess.run(["postconf", "-c", str(tmp_path), "-n"], capture_output=True, text=True, check=True)
    assert "recipient_delimiter = +" in main.stdout
    assert "unused parameter" not in main.stderr
    master = subprocess.run(["postconf", "-c", str(tmp_path), "-M"], capture_output=True, text=True, check=True)
    assert "mailgate ingest --mailbox" in master.stdout


def test_the_pipe_starts_a_command_that_exists() -> None:
    (command,) = re.findall(r"argv=/opt/mailgate/bin/mailgate (\w+)", (DEPLOY / "postfix" / "master.cf").read_text())
    assert command in COMMANDS


@contextmanager
def _nginx(folder: Path, page: int) -> Iterator[int]:
    """nginx with our sample, on a free port, before this page."""
    port, plain = free_port(), free_port()
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=help.example.org"]
    keys = {"fullchain": folder / "cert.pem", "privkey": folder / "key.pem"}
    subprocess.run([*make, "-keyout", keys["privkey"], "-out", keys["fullchain"]], check=True, capture_output=True)
    site = re.sub(r"^ *listen \[::\].*\n", "", NGINX, flags=re.MULTILINE)
    site = site.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl").replace(
        "listen 80;", f"listen 127.0.0.1:{plain};"
    )
    site = site.replace("server 127.0.0.1:8025;", f"server 127.0.0.1:{page};")
    site = re.sub(r"/etc/letsencrypt/live/help.example.org/(\w+)\.pem", lambda match: str(keys[match[1]]), site)
    site = site.replace("/var/log/nginx/mailgate.log", str(folder / "access.log"))
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = f"daemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\n{places}{site}}}\n"
    (folder / "nginx.conf").write_text(whole)
    command = ["nginx", "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: _answers(port))
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _answers(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def _get(port: int, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
    try:
        connection.request("GET", path, headers={"Host": "help.example.org", **headers})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
