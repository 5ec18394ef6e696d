"""The package reference without what only Python wants: frames of errors, fields without words."""

from sphinx.application import Sphinx

HEAD = "Traceback (most recent call last):"


def drop_tracebacks(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Take the head of each traceback, and the dots below it, out of a docstring.

    doctest wants both; a reader wants the line of the error.
    """
    kept: list[str] = []
    below_head = False
    for line in lines:
        head = line.strip() == HEAD
        if not head and not (below_head and line.strip() == "..."):
            kept.append(line)
        below_head = head
    lines[:] = kept


def skip_unnamed_fields(
    app: Sphinx, what: str, name: str, obj: object, skip: bool, options: object
) -> bool | None:
    """Skip the fields of a named tuple, which the class's own docstring explains."""
    return True if (obj.__doc__ or "").startswith("Alias for field number") else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Run on every member, and on every docstring before napoleon."""
    app.connect("autodoc-process-docstring", drop_tracebacks, priority=400)
    app.connect("autodoc-skip-member", skip_unnamed_fields)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
