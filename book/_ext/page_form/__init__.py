"""How wide a line is and what paper shows: what this book alone asks of its pages.

Paper has two forms, and the button of a page with solutions offers both. Whoever prints in another
way, or without scripts, gets the one without solutions, to work on.
"""

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

STATIC = Path(__file__).parent / "static"
PRINT = "download-pdf-button"  # the theme's, which persian_book has print the page
FORMS = {PRINT: "exercises", f"{PRINT} with-solutions": "solutions"}
BUTTONS = {
    "fa": {"exercises": "چاپ بدون پاسخ‌ها", "solutions": "چاپ با پاسخ‌ها"},
    "en": {"exercises": "Print without solutions", "solutions": "Print with solutions"},
}
SOLUTIONS = ("solution_node", "practice")


def add_static(app: Sphinx, config: Config) -> None:
    """Have our folder copied beside the theme's."""
    config["html_static_path"] = [*config.html_static_path, str(STATIC)]


def has_solutions(doctree: nodes.document) -> bool:
    """Say whether a page has solutions to leave away."""
    return any(type(node).__name__ in SOLUTIONS for node in doctree.findall(nodes.Element))


def offer_forms(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Put two buttons in the place of the theme's, on a page that has solutions."""
    if not doctree or not has_solutions(doctree):
        return
    words = BUTTONS[app.config.language]
    for group in context.get("header_buttons", []):
        buttons = group.get("buttons", [])
        for place, button in enumerate(buttons):
            if button["label"] == PRINT:
                buttons[place : place + 1] = [
                    {**button, "label": label, "text": words[form], "tooltip": words[form]}
                    for label, form in FORMS.items()
                ]
                break


def setup(app: Sphinx) -> dict[str, bool]:
    """Bring one style sheet and one script to every page."""
    app.connect("config-inited", add_static)
    # The theme makes the buttons at 501.
    app.connect("html-page-context", offer_forms, priority=600)
    app.add_css_file("page-form/page-form.css")
    app.add_js_file("page-form/page-form.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
