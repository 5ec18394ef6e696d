"""Pages that live under a strict Content-Security-Policy: nothing inline, nothing evaluated.

What the theme and the extensions write into a page as script or style becomes a file, named by its
content, so that browsers keep it from page to page.
"""

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from ..page.markup import Tag, rewrite, tokens
from .scripts import with_colours

POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'"
# Netlify's and Cloudflare's form; other hosts want the same line in a form of their own.
HEADERS = f"/*\n  Content-Security-Policy: {POLICY}; frame-ancestors 'self'\n"
FOLDER = "_static/inline"
# Handlers that persian-book.js adds again.
HANDLERS = ("onclick",)


class Outsider:
    """Takes what is inline out of one page, into files of the site."""

    def __init__(self, site: Path, pagename: str) -> None:
        self.site = site
        self.up = "../" * pagename.count("/")
        self.styles: dict[str, str] = {}
        self.links: list[str] = []

    def page(self, page: str) -> str:
        """Return the page without scripts, styles and handlers of its own."""
        head, end, body = page.partition("</head>")
        text = self.elements(joined(head), self.style) + end + self.elements(body, self.later)
        text = rewrite(text, None, lambda tag, kind: None, self.tag, lambda text, kind: text)
        sheet = "".join(f".{name}.{name}{{{style}}}\n" for name, style in self.styles.items())
        links = [*self.links, self.style(sheet)] if sheet else self.links
        return text.replace(end, "".join(links) + end, 1) if links else text

    def elements(self, part: str, style: Callable[[str], str]) -> str:
        """Write the scripts and styles of a part of a page as files."""
        pieces = []
        for tag, source, content in elements(part):
            if tag and tag.name == "style":
                pieces.append(style(content))
            elif tag and is_inline_script(tag):
                pieces.append(self.script(content))
            else:
                pieces.append(source)
        return "".join(pieces)

    def script(self, content: str) -> str:
        """Write a script as a file, and return the tag that runs it in the same place."""
        if not content.strip():
            return ""
        return f'<script src="{self.file(with_colours(content), "js")}"></script>'

    def style(self, content: str) -> str:
        """Write styles as a file, and return the tag that links to it."""
        return f'<link rel="stylesheet" href="{self.file(content, "css")}" />'

    def later(self, content: str) -> str:
        """Write the styles of a body, which may stand in a drawing, for links in the head."""
        self.links.append(self.style(content))
        return ""

    def file(self, content: str, suffix: str) -> str:
        """Write a file named by its content, and return its address from the page."""
        name = f"{FOLDER}/{sha256(content.encode()).hexdigest()[:12]}.{suffix}"
        (self.site / FOLDER).mkdir(parents=True, exist_ok=True)
        (self.site / name).write_text(content, "utf-8")
        return self.up + name

    def tag(self, tag: Tag, kind: None) -> Tag:
        """Take style and handlers out of a tag."""
        for handler in HANDLERS:
            tag = tag.lacking(handler)
        style = tag.value("style")
        if not style:
            return tag
        name = f"style-{sha256(style.encode()).hexdigest()[:6]}"
        self.styles[name] = style
        return tag.lacking("style").setting("class", f"{tag.value('class')} {name}".strip())


def with_policy(page: str) -> str:
    """Write the policy into a page, for hosts that send no headers, and for a book on disk."""
    meta = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}" />'
    return page.replace("<head>", f"<head>\n    {meta}", 1)


def elements(part: str) -> Iterator[tuple[Tag | None, str, str]]:
    """Yield the tags and texts of a page; a script or style whole, with its content."""
    cut = list(tokens(part))
    at = 0
    while at < len(cut):
        tag = cut[at].tag
        end = at
        if tag and tag.name in ("script", "style"):
            end = next(i for i in range(at, len(cut)) if cut[i].closes == tag.name)
        sources = [token.source for token in cut[at : end + 1]]
        yield tag, "".join(sources), "".join(sources[1:-1])
        at = end + 1


def is_inline_script(tag: Tag) -> bool:
    """Say whether a tag begins a script that browsers run, written in the page."""
    types = {"", "text/javascript", "module"}
    return tag.name == "script" and "src" not in tag.attributes and tag.value("type") in types


def joined(head: str) -> str:
    r"""Join the inline scripts of a head, in the place of the first: they only set variables.

    A script with an attribute stays where it is: the theme's sets the colours before all else.

    >>> joined("<script>a</script><script src=b></script><script>c</script><script>a</script>")
    '<script>a\nc</script><script src=b></script>'
    """
    pieces: list[str] = []
    scripts: dict[str, None] = {}
    place = 0
    for tag, source, content in elements(head):
        if tag and is_inline_script(tag) and not tag.attributes:
            place = place if scripts else len(pieces)
            scripts[content.strip()] = None
        else:
            pieces.append(source)
    if scripts:
        body = "\n".join(scripts)
        pieces.insert(place, f"<script>{body}</script>")
    return "".join(pieces)
