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

from .inline import choose, inline_faults

FENCE = re.compile(
    r"(?P<prefix>[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+|>[ \t]*)*)(?P<marks>`{3,}|~{3,}|:{3,})[ \t]*"
    r"(?P<info>.*?)[ \t]*$"
)
LANGUAGE = re.compile(r"\{(fa|en)\}$")
# A fence whose body is not Markdown: any without a directive, and these directives.
CODE = re.compile(
    r"(?!\{)"
    r"|\{(?:code|code-block|code-cell|sourcecode|literalinclude|raw|math|eval-rst|mermaid)\}"
)

# The options of a cell that are shown, though a cell is code.
SHOWN = re.compile(r"[ \t]+(?:caption|alt): ")


class Kind(Enum):
    """What a line is to the filter."""

    OPENS = auto()
    CLOSES = auto()
    TEXT = auto()
    CODE = auto()


class Fence(NamedTuple):
    """An open fence: its first line, what stands before it there, and what it opens."""

    line: int
    prefix: str
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

    @property
    def marker(self) -> str:
        """The prefix, if it begins an item of a list."""
        return self.prefix if self.prefix.strip(" \t>") else ""

    @property
    def opens(self) -> bool:
        """Whether it is no inline code that happens to start a line."""
        return self.info.startswith("{") or (self.marks[0] != ":" and "`" not in self.info)

    def closed_by(self, other: "Fence") -> bool:
        """Say whether a fence line ends this block."""
        same = other.marks[0] == self.marks[0] and len(other.marks) >= len(self.marks)
        return same and not other.info and not other.marker


class Line(NamedTuple):
    """A source line: the language blocks around it, the fence just around it, the one it opens."""

    number: int
    text: str
    kind: Kind
    blocks: tuple[Fence, ...]
    parent: int
    fence: Fence | None


class Problem(NamedTuple):
    """A fault in the source, with its line number."""

    line: int
    message: str


def scan(text: str) -> tuple[list[Line], list[Fence]]:
    """Return the lines of a page with what they are, and the fences left open at its end."""
    lines: list[Line] = []
    fences: list[Fence] = []

    def add(kind: Kind, fence: Fence | None = None) -> None:
        blocks = tuple(fence for fence in fences if fence.language)
        lines.append(Line(number, source, kind, blocks, fences[-1].line if fences else 0, fence))

    for number, source in enumerate(text.split("\n"), 1):
        match = FENCE.match(source)
        fence = Fence(number, *match.groups()) if match else None
        if fences and fence and fences[-1].closed_by(fence):
            closed = fences.pop()
            add(Kind.CLOSES if closed.language else Kind.TEXT, closed)
        elif fences and fences[-1].holds_code:
            add(Kind.CODE)
        elif fence and fence.opens:
            add(Kind.OPENS if fence.language else Kind.TEXT, fence)
            fences.append(fence)
        else:
            add(Kind.TEXT)
    return lines, fences


def select(text: str, language: str) -> str:
    """Keep the text of one language.

    The marker of a list item that begins with a block goes to the first line kept of that item.

    >>> select("# {fa}`هسته`{en}`Kernel`", "en")
    '# Kernel'
    """
    kept: list[str] = []
    item: Fence | None = None
    for line in scan(text)[0]:
        chosen = select_line(line, language)
        if line.kind is Kind.OPENS and line.fence and line.fence.marker:
            item = line.fence
        elif item and chosen.strip(" \t>"):
            chosen = with_marker(chosen, item.marker, inside=item in line.blocks)
            item = None
        kept.append(chosen)
    return "\n".join(kept)


def select_line(line: Line, language: str) -> str:
    """Keep one line's text of one language; of a line of the other, the marks of a quotation."""
    blocks = (line.fence,) if line.fence and line.kind in (Kind.OPENS, Kind.CLOSES) else line.blocks
    if line.kind in (Kind.OPENS, Kind.CLOSES) or any(b.language != language for b in blocks):
        return ">" * max(block.prefix.count(">") for block in blocks)
    return line.text if line.kind is Kind.CODE else choose(line.text, language)


def with_marker(line: str, marker: str, inside: bool) -> str:
    """Put a list item's marker where its first line is indented; elsewhere only `inside` a block.

    >>> with_marker("   متن", "2. ", True), with_marker("After the list", "2. ", False)
    ('2. متن', 'After the list')
    """
    indent = re.sub(r"[^\s>]", " ", marker)
    if line.startswith(indent):
        return marker + line[len(indent) :]
    return marker + line.lstrip(" \t>") if inside else line


def problems(text: str) -> list[Problem]:
    """List the blocks and inline texts that lack their twin, and the fences left open."""
    lines, fences = scan(text)
    found = [Problem(fence.line, f"{fence.marks} is never closed") for fence in fences]
    found += block_problems(lines)
    for line in lines:
        if line.kind is Kind.TEXT or (line.kind is Kind.CODE and SHOWN.match(line.text)):
            found += [Problem(line.number, fault) for fault in inline_faults(line.text)]
    return sorted(found)


def block_problems(lines: list[Line]) -> Iterator[Problem]:
    """Yield each block whose twin does not stand right before or after it."""
    waiting: dict[int, Fence] = {}

    def give_up(parent: int) -> Iterator[Problem]:
        if parent in waiting:
            block = waiting.pop(parent)
            twin = "en" if block.language == "fa" else "fa"
            message = f"the {{{block.language}}} block has no {{{twin}}} block beside it"
            yield Problem(block.line, message)

    for line in lines:
        if line.kind is Kind.OPENS and line.fence:
            if line.blocks:
                message = f"a {{{line.fence.language}}} block inside a language block"
                yield Problem(line.number, message)
            elif line.parent in waiting and waiting[line.parent].language != line.fence.language:
                del waiting[line.parent]
            else:
                yield from give_up(line.parent)
                waiting[line.parent] = line.fence
        elif line.kind is not Kind.CLOSES and line.text.strip() and not line.text.startswith("%"):
            yield from give_up(line.parent)
    for parent in list(waiting):
        yield from give_up(parent)
