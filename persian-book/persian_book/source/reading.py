"""Every source that Sphinx reads, as the text of one edition: pages, notebooks, included files."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

from ..languages import language_of
from .blocks import problems, select

NOTEBOOK = ".ipynb"


def read_source(app: Sphinx, docname: str, source: list[str]) -> None:
    """Keep the text of the edition being built."""
    language = language_of(app.config).code
    if app.env.doc2path(docname).endswith(NOTEBOOK):
        source[0] = select_notebook(source[0], language)
    else:
        source[0] = select(source[0], language)


def read_included(app: Sphinx, path: Path, parent: str, content: list[str]) -> None:
    """Keep the edition's text of a file that a page includes; stop where a text lacks its twin."""
    file = Path(app.srcdir) / path
    if file.suffix == ".md":
        stop_at(faults(file, content[0]))
        content[0] = select(content[0], language_of(app.config).code)


def check_twins(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Stop the build, naming file and line, when a text lacks its twin on any page."""
    paths = [Path(env.doc2path(docname)) for docname in sorted(env.found_docs)]
    stop_at(fault for path in paths for fault in faults(path, path.read_text("utf-8")))


def faults(path: Path, text: str) -> Iterator[str]:
    """Yield the faults of a source, by file and line; of a notebook, by cell."""
    name = os.path.relpath(path)
    if path.suffix == ".md":
        for line, message in problems(text):
            yield f"{name}:{line}: {message}"
    elif path.suffix == NOTEBOOK:
        for number, cell in enumerate(json.loads(text)["cells"], 1):
            for line, message in problems(text_of(cell)) if is_prose(cell) else ():
                yield f"{name}: cell {number}, line {line}: {message}"


def stop_at(found: Iterator[str]) -> None:
    """Stop the build if anything was found."""
    if lines := list(found):
        raise ExtensionError("\n".join(lines))


def select_notebook(text: str, language: str) -> str:
    """Keep the text of one language in the prose of a notebook."""
    notebook = json.loads(text)
    for cell in filter(is_prose, notebook["cells"]):
        cell["source"] = select(text_of(cell), language)
    return json.dumps(notebook, ensure_ascii=False)


def is_prose(cell: dict[str, Any]) -> bool:
    """Say whether a cell holds Markdown."""
    return bool(cell["cell_type"] == "markdown")


def text_of(cell: dict[str, Any]) -> str:
    """Return the text of a cell, which may be stored line by line."""
    return "".join(cell["source"])
