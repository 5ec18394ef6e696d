"""One source, two languages: what is kept, and what is refused."""

import re

import pytest
from markdown_it import MarkdownIt

from persian_book.source.blocks import problems, select

PAIR = """:::{fa}
متن
:::
:::{en}
text
:::"""


def test_only_the_blocks_of_the_language_are_kept_and_lines_keep_their_numbers() -> None:
    assert select(PAIR, "fa") == "\nمتن\n\n\n\n"
    assert select(PAIR, "en") == "\n\n\n\ntext\n"


def test_blocks_may_hold_directives_and_stand_in_them() -> None:
    source = """::::{fa}
:::{note}
یادداشت
:::
::::
::::{en}
:::{note}
A note
:::
::::
```{admonition} {fa}`عنوان`{en}`Title`
:::{fa}
درون
:::
:::{en}
inside
:::
```"""
    fa, en = select(source, "fa"), select(source, "en")
    assert fa.split() == [":::{note}", "یادداشت", ":::", "```{admonition}", "عنوان", "درون", "```"]
    assert en.split() == [
        ":::{note}",
        "A",
        "note",
        ":::",
        "```{admonition}",
        "Title",
        "inside",
        "```",
    ]
    assert problems(source) == []


ITEM = """1. first
2. :::{fa}
   یک

   دو
   :::
   :::{en}
   one
   :::
3. third"""


def rendered(source: str, language: str) -> str:
    """Return what a Markdown parser makes of the text of one language."""
    return " ".join(MarkdownIt().render(select(source, language)).split())


def test_an_item_of_a_list_keeps_its_marker_and_its_number() -> None:
    assert problems(ITEM) == []
    assert select(ITEM, "fa").split("\n")[1:4] == ["", "2. یک", ""]
    assert select(ITEM, "en").split("\n")[7:] == ["2. one", "", "3. third"]
    for language, texts in {"fa": ["یک", "دو"], "en": ["one"]}.items():
        item = re.sub(r"</?p>|\s", "", rendered(ITEM, language)).split("<li>")[2]
        assert item == "".join(texts) + "</li>", language


@pytest.mark.parametrize("mark", ["- ", "* ", "10. ", "3) ", "> - ", "- - "])
def test_any_item_and_quotation_may_begin_with_a_block(mark: str) -> None:
    indent = re.sub(r"[^ >]", " ", mark)
    lines = [":::{fa}", "یک", ":::", ":::{en}", "one", ":::"]
    source = "\n".join((indent if at else mark) + line for at, line in enumerate(lines))
    assert problems(source) == []
    for language, text in {"fa": "یک", "en": "one"}.items():
        assert rendered(source, language) == rendered(mark + text, language)


def test_a_quotation_stays_one_where_a_block_of_it_is_dropped() -> None:
    source = "> a\n> :::{fa}\n> الف\n> :::\n> :::{en}\n> > b\n> :::\n> c"
    assert problems(source) == []
    assert rendered(source, "fa").count("<blockquote>") == 1
    assert rendered(source, "en").count("<blockquote>") == 2  # one in the other


def test_two_blocks_of_one_language_in_an_item_are_no_twins() -> None:
    source = "2. :::{fa}\n   یک\n   :::\n   :::{fa}\n   دو\n   :::"
    assert [line for line, _ in problems(source)] == [1, 4]
    assert "the {fa} block has no {en} block" in problems(source)[0].message


def test_code_is_never_touched() -> None:
    cell = """```{code-cell} ipython3
---
mystnb:
  image: {alt: "{fa}`الف`{en}`a`"}
---
s = "{fa}`x`"
:::{fa}
```
    and `{fa}` in a span, ``{en}`y` `` too"""
    assert select(cell, "fa") == select(cell, "en") == cell
    assert problems(cell) == []


def test_inline_pairs_stand_anywhere_in_prose() -> None:
    row = "| {fa}`سطر`{en}`row` | {en}`column` {fa}`ستون` | ``{fa}`` |"
    assert select(row, "fa") == "| سطر |  ستون | ``{fa}`` |"
    assert select(row, "en") == "| row | column  | ``{fa}`` |"
    assert select("{fa}``کد `x` است``{en}``code `x` is``", "en") == "code `x` is"


def test_a_role_on_the_line_hides_no_text_without_its_twin() -> None:
    for role in (
        "{numref}`fig`",
        "{ref}`شکل <fig>`",
        "{math}`x`",
        "{glue:text}`acc:.2f`",
        "`code`",
    ):
        alone = f"{role} {{fa}}`فقط فارسی`"
        assert [line for line, _ in problems(alone)] == [1], role
        pair = f"{role} {{fa}}`متن`{{en}}`text` {role}"
        assert problems(pair) == []
        assert select(pair, "en") == f"{role} text {role}"
    alt = "{glue:text}`n` ![{fa}`نمودار`{en}`A plot`](plot.png)"
    assert problems(alt) == []
    assert select(alt, "en") == "{glue:text}`n` ![A plot](plot.png)"


def test_a_pair_may_stand_in_another_role_but_not_in_code() -> None:
    link = "{ref}``{fa}`واژه‌نامه`{en}`glossary` <g>``"
    assert select(link, "fa") == "{ref}``واژه‌نامه <g>``"
    assert select("{code}``{fa}`x` ``", "fa") == "{code}``{fa}`x` ``"


def test_every_text_without_its_twin_is_named_by_line() -> None:
    source = f"""{PAIR}

:::{{fa}}
تنها
:::
A paragraph in between.
:::{{en}}
alone
:::
# {{fa}}`بی‌جفت`
{{fa}}`یک`{{fa}}`دو`
{{en}}`never closed
"""
    assert [line for line, _ in problems(source)] == [8, 12, 15, 16, 17]


def test_twins_stand_side_by_side_in_either_order_and_in_one_parent() -> None:
    assert problems(":::{en}\na\n:::\n\n% a comment\n:::{fa}\nالف\n:::") == []
    apart = "::::{note}\n:::{fa}\nالف\n:::\n::::\n:::{en}\na\n:::"
    assert [line for line, _ in problems(apart)] == [2, 6]
    twice = ":::{fa}\nالف\n:::\n:::{fa}\nب\n:::\n:::{en}\nb\n:::"
    assert [line for line, _ in problems(twice)] == [1]


def test_an_open_fence_and_a_block_in_a_block_are_refused() -> None:
    assert [line for line, _ in problems(PAIR + "\n:::{note}\nnever closed")] == [7]
    nested = "::::{fa}\n:::{en}\nx\n:::\n::::\n::::{en}\ny\n::::"
    assert [line for line, _ in problems(nested)] == [2]


def test_a_caption_of_a_cell_is_prose() -> None:
    """A backtick within the text ends it, and the rest would stand in both editions."""
    cell = '```{code-cell} ipython3\n    caption: "{fa}`آخرش `NaN` است.`{en}`Its last.`"\n```'
    assert [problem.line for problem in problems(cell)] == [2]
    assert problems(cell.replace("`NaN`", "NaN")) == []
