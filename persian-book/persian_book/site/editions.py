"""One command, two editions: after the Persian book, the English one, from the same run cells.

Sphinx keeps directives, nodes and roles in globals, so the second edition is built by a process of
its own. Each edition is written into a folder beside the site's, which the next build goes on with
and in which both share the cache of executed pages; the site is made anew from the two, the second
under the first as ``en/``, and takes the last one's place when it is complete.
"""

import os
import pickle
import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeVar

from sphinx.application import Sphinx
from sphinx.config import Config

from ..languages import Language, language_of
from ..mathematics.sheets import write_fonts_of
from ..page.switch import address
from .bundles import Bundles
from .fingerprints import pages_of, stamp
from .publishing import LOST
from .sharing import share
from .styles import make_logical
from .typefaces import write_letters

SECOND = "en"
Folder = TypeVar("Folder", bound=Path)
# Sphinx's own statuses are 0, and 1 for warnings taken as errors; then the pages are complete.
FAILED = 2


def remember_overrides(app: Sphinx) -> None:
    """Keep the settings as the user gave them: extensions add to the very lists."""
    app.config.persian_book_overrides = deepcopy(app.config.overrides)


def name_parts(app: Sphinx, config: Config) -> None:
    """Give the parts of the table of contents their names in this edition."""
    names = config.persian_book_editions.get(language_of(config).code, {}).get("captions", {})
    for document in config.external_site_map.values():
        for tree in document.subtrees:
            tree.caption = names.get(tree.caption, tree.caption)


def write_beside(app: Sphinx) -> None:
    """Have the first edition written beside the site, as the second one is."""
    if is_first(app):
        app.config.persian_book_site = app.outdir
        app.outdir = app.builder.outdir = beside(app.outdir, language_of(app.config).code)
        app.outdir.mkdir(exist_ok=True)


def is_first(app: Sphinx) -> bool:
    """Say whether this is the edition whose build brings the other one's."""
    return app.builder.name == "html" and language_of(app.config).code != SECOND


def beside(folder: Folder, code: str) -> Folder:
    """Return the folder of an edition, beside the one of all."""
    return folder.with_name(f"{folder.name}-{code}")


def build_second(app: Sphinx, error: Exception | None) -> None:
    """Build the other edition once the first one is complete, and the site from both."""
    if error or not is_first(app):
        return
    settings = dict(app.config.persian_book_editions.get(SECOND, {}))
    settings.pop("captions", None)
    overrides: dict[str, Any] = {
        **app.config.persian_book_overrides,
        "extensions": list(app.config.extensions),
        "language": SECOND,
        # The place of the edition, or its pages would name the other's as the true ones.
        "html_baseurl": address(app.config, Language.EN, ""),
        **settings,
    }
    site = app.config.persian_book_site
    second = beside(site, SECOND)
    arguments = {
        "srcdir": str(app.srcdir),
        "confdir": None,
        "outdir": str(second),
        "doctreedir": str(beside(app.doctreedir, SECOND)),
        "buildername": app.builder.name,
        "confoverrides": overrides,
        # Sphinx puts the first out when both are given.
        "warningiserror": app.warningiserror or app.keep_going,
        "keep_going": app.keep_going,
        "freshenv": app._fresh_env_used,
    }
    status = run_build(arguments)
    if status != FAILED:
        put_together(app.outdir, second, site)
    app.outdir = site  # where Sphinx says that the pages are
    app.statuscode = app.statuscode or status


def make_light(site: Path) -> None:
    """Leave in a complete site what its pages load, in few files, each to be kept for ever."""
    make_logical(site)
    pages = {path: path.read_text("utf-8") for path in pages_of(site)}
    write_letters(site, pages.values())
    lost = {path: pages.pop(path) for path in [site / LOST] if path in pages}
    stamp(site, {**Bundles(site, pages).write(), **lost})


def run_build(arguments: dict[str, Any]) -> int:
    """Run Sphinx with `arguments` in a process of its own and return its exit status."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.run(
        [sys.executable, "-m", __package__.partition(".")[0]],
        input=pickle.dumps(arguments),
        env=environment,
        check=False,
    ).returncode


def put_together(first: Path, second: Path, site: Path) -> None:
    """Make a site of two editions, in the place of the last one and never half of it."""
    new = site.with_name(f"{site.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    shutil.copytree(first, new)
    shutil.copytree(second, new / SECOND)
    share(new, new / SECOND, SECOND)
    write_fonts_of(new)
    make_light(new)
    shutil.rmtree(site, ignore_errors=True)
    os.replace(new, site)
