"""The cells of a notebook: prose between code, exercises with or without their solutions."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from docutils import nodes

from persian_book.languages import Language
from self_check.directive import mistake, offer, offers, self_check
from self_check.practice import practice
from self_check.programs import where_to_run
from widgets import widget

from .markdown import WRITERS, Writer, is_line

WORDS = {
    "fa": {
        "before": [
            "**پیش از آغاز.** سلول زیر بستهٔ کتاب، `cnnbook`، را نصب می‌کند، اگر نصب نباشد. فایل "
            "آن کنار همین دفترچه در وبگاه کتاب است؛ هر دو را در یک پوشه بگذارید.",
            "**بدون اینترنت:** روی رایانه‌ای که اینترنت دارد، `pip download` را با نام همین فایل "
            "و `--dest wheels` اجرا کنید، پوشهٔ `wheels` را بیاورید و آن‌گاه "
            '`pip install --no-index --find-links wheels "cnnbook[models]" myst-nb scipy` را اجرا '
            "کنید.",
        ],
        "yours": "پاسخ شما:",
        "try": "# این‌جا بیازمایید",
        "exercise": "تمرین",
        "page": "شکلی که جواب می‌دهد در صفحهٔ همین فصل در وبگاه کتاب است؛ این تصویر ایستای آن است:",
    },
    "en": {
        "before": [
            "**Before you begin.** The cell below installs the book's package, `cnnbook`, where it "
            "is missing. Its file is beside this notebook on the site; put both in one folder.",
            "**Without internet:** on a machine that has it, run `pip download` with the name of "
            "that file and `--dest wheels`, bring the folder `wheels`, and run "
            '`pip install --no-index --find-links wheels "cnnbook[models]" myst-nb scipy`.',
        ],
        "yours": "Your answer:",
        "try": "# Try it here",
        "exercise": "Exercise",
        "page": "The figure that answers is on this chapter's page; here it is at rest:",
    },
}
INSTALL = """\
import importlib.util

if any(importlib.util.find_spec(name) is None for name in ("cnnbook", "myst_nb", "scipy")):
    %pip install --quiet "{source}" myst-nb scipy
"""
# For a chapter that reads what came of a long run.
RESULTS = """
from cnnbook.results import copy_results

copy_results("data")
"""
ANOTHER = """\
from cnnbook.practice import problem, show_problem, show_solution

one = problem("{topic}", seed=1, difficulty=2)
show_problem(one, "{language}")  # and the way to its answer: show_solution(one, "{language}")
"""
SOURCE = "cell_code_source"
# What a cell is to the notebook: everything that a page hides belongs to the book's own tests.
HIDDEN = {"remove-cell", "remove-input"}


Cell = dict[str, Any]
Numbers = Mapping[str, Sequence[int]]


def markdown_cell(source: str) -> Cell:
    """Make a cell of prose."""
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def code_cell(source: str) -> Cell:
    """Make a cell that has not been run."""
    cell = {"cell_type": "code", "metadata": {}, "source": source}
    return {**cell, "execution_count": None, "outputs": []}


def is_code_cell(node: nodes.Node) -> bool:
    """Tell whether a node is a cell of code."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def has_code(node: nodes.Node) -> bool:
    """Tell whether a cell is in a node."""
    return next(node.findall(is_code_cell), None) is not None


def notebook(
    doctree: nodes.document, language: str, source: str, numbers: Numbers, solutions: bool
) -> dict[str, Any]:
    """Return the notebook of a page; `source` is what pip installs, `numbers` the exercises'."""
    words = WORDS[language]
    writer = Writer(Language.FA if language == "fa" else Language.EN)
    first = [
        markdown_cell(writer.wrapped([writer.paragraph(isolated(t)) for t in words["before"]]))
    ]
    rest = Page(writer, words, numbers, solutions).cells(doctree)
    reads = any('"data/' in cell["source"] for cell in rest if cell["cell_type"] == "code")
    first.append(code_cell(INSTALL.format(source=source) + RESULTS * reads))
    cells = [*first, *rest]
    for place, cell in enumerate(cells):  # the same at every build
        cell["id"] = sha256(f"{place}{cell['source']}".encode()).hexdigest()[:8]
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
    }
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}


def isolated(text: str) -> str:
    """Write one of our own texts, in which backticks hold code and stars strong words."""
    return text.replace(" `", " \u2066`").replace("` ", "`\u2069 ").replace("`،", "`\u2069،")


class Page:
    """Cuts a page into cells."""

    def __init__(
        self, writer: Writer, words: dict[str, Any], numbers: Numbers, solutions: bool
    ) -> None:
        self.writer = writer
        self.language = writer.language.code
        self.words = words
        self.numbers = numbers
        self.solutions = solutions
        self.prose: list[str] = []

    def cells(self, doctree: nodes.document) -> list[Cell]:
        """Return all cells of a page."""
        found = list(self.walk(doctree, 0))
        return [*found, *self.flush()]

    def flush(self) -> Iterator[Cell]:
        """Yield the prose that has gathered as one cell."""
        prose, self.prose = self.prose, []
        if any(block.strip() for block in prose):
            yield markdown_cell(self.writer.wrapped(prose))

    def walk(self, node: nodes.Node, level: int) -> Iterator[Cell]:
        """Yield the cells that a node ends, and gather its prose."""
        kind = type(node).__name__
        if is_code_cell(node):
            assert isinstance(node, nodes.Element)
            yield from self.code(node, level)
        elif isinstance(node, practice):
            yield from self.flush()
            yield code_cell(ANOTHER.format(topic=node["topic"], language=self.language))
        elif kind == "solution_node":
            if self.solutions:
                yield from self.inside(node, level + 2)
        elif isinstance(node, nodes.section | nodes.document):
            for child in node.children:
                yield from self.walk(child, level + (isinstance(node, nodes.section)))
        elif is_exercise(node):
            yield from self.inside(node, level + 2)
            yield from self.flush()
            if not self.solutions and not has_code(node):
                yield markdown_cell(
                    self.writer.wrapped([self.writer.paragraph(self.words["yours"])])
                )
                yield code_cell(self.words["try"])
        elif kind == "solution_title" or (
            isinstance(node, nodes.title) and is_exercise(node.parent)
        ):
            self.prose.append(f"{'#' * min(level, 6)} {self.title(node)}")
        elif is_block(node):
            self.prose += self.writer.blocks(node, max(level, 1))
        elif isinstance(node, nodes.Element) and not is_line(node):
            yield from self.inside(node, level)
        else:
            self.prose += self.writer.blocks(node, max(level, 1))

    def title(self, node: nodes.Node) -> str:
        """Write the title of an exercise with its number, which the page writes as late as this."""
        text = " ".join("".join(map(self.writer.inline, node.children)).split())
        numbers = self.numbers.get(node.parent["ids"][0], ()) if node.parent else ()
        number = self.writer.number(numbers)
        if is_exercise(node.parent):
            text = f"{self.words['exercise']} {number} {text}".replace("  ", " ")
        return text

    def inside(self, node: nodes.Node, level: int) -> Iterator[Cell]:
        """Walk through the children of a node."""
        for child in node.children:
            yield from self.walk(child, level)

    def code(self, node: nodes.Element, level: int) -> Iterator[Cell]:
        """Yield a code cell, and keep the captions of its figures."""
        tags = set(node["cell_metadata"].get("tags", []))
        if tags & HIDDEN:
            return
        yield from self.flush()
        # Not the children alone: a cell whose input is folded has it deeper.
        inputs = [p for p in node.findall(nodes.container) if p.get("nb_element") == SOURCE]
        blocks = [b for part in inputs for b in part.findall(nodes.literal_block)]
        if blocks:
            yield code_cell("\n".join(block.astext() for block in blocks))
        for figure in node.findall(nodes.figure):
            self.prose += [b for c in figure.findall(nodes.caption) for b in self.writer.blocks(c)]


def is_exercise(node: nodes.Node | None) -> bool:
    """Tell whether a node is an exercise, numbered or not."""
    kind = type(node).__name__
    return kind.startswith("exercise") and kind.endswith("node")


def is_block(node: nodes.Node) -> bool:
    """Tell whether a node is written as it is, whatever it holds."""
    return any(isinstance(node, kind) for kind in WRITERS)


def _question(writer: Writer, node: nodes.Element, level: int) -> Iterator[str]:
    """Write what is asked; neither the answer nor what is said of a wrong one."""
    yield from writer.children(node, level)


def _offers(writer: Writer, node: nodes.Element, level: int) -> Iterator[str]:
    lines = [" ".join(writer.bare(item, level)) for item in node.findall(offer)]
    yield "\n".join(f"- {line}" for line in lines)


def _widget(writer: Writer, node: nodes.Element, level: int) -> Iterator[str]:
    yield writer.paragraph(f"**{writer.text(node['title'])}**")
    yield writer.paragraph(str(WORDS[writer.language.code]["page"]))
    yield node["figure"]


def _none(writer: Writer, node: nodes.Element, level: int) -> Iterator[str]:
    return iter(())


WRITERS |= {
    self_check: _question,
    mistake: _none,
    practice: _none,
    where_to_run: _none,
    offers: _offers,
    widget: _widget,
}
