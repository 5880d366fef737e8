"""Row 17. Cleaned html has nothing that acts, fetches or leaves; browsers are asked next door."""

import re

import pytest

from mailgate.safe_html import REMOTE, safe_html

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><a xlink:href=javascript:alert(1)>x</a></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href=data:text/html,<script>alert(1)</script>>x</a>",
    "<iframe src=//evil.example></iframe>",
    "<object data=//evil.example></object><embed src=//evil.example>",
    "<form action=//evil.example><input name=a></form>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example>",
    "<style>@import '//evil.example'; p{background:url(//evil.example)}</style>",
    "<p style='background:url(//evil.example)'>x</p>",
    "<p style='background-image:u\\72l(//evil.example)'>x</p>",
    "<p style='width:expression(alert(1))'>x</p>",
    "<p style='position:fixed;top:0;left:0;width:100%;height:100%'>x</p>",
    "<p style='margin-left:-9999px'>x</p>",
    "<p style='width:99999px'>x</p>",
    "<table background=//evil.example><td background=//evil.example>x</td></table>",
    "<img srcset='//evil.example 1x'><video poster=//evil.example></video><audio src=//evil.example></audio>",
    "<img src=//evil.example/pixel.gif>",
    "<img src='https://evil.example/pixel.gif'>",
    "<input type=image src=//evil.example>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<template><script>alert(1)</script></template>",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<details open ontoggle=alert(1)>x</details>",
    "<a id=x name=x class=y>x</a>",
]
_ACTS = re.compile(
    r"(?i)<script|\son\w+=|javascript:|data:text|url\(|expression|position|@import|<(?:iframe|object|embed"
    r"|form|input|base|meta|link|style|svg|math|video|audio)|\b(?:src|srcset|poster|background"
    r"|action)=[\"']?(?:https?:)?//"
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_row_17_nothing_acts_or_fetches(attack: str) -> None:
    assert not _ACTS.search(safe_html(attack).replace(f"{REMOTE}=", "waits="))
