"""The notebooks of the built site: where they are, and what a reader runs of them."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import nbclient
import nbformat

ROOT = Path(__file__).parent.parent
# A cell that a page shows: hidden ones are the book's own tests.
SHOWN = re.compile(r"^```\{code-cell\}.*\n(?!:tags: \[remove-)", re.M)
CHAPTERS = sorted(
    path.stem for path in (ROOT / "book").glob("*.md") if SHOWN.search(path.read_text("utf-8"))
)
FORMS = {"exercises": "", "solutions": ".solutions"}
Notebook = dict[str, Any]


def path_of(site: Path, chapter: str, language: str, form: str) -> Path:
    folder = site if language == "fa" else site / "en"
    return folder / "_notebooks" / f"{chapter}{FORMS[form]}.ipynb"


def read(site: Path, chapter: str, language: str, form: str) -> Notebook:
    notebook: Notebook = json.loads(path_of(site, chapter, language, form).read_text("utf-8"))
    return notebook


def text(notebook: Notebook) -> str:
    return "\n".join(cell["source"] for cell in notebook["cells"])


def run(path: Path, folder: Path) -> None:
    """Run a notebook as a reader would: alone in a folder, from the first cell to the last."""
    shutil.copy(path, folder)
    notebook = nbformat.read(folder / path.name, as_version=4)
    nbclient.NotebookClient(
        notebook, timeout=900, resources={"metadata": {"path": str(folder)}}
    ).execute()
