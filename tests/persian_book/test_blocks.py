"""One source, two languages: what is kept, and what is refused."""

from persian_book.blocks import problems, select

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


def test_lists_and_quotations_may_hold_blocks() -> None:
    source = "- :::{fa}\n  یک\n  :::\n  :::{en}\n  one\n  :::\n"
    assert problems(source) == []
    assert select(source, "en").split() == ["one"]


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
