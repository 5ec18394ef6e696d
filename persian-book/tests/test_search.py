"""The search's Python half; the browser tests hold the JavaScript half to it."""

import pytest

from persian_book.search.index import SearchEnglish, SearchPersian, compounds_of, stem, stems_of

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
def test_spellings_of_one_word_have_one_stem(spellings: str) -> None:
    assert len({tuple(stems_of(word)) for word in spellings.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("تنها", "تن"),
        ("بینی", "بین"),
        ("مان", "م"),
        ("بها", "ب"),
        ("فیلتر", "فیلم"),
        ("گام", "گاما"),
    ],
)
def test_short_words_are_not_cut(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_a_compound_is_indexed_by_its_parts_and_joined() -> None:
    assert SearchPersian({}).split("پیش‌بینی") == ["پیش", "بینی", "پیشبینی"]


def test_a_term_is_indexed_under_all_its_names_in_both_editions() -> None:
    synonyms = [["کرنل", "kernel", "هسته"], ["نقشهٔ ویژگی", "feature map"]]
    for language in (SearchPersian, SearchEnglish):
        search = language({"synonyms": synonyms})  # type: ignore[dict-item]
        assert {"kernel", "هسته"} <= set(search.split("وزن‌های کرنل‌ها"))
        assert {"کرنل", "هسته"} <= set(search.split("two kernels"))
        assert {"نقشه", "ویژگی"} <= set(search.split("Feature maps"))
        assert "feature" not in search.split("ویژگی نقشه")


def test_stop_words_and_suffixes_alone_are_not_indexed() -> None:
    search = SearchPersian({})
    assert [word for word in search.split("و در شبکه های the") if search.word_filter(word)] == [
        "شبکه"
    ]


def test_two_words_are_found_joined_where_the_book_writes_them_as_one() -> None:
    compounds = sorted(compounds_of("پیش‌بینی‌ها را ببینید"))
    search = SearchPersian({"compounds": compounds})
    assert search.split("پیش بینی کرد") == ["پیش", "بینی", "کرد", "پیشبینی"]
    assert search.split("لایه شبکه") == ["لایه", "شبکه"]
