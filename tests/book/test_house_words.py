"""One word, one idea: what the check finds, what it leaves alone, and that a build stops."""

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from sphinx.errors import ExtensionError

from house_words import meanings, prose, read_rules

ROOT = Path(__file__).parent.parent.parent
RULES = read_rules(ROOT / "book")


def refused(text: str, language: str = "fa") -> list[str]:
    return [
        word
        for _, line in prose(text, language)
        for rule in RULES
        if rule.language == language
        for word in rule.found(line)
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("شمار کانال‌ها", ["شمار"]),
        ("تنها یک صفر می‌ماند", ["تنها"]),
        ("مجموع وزن‌ها", ["مجموع"]),
        ("آنگاه یک‌بار بی آن", ["آنگاه", "یک‌بار", "بی"]),
        ("هم‌بستگیِ نقشه‌ها", ["هم‌بستگی"]),
        ("گردکردن، گرد‌کردن", ["گرد‌کردن", "گردکردن"]),
        ("شبکه می کند و نمی کند", ["می", "نمی"]),
        ("این شبکه های عصبی", ["های"]),
        ("میکند و نمیشود", ["میکند", "نمیشود"]),
        ("قاعده‌ی زنجیری", ["قاعده‌ی"]),
        ("هر نه درایه", ["هر نه"]),
        ("طولِ و عرض نیست؛ طول و عرض هست", ["طول و عرض"]),
        ("ضربِ ماتریس", ["ضربِ ماتریس"]),
        ("پدینگ و هسته‌های آن", ["پدینگ", "هسته‌های"]),
        ("قدم‌های کوچک و نمره‌هایش", ["قدم‌های", "نمره‌هایش"]),
    ],
)
def test_what_the_prose_may_not_say(text: str, words: list[str]) -> None:
    found = refused(text)
    assert all(word in found for word in words), found


@pytest.mark.parametrize(
    "text",
    [
        "به شمار می‌آید، بی‌شمار، شماره و شمردن",
        "علامت تنها چیزی است که خط را نشان می‌دهد؛ خودِ آن به‌تنهایی",
        "مجموعهٔ آزمون؛ در مجموع",
        "بی‌صدا و بی‌آن‌که",
        "نه درست و نه نادرست",
        "نُه درایه",
        "لبه‌یابی و درآمدن و برگرداندن",
        "ضرب ماتریسی و گرد کردن",
        "نمرهٔ کامل می‌گیرد",
        "فکر می‌کنید هستهٔ پردازنده و قدم‌به‌قدم",
        "این را «شمار» می‌نامند و آن را «صحت».",
        "میان، میانگین و میلیون",
        "همهٔ $n$ها",
        "`شمار` و $شمار$ و {ref}`شمار`",
        "```python\nشمار = 1\n```",
        "$$\nشمار\n$$",
        ":link: شمار",
        "(شمار)=",
        "[پیوند](شمار.html)",
    ],
)
def test_what_is_left_alone(text: str) -> None:
    assert refused(text) == []


def test_the_text_of_a_reference_is_prose_and_its_target_is_not() -> None:
    assert refused("{ref}`شمار <تنها>`") == ["شمار"]


def test_of_a_code_cell_only_the_texts_of_this_edition_are_read() -> None:
    cell = "```{code-cell}\n---\ncaption: {fa}`شمار`{en}`gray`\n---\nشمار = 'gray'\n```\nپس از آن"
    assert list(prose(cell, "fa")) == [(3, "شمار"), (7, "پس از آن")]
    assert refused(cell, "fa") == ["شمار"] and refused(cell, "en") == ["gray"]


def test_an_inner_fence_does_not_end_an_outer_one() -> None:
    assert list(prose("````python\n```\nشمار\n```\n````\nمتن", "fa")) == [(6, "متن")]


@pytest.mark.parametrize(
    "text", ["The color of pre-trained Iranian cars", "network in the network"]
)
def test_english_has_its_own_words(text: str) -> None:
    assert refused(text, "en") and refused(text, "fa") == []


def test_meanings_of_terms_are_checked_and_variants_are_not() -> None:
    terms = (
        "- id: kernel\n  fa: کرنل\n  also: [هسته]\n  means:\n    fa: شمار وزن‌ها\n    en: number\n"
    )
    assert list(meanings(terms, "fa")) == [(2, "کرنل"), (5, "شمار وزن‌ها")]


def test_what_the_package_says_in_persian_has_the_same_words() -> None:
    said = [
        (path.name, constant.value)
        for path in (ROOT / "code").rglob("*.py")
        for constant in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
    ]
    persian = [(name, text) for name, text in said if re.search("[آ-ی]", text)]
    assert len(persian) > 200
    assert [(name, refused(text)) for name, text in persian if refused(text)] == []


def test_no_remedy_is_itself_refused() -> None:
    assert {rule.say: refused(rule.say, rule.language) for rule in RULES} == {
        rule.say: [] for rule in RULES
    }


@pytest.mark.parametrize(
    "entry",
    [{"say": "تعداد"}, {"say": "تعداد", "not": "شمار"}, {"say": "تعداد", "not": [], "why": "x"}],
)
def test_a_malformed_entry_is_named(tmp_path: Path, entry: dict[str, Any]) -> None:
    (tmp_path / "refused.yml").write_text(yaml.safe_dump([entry]), "utf-8")
    with pytest.raises(ExtensionError, match="refused"):
        read_rules(tmp_path)


def build(book: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sphinx", "-q", str(book), str(book / "_build")]
    environment = {"PYTHONPATH": str(ROOT / "book" / "_ext"), "PATH": ""}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_a_build_stops_with_place_and_remedy_until_the_word_is_mended(tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text(
        'extensions = ["myst_parser", "house_words"]\nlanguage = "fa"\n', "utf-8"
    )
    (tmp_path / "refused.yml").write_text("- {say: تعداد, not: [شمار]}\n", "utf-8")
    (tmp_path / "terms.yml").write_text("- id: a\n  fa: آ\n", "utf-8")
    page = tmp_path / "index.md"
    page.write_text("# عنوان\n\nشمار وزن‌ها.\n", "utf-8")
    for _ in range(2):  # a page that failed is not taken as read
        done = build(tmp_path)
        assert done.returncode != 0 and "index.md:3: “شمار”: the book says “تعداد”" in done.stderr
    page.write_text("# عنوان\n\nتعداد وزن‌ها.\n", "utf-8")
    assert build(tmp_path).returncode == 0
    (tmp_path / "refused.yml").write_text("- {say: شمار, not: [تعداد]}\n", "utf-8")
    assert build(tmp_path).returncode != 0  # new rules are asked of pages that did not change


SAID_ELSEWHERE = [
    *(ROOT / "book" / "labels").glob("*.yml"),
    ROOT / "book" / "reference.yml",
    *(ROOT / "book" / "_ext").rglob("*.yml"),
    *(ROOT / "book" / "_ext").rglob("*.js"),
    *(ROOT / "persian-book" / "persian_book" / "locale").glob("*.po"),
]


@pytest.mark.parametrize("path", SAID_ELSEWHERE, ids=lambda path: path.name)
def test_figures_buttons_and_the_reference_say_the_same_words(path: Path) -> None:
    assert refused(path.read_text("utf-8")) == []
