"""A notebook of each chapter, in the language of the edition, behind the page's download button.

Two forms: for exercise, without any solution, and with the solutions. Each is made from the page
as it was resolved, so that numbers, links and computed values are those of the page.
"""

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from . import cells, launching, wheel

FOLDER = "_notebooks"
FORMS = {"exercises": "", "solutions": ".solutions"}
BUTTONS = {
    "fa": {"exercises": "دفترچه برای تمرین (.ipynb)", "solutions": "دفترچه با پاسخ‌ها (.ipynb)"},
    "en": {
        "exercises": "Notebook to work in (.ipynb)",
        "solutions": "Notebook with solutions (.ipynb)",
    },
}


def write(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Write both forms of a page that has code."""
    if app.builder.name != "html" or not cells.has_code(doctree):
        return
    source = wheel.address(app.config.html_baseurl, FOLDER)
    numbers = app.env.toc_fignumbers.get(docname, {}).get("exercise", {})
    for form, ending in FORMS.items():
        notebook = cells.notebook(
            doctree, app.config.language, source, numbers, solutions=form == "solutions"
        )
        path = Path(app.outdir) / FOLDER / f"{docname}{ending}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", "utf-8")


def offer(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Put the notebooks into the download button, in the place of the two-language source."""
    if not doctree or not cells.has_code(doctree):
        return
    repository = str(app.config.html_theme_options.get("repository_url") or "")
    for group in context.get("header_buttons", []):
        if group.get("label") != "download-buttons":
            continue
        rest = [b for b in group["buttons"] if b["label"] != "download-source-button"]
        up = context["pathto"](FOLDER, 1)
        words = BUTTONS[app.config.language]
        group["buttons"] = [
            *(
                {
                    "type": "link",
                    "url": f"{up}/{pagename}{ending}.ipynb",
                    "text": words[form],
                    "tooltip": words[form],
                    "icon": "fas fa-code",
                    "label": f"download-{form}-button",
                }
                for form, ending in FORMS.items()
            ),
            *launching.buttons(repository, app.config.language, pagename),
            *rest,
        ]


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the notebooks when a page is resolved, the package beside them at the end."""
    # After every extension that resolves something.
    app.connect("doctree-resolved", write, priority=950)
    app.connect("html-page-context", offer, priority=600)  # the theme makes the buttons at 501
    app.connect("build-finished", wheel.write, priority=50)  # before the editions are put together
    return {"parallel_read_safe": True, "parallel_write_safe": True}
