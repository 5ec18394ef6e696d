"""One style sheet and one script for what every page loads, in the order in which pages had them.

The theme and the extensions bring twelve sheets and ten scripts, which a phone fetches one after
another and which hold the first words back. The one script waits for the page; only the one that
sets the colours does not.
"""

import posixpath
import re
from pathlib import Path
from typing import NamedTuple

from ..page.markup import Tag
from .policy import elements
from .purge import purged, words_of

SHEET = "_static/book.css"
SCRIPT = "_static/book.js"
# What the first words are written in, by language; letters that come late move what is below them.
LETTERS = "_static/fonts/vazirmatn-{}-wght-normal.woff2"
ALPHABETS = {"fa": ("arabic", "latin"), "en": ("latin",)}
PUBLISHED = '<link rel="canonical" '
LANGUAGE = re.compile(r'<html lang="(\w+)"')
PLACE = re.compile(r"((?:\.\./)*)(_static/[^?#]+)")
# A line with a formula is as long as the letters of the formula make it.
FORMULAS = "_static/mathematics/"
FORMULA_LETTERS = [
    f"{FORMULAS}fonts/MathJax_{name}.woff2" for name in ("Zero", "Main-Regular", "Math-Italic")
]
# Of one page, and named by their content.
OWN = ("_static/mathematics/", "_static/inline/")
URL = re.compile(r"""url\(\s*(["']?)(?!data:|https?:|/|#)([^"')]+)\1\s*\)""")
IMPORT = re.compile(r"""@import\s+(?:url\()?(["'])([^"']+)\1\)?\s*;""")
# A script that waits runs before the page says that it is there, as those in its head did.
LOADING = re.compile(
    r"""(["'])loading\1\s*([=!])==?\s*document\.readyState|"""
    r"""document\.readyState\s*([=!])==?\s*(["'])loading\4"""
)
# The theme asks every box whether it scrolls, and writes its answer before it asks the next, so
# that the page is laid out once a box; persian-book.js waits until the browser tells.
ASKING = re.compile(
    r"\.forEach\((\w+)=>\{\1\.tabIndex=\1\.scrollWidth>\1\.clientWidth"
    r"\|\|\1\.scrollHeight>\1\.clientHeight\?0:-1\}\)"
)
TOLD = r".forEach(\1=>persianBookScrolling.observe(\1))"


class Piece(NamedTuple):
    """A part of a page: what it is written as, and which shared file it loads, if any."""

    source: str
    sheet: str = ""
    script: str = ""
    tag: Tag | None = None


def pieces(page: str) -> list[Piece]:
    """Cut a page at the sheets and scripts that it loads."""
    found = []
    is_shown = True  # not what stands there for readers without scripts
    for tag, source, _ in elements(page):
        if source.startswith(("<noscript", "</noscript")):
            is_shown = source.startswith("</")
        address = tag.value("src") or tag.value("href") if tag and is_shown else ""
        match = PLACE.match(address)
        if tag and match and tag.name == "link" and tag.value("rel") == "stylesheet":
            own = match[2].startswith(OWN) or "media" in tag.attributes
            found.append(Piece(source, sheet="" if own else match[2], tag=tag))
        elif tag and tag.name == "script" and "src" in tag.attributes:
            found.append(Piece(source, script=match[2] if match else address, tag=tag))
        else:
            found.append(Piece(source))
    return found


class Bundles:
    """The sheets and scripts of all pages of a site."""

    def __init__(self, site: Path, pages: dict[Path, str]) -> None:
        self.site = site
        self.cut = {path: pieces(text) for path, text in pages.items()}
        styled = [cut for cut in self.cut.values() if any(p.sheet for p in cut)]
        # A page that has more says where among the others it stands.
        named = sorted(([p.sheet for p in cut if p.sheet] for cut in styled), key=len, reverse=True)
        self.sheets = list(dict.fromkeys(name for sheets in named for name in sheets))
        self.by_language = {
            name
            for path in (site / "_static").rglob("*.en.js")
            for name in (relative(path, site), relative(path, site).replace(".en.js", ".js"))
        }
        lists = [[p.script for p in cut if self.is_shared(p)] for cut in styled]
        everywhere = set.intersection(*map(set, lists)) if lists else set()
        self.scripts = [name for name in (lists[0] if lists else []) if name in everywhere]

    def is_shared(self, piece: Piece) -> bool:
        """Say whether a script is the same on every page, and has no settings of its own."""
        return (
            piece.tag is not None
            and piece.script.startswith("_static/")
            and not piece.script.startswith(OWN)
            and piece.script not in self.by_language
            and set(piece.tag.attributes) <= {"src", "defer", "async"}
        )

    def write(self) -> dict[Path, str]:
        """Write the bundles, and return the pages that load them."""
        if not self.sheets:
            return {path: "".join(p.source for p in cut) for path, cut in self.cut.items()}
        (self.site / SCRIPT).write_text(self.script(), "utf-8")
        pages = {path: self.page(path, cut) for path, cut in self.cut.items()}
        scripts = [path.read_text("utf-8") for path in (self.site / "_static").rglob("*.js")]
        words = words_of([*pages.values(), *scripts])
        (self.site / SHEET).write_text(purged(self.sheet(), words), "utf-8")
        return pages

    def sheet(self) -> str:
        """Join the sheets, with the addresses in them as seen from the one."""

        def moved(match: re.Match[str], folder: str) -> str:
            place = posixpath.normpath(posixpath.join(folder, match[2]))
            return f'url("{posixpath.relpath(place, posixpath.dirname(SHEET))}")'

        def read(name: str) -> str:
            folder = posixpath.dirname(name)
            text = (self.site / name).read_text("utf-8").removeprefix("\ufeff")
            text = IMPORT.sub(lambda match: read(posixpath.normpath(f"{folder}/{match[2]}")), text)
            return URL.sub(lambda match: moved(match, folder), text)

        return "\n".join(map(read, self.sheets))

    def script(self) -> str:
        """Join the scripts, which may not lean on the strictness of the one before."""

        def asked(match: re.Match[str]) -> str:
            return f'document.readyState{"!" if "=" in (match[2], match[3]) else "="}=="complete"'

        texts = ((self.site / name).read_text("utf-8") for name in self.scripts)
        return ";\n" + "\n;\n".join(ASKING.sub(TOLD, LOADING.sub(asked, text)) for text in texts)

    def page(self, path: Path, cut: list[Piece]) -> str:
        """Return a page that loads the bundles in the place of what is in them."""
        up = "../" * (len(path.relative_to(self.site).parts) - 1)
        if not any(piece.sheet for piece in cut):
            return "".join(piece.source for piece in cut)
        colours = next((p for p in cut if p.script.startswith("_static/inline/")), None)
        scripts = [p for p in cut if p.script and p.script not in self.scripts and p is not colours]
        data = [p for p in scripts if p.script in self.by_language or p.script.startswith(OWN)]
        rest = [p for p in scripts if p not in data]
        rest.sort(key=lambda p: p.tag is not None and "defer" in p.tag.attributes)  # they came last
        order = [
            *(waiting(piece) for piece in data),
            f'<script defer="defer" src="{up}{SCRIPT}"></script>',
            *(waiting(piece) for piece in rest),
        ]
        lines = [*self.letters(cut, up), link(f"{up}{SHEET}"), *order]
        block = "".join(f"{line}\n" for line in lines)
        out = []
        for piece in cut:
            if piece.sheet:
                out.append(block)
                block = ""
            elif not piece.script or piece is colours:
                out.append(piece.source)
        return "".join(out)

    def letters(self, cut: list[Piece], up: str) -> list[str]:
        """Have a page ask for its typefaces while the sheet that names them is on its way.

        A font is asked for with `crossorigin`, and then there at the first painting. On pages from
        disk browsers refuse that, and say so; a page that knows no address of its own may be one,
        and asks without: the sheet finds the file in the browser's cache, a moment later.
        """
        crossorigin = any(PUBLISHED in piece.source for piece in cut) * ' crossorigin="anonymous"'
        language = next((m[1] for piece in cut if (m := LANGUAGE.search(piece.source))), "")
        names = [LETTERS.format(alphabet) for alphabet in ALPHABETS.get(language, ())]
        if any(FORMULAS in piece.source for piece in cut):
            names += FORMULA_LETTERS
        return [
            f'<link rel="preload" as="font" type="font/woff2"{crossorigin} href="{up}{name}" />'
            for name in names
            if (self.site / name).is_file()
        ]


def link(address: str) -> str:
    """Return the tag that loads a style sheet."""
    return f'<link rel="stylesheet" href="{address}" />'


def waiting(piece: Piece) -> str:
    """Return the tag of a script, one that waits for the page."""
    assert piece.tag is not None
    return piece.tag.lacking("async").setting("defer", "defer").source + "</script>"


def relative(path: Path, site: Path) -> str:
    """Return the place of a file in the site."""
    return path.relative_to(site).as_posix()
