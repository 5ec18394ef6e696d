"""Physical CSS to logical: every rule, and what must stay."""

import re

import pytest

from persian_book.site.logical import to_logical


def read(css: str) -> str:
    """Return a sheet without what means nothing: spaces between signs, the last semicolon."""
    return re.sub(r"\s*([{}:;,!])\s*", r"\1", css).replace(";}", "}")


@pytest.mark.parametrize(
    ("physical", "logical"),
    [
        ("margin-left:1px", "margin-inline-start:1px"),
        ("padding-right: 2px !important", "padding-inline-end: 2px !important"),
        ("border-left-color:red", "border-inline-start-color:red"),
        ("left:0", "inset-inline-start:0"),
        ("float:right", "float:inline-end"),
        ("text-align:left", "text-align:start"),
        ("text-align:center", "text-align:center"),
        ("border-top-right-radius:1px", "border-start-end-radius:1px"),
        ("margin:1px 2px 3px 4px", "margin-block:1px 3px;margin-inline:4px 2px"),
        ("margin:1px 2px 3px 2px", "margin:1px 2px 3px 2px"),
        (
            "padding:0 calc(1px + 2px) 0 auto!important",
            "padding-block:0 0!important;padding-inline:auto calc(1px + 2px)!important",
        ),
        (
            "border-width:1px 2px 3px 4px",
            "border-block-width:1px 3px;border-inline-width:4px 2px",
        ),
        (
            "border-radius:1px 2px",
            "border-start-start-radius:1px;border-start-end-radius:2px;"
            "border-end-end-radius:1px;border-end-start-radius:2px",
        ),
        ("transition:margin-left .2s,opacity 1s", "transition:margin-inline-start .2s,opacity 1s"),
    ],
)
def test_declarations(physical: str, logical: str) -> None:
    assert read(to_logical(f"a{{{physical}}}")) == read(f"a{{{logical}}}")


@pytest.mark.parametrize(
    "css",
    [
        "a{--left:1px}",
        'a{content:"left:0;float:left"}',
        "a{background:url(data:left:0;)}",
        "/* margin-left:1px */",
        "a{left:50%;transform:translateX(-50%)}",
        '[data-popper-placement^="right"] .arrow{left:0}',
        '[dir="rtl"] a{left:0}',
        "a{border-radius:1px}",
        "a{transform:translateX(1px)}",
    ],
)
def test_what_stays(css: str) -> None:
    assert read(to_logical(css)) == read(css)


def test_rules_inside_a_query_and_comments_inside_a_rule() -> None:
    css = "@media (min-width:1px){a:hover{/* x */left:0;}\n b{ right : 1px }}"
    logical = "@media (min-width:1px){a:hover{/* x */inset-inline-start:0}b{inset-inline-end:1px}}"
    assert read(to_logical(css)) == read(logical)


def test_what_browsers_cannot_read_is_dropped_and_spoils_nothing() -> None:
    assert read(to_logical("a{*zoom:1;color red;left:0}")) == "a{inset-inline-start:0}"


def test_a_second_pass_changes_nothing() -> None:
    css = "a{margin:1px 2px 3px 4px;left:0;float:left;border-radius:1px 2px 3px}"
    assert to_logical(to_logical(css)) == to_logical(css)
