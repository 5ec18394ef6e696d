"""Formulas set while the book is built."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont

from persian_book.mathematics.engine import Engine, FormulaError
from persian_book.mathematics.fonts import FONTS, faces, glyphs, write_font
from persian_book.mathematics.setting import Setting
from persian_book.mathematics.words import with_words, words_of


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine("fonts")


@pytest.fixture
def setting(engine: Engine) -> Setting:
    return Setting(engine, {"R": r"\mathbb{R}"})


def inline(tex: str) -> str:
    return rf'<span class="math notranslate">\({tex}\)</span>'


def mathml(html: str) -> ElementTree.Element:
    found = re.search("<math.*</math>", html, re.S)
    assert found is not None
    return ElementTree.fromstring(found[0])


def test_a_formula_is_set_where_it_stands_and_nothing_else_is(setting: Setting) -> None:
    page = f"<p>\\(a\\) {inline('a &lt; b')} <code>\\(c\\)</code></p>"
    done = setting.page(page)
    assert done.startswith(r"<p>\(a\) <span") and done.endswith(r"<code>\(c\)</code></p>")
    assert "".join(mathml(done).itertext()) == "a<b"
    assert done.count("<mjx-container") == 1


def test_the_number_of_an_equation_and_its_link_stay(setting: Setting) -> None:
    number = '<span class="eqno">(3.1)<a class="headerlink" href="#e">#</a></span>'
    done = setting.page(rf'<div class="math" id="e">{number}\[x_1\]</div>')
    assert done.startswith(f'<div class="math" id="e">{number}<mjx-container')
    assert 'display="true"' in done


@pytest.mark.parametrize(
    "source",
    [r"\begin{align}a&amp;=b\\c&amp;=d\end{align}", r"\begin{equation}a\end{equation}"],
)
def test_an_environment_of_its_own_is_displayed(setting: Setting, source: str) -> None:
    assert 'display="true"' in setting.page(f'<div class="amsmath math">{source}</div>')


def test_formulas_stand_in_sidebars_captions_and_heads_and_as_words_in_the_title(
    setting: Setting,
) -> None:
    formula = inline(r"k\times k")
    page = (
        rf"<title>Kernels \(k\times k\)</title><nav><a>{formula}</a></nav>"
        f"<figcaption>{formula}</figcaption><table><th>{formula}</th></table>"
    )
    done = setting.page(page)
    assert "<title>Kernels k × k</title>" in done
    assert done.count("<mjx-container") == 3 and "times" not in done


def test_persian_in_a_formula_is_one_run_of_text(setting: Setting) -> None:
    assert ">درست‌ها</mjx-utext>" in setting.page(inline(r"\text{درست‌ها}"))


def test_macros_of_the_book_hold(setting: Setting) -> None:
    letters = mathml(setting.page(inline(r"\R"))).iter()
    assert "double-struck" in [letter.get("mathvariant") for letter in letters]


def test_no_style_stands_in_the_page_but_in_its_sheet(setting: Setting) -> None:
    done = setting.page(inline(r"\frac{a_{ij}}{\sqrt[3]{b}}"))
    assert "style=" not in done
    names = set(re.findall(r"mjs-\w+", done))
    assert names and all(f".{name}.{name}{{" in setting.sheet() for name in names)


def test_a_sheet_has_the_letters_of_its_page_alone(engine: Engine) -> None:
    first = Setting(engine, {})
    first.page(inline("a"))
    one = set().union(*glyphs(first.sheet()).values())
    second = Setting(engine, {})
    second.page(inline(r"\sum b"))
    assert "a" in map(chr, one) and "∑" not in map(chr, one)
    two = glyphs(second.sheet())
    assert ord("b") in two["MJXTEX-I"] and "MJXTEX" not in two
    assert ord("∑") in two["MJXTEX-S1"] and ord("a") not in two["MJXTEX-I"]


def test_the_pieces_of_a_tall_bracket_are_in_the_font_that_draws_them(engine: Engine) -> None:
    setting = Setting(engine, {})
    setting.page(inline(r"\left[\begin{matrix}1\\2\\3\\4\end{matrix}\right]"))
    assert {ord("⎡"), ord("⎢"), ord("⎣")} <= glyphs(setting.sheet())["MJXTEX-S4"]


def test_what_mathjax_cannot_read_is_named(setting: Setting) -> None:
    with pytest.raises(FormulaError, match=r"Missing close brace in \\frac\{1"):
        setting.page(inline(r"\frac{1"))
    with pytest.raises(FormulaError, match=r"Undefined control sequence \\nosuch"):
        setting.page(inline(r"\nosuch"))


def test_a_font_keeps_the_outlines_of_the_glyphs_used(tmp_path: Path) -> None:
    name = "MathJax_Main-Regular"
    write_font(name, {ord("a"), ord("+")}, tmp_path / name)
    small, whole = TTFont(tmp_path / name), TTFont(FONTS / f"{name}.woff")
    assert small.flavor == "woff2"
    assert set(small.getBestCmap()) <= {ord(sign) for sign in "a+ "}
    for font in (small, whole):
        assert font.getBestCmap()[ord("a")]
    assert small["hmtx"][small.getBestCmap()[97]] == whole["hmtx"][whole.getBestCmap()[97]]
    assert (tmp_path / name).stat().st_size < (FONTS / f"{name}.woff").stat().st_size / 4


def test_every_font_of_a_sheet_is_there(setting: Setting) -> None:
    setting.page(inline("a"))
    assert len(faces(setting.sheet())) > 20
    assert {
        name for name in faces(setting.sheet()) if not (FONTS / f"{name}.woff").exists()
    } == set()


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        (r"k\times k", "k × k"),
        (r"x_1^2", "x_1^2"),
        (r"\frac{a+b}{2}", "(a + b)/2"),
        (r"\sqrt{n}", "√n"),
        (r"f(x)", "f(x)"),
        (r"\sum_{i=0}^{n-1} a_i", "∑_(i = 0)^(n − 1)a_i"),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", "(1 2; 3 4)"),
        (r"X\in\mathbb{R}^{m\times n}", "X ∈ R^(m × n)"),
    ],
)
def test_a_formula_in_words(engine: Engine, tex: str, words: str) -> None:
    engine.begin({})
    html = engine.typeset(tex, display=False)
    assert with_words(f"a {html}.") == f"a {words}."
    found = re.search("<math.*</math>", html, re.S)
    assert found is not None and words_of(found[0]) == words
