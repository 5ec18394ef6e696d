"""The last touch on a page, and what it leaves alone."""

from html import escape
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persian_book.languages import Language
from persian_book.page.finish import Finish
from persian_book.page.markup import Tag, rewrite, tokens
from persian_book.page.words import words_of


@pytest.fixture(scope="module")
def persian() -> Finish:
    return Finish(Language.FA, words_of(Language.FA))


@pytest.fixture(scope="module")
def english() -> Finish:
    return Finish(Language.EN, words_of(Language.EN))


def test_a_page_that_no_rule_touches_comes_back_byte_for_byte() -> None:
    page = "<!DOCTYPE html><p a='>' b=x\nc>a &lt; b</p><!-- <p> --><script>1<2</script><br/>x < y"

    def same(value: object, kind: object) -> object:
        return value

    assert rewrite(page, None, lambda tag, kind: None, same, same) == page  # type: ignore[arg-type]


def tag_of(source: str) -> Tag:
    (token,) = tokens(source)
    assert token.tag is not None
    return token.tag


def test_tags_are_read_and_written() -> None:
    tag = tag_of('<a class="x y" title=\'say "z" &amp; go\' hidden href=p.html class=again>')
    assert tag.classes == ["x", "y"]
    assert dict(tag.attributes) == {
        "class": "x y",
        "title": 'say "z" & go',
        "hidden": None,
        "href": "p.html",
    }
    assert tag.lacking("title").source == '<a class="x y" hidden href="p.html">'
    assert tag.lacking("id") is tag and tag.having("title", "new") is tag
    written = tag.setting("dir", "ltr").source
    assert written.startswith('<a class="x y" title="say &quot;z&quot; &amp; go" hidden href=')
    assert tag_of("<br/>").named("hr").source == "<hr/>"


NAME = st.from_regex(r"[a-w][a-z-]{0,6}", fullmatch=True)
VALUE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)


@given(st.dictionaries(NAME, VALUE, max_size=4), NAME, VALUE)
def test_whatever_stands_in_an_attribute_a_browser_reads_it_again(
    attributes: dict[str, str], name: str, value: str
) -> None:
    """The oracle is a parser of another kind, for XML, whose rules for attributes are stricter."""
    source = "<p" + "".join(f" {k}='{escape(v)}'" for k, v in attributes.items()) + ">"
    changed = tag_of(source).setting(name, value).source
    assert ElementTree.fromstring(f"{changed}</p>").attrib == {**attributes, name: value}


def test_language_and_direction_stand_on_the_root(persian: Finish, english: Finish) -> None:
    assert persian.page('<html lang="fa" >') == '<html lang="fa" dir="rtl" data-theme="light">'
    assert english.page('<html lang="en" >') == '<html lang="en" dir="ltr" data-theme="light">'


@pytest.mark.parametrize(
    "code",
    [
        '<code class="literal">f(1, 2)</code>',
        '<div class="highlight-python"><pre><span class="mi">12</span></pre></div>',
        r'<span class="math">\(x_1 = 2\)</span>',
        '<div class="output text_plain"><pre>0.5</pre></div>',
        '<table class="dataframe"><td>3.5</td></table>',
    ],
)
def test_code_and_mathematics_keep_their_text_and_run_left_to_right(
    persian: Finish, code: str
) -> None:
    finished = persian.page(f"<article>{code}</article>")
    assert 'dir="ltr"' in finished
    without = finished.replace(' dir="ltr"', "").removeprefix("<article>")
    assert without.removesuffix("</article>") == code


def test_an_equation_number_is_persian_but_the_equation_is_not(persian: Finish) -> None:
    page = r'<div class="math"><span class="eqno">(3.1)</span>\[x_1\]</div>'
    assert r'<span class="eqno">(۳.۱)</span>\[x_1\]' in persian.page(page)


def test_text_after_an_unclosed_element_is_prose_again(persian: Finish) -> None:
    assert persian.page("<ul><li><code class='x'>1</code> 2<li>3</ul>4").endswith("۲<li>۳</ul>۴")


def test_words_around_the_prose_are_translated_and_the_prose_is_not(persian: Finish) -> None:
    assert persian.page("<button>Search</button>") == "<button>جست‌وجو</button>"
    assert "Search" in persian.page("<article><p>Search</p></article>")
    assert 'title="رونوشت"' in persian.page('<article><i title="Copy"></i></article>')
    assert "پارامترها" in persian.page('<article><dl><dt class="field-odd">Parameters</dt></dl>')


def test_docstrings_and_bibliographies_are_english_islands(persian: Finish) -> None:
    finished = persian.page('<article><dl class="py function"><dd>Step 2.</dd></dl>2</article>')
    assert '<dl class="py function" dir="ltr" lang="en"><dd>Step 2.</dd></dl>۲' in finished


def test_an_english_tooltip_is_marked(persian: Finish) -> None:
    assert 'lang="en"' in persian.page('<article><a title="Min Lin. Network in network.">[1]</a>')
    assert "lang" not in persian.page('<article><a title="پیوند این بخش">#</a></article>')


def test_what_axe_reports_of_the_theme_is_mended(persian: Finish, english: Finish) -> None:
    summary = '<nav><summary><span class="toctree-toggle"></span></summary></nav>'
    assert 'aria-label="Subsections"' in english.page(summary)
    assert 'aria-label="زیربخش‌ها"' in persian.page(summary)
    prompt = '<p class="collapsed admonition-title">Show code cell source</p>'
    folded = f'<article><summary aria-label="Toggle hidden content">{prompt}</summary></article>'
    assert english.page(folded) == (
        '<article><summary><span class="collapsed admonition-title">Show code cell source</span>'
        "</summary></article>"
    )
    assert ">نمایش کد</span>" in persian.page(folded)
    content = english.page('<article><section id="exercise-content"></section></article>')
    assert "id=" not in content
    entry = english.page('<div class="citation" role="doc-biblioentry">')
    assert entry == '<div class="citation" role="listitem">'


def test_a_head_says_what_it_heads_and_an_empty_corner_heads_nothing(english: Finish) -> None:
    table = (
        '<table><thead><tr><th class="head"><p></p></th><th><p>n</p></th></tr></thead>'
        "<tbody><tr><th>1</th><td>2</td></tr></tbody></table><table><tr><th>x</th></tr></table>"
    )
    assert english.page(table) == (
        '<table><thead><tr><td class="head"><p></p></td><th scope="col"><p>n</p></th></tr></thead>'
        '<tbody><tr><th scope="row">1</th><td>2</td></tr></tbody></table>'
        "<table><tr><th>x</th></tr></table>"
    )


def test_the_theme_button_keeps_its_name(persian: Finish) -> None:
    button = '<button class="theme-switch-button" aria-label="Color mode"><i></i></button>'
    assert 'aria-label="رنگ صفحه"' in persian.page(button)


def test_every_word_of_the_catalogue_has_persian_letters() -> None:
    words = words_of(Language.FA).words
    assert len(words) > 100
    assert [
        word for word in words.values() if not any("\u0600" <= c <= "\u06ff" for c in word)
    ] == []


def test_placeholders_survive_translation() -> None:
    for english, persian in words_of(Language.FA).words.items():
        assert english.count("%s") == persian.count("%s")
        assert ("${resultCount}" in english) == ("${resultCount}" in persian)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("(1, 28, 28, 3)", None),
        ("3e-4", None),
        ("padding", []),
        ("cnnbook train --batch-size 128", ["--batch-size"]),
        ("a" + "-a" * 20, []),
    ],
)
def test_short_code_stays_in_one_line(english: Finish, code: str, words: list[str] | None) -> None:
    def shown(whole: str, kept: list[str]) -> str:
        pre = [f'<span class="pre{" unbroken" * (w in kept)}">{w}</span>' for w in code.split()]
        return f'<code class="docutils literal notranslate{whole}">{" ".join(pre)}</code>'

    expected = shown(" unbroken", []) if words is None else shown("", words)
    assert english.page(shown("", [])) == expected


def test_a_caption_goes_on_after_its_number(persian: Finish, english: Finish) -> None:
    shown = '<span class="caption-number">{} </span><span class="caption-text">{}</span>'
    assert persian.page(shown.format("شکل 1.1", "ورودی")) == shown.format("شکل ۱.۱:", "ورودی")
    assert english.page(shown.format("Fig. 1.1", "Input")) == shown.format("Fig. 1.1", "Input")
    exercise = '<span class="caption-number">تمرین ۱.۱ </span> (نخست)'
    assert persian.page(exercise) == exercise
