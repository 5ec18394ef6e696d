"""Sheets and keys as pages to print, each one file that needs nothing else."""

from __future__ import annotations

import html
from collections.abc import Sequence

from cnnbook.practice.markup import MATRICES, problem_html, solution_html
from cnnbook.practice.sheets import Sheet
from cnnbook.shapes.words import Language, in_language

__all__ = ["key_page", "sheet_page"]

_STYLE = (
    """\
@page { size: A4; margin: 16mm }
body { font: 11.5pt/1.7 Vazirmatn, "Noto Naskh Arabic", Tahoma, system-ui, sans-serif;
  max-width: 180mm; margin: 1rem auto; padding: 0 1rem; color: #000; background: #fff }
@media print { body { margin: 0; padding: 0; max-width: none } }
h1 { font-size: 1.3em } h2 { font-size: 1.1em; break-before: page } h2.first { break-before: auto }
.head { display: flex; justify-content: space-between; border-bottom: 1px solid #000 }
.problem { break-inside: avoid; border-bottom: 1px dotted #666; padding-block: .4rem }
.space { height: 22mm }
.problem > p .formula { white-space: nowrap }
.level { color: #444; font-size: .85em }
"""
    + MATRICES
)
_WORDS = {
    "fa": {
        "title": "برگهٔ تمرین",
        "key": "پاسخ‌نامه",
        "name": "نام",
        "level": {1: "آسان", 2: "میانه", 3: "دشوار"},
        "problem": "پرسش",
    },
    "en": {
        "title": "Exercise sheet",
        "key": "Answer key",
        "name": "Name",
        "level": {1: "easy", 2: "medium", 3: "hard"},
        "problem": "Problem",
    },
}


def sheet_page(sheet: Sheet, language: Language = "fa") -> str:
    """Write a student's sheet, with room for the answers and none of them.

    Examples
    --------
    >>> from cnnbook.practice import make_sheets
    >>> [sheet] = make_sheets(["<Ada>"], topics=["shapes"])
    >>> page = sheet_page(sheet, "en")
    >>> "&lt;Ada&gt;" in page, "<ol" in page
    (True, False)
    """
    words = _WORDS[language]
    body = (
        f'<div class="head"><h1>{words["title"]}</h1><p>{words["name"]}: {_name(sheet)}</p></div>'
    )
    for number, one in enumerate(sheet.problems, 1):
        asked = problem_html(one, language)
        body += _problem(number, one.difficulty, f'{asked}<div class="space"></div>', language)
    return _page(f"{words['title']}: {sheet.student}", body, language)


def key_page(sheets: Sequence[Sheet], language: Language = "fa") -> str:
    """Write the worked answers of all sheets, a student a page.

    Examples
    --------
    >>> from cnnbook.practice import make_sheets
    >>> key_page(make_sheets(["a", "b"], topics=["shapes"]), "fa").count("<h2")
    2
    """
    words = _WORDS[language]
    body = f"<h1>{words['key']}</h1>"
    for place, sheet in enumerate(sheets):
        body += f"<h2{'' if place else ' class=first'}>{_name(sheet)}</h2>"
        for number, one in enumerate(sheet.problems, 1):
            told = problem_html(one, language) + solution_html(one, language)
            body += _problem(number, one.difficulty, told, language)
    return _page(str(words["key"]), body, language)


def _name(sheet: Sheet) -> str:
    return f"<bdi>{html.escape(sheet.student)}</bdi>"


def _problem(number: int, difficulty: int, content: str, language: Language) -> str:
    words = _WORDS[language]
    level = words["level"][difficulty]  # type: ignore[index]
    head = f"{words['problem']} {in_language(number, language)}"
    return (
        f'<section class="problem"><strong>{head}</strong> <span class="level">({level})</span>'
        f"{content}</section>"
    )


def _page(title: str, body: str, language: Language) -> str:
    direction = "rtl" if language == "fa" else "ltr"
    return (
        f'<!DOCTYPE html>\n<html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>'
        f"<style>\n{_STYLE}</style></head>\n<body>{body}</body></html>\n"
    )
