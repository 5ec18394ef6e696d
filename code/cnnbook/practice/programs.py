"""Programs to complete: a skeleton, cases, and the wrong programs that people write, named.

A program is right if it agrees with the solution on every case. If it agrees everywhere with a
known wrong program instead, the verdict says which slip that is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnbook.practice.problem import Text

__all__ = ["Program", "Slip", "Task", "Verdict", "judge"]

Program = Callable[..., Any]
WORDS = {
    "right": {"en": "Right, in all {n} cases.", "fa": "درست است، در هر {n} آزمون."},
    "empty": {
        "en": "Your program returns nothing yet.",
        "fa": "برنامهٔ شما هنوز چیزی برنمی‌گرداند.",
    },
    "stops": {
        "en": "It stops in case {case} of {n}: {error}",
        "fa": "در آزمون {case} از {n} می‌ایستد: {error}",
    },
    "shape": {
        "en": "In case {case} of {n} the shape should be {right}; yours is {yours}.",
        "fa": "در آزمون {case} از {n} شکل باید {right} باشد؛ شکل شما {yours} است.",
    },
    "value": {
        "en": "In case {case} of {n} the entry {place} should be {right}; yours is {yours}.",
        "fa": "در آزمون {case} از {n} درایهٔ {place} باید {right} باشد؛ درایهٔ شما {yours} است.",
    },
}


@dataclass(frozen=True)
class Slip:
    """A wrong program that people write, and what to say of it.

    Examples
    --------
    >>> Slip(min, {"en": "That is the smallest.", "fa": "این کوچک‌ترین است."}).program(1, 2)
    1
    """

    program: Program
    text: Text


@dataclass(frozen=True)
class Task:
    r"""One program to write; each case is the list of what it is called with.

    Examples
    --------
    >>> task = Task("def larger(a, b):\n    ...", max, ((1, 2), (3, 3)), ())
    >>> task.name
    'larger'
    """

    skeleton: str
    solution: Program
    cases: Sequence[tuple[Any, ...]]
    slips: tuple[Slip, ...]

    @property
    def name(self) -> str:
        """The name of the function in the skeleton."""
        return self.skeleton.split("def ", 1)[1].split("(", 1)[0]


@dataclass(frozen=True)
class Verdict:
    """Whether a program is right, and a line about it in both languages.

    Examples
    --------
    >>> Verdict(True, {"en": "Right.", "fa": "درست است."}).right
    True
    """

    right: bool
    text: Text


def judge(task: Task, program: Program) -> Verdict:
    r"""Run a program on every case of a task and say what is wrong with it, if anything.

    Parameters
    ----------
    task : Task
    program : callable
        Takes what the task's cases hold. It may change what it is given.

    Returns
    -------
    Verdict

    Examples
    --------
    >>> smaller = Slip(min, {"en": "That is the smaller one.", "fa": "این کوچک‌تر است."})
    >>> task = Task("def larger(a, b):\n    ...", max, ((1, 2), (3, 3)), (smaller,))
    >>> judge(task, max).text["en"]
    'Right, in all 2 cases.'
    >>> judge(task, lambda a, b: b + (a == b)).text["en"]
    'In case 2 of 2 the entry () should be 3; yours is 4.'
    >>> judge(task, lambda a, b: a).text["en"]
    'That is the smaller one.'
    """
    count = len(task.cases)
    outputs = []
    for case, given in enumerate(task.cases, 1):
        try:
            outputs.append(program(*deepcopy(given)))
        except Exception as error:
            fault = f"{type(error).__name__}: {error}"
            return _wrong("stops", case=case, n=count, error=fault)
        if outputs[-1] is None or outputs[-1] is Ellipsis:
            return _wrong("empty")
    rights = [task.solution(*deepcopy(given)) for given in task.cases]
    if all(map(_equal, outputs, rights)):
        return Verdict(True, {k: text.format(n=count) for k, text in WORDS["right"].items()})
    for slip in task.slips:
        if all(map(_equal, outputs, (slip.program(*deepcopy(given)) for given in task.cases))):
            return Verdict(False, slip.text)
    return _first_difference(outputs, rights)


def _first_difference(outputs: list[Any], rights: list[Any]) -> Verdict:
    """Say where a program that makes no known slip first differs."""
    pairs = enumerate(zip(outputs, rights, strict=True), 1)
    case, (output, right) = next((i, pair) for i, pair in pairs if not _equal(*pair))
    n = len(rights)
    try:
        yours, wanted = np.asarray(output, float), np.asarray(right, float)
    except (TypeError, ValueError):
        return _wrong("value", case=case, n=n, place="()", right=right, yours=output)
    if yours.shape != wanted.shape:
        return _wrong("shape", case=case, n=n, right=wanted.shape, yours=yours.shape)
    place = tuple(int(i) for i in np.argwhere(~np.isclose(yours, wanted))[0])
    numbers = {"right": f"{wanted[place]:g}", "yours": f"{yours[place]:g}"}
    return _wrong("value", case=case, n=n, place=place, **numbers)


def _wrong(kind: str, **facts: Any) -> Verdict:
    return Verdict(False, {k: text.format(**facts) for k, text in WORDS[kind].items()})


def _equal(one: Any, other: Any) -> bool:
    """Compare shape and values; whatever is no number equals nothing."""
    try:
        a, b = np.asarray(one, float), np.asarray(other, float)
    except (TypeError, ValueError):
        return False
    return a.shape == b.shape and bool(np.allclose(a, b, equal_nan=True))
