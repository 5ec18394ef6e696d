"""Few files, without what no page needs, under names that last."""

import re
from hashlib import sha256
from importlib import resources
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from persian_book.site.bundles import ASKING, TOLD, Bundles
from persian_book.site.fingerprints import pages_of, stamp
from persian_book.site.purge import purged, words_of
from persian_book.site.typefaces import FONTS, write_typeface

PAGE = """<html><head>
<script src="{up}_static/inline/0123456789ab.js"></script>
<noscript><link rel="stylesheet" href="{up}_static/inline/ba9876543210.css" /></noscript>
<link rel="stylesheet" href="{up}_static/styles/theme.css?v=1" />
<link rel="stylesheet" href="{up}_static/own.css" />
<script src="{up}_static/options{language}.js"></script>
<script src="{up}_static/one.js?v=2"></script>
<script defer src="{up}_static/last.js" data-own="1"></script>
<script src="{up}_static/two.js"></script>
</head><body><pre>1



2</pre><p class="used">{text}</p><img src="{up}_static/picture.svg"></body></html>"""
FILES = {
    "_static/inline/0123456789ab.js": "colours()",
    "_static/inline/ba9876543210.css": ".js{display:none}",
    "_static/styles/theme.css": '@import "../basic.css"; .used{background:url(../dot.png)}'
    " .no{top:0}",
    "_static/basic.css": ".added:not(.absent){left:0}",
    "_static/own.css": ".used{color:red}",
    "_static/options.js": "fa",
    "_static/options.en.js": "en",
    "_static/one.js": "if (document.readyState != 'loading') f(); add('added')",
    "_static/two.js": "bring('part/more.js')",
    "_static/part/more.js": "more()",
    "_static/last.js": "last()",
    "_static/some.css": ".used{color:green}",
    "_static/picture.svg": "<svg/>",
    "_static/dot.png": "dot",
    "_static/nobody.js": "x",
    "_static/LICENSE": "ours",
}


def site_of(folder: Path, text: str = "a") -> Path:
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    (folder / "page.html").write_text(PAGE.format(up="", language="", text=text), "utf-8")
    (folder / "en").mkdir(exist_ok=True)
    english = PAGE.format(up="../", language=".en", text=text)
    (folder / "en" / "page.html").write_text(english, "utf-8")
    return folder


@pytest.mark.parametrize("head", ["", '<link rel="canonical" href="https://a.org/page.html" />'])
def test_letters_are_asked_for_before_the_sheet_by_their_lasting_names(
    tmp_path: Path, head: str
) -> None:
    site = site_of(tmp_path)
    (site / "_static" / "fonts").mkdir()
    for alphabet in ("arabic", "latin"):
        name = f"vazirmatn-{alphabet}-wght-normal.woff2"
        (site / "_static" / "fonts" / name).write_bytes(alphabet.encode())
    for name, language in {"page.html": "fa", "en/page.html": "en"}.items():
        page = (site / name).read_text("utf-8")
        page = page.replace("<html><head>", f'<html lang="{language}"><head>{head}')
        (site / name).write_text(page, "utf-8")
    there = {}
    for name, text in finished(site).items():
        before = re.split(r'<link rel="stylesheet" href="[^"]*/book\.', text)[0]
        asked = re.findall(r'<link rel="preload" as="font" [^>]*href="([^"]+)"', before)
        there[name] = [(site / name).parent.joinpath(address).read_text() for address in asked]
        assert all(re.search(r"\.[0-9a-f]{12}\.woff2$", address) for address in asked)
        # From disk, browsers refuse what is asked for across origins.
        assert before.count("crossorigin") == (len(asked) if head else 0)
    assert there == {"page.html": ["arabic", "latin"], "en/page.html": ["latin"]}


def finished(site: Path) -> dict[str, str]:
    pages = {path: path.read_text("utf-8") for path in pages_of(site)}
    stamp(site, Bundles(site, pages).write())
    return {path.relative_to(site).as_posix(): path.read_text("utf-8") for path in pages}


def test_every_page_loads_one_sheet_and_one_script_in_the_old_order(tmp_path: Path) -> None:
    pages = finished(site_of(tmp_path))
    for name, text in pages.items():
        addresses = re.findall(r'<script[^>]*src="([^"]+)"', text)
        names = [re.sub(r"\.[0-9a-f]{12}", "", Path(address).name) for address in addresses]
        options = "options.en.js" if name.startswith("en") else "options.js"
        assert names == ["0123456789ab.js", options, "book.js", "last.js"]
        assert (
            text.count('defer="') + text.count("defer ") == 3
        )  # all but the one that sets the colours
        assert text.count('rel="stylesheet"') == 2 and 'data-own="1"' in text
    (script,) = (tmp_path / "_static").glob("book.*.js")
    body = script.read_text("utf-8")
    assert body.index("add(") < body.index("bring(") and "loading" not in body
    assert 'if (document.readyState==="complete") f()' in body  # as a script of the head would
    (sheet,) = (tmp_path / "_static").glob("book.*.css")
    rules = sheet.read_text("utf-8")
    assert ".added:not(.absent)" in rules and ".no{" not in rules and "@import" not in rules
    assert rules.index("left:0") < rules.index("background") < rules.index("color:red")


def test_names_hold_the_digest_of_the_content_and_lead_to_it(tmp_path: Path) -> None:
    site = site_of(tmp_path)
    pages = finished(site)
    kept = {p.relative_to(site).as_posix() for p in (site / "_static").rglob("*") if p.is_file()}
    assert not any("nobody" in name for name in kept) and "_static/LICENSE" in kept
    for name in kept - {"_static/LICENSE"}:
        if "/inline/" not in name:
            digest = sha256((site / name).read_bytes()).hexdigest()[:12]
            assert f".{digest}." in name
    for page, text in pages.items():
        for address in re.findall(r'(?:href|src)="([^"]+)"', text):
            assert (site / page).parent.joinpath(address).exists(), address
    (more,) = (site / "_static" / "part").iterdir()
    (script,) = (site / "_static").glob("book.*.js")
    assert f"part/{more.name}" in script.read_text("utf-8")  # what a script brings in
    (dot,) = (site / "_static").glob("dot.*.png")
    (sheet,) = (site / "_static").glob("book.*.css")
    assert dot.name in sheet.read_text("utf-8")


def test_the_theme_asks_no_box_for_its_size() -> None:
    folder = Path(str(resources.files("pydata_sphinx_theme"))) / "theme/pydata_sphinx_theme/static"
    script = (folder / "scripts" / "pydata-sphinx-theme.js").read_text("utf-8")
    mended, count = ASKING.subn(TOLD, script)
    assert count == 1 and mended.count("scrollWidth") == script.count("scrollWidth") - 1
    assert "persianBookScrolling" in (FONTS.parent / "persian-book.js").read_text("utf-8")


def test_a_sheet_of_some_pages_keeps_its_place_and_code_its_empty_lines(tmp_path: Path) -> None:
    site = site_of(tmp_path)
    page = (site / "page.html").read_text("utf-8")
    own = '<link rel="stylesheet" href="_static/own.css" />'
    more = page.replace(own, f'<link rel="stylesheet" href="_static/some.css" />{own}')
    (site / "some.html").write_text(more, "utf-8")  # comes after the others
    pages = finished(site)
    (sheet,) = (site / "_static").glob("book.*.css")
    rules = sheet.read_text("utf-8")
    assert rules.index("green") < rules.index("red")
    assert all("<pre>1\n\n\n\n2</pre>" in text for text in pages.values())


def test_a_rule_that_some_element_may_match_stays() -> None:
    words = words_of(['<p class="a b-c md:x">'])
    for selector in (
        ".a",
        ".a .b-c",
        "p > .a:hover",
        '.a[data-x=".z"]',
        ":is(.z, .a)",
        ".a:not(.z)",
    ):
        assert purged(f"{selector}{{top:0}}", words) == f"{selector}{{top:0}}", selector
    for selector in (".z", ".a .z", ".a#z", ".z:is(.a)"):
        assert purged(f"{selector}{{top:0}}", words) == "", selector
    css = ":root{--a:1;--b:var(--a);--c:2;--d:var(--c)}.a{top:var(--b)}"
    assert purged(css, words) == ":root{--a:1;--b:var(--a)}.a{top:var(--b)}"


def test_a_typeface_keeps_what_shaping_makes_of_its_letters(tmp_path: Path) -> None:
    source = FONTS / "vazirmatn-arabic-wght-normal.woff2"
    write_typeface(source, {ord(sign) for sign in "سلام"}, tmp_path / "font.woff2")
    small, whole = TTFont(tmp_path / "font.woff2"), TTFont(source)
    assert set(small.getBestCmap()) == set(map(ord, "سلام"))
    assert len(small.getGlyphOrder()) > 8  # initial, medial and final forms too
    assert len(small.getGlyphOrder()) < len(whole.getGlyphOrder()) / 2
    assert [axis.axisTag for axis in small["fvar"].axes] == ["wght"]
