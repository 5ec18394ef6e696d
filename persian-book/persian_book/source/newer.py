"""Pages that are read again because of what no page names: extensions, style sheets and scripts.

Sphinx looks at the sources and templates alone, and where none has changed it does nothing: a sheet
or an extension that was edited would not come into the site.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from sphinx.application import ENV_PICKLE_FILENAME, Sphinx
from sphinx.environment import BuildEnvironment

PACKAGE = __package__.partition(".")[0]


def read_again(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Name all pages when an extension is newer than the last build, one when a static file is."""
    last = Path(app.doctreedir) / ENV_PICKLE_FILENAME
    if not last.exists():
        return []
    built = last.stat().st_mtime
    if newest(extensions_of(app)) > built:
        return sorted(env.found_docs)
    folders = [Path(app.confdir) / name for name in app.config.html_static_path]
    static = (path for folder in folders for path in [folder, *folder.rglob("*")])
    return [app.config.root_doc] if newest(static) > built else []


def extensions_of(app: Sphinx) -> Iterator[Path]:
    """Yield the modules of this package and of the extensions that stand in the book."""
    for extension in app.extensions.values():
        path = Path(getattr(extension.module, "__file__", None) or "")
        if extension.name == PACKAGE or path.is_relative_to(app.srcdir):
            yield from path.parent.rglob("*.py") if path.name == "__init__.py" else [path]


def newest(paths: Iterable[Path]) -> float:
    """Return when the last of some files was changed."""
    return max((path.stat().st_mtime for path in paths if path.exists()), default=0)
