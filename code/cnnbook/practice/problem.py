"""What a problem is: a question, what is given, the way to the answer, and known wrong answers.

Texts come in both languages. What stands in backticks is a formula: it keeps its digits and reads
from left to right in either language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Answer", "Kind", "Matrix", "Mistake", "Problem", "Text", "entry", "sum_of_products"]

Kind = Literal["number", "list", "matrix", "polynomial"]
Matrix = list[list[Any]]
# A number; whole numbers; a matrix; the coefficients of a polynomial in H, the constant first.
Answer = float | list[int] | Matrix
Text = Mapping[str, str]


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that a known slip gives, and what to say of it.

    Examples
    --------
    >>> Mistake(8192, {"en": "You forgot the biases.", "fa": "بایاس‌ها را فراموش کرده‌اید."}).answer
    8192
    """

    answer: Answer
    text: Text


@dataclass(frozen=True)
class Problem:
    """One problem; ``facts`` holds every number it was made from, ``shown`` the matrices to print.

    Examples
    --------
    >>> Problem("shapes", 1, "number", {"en": "1 + 1?", "fa": "1 + 1؟"}, (), 2).answer
    2
    """

    topic: str
    difficulty: int
    kind: Kind
    question: Text
    steps: tuple[Text, ...]
    answer: Answer
    shown: Mapping[str, Matrix] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()


def entry(value: float) -> str:
    """Write a number of a formula, with a real minus.

    Examples
    --------
    >>> entry(-3), entry(0.25), entry(2.0)
    ('−3', '0.25', '2')
    """
    return f"{value:.6g}".replace("-", "−")


def sum_of_products(left: Sequence[float], right: Sequence[float]) -> str:
    """Write a sum of products and its value, negative factors in brackets.

    Examples
    --------
    >>> sum_of_products([2, 3], [1, -1])
    '2·1 + 3·(−1) = −1'
    """

    def factor(value: float) -> str:
        return f"({entry(value)})" if value < 0 else entry(value)

    terms = [f"{factor(a)}·{factor(b)}" for a, b in zip(left, right, strict=True)]
    return f"{' + '.join(terms)} = {entry(sum(a * b for a, b in zip(left, right, strict=True)))}"
