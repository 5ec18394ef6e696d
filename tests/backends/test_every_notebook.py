"""Every chapter's notebook, run as a reader would; the form with solutions holds all the code.

The runs of chapter 5 that `make book` has finished are taken where they are the same: a notebook
keeps its own in `../_build/runs`, as the pages do.
"""

from pathlib import Path

import pytest

from notebook_forms import CHAPTERS, ROOT, path_of, run


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_it_runs(chapter: str, tmp_path: Path) -> None:
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (tmp_path / "_build").symlink_to(ROOT / "_build")
    run(path_of(ROOT / "_build" / "html", chapter, "fa", "solutions"), folder)
