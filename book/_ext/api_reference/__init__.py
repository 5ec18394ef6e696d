"""The package reference: a table of a module's names, and docstrings as a reader wants them.

``{module-names} cnnbook.cars`` is that table: one line a name, the first of its docstring in the
English edition, the one of `reference.yml` in the Persian. Docstrings lose what only Python wants:
frames of errors, fields without words.

Sphinx's own doctest builder wants them all, and runs every example among the names of its module,
as Python's doctest does.
"""

import inspect
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective

from . import source_links

FILE = "reference.yml"
STATIC = Path(__file__).parent / "static"
HEAD = "Traceback (most recent call last):"


def drop_tracebacks(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Take the head of each traceback, and the dots below it, out of a docstring.

    doctest wants both; a reader wants the line of the error.
    """
    if app.builder.name == "doctest":
        return
    kept: list[str] = []
    below_head = False
    for line in lines:
        head = line.strip() == HEAD
        if not head and not (below_head and line.strip() == "..."):
            kept.append(line)
        below_head = head
    lines[:] = kept


def enter_module(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Begin the examples of a docstring, where they are run, with the names of its module."""
    module = inspect.getmodule(getattr(obj, "fget", obj))
    if app.builder.name == "doctest" and module and any(">>>" in line for line in lines):
        names = f"vars(sys.modules[{module.__name__!r}])"
        lines[:0] = [">>> import sys", f">>> globals().update({names})", ""]


def skip_what_is_not_ours(
    app: Sphinx, what: str, name: str, obj: object, skip: bool, options: object
) -> bool | None:
    """Skip what the class's own docstring explains, and what another package puts into a class."""
    foreign = (getattr(obj, "__module__", None) or "").startswith("matplotlib.")
    return True if foreign or (obj.__doc__ or "").startswith("Alias for field number") else None


@cache
def written_lines(path: Path) -> dict[str, dict[str, dict[str, str]]]:
    """Read the lines of every public name, by module; of what has a docstring the Persian alone."""
    return {
        module: {
            name: {"fa": said} if isinstance(said, str) else said for name, said in own.items()
        }
        for module, own in yaml.safe_load(path.read_text("utf-8")).items()
    }


def public_names(module: str) -> list[str]:
    """Return the names that a module offers: those it lists, else those it defines."""
    loaded = import_module(module)
    own = [
        name
        for name, value in vars(loaded).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == module
    ]
    return sorted(getattr(loaded, "__all__", own))


def english_line(module: str, name: str) -> str:
    """Return the first line of a name's docstring; a constant has none."""
    value = getattr(import_module(module), name)
    described = inspect.isclass(value) or inspect.isroutine(value)
    return (inspect.getdoc(value) or "").split("\n")[0] if described else ""


class ModuleNames(SphinxDirective):
    """Puts the table there."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Make a row of every name, which leads to its entry below."""
        module = self.arguments[0]
        path = Path(self.env.srcdir) / FILE
        self.env.note_dependency(str(path))
        lines = written_lines(path).get(module, {})
        body = nodes.tbody()
        for name in public_names(module):
            line = lines.get(name, {}).get(self.config.language) or english_line(module, name)
            said = nodes.paragraph("", "", *self.inline(line))
            place = nodes.paragraph("", "", reference_to(module, name))
            body += nodes.row("", nodes.entry("", place), nodes.entry("", said))
        group = nodes.tgroup("", cols=2)
        group += [nodes.colspec(colwidth=35), nodes.colspec(colwidth=65), body]
        return [nodes.table("", group, classes=["module-names"])]

    def inline(self, text: str) -> list[nodes.Node]:
        """Write a line, with code in backticks."""
        pieces = text.replace("``", "`").split("`")
        return [
            nodes.literal("", piece) if place % 2 else nodes.Text(piece)
            for place, piece in enumerate(pieces)
        ]


def reference_to(module: str, name: str) -> addnodes.pending_xref:
    """Return a name that leads to its entry, where it has one."""
    return addnodes.pending_xref(
        "",
        nodes.literal("", name),
        refdomain="py",
        reftype="obj",
        reftarget=f"{module}.{name}",
        refexplicit=True,
        refwarn=False,
    )


def add_static(app: Sphinx, config: Config) -> None:
    """Have our folder copied beside the theme's."""
    config["html_static_path"] = [*config.html_static_path, str(STATIC)]


def add_style(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Bring the style to the pages that have a table of names."""
    if doctree and any("module-names" in t["classes"] for t in doctree.findall(nodes.table)):
        app.add_css_file("reference/reference.css")


def setup(app: Sphinx) -> dict[str, bool]:
    """Run on every member, and on every docstring before napoleon."""
    source_links.setup(app)
    app.add_directive("module-names", ModuleNames)
    app.connect("config-inited", add_static)
    app.connect("html-page-context", add_style)
    app.connect("autodoc-process-docstring", drop_tracebacks, priority=400)
    app.connect("autodoc-process-docstring", enter_module, priority=400)
    app.connect("autodoc-skip-member", skip_what_is_not_ours)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
