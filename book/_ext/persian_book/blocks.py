"""Two languages in one source: keep one, and see that each has its twin.

A page holds blocks and inline pairs::

    :::{fa}
    متن فارسی
    :::
    :::{en}
    English text
    :::

    # {fa}`عنوان`{en}`Title`

The filter runs before any parser, so headings inside a block are real headings. A dropped line
leaves an empty one behind, so line numbers in warnings stay right. What stands outside the blocks
(cells, equations, figures) is written, run and numbered once. Code is never touched.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from .inline import INLINE, choose

FENCE = re.compile(r"[ \t]*(?:(?:[-*+]|\d+[.)]|>)[ \t]+)*(`{3,}|~{3,}|:{3,})[ \t]*(.*?)[ \t]*$")
LANGUAGE = re.compile(r"\{(fa|en)\}$")
# A fence whose body is not Markdown: any without a directive, and these directives.
CODE = re.compile(
    r"(?!\{)"
    r"|\{(?:code|code-block|code-cell|sourcecode|literalinclude|raw|math|eval-rst|mermaid)\}"
)
UNCLOSED = re.compile(r"\{(?:fa|en)\}`")


class Kind(Enum):
    """What a line is to the filter."""

    OPENS = auto()
    CLOSES = auto()
    TEXT = auto()
    CODE = auto()


class Fence(NamedTuple):
    """An open fence: its first line, and the language if it is a block of ours."""

    line: int
    marks: str
    info: str

    @property
    def language(self) -> str | None:
        """The language of a `{fa}` or `{en}` block."""
        match = LANGUAGE.match(self.info)
        return match.group(1) if match else None

    @property
    def holds_code(self) -> bool:
        """Whether the body is something else than Markdown."""
        return CODE.match(self.info) is not None

    def closed_by(self, marks: str, info: str) -> bool:
        """Say whether a fence line ends this block."""
        return not info and marks[0] == self.marks[0] and len(marks) >= len(self.marks)


class Line(NamedTuple):
    """A source line, the language blocks around it, and the line of the fence just around it."""

    number: int
    text: str
    kind: Kind
    languages: tuple[str, ...]
    parent: int


class Problem(NamedTuple):
    """A fault in the source, with its line number."""

    line: int
    message: str


def scan(text: str) -> tuple[list[Line], list[Fence]]:
    """Return the lines of a page with what they are, and the fences left open at its end."""
    lines: list[Line] = []
    fences: list[Fence] = []

    def add(kind: Kind) -> None:
        languages = tuple(fence.language for fence in fences if fence.language)
        lines.append(Line(number, source, kind, languages, fences[-1].line if fences else 0))

    for number, source in enumerate(text.split("\n"), 1):
        match = FENCE.match(source)
        if fences and match and fences[-1].closed_by(*match.groups()):
            add(Kind.CLOSES if fences.pop().language else Kind.TEXT)
        elif fences and fences[-1].holds_code:
            add(Kind.CODE)
        elif match and opens(*match.groups()):
            fence = Fence(number, *match.groups())
            add(Kind.OPENS if fence.language else Kind.TEXT)
            fences.append(fence)
        else:
            add(Kind.TEXT)
    return lines, fences


def opens(marks: str, info: str) -> bool:
    """Tell an opening fence from inline code that happens to start a line."""
    return info.startswith("{") or (marks[0] != ":" and "`" not in info)


def select(text: str, language: str) -> str:
    """Keep the text of one language.

    >>> select("# {fa}`هسته`{en}`Kernel`", "en")
    '# Kernel'
    """
    return "\n".join(select_line(line, language) for line in scan(text)[0])


def select_line(line: Line, language: str) -> str:
    """Keep one line's text of one language; nothing of a line of the other."""
    if line.kind in (Kind.OPENS, Kind.CLOSES) or any(other != language for other in line.languages):
        return ""
    return line.text if line.kind is Kind.CODE else choose(line.text, language)


def problems(text: str) -> list[Problem]:
    """List the blocks and inline texts that lack their twin, and the fences left open."""
    lines, fences = scan(text)
    found = [Problem(fence.line, f"{fence.marks} is never closed") for fence in fences]
    found += block_problems(lines)
    for line in lines:
        if line.kind is Kind.TEXT:
            found += inline_problems(line)
    return sorted(found)


def block_problems(lines: list[Line]) -> Iterator[Problem]:
    """Yield each block whose twin does not stand right before or after it."""
    waiting: dict[int, tuple[int, str]] = {}

    def give_up(parent: int) -> Iterator[Problem]:
        if parent in waiting:
            number, language = waiting.pop(parent)
            twin = "en" if language == "fa" else "fa"
            yield Problem(number, f"the {{{language}}} block has no {{{twin}}} block beside it")

    for line in lines:
        if line.kind is Kind.OPENS:
            language = line.text.strip(" \t:`~>-*+{}")
            if line.languages:
                yield Problem(line.number, f"a {{{language}}} block inside a language block")
            elif line.parent in waiting and waiting[line.parent][1] != language:
                del waiting[line.parent]
            else:
                yield from give_up(line.parent)
                waiting[line.parent] = (line.number, language)
        elif line.kind is not Kind.CLOSES and line.text.strip() and not line.text.startswith("%"):
            yield from give_up(line.parent)
    for parent in list(waiting):
        yield from give_up(parent)


def inline_problems(line: Line) -> Iterator[Problem]:
    """Yield a problem for a line whose inline texts do not come in neighbouring pairs."""
    texts = [match for match in INLINE.finditer(line.text) if match["language"]]
    neighbours = len(texts) % 2 == 0 and all(
        first["language"] != second["language"]
        and not line.text[first.end() : second.start()].strip()
        for first, second in zip(texts[::2], texts[1::2], strict=True)
    )
    if not neighbours:
        yield Problem(line.number, "an inline {fa} or {en} text has no twin right beside it")
    if UNCLOSED.search(INLINE.sub("", line.text)):
        yield Problem(line.number, "an inline {fa} or {en} text does not end on its line")
