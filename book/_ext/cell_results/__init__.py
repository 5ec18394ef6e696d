"""What cells show, in the edition's language: tables of results, and the words of formulas.

A cell shows a table with `cnnbook.tables.show_table`. Its caption and name stand in the cell's
options, as those of a figure: ``mystnb: {figure: {caption: …, name: tbl-…}}``.
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from .formulas import finish_formulas
from .labels import labels_of, pages_with_new_tables
from .tables import finish_tables


class CellResults(SphinxTransform):
    """Finishes the outputs of a page's cells."""

    default_priority = 205  # before Sphinx numbers what has a caption, at 210

    def apply(self) -> None:
        """Translate and name; stop at a label without translation."""
        labels = labels_of(self.env, self.env.docname)
        place_of = places(self.document)
        finish_tables(self.document, labels, place_of)
        finish_formulas(self.document, labels, place_of)
        labels.stop_at_missing()


def places(document: nodes.document) -> dict[int, str]:
    """Tell of each output where it stands: its cell, and its name if it has one."""
    found: dict[int, str] = {}
    for cell in document.findall(nodes.container):
        if cell.get("nb_element") == "cell_code":
            options = cell["cell_metadata"].get("mystnb", {}).get("figure", {})
            name = options.get("name", "without a name")
            place = f"cell {cell['cell_index']} ({name})"
            found |= {id(node): place for node in cell.findall(nodes.Element)}
    return found


def setup(app: Sphinx) -> dict[str, bool | str]:
    """Register the transform, and the pages that have to be read again for it."""
    app.add_transform(CellResults)
    app.connect("env-get-outdated", pages_with_new_tables)
    return {"version": "1.0", "parallel_read_safe": True, "parallel_write_safe": True}
