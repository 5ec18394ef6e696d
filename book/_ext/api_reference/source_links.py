"""From every name of the reference to its source: to its lines in the repository, if there is one.

Where `_config.yml` names none, the link leads to the file itself, which lies as text beside the
site's own files, once for both editions; browsers that know text fragments show the definition.
"""

import inspect
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sphinx.application import Sphinx
from sphinx.config import Config

import cnnbook

CODE = Path(cnnbook.__file__).parents[1]
FOLDER = "code"  # of the repository, and below the site's `_static`
KINDS = {True: "class", False: "def"}


def definition(module: str, fullname: str) -> Any:
    """Return what a name of the reference stands for, without what wraps it."""
    value: Any = import_module(module)
    for part in fullname.split("."):
        value = inspect.getattr_static(value, part, None)
    value = getattr(value, "fget", value)  # a property
    return inspect.unwrap(getattr(value, "__func__", value))  # a class method


def source_address(repository: str, branch: str, module: str, fullname: str) -> str | None:
    """Return the address of a name's source; a constant has none.

    >>> source_address("https://a.org/b", "main", "cnnbook.geometry", "Axis")[:53]
    'https://a.org/b/blob/main/code/cnnbook/geometry.py#L'
    >>> source_address("", "", "cnnbook.geometry", "Axis")
    '_static/code/cnnbook/geometry.py.txt#:~:text=class%20Axis'
    """
    found = definition(module, fullname)
    if not (inspect.isclass(found) or inspect.isfunction(found)):
        return None
    file = Path(inspect.getfile(found))
    if not file.is_relative_to(CODE):
        return None  # made by dataclasses or by another package
    place = file.relative_to(CODE).as_posix()
    if repository:
        lines, first = inspect.getsourcelines(found)
        last = first + len(lines) - 1
        return f"{repository}/blob/{branch}/{FOLDER}/{place}#L{first}-L{last}"
    words = quote(f"{KINDS[inspect.isclass(found)]} {found.__name__}")
    return f"_static/{FOLDER}/{place}.txt#:~:text={words}"


def use_links(app: Sphinx, config: Config) -> None:
    """Tell Sphinx's own extension where the sources are."""
    options = config.html_theme_options
    repository = str(options.get("repository_url", "")).rstrip("/")
    branch = str(options.get("repository_branch") or "main")

    def resolve(domain: str, info: dict[str, str]) -> str | None:
        if domain != "py" or not info["module"]:
            return None
        return source_address(repository, branch, info["module"], info["fullname"])

    config.linkcode_resolve = resolve


def write_sources(app: Sphinx, error: Exception | None) -> None:
    """Put the package's files where the links lead, with a mark by which browsers know UTF-8."""
    if error is None and app.builder.name == "html":
        for file in sorted((CODE / "cnnbook").rglob("*.py")):
            target = app.outdir / "_static" / FOLDER / f"{file.relative_to(CODE).as_posix()}.txt"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(file.read_text("utf-8"), "utf-8-sig")


def setup(app: Sphinx) -> None:
    """Have every name linked, and the sources written before the editions are put together."""
    app.setup_extension("sphinx.ext.linkcode")
    app.connect("config-inited", use_links)
    app.connect("build-finished", write_sources, priority=50)
