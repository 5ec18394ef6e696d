"""Every chapter's notebook, run as a reader would; the form with solutions holds all the code.

The two pages of chapter 5 read the results of long runs, which lie beside the book's source and do
not come with a notebook.
"""

from pathlib import Path

import pytest

from notebook_forms import CHAPTERS, ROOT, path_of, run


@pytest.mark.parametrize("chapter", [name for name in CHAPTERS if not name.startswith("q5")])
def test_it_runs(chapter: str, tmp_path: Path) -> None:
    run(path_of(ROOT / "_build" / "html", chapter, "fa", "solutions"), tmp_path)
