"""Files whose names hold a digest of their content, so that a browser may keep them for ever.

`name.css` becomes `name.0123456789ab.css` once the site is complete, and everything that points to
it points there; what nothing points to is left out.
"""

import posixpath
import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

FOLDER = "_static"
TEXT = {".css", ".js"}
KINDS = "css|js|woff2?|ttf|svg|png|ico"
# In a page, any address below the folder; in a sheet or script, any text that may be one.
IN_PAGE = re.compile(rf"""(?<=["'])((?:\.\./)*)({FOLDER}/[^"'?#\s]+)(\?[^"'#\s]*)?""")
IN_FILE = re.compile(rf"""(?<=["'(])([\w./-]+\.(?:{KINDS}))(?:\?[^"')\s#]*)?(?=["')#])""")
# What Sphinx and the theme bring; data that a script fetches by a name it makes stays.
DROPPED = {
    f".{kind}" for kind in (*KINDS.replace("woff2?", "woff|woff2").split("|"), "map", "html")
}


def pages_of(site: Path) -> list[Path]:
    """Return the pages of a site."""
    found = site.rglob("*.html")
    return sorted(path for path in found if FOLDER not in path.relative_to(site).parts)


class Stamps:
    """The files of a site under their lasting names."""

    def __init__(self, site: Path) -> None:
        self.site = site
        self.names: dict[str, str] = {}

    def stamped(self, name: str) -> str:
        """Return the lasting name of a file, giving it that name when it is first asked for."""
        if name not in self.names:
            self.names[name] = name  # a file that leads back to itself keeps that name there
            path = self.site / name
            data = path.read_bytes()
            if path.suffix in TEXT:
                text = IN_FILE.sub(self.pointing(posixpath.dirname(name)), data.decode("utf-8"))
                data = text.encode("utf-8")
            digest = sha256(data).hexdigest()[:12]
            new = path.with_name(f"{path.stem}.{digest}{path.suffix}")
            path.unlink()
            new.write_bytes(data)
            self.names[name] = new.relative_to(self.site).as_posix()
        return self.names[name]

    def pointing(self, folder: str) -> Callable[[re.Match[str]], str]:
        """Return what rewrites the addresses in a file that stands in `folder`."""

        def point(match: re.Match[str]) -> str:
            name = posixpath.normpath(posixpath.join(folder, match[1]))
            if not name.startswith(f"{FOLDER}/") or not self.is_there(name):
                return match[0]
            return posixpath.relpath(self.stamped(name), folder)

        return point

    def is_there(self, name: str) -> bool:
        """Say whether a name is one of a file of the site."""
        return name in self.names or (self.site / name).is_file()

    def page(self, text: str) -> str:
        """Point the addresses of a page to the lasting names."""

        def point(match: re.Match[str]) -> str:
            is_inline = match[2].startswith(f"{FOLDER}/inline/")  # has its digest for a name
            if is_inline or not self.is_there(match[2]):
                return match[0]
            return match[1] + self.stamped(match[2])

        return IN_PAGE.sub(point, text)

    def drop_others(self, pages: list[str]) -> None:
        """Delete what no page leads to."""
        inline = set(re.findall(rf"{FOLDER}/inline/\w+\.\w+", "\n".join(pages)))
        wanted = set(self.names.values()) | inline
        for path in sorted((self.site / FOLDER).rglob("*"), reverse=True):
            name = path.relative_to(self.site).as_posix()
            if path.is_dir():
                if not any(path.iterdir()):
                    path.rmdir()
            elif name not in wanted and path.suffix in DROPPED:
                path.unlink()


def stamp(site: Path, pages: dict[Path, str]) -> None:
    """Give the files of a complete site their lasting names, and write its pages."""
    stamps = Stamps(site)
    written = {path: stamps.page(text) for path, text in pages.items()}
    stamps.drop_others(list(written.values()))
    for path, text in written.items():
        path.write_text(text, "utf-8")
