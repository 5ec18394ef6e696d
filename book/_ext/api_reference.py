"""The package reference without what only Python wants: frames of errors, fields without words.

Sphinx's own doctest builder wants them all, and runs every example among the names of its module,
as Python's doctest does.
"""

import inspect

from sphinx.application import Sphinx

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


def skip_unnamed_fields(
    app: Sphinx, what: str, name: str, obj: object, skip: bool, options: object
) -> bool | None:
    """Skip the fields of a named tuple, which the class's own docstring explains."""
    return True if (obj.__doc__ or "").startswith("Alias for field number") else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Run on every member, and on every docstring before napoleon."""
    app.connect("autodoc-process-docstring", drop_tracebacks, priority=400)
    app.connect("autodoc-process-docstring", enter_module, priority=400)
    app.connect("autodoc-skip-member", skip_unnamed_fields)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
