"""An explained trace: both languages, equations that hold, and what a notebook shows."""

from __future__ import annotations

import ast
import re
from html.parser import HTMLParser
from math import ceil, floor
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from matplotlib.mathtext import MathTextParser

from cnnbook import shapes
from cnnbook.shapes import (
    Add,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Conv2DTranspose,
    Cropping2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    SeparableConv2D,
    Unchanged,
    UpSampling2D,
    ZeroPadding2D,
    explain,
    output_shape,
)
from cnnbook.shapes.words import WORDS

TRACE = output_shape(
    (29, 28, 4),
    [
        Conv2D(32, (3, 2), (2, 1), "same"),
        BatchNormalization(),
        SeparableConv2D(16, 3, dilation_rate=2),
        MaxPooling2D(2),
        UpSampling2D(2),
        ZeroPadding2D(1),
        Cropping2D(((0, 1), (1, 1))),
        Conv2DTranspose(8, 3, 2, output_padding=1),
        Concatenate([[Conv2D(1, 1)], [DepthwiseConv2D(1)]]),
        Add([[], []]),
        Conv2DTranspose(4, (2, 1), 3),
        GlobalAveragePooling2D(),
        Dense(1000),
        Flatten(),
    ],
)
FA = str.maketrans("۰۱۲۳۴۵۶۷۸۹٬،−", "0123456789,,-")


def test_persian_has_persian_digits_and_code_keeps_its_own() -> None:
    text = TRACE.explain("fa")
    names = {step.layer.name for step in TRACE.steps}
    assert all(name in text for name in names)
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    assert not re.search(r"[0-9,-]", text)
    assert "۱۰۰۰" in text, "a size has no separator"
    assert "۵٬۰۰۰" in text, "a count has one"
    assert text.count("\u2066") == text.count("\u2069") > 0


def test_both_languages_say_the_same() -> None:
    persian, english = TRACE.explain("fa"), TRACE.explain("en")
    number = re.compile(r"\d+(?:,\d+)*")
    latin = persian.translate(FA)
    for line, twin in zip(latin.splitlines(), english.splitlines(), strict=True):
        assert sorted(number.findall(line)) == sorted(number.findall(twin))
        assert number.search(twin) or "·" not in twin


def test_every_word_has_its_twin() -> None:
    fields = {
        language: {key: sorted(re.findall(r"{(\w+)}", line)) for key, line in lines.items()}
        for language, lines in WORDS.items()
    }
    assert fields["fa"] == fields["en"]
    assert all(re.search("[آ-ی؛]", line) for line in WORDS["fa"].values())
    assert not any(re.search("[آ-ی]", line) for line in WORDS["en"].values())


def test_every_equation_in_words_holds() -> None:
    equation = re.compile(r"(?:: |, |of |^ +)((?:max|[-+·⌈⌉⌊⌋/()\d ,])+?) = (\d+(?:,\d+)*)", re.M)
    equations = equation.findall(TRACE.explain("en"))
    python = str.maketrans({"⌈": "ceil(", "⌉": ")", "⌊": "floor(", "⌋": ")", "·": "*"})
    for left, right in equations:
        assert eval(left.translate(python)) == int(right.replace(",", "")), left
    assert len(equations) == TRACE.explain("en").count(" = ") > 25


def test_every_equation_in_latex_holds_and_can_be_set() -> None:
    blocks = re.findall(r"\\begin\{aligned\}\n(.*?)\n\\end\{aligned\}", TRACE.latex(), re.S)
    assert len(blocks) == sum(bool(step.rules or step.weight_shapes) for step in TRACE.steps)
    equations = [line for block in blocks for line in block.split(" \\\\\n")]
    parser = MathTextParser("path")
    for equation in equations:
        for formula in equation.split("&=")[1].split(r",\quad "):
            parser.parse(f"${formula.replace(chr(92) + 'tfrac', chr(92) + 'frac')}$")
            if " = " not in formula:
                assert formula.replace("{,}", "").strip().isdigit()
                continue
            left, right = formula.split(" = ")
            left = re.sub(r"\\tfrac\{(.*?)\}\{(.*?)\}", r"(\1)/(\2)", left)
            for tex, python in (
                (r"\left\lceil", "ceil("),
                (r"\right\rceil", ")"),
                (r"\left\lfloor", "floor("),
                (r"\right\rfloor", ")"),
                (r"\cdot", "*"),
                (r"\max", "max"),
                ("{,}", ""),
            ):
                left = left.replace(tex, python)
            left = re.sub(r"(\d)\(", r"\1*(", left)
            assert eval(left, {"ceil": ceil, "floor": floor}) == int(right.replace("{,}", ""))
    assert len(equations) > 25
    assert r"\text{height} &= \left\lceil \tfrac{29}{2} \right\rceil = 15" in equations
    assert r"\text{parameters} &= 3 \cdot 2 \cdot 4 \cdot 32 + 32 = 800" in equations


def test_another_language_is_refused_with_those_there_are() -> None:
    for say in (TRACE.explain, lambda language: explain(TRACE.steps[0], language)):
        with pytest.raises(ValueError, match="no 'de' here; language must be one of 'en', 'fa'"):
            say("de")
    assert TRACE.explain() == TRACE.explain("en")


class Table(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.open: list[str] = []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += data


def test_a_notebook_shows_the_same_table_as_html_and_as_markdown() -> None:
    odd = output_shape((8, 8, 3), [Conv2D(4, 3), Unchanged("<b>|&"), Flatten()])
    for trace in (TRACE, odd):
        html = Table(trace._repr_html_()).rows
        markdown = MarkdownIt("commonmark").enable("table").render(trace._repr_markdown_())
        assert html == Table(markdown.replace("\n", "")).rows
        assert [row[0] for row in html[2:-1]] == [step.layer.name for step in trace.steps]
        assert html[-1][3:] == [f"{trace.params:,}", f"{trace.macs:,}"]


ROOM = Path(shapes.__file__).parent
ARABIC = re.compile("[\u0600-\u06ff]")


def test_persian_stands_in_words_alone() -> None:
    speak = {path.name for path in ROOM.rglob("*.py") if ARABIC.search(path.read_text("utf-8"))}
    assert speak == {"words.py"}


def test_no_import_runs_in_a_circle_even_for_types() -> None:
    arrows = {}
    for path in ROOM.rglob("*.py"):
        module = ".".join(("cnnbook.shapes", *path.relative_to(ROOM).with_suffix("").parts))
        arrows[module.removesuffix(".__init__")] = {
            node.module
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cnnbook.shapes")
        }
    while free := [module for module, below in arrows.items() if not below & arrows.keys()]:
        for module in free:
            del arrows[module]
    assert not arrows
