"""Sheets for a class: own numbers, a key for people and for programs, nothing leaked."""

import json
import re
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from playwright.sync_api import Browser

from browser.chromium import lent
from cnnbook.cli import main
from cnnbook.practice import TOPICS, answer_key, make_sheets, sheet_page
from practice_oracles import ORACLES

NAMES = ["مریم میرزاخانی", "Ada Lovelace", "../a b/<c>", "نام\u200cدار"]


def command(folder: Path, *more: str) -> int:
    (folder / "names.txt").write_text("\ufeff" + "\n\n".join(NAMES) + "\n", "utf-8")
    return main(
        ["practice", "--students", str(folder / "names.txt"), "--out", str(folder / "o"), *more]
    )


def test_every_student_has_own_numbers_and_the_same_kinds() -> None:
    sheets = make_sheets([f"student {i}" for i in range(120)], seed=1)
    for place in zip(*(sheet.problems for sheet in sheets), strict=True):
        assert len({repr((one.question, one.shown)) for one in place}) == 120
        assert len({(one.topic, one.difficulty) for one in place}) == 1
    again = make_sheets([f"student {i}" for i in range(3)], seed=1)
    assert again == sheets[:3]
    assert make_sheets(["student 0"], seed=2) != sheets[:1]


def test_the_command_writes_sheets_and_keys(tmp_path: Path) -> None:
    assert command(tmp_path, "--seed", "5") == 0
    files = sorted(path.name for path in (tmp_path / "o").iterdir())
    assert files == [
        *("key.html", "key.json", "sheet-001-مریم-میرزاخانی.html"),
        *("sheet-002-Ada-Lovelace.html", "sheet-003-a-b-c.html", "sheet-004-نام\u200cدار.html"),
    ]
    key = json.loads((tmp_path / "o" / "key.json").read_text("utf-8"))
    sheets = make_sheets(NAMES, seed=5)
    assert key == json.loads(json.dumps(answer_key(sheets)))
    assert list(key) == NAMES
    for sheet in sheets:
        for line, one in zip(key[sheet.student], sheet.problems, strict=True):
            expected = np.asarray(ORACLES[one.topic](one), "float64")
            np.testing.assert_allclose(line["answer"], expected, rtol=1e-6, atol=1e-7)
    assert "<c>" not in (tmp_path / "o" / "sheet-003-a-b-c.html").read_text("utf-8")
    page = (tmp_path / "o" / "key.html").read_text("utf-8")
    assert page.count("<section") == len(NAMES) * len(TOPICS) * 3
    assert '<html lang="fa" dir="rtl">' in page


def test_a_sheet_holds_no_step_and_no_answer() -> None:
    for sheet in make_sheets(NAMES, seed=2):
        for language in ("fa", "en"):
            page = sheet_page(sheet, language)
            assert 'class="steps"' not in page and 'class="answer"' not in page
            for one in sheet.problems:
                for step in one.steps:
                    for formula in re.findall("`(.*=.*)`", step[language]):
                        assert formula not in page


@pytest.mark.parametrize("language", ["fa", "en"])
def test_on_paper_no_bar_is_cut_and_no_formula_of_a_question_broken(
    browser: Browser, language: Literal["fa", "en"]
) -> None:
    (sheet,) = make_sheets(["مریم"], seed=3)
    with lent(browser, 670, 900) as page:  # the width of A4 between its margins
        page.set_content(sheet_page(sheet, language))
        page.emulate_media(media="print")
        rooms = page.evaluate(
            """() => [...document.querySelectorAll(".matrix")].map((matrix) => {
              const [own, all] = [matrix, document.body].map((e) => e.getBoundingClientRect());
              return Math.min(own.left - all.left, all.right - own.right);
            })"""
        )
        broken = page.evaluate(
            """() => [...document.querySelectorAll(".problem > p .formula")]
              .filter((formula) => formula.getClientRects().length > 1).length"""
        )
    assert len(rooms) > 10 and min(rooms) >= 1
    assert broken == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "names nobody"),
        (b"\xd9\xff", "is no UTF-8 text"),
        ("آرش\nآرش".encode(), "named twice"),
    ],
)
def test_a_list_that_cannot_serve(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, said: str
) -> None:
    (tmp_path / "names.txt").write_bytes(content)
    out = tmp_path / "o"
    arguments = ["practice", "--students", str(tmp_path / "names.txt"), "--out", str(out)]
    assert main(arguments) in (1, 2)
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert not out.exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "o").mkdir()
    (tmp_path / "o" / "mine.txt").write_text("mine")
    assert command(tmp_path) == 1
    assert [path.name for path in (tmp_path / "o").iterdir()] == ["mine.txt"]
