"""One folder of scripts, styles, fonts and pictures for both editions.

Sphinx writes one for each, and a reader who changes the language would load all of it again. What
does not differ is there once; what does stands beside it, with the language in its name.
"""

import re
import shutil
from functools import partial
from pathlib import Path

from ..mathematics.sheets import ALL_FONTS
from ..page.markup import Tag, rewrite

FOLDERS = ("_static", "_images", "_sources")
ADDRESS = re.compile(rf"((?:\.\./)*)((?:{'|'.join(FOLDERS)})/[^?#]+)(.*)", re.S)


def share(site: Path, edition: Path, code: str) -> None:
    """Move the files of an edition to those of the site, and point its pages there."""
    names = {}
    for folder in FOLDERS:
        for path in sorted((edition / folder).rglob("*")):
            name = path.relative_to(edition)
            if path.is_file() and not name.is_relative_to(ALL_FONTS):  # of both, written once
                names[name.as_posix()] = place(path, site, name, code).as_posix()
        shutil.rmtree(edition / folder, ignore_errors=True)
    for page in edition.rglob("*.html"):
        page.write_text(pointed(page.read_text("utf-8"), names), "utf-8")


def place(path: Path, site: Path, name: Path, code: str) -> Path:
    """Put a file into the site, under its name or, where another has it, with the language."""
    taken = site / name
    if taken.exists() and taken.read_bytes() != path.read_bytes():
        name = name.with_name(f"{name.stem}.{code}{name.suffix}")
    (site / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, site / name)
    return name


def pointed(page: str, names: dict[str, str]) -> str:
    """Have the addresses of a page lead to the shared files, one folder up.

    >>> pointed('<script src="_static/words.js?v=1">', {"_static/words.js": "_static/words.en.js"})
    '<script src="../_static/words.en.js?v=1">'
    """
    return rewrite(
        page, None, lambda tag, kind: None, partial(point, names=names), lambda text, kind: text
    )


def point(tag: Tag, kind: None, names: dict[str, str]) -> Tag:
    """Change the addresses of one tag."""
    for attribute in ("href", "src"):
        match = ADDRESS.fullmatch(tag.value(attribute))
        if match and match[2] in names:
            tag = tag.setting(attribute, f"{match[1]}../{names[match[2]]}{match[3]}")
    return tag
