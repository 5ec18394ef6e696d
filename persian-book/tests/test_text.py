"""Numbers and foreign words in finished text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persian_book.digits import latin_digits
from persian_book.page.isolate import english_text, persian_text, plain_persian_text
from persian_book.page.numbers import persian_numbers


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("28×28×1", "۲۸×۲۸×۱"),
        ("دقت 0.935 بود", "دقت ۰٫۹۳۵ بود"),
        ("93.5%", "۹۳٫۵٪"),
        ("1,574 پارامتر", "۱٬۵۷۴ پارامتر"),
        ("3,4", "۳,۴"),
        ("2.16.1", "۲.۱۶.۱"),
        ("2.1. مقدمه 0.5", "۲.۱. مقدمه ۰٫۵"),
        ("(3.12)", "(۳.۱۲)"),
        ("شکل 2.1 با 0.5", "شکل ۲.۱ با ۰٫۵"),
        ("-70", '<bdi dir="ltr">−۷۰</bdi>'),
        ("از ۳ تا -۸", 'از ۳ تا <bdi dir="ltr">−۸</bdi>'),
        ("5-3", "۵-۳"),
    ],
)
def test_numbers(written: str, shown: str) -> None:
    assert persian_numbers(written) == shown


def latin(words: str) -> str:
    return f'<bdi lang="en" dir="ltr">{words}</bdi>'


def whole(word: str) -> str:
    return latin(f'<span class="unbroken">{word}</span>')


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("زبان C++ است.", f"زبان {latin('C++')} است."),
        ("با TensorFlow 2.21، نه", f"با {latin('TensorFlow 2.21')}، نه"),
        ("با ResNet50V2 ۰٫۷۱۴ و", f"با {latin('ResNet50V2')} ۰٫۷۱۴ و"),
        ("در Keras. PyTorch هم", f"در {latin('Keras')}. {latin('PyTorch')} هم"),
        ("مدل ResNet-50 (2015)", f"مدل {whole('ResNet-50')} (۲۰۱۵)"),
        ("با state-of-the-art-of-our-time", f"با {latin('state-of-the-art-of-our-time')}"),
        ("(convolution) یعنی", f"({latin('convolution')}) یعنی"),
        ("تابع mean() را", f"تابع {latin('mean()')} را"),
        ("5. Grad-CAM", f"۵. {whole('Grad-CAM')}"),
        ("1×1 convolution", latin("1×1 convolution")),
        ("نرخ 1e-3 بود", f"نرخ {whole('1e-3')} بود"),
        ("&#8212; 3 &amp; 4", "&#8212; ۳ &amp; ۴"),
        ("GPU‌ها", f"{latin('GPU')}‌ها"),
        ("Conv2D 100,741 پارامتر", f"{latin('Conv2D')} ۱۰۰٬۷۴۱ پارامتر"),
        ("Keras 93.5% بود", f"{latin('Keras')} ۹۳٫۵٪ بود"),
        ("لایهٔ Conv2D 3×3 با", f"لایهٔ {latin('Conv2D')} ۳×۳ با"),
    ],
)
def test_latin_words_in_persian(written: str, shown: str) -> None:
    assert persian_text(written) == shown


NUMBER = st.from_regex(
    r"[0-9]{1,3}(,[0-9]{3}){0,2}(\.[0-9]{1,2})?%?|[0-9][×/:–][0-9]", fullmatch=True
)


@given(st.lists(NUMBER | st.sampled_from(["Conv2D", "در", "لایه‌های", "GPU."]), min_size=1))
def test_no_number_is_torn(words: list[str]) -> None:
    """A number is shown in one set of digits, on one side of every tag."""
    shown = persian_text(" ".join(words))
    plain = re.sub("<[^>]*>", "", shown).translate(str.maketrans("٬٫٪", ",.%"))
    assert latin_digits(plain) == " ".join(words)
    for word in re.sub("<[^>]*>", "|", shown).split():
        assert not (re.search("[0-9]", word) and re.search("[۰-۹]", word)), shown
        assert not re.search(r"\d[|]+[,.٬٫%٪×/:–]?\d", word), shown


def test_a_title_holds_no_markup() -> None:
    assert plain_persian_text("3.1. مدل ResNet50 - 7") == "۳.۱. مدل ResNet50 - ۷"


def test_persian_words_in_english() -> None:
    shown = english_text("The word نقشهٔ ویژگی, 28&nbsp;px.")
    assert shown == 'The word <bdi lang="fa" dir="rtl">نقشهٔ ویژگی</bdi>, 28&nbsp;px.'
