"""The marking guide adds up to the assignment's marks, and says the same in both languages."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "book" / "answers.md"
MARKS = {"q1": 15, "q2": 10, "q3": 15, "q4": 20, "q5": 40}
PERSIAN = str.maketrans("۰۱۲۳۴۵۶۷۸۹−", "0123456789-")


def tables(edition: str) -> dict[str, list[list[int]]]:
    """Numbers of the first column of every table, a list a table, by question."""
    blocks = re.findall(rf"^:::\{{{edition}\}}\n(.*?)^:::$", PAGE.read_text("utf-8"), re.S | re.M)
    found: dict[str, list[list[int]]] = {}
    question = ""
    for line in "\n".join(blocks).splitlines():
        if anchor := re.match(r"\(answers-(q\d)\)=", line):
            question = anchor[1]
        elif line == "|---|---|":
            found.setdefault(question, []).append([])
        elif row := re.match(r"\| ([−\d]+) \|", line):
            found[question][-1].append(int(row[1].translate(PERSIAN)))
    return found


def test_the_parts_of_a_question_add_up_to_its_marks() -> None:
    earned = {question: sum(first) for question, (first, _) in tables("en").items()}
    assert earned == MARKS and sum(earned.values()) == 100


def test_a_deduction_never_exceeds_the_marks_and_is_one() -> None:
    for question, (earned, lost) in tables("en").items():
        assert lost and all(-max(earned) <= each <= 0 for each in lost), question


def test_both_editions_give_the_same_marks() -> None:
    assert tables("fa") == tables("en")
