"""What people type, as digits, signs and separators of three languages, and what it means."""

from collections.abc import Callable
from typing import Any

import pytest

Evaluate = Callable[..., Any]

NUMBERS = {
    20: [
        "20",
        "20.0",
        "+20",
        "۲۰٫۰",
        "٢٠",
        " 20 ",
        "۲۰ پارامتر",
        "20 units",
        "20.",
        "(20)",
        "２０",
    ],
    1.5: ["1.50", "۱٫۵", "1,5", "3/2", "۳/۲", "1 1/2", "۱/۵", "1.5e0"],
    9.75: ["9.750", "39/4", "+9.75", "۹/۷۵", "9,75", "۹٫۷۵", "78/8", "9 3/4", "L = 9.75"],
    -30: ["-30", "۳۰-", "منفی ۳۰", "minus 30", "- 30", "(-30)", "-(30)", "S(0,2) = −30"]
    + [f"{minus}30" for minus in "−–—‐‑‒﹣－⁻"]
    + [f"{mark}-30{mark}" for mark in "\u061c\u200e\u200f\u2066\u2069\u202a\u202c\ufeff"],
    16640: ["16640", "16,640", "16 640", "۱۶٬۶۴۰", "۱۶۶۴۰ پارامتر", "۱۶،۶۴۰", "16'640"],
    0: ["0", "-0", "۰", "0.0"],
}


@pytest.mark.parametrize(
    ("value", "text"), [(value, text) for value, texts in NUMBERS.items() for text in texts]
)
def test_numbers(evaluate: Evaluate, value: float, text: str) -> None:
    assert value in evaluate("text => Typed.number(text)", text)


@pytest.mark.parametrize(
    "text", ["", "abc", "--3", "3-4", "12abc3", "5/0", "-", "3 4", "1..2", "−30−", "۳۰ تا ۴۰"]
)
def test_what_is_no_number(evaluate: Evaluate, text: str) -> None:
    assert evaluate("text => Typed.number(text)", text) is None


def test_a_slash_between_latin_digits_is_a_fraction(evaluate: Evaluate) -> None:
    assert evaluate("() => Typed.number('9/75')") == [0.12]
    assert evaluate("() => Typed.number('۱٬۵۷۴')") == [1574]


SHAPES = [
    *["15 15 32", "15x15x32", "15×15×32", "(15, 15, 32)", "[15,15,32]", "۱۵ ۱۵ ۳۲", "۱۵×۱۵×۳۲"],
    *["۱۵ در ۱۵ در ۳۲", "۱۵ و ۱۵ و ۳۲", "15*15*32", "15 by 15 by 32", "۱۵، ۱۵، ۳۲", "15; 15; 32"],
    *["(None, 15, 15, 32)", "15 X 15 X 32", "shape = (15, 15, 32)", "\u206615×15×32\u2069"],
]


@pytest.mark.parametrize("text", SHAPES)
def test_shapes(evaluate: Evaluate, text: str) -> None:
    assert evaluate("text => Typed.shape(text)", text) == [15, 15, 32]


def test_a_list_is_not_the_number_its_digits_make(evaluate: Evaluate) -> None:
    assert evaluate("() => Typed.list('92')") == [92]
    assert evaluate("() => Typed.list('۹ و ۲')") == [9, 2]
    assert evaluate("() => Typed.list('1.5, 2')") is None
    assert evaluate("() => Typed.list('nine')") is None


@pytest.mark.parametrize("text", ["9, 2", "9 2", "۹، ۲", "(9, 2)", "9;2", "9 and 2"])
def test_a_list_has_no_crosses_between_its_numbers(evaluate: Evaluate, text: str) -> None:
    assert evaluate("text => Typed.list(text)", text) == [9, 2]
    assert evaluate("() => [Typed.list('9×2'), Typed.list('9x2'), Typed.list('۹ در ۲')]") == [
        None,
        None,
        None,
    ]


POLYNOMIALS = [
    *["1574H + 5", "1,574 H+5", "۱۵۷۴H+۵", "5 + 1574·H", "H×1574 + 5", "5(H+1)+1569H"],
    *["(1568+1)*H + (H+1)*5", "params = 1574H + 5", "۱٬۵۷۴H + ۵", "3148H/2 + 5", "1574h+5"],
]


@pytest.mark.parametrize("text", POLYNOMIALS)
def test_polynomials(evaluate: Evaluate, text: str) -> None:
    values = evaluate("text => [0, 1, 7].map(h => Typed.at(Typed.polynomial(text), h))", text)
    assert values == [5, 1579, 11023]


def test_powers_and_signs(evaluate: Evaluate) -> None:
    read = "text => Typed.polynomial(text)"
    assert evaluate(read, "−2H² + H − 1") == [-1, 1, -2]
    assert evaluate(read, "(H+1)^2") == evaluate(read, "H**2 + 2H + 1") == [1, 2, 1]


@pytest.mark.parametrize("text", ["", "2/H", "H +", "(H", "K + 1", "H^H", "3 H )"])
def test_what_is_no_polynomial(evaluate: Evaluate, text: str) -> None:
    assert evaluate("text => Typed.polynomial(text)", text) is None


@pytest.mark.parametrize(
    "text", ["1 2\n3 -4", "1,2;3,−4", "[[1, 2], [3, -4]]", "۱ ۲ ؛ ۳ ۴-", "1\t2\n3\t-4\n"]
)
def test_matrices(evaluate: Evaluate, text: str) -> None:
    assert evaluate("text => Typed.matrix(text)", text) == [[1, 2], [3, -4]]


def test_rows_of_unequal_length_are_no_matrix(evaluate: Evaluate) -> None:
    assert evaluate("() => Typed.matrix('1 2; 3')") is None
    assert evaluate("() => Typed.matrix('1 x; 3 4')") is None
