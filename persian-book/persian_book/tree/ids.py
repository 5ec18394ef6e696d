"""Heading ids that a reader can keep: the author's label, else a slug of the heading itself.

docutils keeps ASCII letters alone, so a Persian heading becomes ``#id2``, which points to another
heading as soon as one is added before it (sphinx#1449).
"""

import re
import unicodedata

from docutils import nodes
from sphinx.application import Sphinx

MADE_UP = re.compile(r"(?:id|section-)\d+$")
LABELLED = "labelled"


def slug(title: str) -> str:
    """Return a title as an id.

    >>> slug("لبه‌یابی با Laplacian: مثالِ اول")
    'لبه-یابی-با-laplacian-مثال-اول'
    """
    letters = unicodedata.normalize("NFC", title.lower())
    kept = "".join(c for c in letters if unicodedata.category(c) != "Mn")
    return re.sub(r"[\W_]+", "-", kept).strip("-")


def label_ids(doctree: nodes.document, section: nodes.section) -> list[str]:
    """List the ids of the labels that the author put before a section."""
    return [
        doctree.nameids[name]
        for name in section["names"]
        if doctree.nametypes.get(name) and doctree.nameids.get(name) in section["ids"]
    ]


def stable_ids(app: Sphinx, doctree: nodes.document) -> None:
    """Give every section with a heading its lasting id first."""
    for section in doctree.findall(nodes.section):
        if not isinstance(section[0], nodes.title):
            continue  # sphinx-exercise's, whose id no page keeps
        labels = label_ids(doctree, section)
        if labels:
            section["classes"].append(LABELLED)
        title = section[0].astext()
        first = labels[0] if labels else section["ids"][0] if title.isascii() else slug(title)
        number = 2
        while doctree.ids.get(first, section) is not section:
            first = f"{slug(title)}-{number}"
            number += 1
        doctree.ids[first] = section
        others = [name for name in section["ids"] if name != first and not MADE_UP.match(name)]
        section["ids"] = [first, *others]
