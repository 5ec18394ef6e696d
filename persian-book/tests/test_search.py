"""How the search spells: its script, run as browsers run it."""

import json

import pytest
from py_mini_racer import MiniRacer

from persian_book.search.index import SearchPersian
from persian_book.search.texts import sections_of

READ = """(text) => {
  const stemmer = new Stemmer();
  return bookWords(text).map((parts) => parts.map((part) => stemmer.stemWord(part.toLowerCase())));
}"""


@pytest.fixture(scope="module")
def script() -> MiniRacer:
    engine = MiniRacer()
    search = SearchPersian({})
    engine.eval(search.js_stemmer_code + search.js_splitter_code)
    return engine


def read(script: MiniRacer, text: str) -> list[list[str]]:
    """Return the stems of a text, word by word and part by part."""
    found: list[list[str]] = json.loads(
        script.eval(f"JSON.stringify(({READ})({json.dumps(text)}))")
    )
    return found


# Spellings that must end in one stem each.
SAME = [
    "شبکه شبکه‌ها شبکه‌های شبکههای شبکه‌هایشان شبکه‌ای شبکهٔ شبکۀ شبکه‌ی",
    "کتاب كتاب کتاب‌ها کتابها کتابهای کتاب‌هایم",
    "تصویر تصوير تصویرها تصاویر تصاويري",
    "مسئله مسائل مسئله‌ها",
    "3×3 ۳×۳ 3x3 ٣×٣ 3X3",
    "مدل مُدل مدلِ مدل‌ها",
    "آموزش اموزش أموزش آموزشی",
    "عربی عربي عربى",
    "۱۹۹۸ ١٩٩٨ 1998",
    "layer layers Layers",
    "پارامتر پارامترها پارامترهای پارامتری",
    "گرادیان گراديان گرادیان‌ها گرادیانها",
    "حتما حتماً",
    "مسئله مسیله",
    "بزرگ بزرگتر بزرگ‌تر بزرگ‌ترین بزرگترین",
    "conv2d Conv2D conv۲d",
]


@pytest.mark.parametrize("spellings", SAME)
def test_spellings_of_one_word_have_one_stem(script: MiniRacer, spellings: str) -> None:
    assert len({str(read(script, word)) for word in spellings.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("تنها", "تن"),
        ("بینی", "بین"),
        ("مان", "م"),
        ("بها", "ب"),
        ("فیلتر", "فیلم"),
        ("گام", "گاما"),
        ("validation", "valid"),
    ],
)
def test_different_words_stay_apart(script: MiniRacer, one: str, other: str) -> None:
    assert read(script, one) != read(script, other)


def test_words_have_parts_and_one_set_of_digits(script: MiniRacer) -> None:
    text = "پیش‌بینیِ لایه‌های Conv2D، 1998، ۳ × ۳"
    assert read(script, text) == [["پیش", "بینی"], ["لایه"], ["conv2d"], ["۱۹۹۸"], ["3x3"]]


def test_every_section_name_and_term_is_a_place_of_its_own() -> None:
    page = """<article><section id="top"><h1>عنوان</h1><p>یک</p>
    <section id="a"><h2>الف<a class="headerlink">#</a></h2><p>دو</p><section id="body"><p>تمرین</p>
    </section></section><dl><dt class="sig" id="m.f">f(x)</dt><dd><p>Does.</p></dd></dl><table>
    <tr id="term-t"><td><strong>واژه</strong></td><td>معنا</td></tr></table></section></article>"""
    assert sections_of(page) == [
        ["", "page", "عنوان", "یک"],
        ["a", "section", "الف", "دو تمرین"],
        ["m.f", "name", "f(x)", "Does."],
        ["term-t", "term", "واژه", "معنا"],
    ]
