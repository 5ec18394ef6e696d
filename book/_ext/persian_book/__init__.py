"""A Persian book, with its English edition, on Jupyter Book 1.x. See the README beside this."""

from sphinx.application import Sphinx

from . import (
    alt,
    citations,
    direction,
    editions,
    ids,
    inline,
    pages,
    pictures,
    scripts,
    search,
    styles,
    switch,
    tables,
    terms,
    texts,
    words,
)

PARTS = (
    alt,
    citations,
    direction,
    editions,
    ids,
    inline,
    pages,
    pictures,
    scripts,
    search,
    styles,
    switch,
    tables,
    terms,
    texts,
    words,
)


def setup(app: Sphinx) -> dict[str, bool | int | str]:
    """Set up every part."""
    for part in PARTS:
        part.setup(app)
    return {
        "version": "1.0",
        # Part of Sphinx's check that stored pages are still good: raise it when a filter changes.
        "env_version": 4,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
