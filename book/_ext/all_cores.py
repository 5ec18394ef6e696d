"""Run the cells of several pages at once, before the pages are read one after the other.

MyST-NB runs the cells of a page while it reads it, and Jupyter Book reads one page at a time. Here
the cells of every page that its cache does not know are run first, on all cores, and put into the
cache, where MyST-NB finds them. A page below another in the contents waits for that one, whose
work it may go on with. A page whose cells fail is left to MyST-NB, which runs it again and tells.
"""

import os
from collections.abc import Iterator
from multiprocessing.pool import ThreadPool
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from jupyter_cache.executors.utils import ExecutionResult, single_nb_execution
from myst_nb.core.read import create_nb_reader
from myst_nb.sphinx_ import SphinxEnvType
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging

import code_key
from persian_book.source.reading import read_source

_log = logging.getLogger(__name__)


def run_cells(app: Sphinx, env: SphinxEnvType, docnames: list[str]) -> None:
    """Run the pages that are to be read and whose cells have not been run, and keep the outputs."""
    settings = env.mystnb_config
    if settings.execution_mode != "cache":
        return
    cache = get_cache(settings.execution_cache_path)
    new = {name: page for name, page in notebooks(app, env, docnames) if not known(cache, page)}
    if len(new) < 2:
        return
    _log.info("running the cells of %d pages, %d at once", len(new), os.cpu_count())

    def run(chain: list[str]) -> list[tuple[str, ExecutionResult]]:
        return [(name, run_page(env, name, new[name])) for name in chain]

    # Threads of this pool are daemons: whoever interrupts a build does not wait for them.
    with ThreadPool(os.cpu_count()) as pool:
        for results in pool.imap_unordered(run, chains(app, set(new))):
            for name, result in results:
                keep(cache, env.doc2path(name), result)
                _log.info("%s: ran its cells in %.0f seconds", name, result.time)


def notebooks(
    app: Sphinx, env: SphinxEnvType, docnames: list[str]
) -> Iterator[tuple[str, NotebookNode]]:
    """Yield each page that has cells, as MyST-NB will read it: cells may stand in one language."""
    for name in docnames:
        path = env.doc2path(name)
        source = [Path(path).read_text("utf-8")]
        for change in (read_source, code_key.add_cell):
            change(app, name, source)
        reader = create_nb_reader(path, env.myst_config, env.mystnb_config, source[0])
        if reader is not None:
            yield name, reader.read(source[0])


def known(cache: JupyterCacheAbstract, page: NotebookNode) -> bool:
    """Say whether the cache has the outputs of these cells."""
    try:
        cache.match_cache_notebook(page)
    except KeyError:
        return False
    return True


def chains(app: Sphinx, names: set[str]) -> list[list[str]]:
    """Share out pages so that one below another comes after it; the longest chain begins."""
    contents = app.config.external_site_map

    def with_those_below(name: str) -> list[str]:
        below = [page for child in contents[name].child_files() for page in with_those_below(child)]
        return [page for page in [name, *below] if page in names]

    first = contents.root
    found = [with_those_below(name) for name in first.child_files()]
    found.append([name for name in [first.docname] if name in names])
    return sorted(filter(None, found), key=len, reverse=True)


def run_page(env: SphinxEnvType, name: str, page: NotebookNode) -> ExecutionResult:
    """Run a page's cells where MyST-NB would."""
    path = env.doc2path(name)
    timeout = env.mystnb_config.execution_timeout
    try:
        return single_nb_execution(
            page, cwd=str(Path(path).parent), timeout=timeout, allow_errors=False
        )
    except DeadKernelError as error:
        raise ExtensionError(f"{path}: the process that ran its cells has died") from error


def keep(cache: JupyterCacheAbstract, path: str, result: ExecutionResult) -> None:
    """Put what was run to its end into the cache, as MyST-NB does."""
    if result.err is None:
        bundle = CacheBundleIn(result.nb, path, data={"execution_seconds": result.time})
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Run the cells before any page is read."""
    app.connect("env-before-read-docs", run_cells, priority=900)  # checks of the sources come first
    return {"parallel_read_safe": True, "parallel_write_safe": True}
