"""Figures that cells draw, in the edition's language: drawings as SVG with live text, and pictures.

A cell shows what `cnnbook.plotting` returns; its caption, name and alternative text stand in the
cell's options: ``mystnb: {figure: {caption: …, name: fig-…}, image: {alt: …}}``. The build stops at
a figure without one of them, and at a label without Persian.
"""

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform

from cell_results.labels import Labels, labels_of
from persian_book.languages import language_of
from persian_book.source.inline import choose

from .shown import drawing, picture, pictures, write_nodes
from .svg import Faulty, edition_svgs
from .webp import picture_nodes

STATIC = Path(__file__).parent / "static"
BEGINNINGS: dict[str, type[nodes.Element]] = {
    '<div class="cnnbook-drawing"': drawing,
    '<div class="cnnbook-pictures"': pictures,
}


class Figures(SphinxTransform):
    """Puts our own nodes in the place of the figures that a page's cells have shown."""

    default_priority = 204  # with the tables of results, before Sphinx numbers what has a caption

    def apply(self) -> None:
        """Replace each figure; stop at one that lacks words."""
        labels = labels_of(self.env, self.env.docname)
        faults: list[str] = []
        for cell in self.document.findall(nodes.container):
            if cell.get("nb_element") == "cell_code":
                for shown in [raw for raw in cell.findall(nodes.raw) if kind_of(raw)]:
                    try:
                        self.replace(shown, cell, labels)
                    except Faulty as fault:
                        faults.append(f"{self.env.docname}: {place(cell)}: {fault}")
        if faults:
            raise ExtensionError("\n".join(faults))
        labels.stop_at_missing()

    def replace(self, shown: nodes.raw, cell: nodes.Element, labels: Labels) -> None:
        """Put a node of ours in the place of what a cell has shown."""
        options = cell["cell_metadata"].get("mystnb", {})
        alt = choose(options.get("image", {}).get("alt", ""), language_of(self.config).code).strip()
        if not alt:
            raise Faulty("no alternative text; write it in the options, mystnb: image: alt")
        if not {"caption", "name"} <= set(options.get("figure", {})):
            raise Faulty("no caption or no name; write both in the options, mystnb: figure")
        node: nodes.Element
        if kind_of(shown) is drawing:
            prefix = f"{options['figure']['name']}-"
            node = drawing(alt=alt, rows=edition_svgs(shown.astext(), labels, place(cell), prefix))
        else:
            folder = Path(self.env.mystnb_config.output_folder)  # type: ignore[attr-defined]
            node = picture_nodes(shown.astext(), alt, labels, place(cell), folder, self.env)
        bundle = shown.parent
        while bundle.get("nb_element") != "mime_bundle":
            bundle = bundle.parent
        bundle.replace_self(node)


def kind_of(raw: nodes.raw) -> type[nodes.Element] | None:
    """Return what an output becomes, or nothing if it is no figure of ours."""
    return next(
        (kind for start, kind in BEGINNINGS.items() if raw.astext().startswith(start)), None
    )


def place(cell: nodes.Element) -> str:
    """Tell which cell it is, and the name of its figure."""
    name = cell["cell_metadata"].get("mystnb", {}).get("figure", {}).get("name", "without a name")
    return f"cell {cell['cell_index']} ({name})"


def add_static(app: Sphinx, config: Config) -> None:
    """Have our style sheet copied beside the theme's."""
    config["html_static_path"] = [*config.html_static_path, str(STATIC)]


def add_style(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Bring the style sheet to the pages that have a figure."""
    if doctree and any(next(doctree.findall(kind), None) for kind in BEGINNINGS.values()):
        app.add_css_file("figures/figures.css")


def setup(app: Sphinx) -> dict[str, bool | str]:
    """Register the transform, the nodes and the style sheet."""
    for kind, visit in write_nodes.items():
        app.add_node(kind, html=visit)
    app.add_transform(Figures)
    app.connect("config-inited", add_static)
    app.connect("html-page-context", add_style)
    return {"version": "1.0", "parallel_read_safe": True, "parallel_write_safe": True}


__all__ = ["drawing", "picture", "pictures", "setup"]
