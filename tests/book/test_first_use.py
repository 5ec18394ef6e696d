"""The first use of a term leads to its definition."""

from docutils import nodes
from docutils.utils import new_document

from first_use import first_use, mark
from persian_book.languages import Language
from persian_book.source.terms import Term

KERNEL = Term("kernel", "kernel", "کرنل", means={"fa": "آرایه", "en": "An array."})
MAP = Term("feature-map", "feature map", "نقشهٔ ویژگی", means={"fa": "خروجی", "en": "Output."})
PART = Term("map", "map", "نقشه", means={"fa": "نما", "en": "A picture."})
HEAD = Term("head", "head", "سر", means={"fa": "پایان", "en": "The end."})


def page(*paragraphs: nodes.Element) -> nodes.document:
    document = new_document("page")
    document += nodes.section("", nodes.title("", "", nodes.Text("kernel کرنل")), *paragraphs)
    return document


def paragraph(*parts: str | nodes.Node) -> nodes.paragraph:
    return nodes.paragraph("", "", *(nodes.Text(p) if isinstance(p, str) else p for p in parts))


def uses(document: nodes.document) -> list[tuple[str, str]]:
    return [(node["term"], node.astext()) for node in document.findall(first_use)]


def test_the_first_use_in_prose_is_marked_and_no_other() -> None:
    code = nodes.literal("", "kernel")
    document = page(paragraph("The ", code, " of Kernels; a kernel."), paragraph("kernel"))
    before = document.astext()
    mark(document, [KERNEL], Language.EN)
    assert uses(document) == [("kernel", "Kernels")]
    assert document.astext() == before


def test_a_longer_term_is_not_cut() -> None:
    document = page(paragraph("نقشهٔ ویژگی و نقشه"))
    mark(document, [PART, MAP], Language.FA)
    assert uses(document) == [("feature-map", "نقشهٔ ویژگی"), ("map", "نقشه")]


def test_an_ordinary_word_is_a_term_where_it_is_strong() -> None:
    document = page(paragraph("سر راه ", nodes.strong("", "سر"), " شبکه"))
    mark(document, [HEAD], Language.FA)
    (found,) = document.findall(first_use)
    assert isinstance(found.parent, nodes.strong)


def test_links_exercises_and_pictures_are_left_alone() -> None:
    link = nodes.reference("", "", nodes.Text("kernel"), refuri="x")
    figure = nodes.figure("", nodes.caption("", "", nodes.Text("kernel")))
    note = nodes.tip("", paragraph("kernel"))
    document = page(paragraph(link), figure, note)
    mark(document, [KERNEL], Language.EN)
    assert uses(document) == []
