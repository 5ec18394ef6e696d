"""Write the texts and matrices of a problem as HTML, right in either direction."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any, cast

from cnnbook.practice.problem import Answer, Kind, Matrix, Problem, entry
from cnnbook.shapes.words import Language, in_language

__all__ = ["MATRICES", "answer_html", "problem_html", "solution_html", "text_html"]

# What is isolated already, a formula, or a number of a sentence, which the 2 of Conv2D is not.
_PIECES = re.compile("(\u2066[^\u2069]*\u2069)" r"|`([^`]*)`|((?<![A-Za-z])(?:\d[\d,.×]*\d|\d))")


def text_html(text: str, language: Language) -> str:
    """Write a text: formulas isolated, numbers of a Persian sentence in Persian digits.

    Examples
    --------
    >>> text_html("`a < 2` in 3×3", "en")
    '<bdi class="formula" dir="ltr" lang="en">a &lt; 2</bdi> in 3×3'
    >>> text_html("کرنل 3×3", "fa").replace(chr(0x2066), "(").replace(chr(0x2069), ")")
    'کرنل (۳×۳)'
    >>> text_html("لایهٔ Conv2D", "fa")
    'لایهٔ Conv2D'
    """
    pieces = []
    end = 0
    for match in _PIECES.finditer(text):
        pieces.append(html.escape(text[end : match.start()], quote=False))
        end = match.end()
        if match[1]:
            pieces.append(html.escape(match[1], quote=False))
        elif match[2] is None:
            pieces.append(in_language(match[3], language))
        else:
            formula = html.escape(match[2], quote=False)
            pieces.append(f'<bdi class="formula" dir="ltr" lang="en">{formula}</bdi>')
    return "".join(pieces) + html.escape(text[end:], quote=False)


# How matrices, formulas and steps look outside the book, whose pages have a style sheet.
MATRICES = """\
.givens { display: flex; flex-wrap: wrap; gap: .4rem 2rem }
.given { display: inline-flex; align-items: center; gap: .4rem }
.given .matrix { border-collapse: collapse; margin: 0 1px } /* or the paper's edge cuts its bars */
.matrix :is(td, th) { padding: 0 .45rem; text-align: right; font-variant-numeric: tabular-nums }
.matrix th { font-size: .65em; font-weight: 400; opacity: .7 }
.matrix th + td { border-left: 1.5px solid }
.matrix tbody td:last-child { border-right: 1.5px solid }
.formula { font-family: "DejaVu Sans Mono", Consolas, monospace; font-size: .88em }
.steps { margin-block: .2rem } .steps .formula { overflow-wrap: anywhere }
[dir="rtl"] .steps { list-style-type: persian }
"""
_NAMES = {"fa": "ماتریس {}", "en": "matrix {}"}
_ANSWER = {"fa": "پاسخ", "en": "of the answer"}


def _table(name: str, matrix: Sequence[Sequence[Any]], language: Language) -> str:
    """Write a matrix with the numbers of its rows and columns; without a name it is the answer."""
    heads = "".join(f'<th scope="col">{j}</th>' for j in range(len(matrix[0])))
    rows = "".join(
        f'<tr><th scope="row">{i}</th>'
        + "".join(f"<td>{entry(value)}</td>" for value in row)
        + "</tr>"
        for i, row in enumerate(matrix)
    )
    label = html.escape(_NAMES[language].format(name or _ANSWER[language]))
    caption = f"<span>{html.escape(name)} =</span>" if name else ""
    table = (
        f'<table class="matrix" aria-label="{label}"><thead><tr><td></td>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
    return f'<div class="given" dir="ltr" lang="en">{caption}{table}</div>'


def problem_html(one: Problem, language: Language) -> str:
    """Write the question and what is given, and nothing of the answer.

    Examples
    --------
    >>> from cnnbook.practice import problem
    >>> problem_html(problem("gradients", 1, 1), "en").count("<table")
    3
    """
    tables = "".join(_table(name, matrix, language) for name, matrix in one.shown.items())
    given = f'<div class="givens">{tables}</div>' if tables else ""
    return f"<p>{text_html(one.question[language], language)}</p>{given}"


def solution_html(one: Problem, language: Language) -> str:
    """Write the steps and the answer.

    Examples
    --------
    >>> from cnnbook.practice import problem
    >>> solution_html(problem("pointwise", 1, 2), "en").count("<li>")
    3
    """
    steps = "".join(f"<li>{text_html(step[language], language)}</li>" for step in one.steps)
    name = {"fa": "پاسخ:", "en": "Answer:"}[language]
    answer = answer_html(one, language)
    return f'<ol class="steps">{steps}</ol><div class="answer">{name} {answer}</div>'


def answer_html(one: Problem, language: Language) -> str:
    """Write the answer alone.

    Examples
    --------
    >>> from cnnbook.practice import problem
    >>> answer_html(problem("shapes", 1, 3), "fa").startswith('<bdi class="formula" dir="ltr"')
    True
    """
    if one.kind == "matrix":
        return _table("", cast("Matrix", one.answer), language)
    text = _line(one.kind, one.answer)
    return f'<bdi class="formula" dir="ltr" lang="en">{text}</bdi>'


def _line(kind: Kind, answer: Answer) -> str:
    if kind == "list":
        assert isinstance(answer, list)
        return ", ".join(map(str, answer))
    if kind == "polynomial":
        assert isinstance(answer, list)
        constant, slope = answer
        return f"{slope}H + {constant}"
    assert isinstance(answer, int | float)
    return entry(answer) if isinstance(answer, float) else str(answer).replace("-", "−")
