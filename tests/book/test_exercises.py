"""Every chapter asks for seven things and more, from recall to design, in both languages."""

import re

import pytest

from notebook_forms import ROOT
from persian_book.source.blocks import select

# What the reader does; every other exercise is worked out by hand.
KINDS = {
    "q1-convolution": {
        "recall": "q1-ex-silent",
        "predict, then run": "q1-ex-sobel",
        "find the bug": "q1-ex-bug",
        "design": "q1-ex-design",
        "program": "q1-ex-program",
    },
    "q2-pointwise": {
        "recall": "q2-ex-blind",
        "predict, then run": "q2-ex-order",
        "find the bug": "q2-ex-bug",
        "design": "q2-ex-3",
        "program": "q2-ex-program",
    },
    "q3-shapes": {
        "recall": "q3-ex-recall",
        "predict, then run": "q3-ex-field",
        "find the bug": "q3-ex-bug",
        "design": "q3-ex-budget",
        "program": "q3-ex-program",
    },
    "q4-gradients": {
        "recall": "q4-ex-recall",
        "predict, then run": "q4-ex-euler",
        "find the bug": "q4-ex-bug",
        "design": "q4-ex-design",
        "program": "q4-ex-program",
    },
    "q5-cars": {
        "recall": "q5-ex-sets",
        "predict, then run": "q5-ex-steps",
        "find the bug": "q5-ex-bug",
        "design": "q5-ex-design",
        "program": "q5-cars-ex-program",
    },
    "q5-explaining": {
        "recall": "q5-ex-score",
        "predict, then run": "q5-ex-turn",
        "find the bug": "q5-ex-nan",
        "design": "q5-ex-hide",
        "program": "q5-ex-program",
    },
    "from-layer-to-network": {
        "recall": "bridge-ex-recall",
        "predict, then run": "bridge-ex-zero",
        "find the bug": "bridge-ex-sign",
        "design": "bridge-ex-design",
        "program": "bridge-ex-program",
    },
}
MARKED = re.compile(r"\{self-check\}|\{code-exercise\}")


def exercises(chapter: str, language: str) -> dict[str, str]:
    """Return the exercises of a chapter, by label."""
    page = select((ROOT / "book" / f"{chapter}.md").read_text("utf-8"), language)
    marks = r"^(:{3,})\{exercise\}[^\n]*\n:label: (\S+)\n(.*?)^\1$"
    return {label: body for _, label, body in re.findall(marks, page, re.S | re.M)}


@pytest.mark.parametrize("chapter", KINDS)
def test_seven_and_more_of_every_kind_are_asked_alike_in_both_languages(chapter: str) -> None:
    persian, english = (exercises(chapter, language) for language in ("fa", "en"))
    assert list(persian) == list(english)
    kinds = KINDS[chapter]
    assert len(set(kinds.values())) == 5 and set(kinds.values()) <= set(english)
    assert sum(bool(MARKED.search(body)) for body in english.values()) >= 7
    for label, body in english.items():
        assert MARKED.findall(body) == MARKED.findall(persian[label]), label
        asked = re.findall(r"^:answer: .*$", body, re.M)
        assert asked == re.findall(r"^:answer: .*$", persian[label], re.M), label
    assert "{code-exercise}" in english[kinds["program"]]
    assert (
        "{self-check}" in english[kinds["find the bug"]]
        and "```python" in persian[kinds["find the bug"]]
    )
