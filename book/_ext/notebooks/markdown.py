"""A resolved page as Markdown that JupyterLab, Notebook, VS Code and Colab show alike.

Blocks come as texts; right-to-left text is put into an element that says so, and code and Latin
words within it are isolated, since Markdown itself knows no direction.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from docutils import nodes

from persian_book.digits import persian_digits
from persian_book.languages import Language
from persian_book.page.isolate import english_text, persian_text

# Around inline code: brackets at its ends would else take the direction of the text.
ISOLATE, END = "\u2066", "\u2069"
# JupyterLab and Notebook set paragraphs from the left, whatever their direction, and all of them
# draw the bar of a quotation there. VS Code sets formulas in the direction of what is around them,
# and none that is the next thing after an opening tag; so a comment stands between. The sanitizers
# leave these.
FROM_THE_RIGHT = '<span style="display: block; text-align: right"><!-- -->'
FORMULA = '<span dir="ltr"><!-- -->'
LEFT_TO_RIGHT = '<div dir="ltr" style="text-align: left">'
BAR_ON_THE_RIGHT = '<blockquote style="border-left: none; border-right: 5px solid #9e9e9e">'
_SPECIAL = re.compile(r"([\\`*_\[\]$|<>#~])")


class Writer:
    """Writes nodes of one language; headings begin at `level`."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def wrapped(self, blocks: list[str]) -> str:
        """Put blocks into an element with the direction of the language."""
        text = "\n\n".join(block for block in blocks if block.strip())
        if self.language is Language.EN:
            return text
        return f'<div dir="rtl" lang="fa" style="text-align: right">\n\n{text}\n\n</div>'

    def paragraph(self, text: str) -> str:
        """Write a paragraph that begins on the side of the language."""
        return text if self.language is Language.EN else f"{FROM_THE_RIGHT}{text}</span>"

    def formula(self, text: str) -> str:
        """Write a formula in a line, which runs from left to right."""
        return text if self.language is Language.EN else f"{FORMULA}{text}</span>"

    def left_to_right(self, block: str) -> str:
        """Write a block that runs from left to right: code, a formula of its own."""
        return block if self.language is Language.EN else f"{LEFT_TO_RIGHT}\n\n{block}\n\n</div>"

    def inline(self, node: nodes.Node) -> str:
        """Write what stands in a line."""
        if isinstance(node, nodes.Text):
            return self.text(str(node))
        if isinstance(node, nodes.math):
            return self.formula(f"${node.astext().strip()}$")
        if isinstance(node, nodes.literal):
            return f"{ISOLATE}`{node.astext()}`{END}"
        assert isinstance(node, nodes.Element)
        inner = "".join(map(self.inline, node.children))
        if isinstance(node, nodes.strong):
            return f"**{inner.strip()}**"
        if isinstance(node, nodes.emphasis):
            return f"*{inner.strip()}*"
        if isinstance(node, nodes.reference) and node.get("refuri", "").startswith("http"):
            return f"[{inner}]({node['refuri']})"
        if isinstance(node, nodes.image | nodes.raw | nodes.target | nodes.problematic):
            return ""
        return inner

    def text(self, text: str) -> str:
        """Escape a text, isolate the words of the other language, write its numbers."""
        escaped = re.sub("&(?!#?\\w+;)", "&amp;", text.replace("\n", " "))
        escaped = _SPECIAL.sub(lambda m: {"<": "&lt;", ">": "&gt;"}.get(m[1], "\\" + m[1]), escaped)
        return (persian_text if self.language is Language.FA else english_text)(escaped)

    def number(self, parts: Iterable[int]) -> str:
        """Write a number of the book, as 1.2, whose point separates no decimals."""
        number = ".".join(map(str, parts))
        return persian_digits(number) if self.language is Language.FA else number

    def children(self, node: nodes.Element, level: int) -> list[str]:
        """Write every block of a node; what stands in it as in a line is a paragraph."""
        if not is_line(node):
            return [block for child in node.children for block in self.blocks(child, level)]
        text = "".join(map(self.inline, node.children)).strip()
        return [self.paragraph(text)] if text else []

    def bare(self, node: nodes.Element, level: int) -> list[str]:
        """Write every block of a node where Markdown makes no paragraphs: in a cell, in an item."""
        return [
            block
            for child in node.children
            for block in (
                _line(self, child, level)
                if isinstance(child, nodes.paragraph)
                else self.blocks(child, level)
            )
        ]

    def blocks(self, node: nodes.Node, level: int = 1) -> Iterator[str]:
        """Write a node as blocks of Markdown."""
        for kind, write in WRITERS.items():
            if isinstance(node, kind) and isinstance(node, nodes.Element):
                yield from write(self, node, level)
                return
        if isinstance(node, nodes.Inline | nodes.Text):
            yield self.inline(node)
        elif isinstance(node, nodes.Element):
            yield from self.children(node, level)


def is_line(node: nodes.Element) -> bool:
    """Say whether what a node holds stands in a line, as the title of a fold does."""
    return any(isinstance(child, nodes.Inline | nodes.Text) for child in node.children)


Write = Callable[[Writer, nodes.Element, int], Iterator[str]]


def _line(writer: Writer, node: nodes.Element, level: int) -> Iterator[str]:
    yield "".join(map(writer.inline, node.children)).strip()


def _paragraph(writer: Writer, node: nodes.Element, level: int) -> Iterator[str]:
    for text in _line(writer, node, level):
        yield writer.paragraph(text) if text else ""


def _title(writer: Writer, node: nodes.Element, level: int) -> Iterator[str]:
    yield f"{'#' * min(level, 6)} {next(_line(writer, node, level))}"


def _section(writer: Writer, node: nodes.Element, level: int) -> Iterator[str]:
    deeper = level + (1 if isinstance(node.parent, nodes.section) else 0)
    yield from writer.children(node, deeper)


def _math(writer: Writer, node: nodes.Element, level: int) -> Iterator[str]:
    number = f" \\tag{{{node['number']}}}" if node.get("number") else ""
    text = node.astext().strip()
    if "\\\\" in text and "\\begin" not in text:
        text = f"\\begin{{split}}{text}\\end{{split}}"
    yield writer.left_to_right(f"$$\n{text}{number}\n$$")


def _code(writer: Writer, node: nodes.Element, level: int) -> Iterator[str]:
    language = node.get("language", "")
    kind = "" if language in ("default", "none") else language
    yield writer.left_to_right(f"```{kind}\n{node.astext()}\n```")


def _list(writer: Writer, node: nodes.Element, level: int) -> Iterator[str]:
    lines = []
    items = [item for item in node.children if isinstance(item, nodes.Element)]
    tight = all(len(item) == 1 and isinstance(item[0], nodes.paragraph) for item in items)
    for place, item in enumerate(items, 1):
        marker = f"{place}. " if isinstance(node, nodes.enumerated_list) else "- "
        text = "\n\n".join((writer.bare if tight else writer.children)(item, level))
        lines.append(marker + text.replace("\n", "\n" + " " * len(marker)))
    yield "\n".join(lines)


def _table(writer: Writer, node: nodes.Element, level: int) -> Iterator[str]:
    rows = [
        [" ".join(writer.bare(entry, level)) or " " for entry in row.findall(nodes.entry)]
        for row in node.findall(nodes.row)
    ]
    if not next(node.findall(nodes.thead), None):
        rows.insert(0, [" "] * len(rows[0]))
    for title in node.findall(nodes.title):
        yield writer.paragraph(f"*{next(_line(writer, title, level))}*")
    head, *body = ("| " + " | ".join(row) + " |" for row in rows)
    yield "\n".join([head, "|" + "---|" * len(rows[0]), *body])


def _admonition(writer: Writer, node: nodes.Element, level: int) -> Iterator[str]:
    title, *rest = node.children
    assert isinstance(title, nodes.Element)
    blocks = [writer.paragraph(f"**{next(_line(writer, title, level))}**")]
    blocks += [block for child in rest for block in writer.blocks(child, level)]
    text = "\n\n".join(blocks)
    if writer.language is Language.FA:
        yield f"{BAR_ON_THE_RIGHT}\n\n{text}\n\n</blockquote>"
    else:
        yield "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _nothing(writer: Writer, node: nodes.Element, level: int) -> Iterator[str]:
    return iter(())


WRITERS: dict[type[nodes.Node], Write] = {
    nodes.title: _title,
    nodes.section: _section,
    nodes.paragraph: _paragraph,
    nodes.rubric: _paragraph,
    nodes.math_block: _math,
    nodes.literal_block: _code,
    nodes.bullet_list: _list,
    nodes.enumerated_list: _list,
    nodes.table: _table,
    nodes.admonition: _admonition,
    nodes.caption: _paragraph,
    nodes.image: _nothing,
    nodes.raw: _nothing,
    nodes.comment: _nothing,
    nodes.target: _nothing,
}
