"""A rewriter of finished HTML: what stands in tags, and what stands between them.

The standard library's parser finds the tags; a page is cut where they begin, so every byte that no
rule touches stays as it is. A tree written anew would change what the theme wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from html import escape
from html.parser import HTMLParser
from itertools import accumulate, pairwise
from typing import Generic, NamedTuple, TypeVar

Kind = TypeVar("Kind")

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
# Elements whose content is not markup.
OPAQUE = {"script", "style", "textarea"}


class Tag(NamedTuple):
    """A start tag; `source` is how it is written. An attribute without a value has None."""

    name: str
    attributes: Mapping[str, str | None]
    source: str

    @property
    def classes(self) -> list[str]:
        """The classes of the element."""
        return self.value("class").split()

    @property
    def is_empty(self) -> bool:
        """Whether no end tag belongs to it."""
        return self.name in VOID or self.source.endswith("/>")

    def value(self, name: str) -> str:
        """Return the value of an attribute; nothing if it is not there."""
        return self.attributes.get(name) or ""

    def having(self, name: str, value: str) -> Tag:
        """Return the tag with an attribute, unless it has one of that name."""
        return self if name in self.attributes else self.setting(name, value)

    def setting(self, name: str, value: str) -> Tag:
        """Return the tag with an attribute of that value."""
        return self._written(self.name, {**self.attributes, name: value})

    def lacking(self, name: str) -> Tag:
        """Return the tag without an attribute."""
        if name not in self.attributes:
            return self
        kept = {key: value for key, value in self.attributes.items() if key != name}
        return self._written(self.name, kept)

    def named(self, name: str) -> Tag:
        """Return the tag as that of another element."""
        return self._written(name, self.attributes)

    def _written(self, name: str, attributes: Mapping[str, str | None]) -> Tag:
        pairs = "".join(
            f" {key}" if value is None else f' {key}="{escape(value)}"'
            for key, value in attributes.items()
        )
        end = "/>" if self.source.endswith("/>") else ">"
        return Tag(name, attributes, f"<{name}{pairs}{end}")


class Token(NamedTuple):
    """A piece of a page: a start tag, an end tag, a text, or something else (a comment)."""

    source: str
    tag: Tag | None = None
    closes: str = ""
    is_text: bool = False


class _Cutter(HTMLParser):
    """Notes where the tokens of a page begin."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=False)
        self.lines = [0, *accumulate(len(line) + 1 for line in page.split("\n"))]
        self.found: list[tuple[int, Token]] = []
        self.inside = ""
        self.feed(page)
        self.close()

    def _note(self, token: Token) -> None:
        line, column = self.getpos()
        self.found.append((self.lines[line - 1] + column, token))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        source = self.get_starttag_text() or ""
        attributes: dict[str, str | None] = {}
        for name, value in attrs:
            attributes.setdefault(name, value)  # of two with one name, browsers take the first
        self._note(Token("", Tag(tag, attributes, source)))
        self.inside = tag if tag in OPAQUE and not source.endswith("/>") else self.inside

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._note(Token("", closes=tag))
        self.inside = "" if tag == self.inside else self.inside

    def handle_data(self, data: str) -> None:
        self._note(Token("", is_text=not self.inside))

    def handle_entityref(self, name: str) -> None:
        self.handle_data(name)

    def handle_charref(self, name: str) -> None:
        self.handle_data(name)

    def handle_comment(self, data: str) -> None:
        self._note(Token(""))

    def handle_decl(self, decl: str) -> None:
        self._note(Token(""))

    def handle_pi(self, data: str) -> None:
        self._note(Token(""))

    def unknown_decl(self, data: str) -> None:
        self._note(Token(""))


def tokens(page: str) -> Iterator[Token]:
    """Cut a page into its tokens; joined, they are the page.

    >>> [token.source for token in tokens("<p>a &lt; b<br></p>")]
    ['<p>', 'a &lt; b', '<br>', '</p>']
    """
    text = ""
    for (start, token), (end, _) in pairwise([*_Cutter(page).found, (len(page), Token(""))]):
        if token.is_text:
            text += page[start:end]
            continue
        if text:
            yield Token(text, is_text=True)
            text = ""
        yield token._replace(source=page[start:end])
    if text:
        yield Token(text, is_text=True)


def without(page: str, is_unwanted: Callable[[Tag, str], bool]) -> str:
    """Drop the scripts and the empty elements that a rule does not want, by their tag and text.

    >>> without("<link rel='a'><p>x</p><script>y()</script>", lambda tag, text: text == "y()")
    "<link rel='a'><p>x</p>"
    """
    cut = list(tokens(page))
    kept: list[str] = []
    at = 0
    while at < len(cut):
        tag, end = cut[at].tag, at + 1
        if tag and tag.name == "script":
            end = next((i for i in range(at, len(cut)) if cut[i].closes == "script"), at) + 1
        sources = [token.source for token in cut[at:end]]
        if not tag or not is_unwanted(tag, "".join(sources[1:-1])):
            kept += sources
        at = end
    return "".join(kept)


class Element(NamedTuple, Generic[Kind]):
    """An open element: its name, the name it is written with, and its kind."""

    name: str
    written: str
    kind: Kind


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
    elements = [Element("", "", outermost)]
    pieces = []
    for token in tokens(page):
        if token.tag:
            kind = kind_of(token.tag, elements[-1].kind)
            changed = tag(token.tag, kind)
            pieces.append(token.source if changed is token.tag else changed.source)
            if not token.tag.is_empty:
                elements.append(Element(token.tag.name, changed.name, kind))
        elif token.closes:
            pieces.append(close(elements, token))
        else:
            pieces.append(text(token.source, elements[-1].kind) if token.is_text else token.source)
    return "".join(pieces)


def close(elements: list[Element[Kind]], token: Token) -> str:
    """Close the nearest open element of that name, and what was left open inside it."""
    for index in range(len(elements) - 1, 0, -1):
        name, written, _ = elements[index]
        if name == token.closes:
            del elements[index:]
            return token.source if written == name else f"</{written}>"
    return token.source
