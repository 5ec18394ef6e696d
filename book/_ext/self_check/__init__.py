"""Questions that the page itself marks; see `directive` for their form."""

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from . import directive, practice, programs

STATIC = Path(__file__).parent / "static"
SCRIPTS = ("self-check/typed.js", "self-check/self-check.js")
PRACTICE = ("self-check/practice.js",)


def add_static(app: Sphinx, config: Config) -> None:
    """Have our folder copied beside the theme's."""
    config["html_static_path"] = [*config.html_static_path, str(STATIC)]


def add_scripts(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Bring the scripts to the pages that ask something."""
    if not doctree:
        return
    practises = next(doctree.findall(practice.practice), None) is not None
    if practises or next(doctree.findall(directive.self_check), None):
        app.add_css_file("self-check/self-check.css")
        for script in (*SCRIPTS, *(PRACTICE if practises else ())):
            app.add_js_file(script, loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives, their nodes and the static files."""
    directive.setup(app)
    practice.setup(app)
    programs.setup(app)
    app.connect("config-inited", add_static)
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
