"""One sheet a student, each with its own numbers, and the key to all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cnnbook.practice.drawing import DIFFICULTIES, TOPICS, different_problems
from cnnbook.practice.problem import Problem

__all__ = ["Sheet", "answer_key", "make_sheets"]


@dataclass(frozen=True)
class Sheet:
    """The problems of one student.

    Examples
    --------
    >>> Sheet("مریم", ()).student
    'مریم'
    """

    student: str
    problems: tuple[Problem, ...]


def make_sheets(
    students: Sequence[str],
    seed: int = 0,
    topics: Sequence[str] = TOPICS,
    difficulties: Sequence[int] = DIFFICULTIES,
) -> list[Sheet]:
    """Make a sheet for each student: a problem of each topic and difficulty, in that order.

    No two students get the same numbers in one place. The same students, in the same order, and
    the same seed give the same sheets.

    Raises
    ------
    ValueError
        If nobody is named, a name comes twice, or there is no such topic or difficulty.

    Examples
    --------
    >>> one, other = make_sheets(["مریم", "آرش"], seed=4, topics=["shapes"])
    >>> len(one.problems), one.problems[0].facts == other.problems[0].facts
    (3, False)
    """
    if not students:
        raise ValueError("nobody is named; give at least one student")
    twice = sorted({name for name in students if list(students).count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)}: named twice; tell them apart, by a number perhaps")
    streams = [different_problems(t, seed, d) for t in topics for d in difficulties]
    return [Sheet(name, tuple(map(next, streams))) for name in students]


def answer_key(sheets: Sequence[Sheet]) -> dict[str, Any]:
    """List every answer for a program: by student, in the order of the sheet.

    A polynomial is the list of its coefficients, the constant first.

    Examples
    --------
    >>> key = answer_key(make_sheets(["a"], topics=["pointwise"], difficulties=[2]))
    >>> [sorted(line) for line in key["a"]]
    [['answer', 'difficulty', 'kind', 'number', 'topic']]
    """
    return {sheet.student: list(_lines(sheet)) for sheet in sheets}


def _lines(sheet: Sheet) -> Iterator[dict[str, Any]]:
    for number, one in enumerate(sheet.problems, 1):
        yield {
            "number": number,
            "topic": one.topic,
            "difficulty": one.difficulty,
            "kind": one.kind,
            "answer": one.answer,
        }
