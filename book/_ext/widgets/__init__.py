"""Figures that answer: a directive for each page's widget. See the README beside this."""

from hashlib import sha256
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective

from . import car_pictures, static_figures

STATIC = Path(__file__).parent / "static"


class widget(nodes.General, nodes.Element):
    """A widget, ``name``, with its static figure as HTML in ``figure``."""


class Widget(SphinxDirective):
    """``{widget} NAME``: the custom element ``cnn-NAME`` around a static figure."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Draw the static figure in the language of the edition."""
        name = self.arguments[0]
        if name not in static_figures.FIGURES:
            known = ", ".join(static_figures.FIGURES)
            raise self.error(f"{name!r} is no widget; there are {known}.")
        if name == "counterfactual":
            self.env.shows_cars = True  # type: ignore[attr-defined]
        figure = static_figures.FIGURES[name]
        title = figure.title[self.config.language]
        return [widget(name=name, title=title, figure=figure.draw(self.config.language))]


def visit_widget(self: Any, node: widget) -> None:
    """Write the element with its figure."""
    self.body.append(
        f'<cnn-{node["name"]} class="widget" id="{node["name"]}">'
        f'<p class="widget-title">{node["title"]}</p>'
        f'<div class="static">{node["figure"]}</div></cnn-{node["name"]}>'
    )
    raise nodes.SkipNode


def version() -> str:
    """Return what changes with any file that the loader brings in, lest a cache serve old ones."""
    digest = sha256()
    for path in sorted((STATIC / "widgets").iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def add_static(app: Sphinx, config: Config) -> None:
    """Have our folder copied beside the theme's."""
    config["html_static_path"] = [*config.html_static_path, str(STATIC)]


def add_loader(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Bring styles and loader to the pages that have a widget; the rest comes when it is near."""
    if doctree and next(doctree.findall(widget), None):
        attributes: dict[str, Any] = {"data-version": version()}
        app.add_css_file("widgets/figure.css")
        app.add_js_file("widgets/loader.js", loading_method="defer", **attributes)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive, its node and the static files."""
    app.add_node(widget, html=(visit_widget, None))
    app.add_directive("widget", Widget)
    app.connect("config-inited", add_static)
    app.connect("build-finished", car_pictures.write, priority=60)  # before files are shared
    app.connect("html-page-context", add_loader)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
