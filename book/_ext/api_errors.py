"""In the package reference an example of an error shows the error, not the frame around it.

doctest wants a traceback's head and its dots in the docstring; a reader wants the last line.
"""

from sphinx.application import Sphinx

HEAD = "Traceback (most recent call last):"


def drop_tracebacks(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Take the head of each traceback, and the dots below it, out of a docstring."""
    kept: list[str] = []
    below_head = False
    for line in lines:
        head = line.strip() == HEAD
        if not head and not (below_head and line.strip() == "..."):
            kept.append(line)
        below_head = head
    lines[:] = kept


def setup(app: Sphinx) -> dict[str, bool]:
    """Run on every docstring, before napoleon."""
    app.connect("autodoc-process-docstring", drop_tracebacks, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
