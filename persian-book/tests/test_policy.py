"""Pages without anything inline."""

import re
from pathlib import Path

import sphinx

from persian_book.languages import Language
from persian_book.page.words import words_of
from persian_book.site.policy import Outsider

PAGE = """<!DOCTYPE html><html><head>
<script data-cfasync="false">first()</script>
<noscript><style>.js { display: none }</style></noscript>
<script src="options.js"></script>
<script>let a = 1 < 2 && "</p>";</script>
<script>let b;</script><script>let a = 1 < 2 && "</p>";</script>
</head><body><button onclick="window.print()" class="x">P</button>
<td style="width: 33%">1</td><td class="y" style="width: 33%">2</td>
<script type="application/json">{"data": 1}</script><script>last()</script></body></html>"""


def content(site: Path, page: str, suffix: str) -> list[str]:
    names = re.findall(rf'="((?:\.\./)*_static/inline/\w+\.{suffix})"', page)
    return [(site / "part" / name).read_text("utf-8") for name in names]


def test_scripts_styles_and_handlers_leave_the_page_and_keep_their_order(tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    page = Outsider(tmp_path, "part/page").page(PAGE)
    assert content(tmp_path, page, "js") == [
        "first()",
        'let a = 1 < 2 && "</p>";\nlet b;',
        "last()",
    ]
    assert page.index("options.js") < page.index("inline", page.index("options.js"))
    rule, hidden = sorted(content(tmp_path, page, "css"), key=len)
    assert hidden == ".js { display: none }" or rule == ".js { display: none }"
    assert "<noscript><link " in page
    (name,) = set(re.findall(r"style-\w+", page))
    assert f'class="{name}"' in page and f'class="y {name}"' in page
    assert f".{name}.{name}{{width: 33%}}" in rule + hidden
    assert not re.search(r"\s(?:onclick|style)=|<style", page)
    assert '<script type="application/json">{"data": 1}</script>' in page


def test_a_page_with_nothing_inline_comes_back_as_it_is(tmp_path: Path) -> None:
    page = '<html><head><script src="a.js"></script></head><p class=x>a &lt; b</p></html>'
    assert Outsider(tmp_path, "page").page(page) == page
    assert list(tmp_path.iterdir()) == []


def test_the_words_hold_all_that_sphinx_s_scripts_say() -> None:
    """Its own catalogue is not loaded: it makes a function of a text."""
    static = Path(sphinx.__file__).parent / "themes" / "basic" / "static"
    said = set()
    for script in static.glob("*.js*"):
        said |= set(re.findall(r"\b_\(\s*[\"'`]([^\"'`]+)[\"'`]", script.read_text("utf-8")))
    assert len(said) >= 3
    assert said - set(words_of(Language.FA).words) == set()


def test_the_styles_of_a_drawing_are_linked_in_the_head(tmp_path: Path) -> None:
    drawing = "<svg viewBox='0 0 9 9'><style>.a{fill:red}</style><path class=a></path></svg>"
    page = Outsider(tmp_path, "page").page(f"<head></head><body>{drawing}</body>")
    head, _, body = page.partition("</head>")
    (name,) = re.findall(r'<link rel="stylesheet" href="([^"]*)"', head)
    assert (tmp_path / name).read_text("utf-8") == ".a{fill:red}"
    assert body == f"<body>{drawing.replace('<style>.a{fill:red}</style>', '')}</body>"
