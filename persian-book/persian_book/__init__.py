"""A Persian book, with its English edition, on Jupyter Book 1.x. See the README of the package."""

import logging

from sphinx.application import Sphinx

from .hooks import HOOKS
from .languages import Language
from .mathematics import sheets
from .page import words
from .search.index import SearchEnglish, SearchPersian
from .site import editions, scripts
from .tree.alt import PicturesWithoutAlt
from .tree.direction import Foreign, depart_foreign, foreign, visit_foreign
from .tree.pairs import InlineText
from .tree.term_table import TermTable

__version__ = "1.0.0"


def setup(app: Sphinx) -> dict[str, bool | int | str]:
    """Register what pages may use, and connect the hooks in the order of `hooks.py`."""
    # It tells of each table of each font where others have turned such notes on.
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    app.add_config_value("persian_book_editions", {}, "env", dict)
    editions.remember_overrides(app)
    words.put_first(app)
    sheets.add_renderer(app)
    app.add_node(foreign, html=(visit_foreign, depart_foreign))
    for language in Language:
        app.add_role(language.direction, Foreign())
        # sphinx-design has a role `fa` too, for FontAwesome; its `fas` does the same.
        app.add_role(language.code, InlineText(), override=True)
    app.add_directive("term-table", TermTable)
    app.add_env_collector(PicturesWithoutAlt)
    app.add_search_language(SearchPersian)
    app.add_search_language(SearchEnglish)
    scripts.add_files(app)
    for event, call, place in HOOKS:
        app.connect(event, call, priority=place)
    return {
        "version": __version__,
        # Part of Sphinx's check that stored pages are still good: raise it when a filter changes.
        "env_version": 5,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
