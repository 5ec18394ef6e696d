"""Every chapter's notebook, run as a reader would; the form with solutions holds all the code."""

from pathlib import Path

import pytest

from notebook_forms import CHAPTERS, ROOT, path_of, run


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_it_runs(chapter: str, tmp_path: Path) -> None:
    run(path_of(ROOT / "_build" / "html", chapter, "fa", "solutions"), tmp_path)
