"""No English tool tip on a Persian page: a citation's title is the whole reference, in Latin."""

from docutils import nodes
from sphinx.application import Sphinx

from ..languages import Language, language_of
from ..letters import is_persian


def drop_latin_titles(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Leave the title away where the page reads Persian; the link leads to the reference itself."""
    if language_of(app.config) is Language.FA:
        for reference in doctree.findall(nodes.reference):
            if not is_persian(reference.get("reftitle", "")):
                reference.attributes.pop("reftitle", None)
