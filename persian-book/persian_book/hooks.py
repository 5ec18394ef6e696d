"""The story of a build: everything that this extension does to a book, in its order.

Sphinx calls the hooks of one event by their numbers, ours among those of Jupyter Book, the theme
and the other extensions. Where a number is not Sphinx's usual 500, the reason stands beside it.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from .mathematics import sheets, titles
from .page import switch, words
from .search import texts
from .site import editions, pages, pictures, publishing, scripts
from .source import newer, reading
from .tree import alt, citations, colours, direction, formulas, ids, pairs, tables


class Hook(NamedTuple):
    """What is called at an event, and its place among the others there."""

    event: str
    call: Callable[..., Any]
    place: int = 500


HOOKS = (
    # The settings are read.
    Hook("config-inited", sheets.use_renderer),
    Hook("config-inited", scripts.add_static),
    Hook("config-inited", pages.use_templates),
    Hook("config-inited", switch.use_switch),
    Hook("config-inited", publishing.use_places),
    Hook("config-inited", texts.fetch_nothing),
    Hook("config-inited", editions.name_parts, 950),  # sphinx-external-toc reads _toc.yml at 900
    # The builder is made; what follows asks it where the pages go.
    Hook("builder-inited", editions.write_beside, 0),
    # The pages to read are chosen.
    Hook("env-get-outdated", newer.read_again),
    # Sources are checked, and become the text of one edition.
    Hook("env-before-read-docs", reading.check_twins),
    Hook("source-read", reading.read_source, 100),  # before any other reads the text
    Hook("include-read", reading.read_included, 100),
    # Each page is a tree; Sphinx collects titles and tables of contents from it at 500.
    Hook("doctree-read", pairs.choose_alt, 100),
    Hook("doctree-read", ids.stable_ids, 100),
    Hook("doctree-read", formulas.refuse_one_id_for_two),
    Hook("doctree-read", tables.head_columns),
    Hook("doctree-read", tables.name_wordy_cells),
    Hook("doctree-read", colours.show_colours),
    # All pages are read.
    Hook("env-check-consistency", alt.stop_at_faults),
    # Links are resolved: what a page looks like in the end.
    Hook("doctree-resolved", citations.drop_latin_titles),
    Hook("doctree-resolved", direction.mark_english),
    Hook("doctree-resolved", formulas.keep_together),
    # A page is put into its template; `pages.Pages` finishes what comes out,
    # and sets its formulas.
    Hook("html-page-context", switch.offer_other_edition, 100),  # the theme drops the empty at 500
    Hook("html-page-context", texts.load_on_search_page),
    Hook("html-page-context", publishing.describe),
    Hook("html-page-context", titles.name_page, 600),  # the theme names it at 500
    # The pages are written, and the extensions have copied their files (up to 500).
    Hook("build-finished", words.write_script, 100),
    Hook("build-finished", sheets.write_fonts, 100),
    Hook("build-finished", pictures.make_all_light, 200),
    Hook("build-finished", texts.write_texts, 300),
    Hook("build-finished", publishing.write_site_files),
    # The first edition is complete.
    Hook("build-finished", editions.build_second, 900),
)
