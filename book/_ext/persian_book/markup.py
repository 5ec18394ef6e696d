"""A small rewriter of finished HTML: what stands in tags, and what stands between them.

Parsing a page into a tree and writing it anew would change what the theme wrote; here every
byte that no rule touches stays as it is.
"""

import re
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

Kind = TypeVar("Kind")

# Comments, and elements whose content is not markup, come as one token.
TOKEN = re.compile(
    r"<!--.*?-->|<(?P<raw>script|style|textarea)\b[^>]*>.*?</(?P=raw)\s*>"
    r"|<(?P<close>/?)(?P<name>[a-zA-Z][\w-]*)(?:[^>\"']|\"[^\"]*\"|'[^']*')*>"
    r"|<[^>]*>|[^<]+",
    re.S,
)
ATTRIBUTE = re.compile(r"([\w:-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+)))?")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Tag(NamedTuple):
    """A start tag; `source` is how it is written."""

    name: str
    attributes: dict[str, str]
    source: str

    @property
    def classes(self) -> list[str]:
        """The classes of the element."""
        return self.attributes.get("class", "").split()

    def having(self, name: str, value: str) -> "Tag":
        """Return the tag with an attribute, unless it has one of that name."""
        if name in self.attributes:
            return self
        start = f"<{self.name}"
        source = f'{start} {name}="{value}"{self.source.removeprefix(start)}'
        return Tag(self.name, {**self.attributes, name: value}, source)

    def lacking(self, name: str) -> "Tag":
        """Return the tag without an attribute."""
        attributes = {key: value for key, value in self.attributes.items() if key != name}
        pattern = rf"""\s+{re.escape(name)}\s*=\s*(?:"[^"]*"|'[^']*')"""
        return Tag(self.name, attributes, re.sub(pattern, "", self.source))


def parse_tag(source: str) -> Tag:
    """Read a start tag.

    >>> parse_tag('<code class="docutils literal">').classes
    ['docutils', 'literal']
    """
    name, *rest = source.strip("</>").split(None, 1)
    found = ATTRIBUTE.findall(rest[0]) if rest else []
    return Tag(name, {key: double or single or bare for key, double, single, bare in found}, source)


class Elements(Generic[Kind]):
    """The open elements where a page is being read; each has its own kind or its parent's."""

    def __init__(self, outermost: Kind) -> None:
        self.outermost = outermost
        self.open: list[tuple[str, Kind]] = []

    @property
    def kind(self) -> Kind:
        """The kind of the innermost element."""
        return self.open[-1][1] if self.open else self.outermost

    def enter(self, name: str, kind: Kind) -> None:
        """Open an element."""
        if name not in VOID:
            self.open.append((name, kind))

    def leave(self, name: str) -> None:
        """Close the nearest open element of that name, and what was left open inside it."""
        for index in range(len(self.open) - 1, -1, -1):
            if self.open[index][0] == name:
                del self.open[index:]
                return


def rewrite(
    page: str,
    outermost: Kind,
    kind_of: Callable[[Tag, Kind], Kind],
    tag: Callable[[Tag, Kind], Tag],
    text: Callable[[str, Kind], str],
) -> str:
    """Pass every start tag and every text of a page through a function.

    `kind_of` tells the kind of an element from its tag and its parent's kind; the other two
    functions get the kind of the element that they write, or write in.
    """
    elements = Elements(outermost)

    def written(match: re.Match[str]) -> str:
        token = match[0]
        if token[0] != "<":
            return text(token, elements.kind)
        if not match["name"]:
            return token
        if match["close"]:
            elements.leave(match["name"])
            return token
        start = parse_tag(token)
        kind = kind_of(start, elements.kind)
        if not token.endswith("/>"):
            elements.enter(start.name, kind)
        return tag(start, kind).source

    return TOKEN.sub(written, page)
