"""Jupyter Book in a process of its own, forked from one that has it loaded already.

A small book takes less time to build than Python takes to load all that builds it.
"""

import multiprocessing
import os
import sys
from pathlib import Path
from typing import NamedTuple

LOADED = ["jupyter_book.cli.main", "jupyter_book.sphinx", "myst_nb.sphinx_ext", "sphinx_book_theme"]


class Done(NamedTuple):
    """How a build ended, and all that it printed."""

    status: int
    output: str


def build(root: Path, *arguments: str, **variables: str) -> Done:
    """Run ``jupyter-book build`` with these arguments in `root`, with these variables set."""
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(LOADED)
    environment = {**os.environ, **variables}
    # With a backend set, matplotlib shows nothing in a notebook.
    environment.pop("MPLBACKEND", None)
    said = root / "said.txt"
    process = server.Process(target=_run, args=(root, said, arguments, environment))
    process.start()
    process.join()
    assert process.exitcode is not None
    return Done(process.exitcode, said.read_text("utf-8"))


def _run(root: Path, said: Path, arguments: tuple[str, ...], environment: dict[str, str]) -> None:
    from jupyter_book.cli.main import main

    with said.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.chdir(root)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["jupyter-book", "build", *arguments]
    main()
