"""Templates and style sheets keep the rules of the house: strict CSP, known icons, only the tokens' colours."""

import re
from pathlib import Path

import pytest
from flask import Flask, render_template_string

from web import assets, look, templating

WEB = Path(__file__).parents[2] / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
SHEETS = [path for path in sorted((WEB / "static/css").rglob("*.css")) if path.name != "tokens.css"]
SCRIPTS = sorted((WEB / "static/js").glob("*.js"))


def _names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(WEB)) for path in paths]


@pytest.fixture(scope="module")
def app() -> Flask:
    app = Flask("web", root_path=str(WEB), static_folder=None)
    templating.install(app)
    look.install(app.jinja_env)
    assets.install(app)
    return app


@pytest.mark.parametrize("name", [str(path.relative_to(WEB / "templates")) for path in TEMPLATES])
def test_template_can_be_read(app: Flask, name: str) -> None:
    assert app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", _names(TEMPLATES))
def test_template_has_nothing_inline(name: str) -> None:
    text = (WEB / name).read_text()
    assert not re.search(r"\sstyle=|\son\w+=|hx-on|<style|javascript:|js:", text)
    for script in re.findall(r"<script[^>]*>", text):
        assert " src=" in script
    assert "|safe" not in text


@pytest.mark.parametrize("name", _names(TEMPLATES))
def test_template_says_what_it_needs(name: str) -> None:
    assert (WEB / name).read_text().startswith("{#-")


@pytest.mark.parametrize("name", _names(TEMPLATES))
def test_every_form_that_changes_something_carries_the_token(name: str) -> None:
    text = (WEB / name).read_text()
    assert len(re.findall(r'method="post"', text)) == len(re.findall(r"{{ csrf\(\) }}", text))


def test_every_icon_that_is_named_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (WEB / "static/img/icons.svg").read_text()))
    text = "".join(path.read_text() for path in TEMPLATES)
    used = set(re.findall(r"icon\('([\w-]+)'", text))
    assert used <= drawn


@pytest.mark.parametrize("name", _names(SHEETS))
def test_style_sheet_uses_only_the_tokens_colours(name: str) -> None:
    text = re.sub(r"/\*.*?\*/", "", (WEB / name).read_text(), flags=re.DOTALL)
    allowed = {  # what is above a page, the paper of a mail, and the avatars' formula
        "parts/avatar.css": r"oklch\([\d.% ]+ var\(--hue\)\)",
        "parts/nav.css": r"oklch\(20% \.02 260 / \.4\)",
        "pages/ticket.css": r"oklch\(20% \.02 260 / \.3\)",
        "parts/message.css": r"#fff",
    }
    for sheet, pattern in allowed.items():
        if name.endswith(sheet):
            text = re.sub(pattern, "", text)
    assert not re.search(r"#[0-9a-f]{3,8}\b|oklch\(|rgb\(|hsl\(", text)


@pytest.mark.parametrize("name", _names(SHEETS))
def test_style_sheet_stands_in_a_layer(name: str) -> None:
    text = re.sub(r"/\*.*?\*/", "", (WEB / name).read_text(), flags=re.DOTALL).strip()
    assert text.startswith("@layer ")
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize("name", _names(SCRIPTS))
def test_script_is_a_block_of_its_own(name: str) -> None:
    lines = (WEB / name).read_text().splitlines()
    assert lines[0].startswith("// ")
    assert lines[1] == "{"
    assert lines[-1] == "}"


def test_assets_are_named_by_content_and_packed_on_request(app: Flask) -> None:
    client = app.test_client()
    with app.test_request_context():
        address = render_template_string("{{ asset('mailgate.css') }}")
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": "br, gzip"})
    assert plain.status_code == packed.status_code == 200
    assert plain.headers["Cache-Control"].endswith("immutable")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) / 3
    assert plain.data.startswith(b"/* The order")
    assert client.get("/assets/mailgate.000000000000.css").status_code == 404


def test_the_first_visit_stays_small() -> None:
    sizes = {name: len(asset.packed) for name, asset in assets.gather().items()}
    assert sizes["mailgate.css"] <= 16 * 1024
    assert sizes["mailgate.js"] <= 19 * 1024
    assert sizes["icons.svg"] <= 8 * 1024
    assert sum(sizes.values()) <= 60 * 1024
