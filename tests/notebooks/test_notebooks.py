"""Every chapter as a notebook in each language: whole, right to left, and without its solutions."""

import ast
import builtins
import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from bs4 import BeautifulSoup, Tag
from docutils import nodes
from markdown_it import MarkdownIt

import notebooks
from cnnbook.practice import TASKS
from notebook_forms import CHAPTERS, FORMS, ROOT, path_of, read, run, text
from notebooks import launching
from persian_book.source.blocks import select

LANGUAGES = ("fa", "en")
NOT_NAMED = "https://github.com/executablebooks/jupyter-book"
FILES = ["cnnbook-0.1.0-py3-none-any.whl", "en/q1.ipynb", "fa/q1.ipynb", "requirements.txt"]
EACH = [(chapter, language) for chapter in CHAPTERS for language in LANGUAGES]


@pytest.mark.parametrize(("chapter", "language"), EACH)
@pytest.mark.parametrize("form", FORMS)
def test_each_is_a_notebook_that_the_page_offers(
    site: Path, chapter: str, language: str, form: str
) -> None:
    path = path_of(site, chapter, language, form)
    nbformat.validate(nbformat.read(path, as_version=4))
    page = (path.parent.parent / f"{chapter}.html").read_text("utf-8")
    assert f'href="_notebooks/{path.name}"' in page
    assert "_sources/" not in page
    assert (path.parent / "cnnbook-0.1.0-py3-none-any.whl").is_file()


def source(chapter: str, language: str) -> str:
    return select((ROOT / "book" / f"{chapter}.md").read_text("utf-8"), language)


def plain(markdown: str) -> list[str]:
    """Return the runs of words of a text, without what is marked up or shown otherwise."""
    bare = re.sub(r"```.*?```|\$\$.*?\$\$|\{[a-z:]+\}`[^`]*`", "\n", markdown, flags=re.S)
    pieces = re.split(r"[^\w\u200c\s،؛,;-]|\d|[A-Za-z\u06f0-\u06f9]*\d", bare)
    return [" ".join(piece.split()) for piece in pieces if len(piece.split()) >= 5]


def solutions(text_of_page: str) -> list[str]:
    marks = r"^(:{3,}|`{3,})\{solution\}[^\n]*\n(?::class:[^\n]*\n)?(.*?)^\1$"
    return [body for _, body in re.findall(marks, text_of_page, re.S | re.M)]


def mistakes(text_of_page: str) -> list[str]:
    """Return answers, and what is said of wrong ones, where a number or the like is asked."""
    marks = r"^(:{3,}|`{3,})\{self-check\}[^\n]*\n(.*?)^\1$"
    blocks = [body for _, body in re.findall(marks, text_of_page, re.S | re.M)]
    return [said for body in blocks for said in re.findall(r"^- `[^`\n]*`: (.*)$", body, re.M)]


WORDS = re.compile(r"</?(?:bdi|span|blockquote|div)[^>]*>|\\(?=\W)|[*_]")


@pytest.mark.parametrize(("chapter", "language"), EACH)
def test_no_solution_leaks_into_the_form_for_exercise(
    site: Path, chapter: str, language: str
) -> None:
    page = source(chapter, language)
    told = [piece for body in solutions(page) for piece in plain(WORDS.sub("", body))]
    said = [piece for body in mistakes(page) for piece in plain(WORDS.sub("", body))]
    shown = {
        form: " ".join(WORDS.sub("", text(read(site, chapter, language, form))).split())
        for form in FORMS
    }
    # What the chapter itself says elsewhere is no leak.
    elsewhere = " ".join(WORDS.sub("", re.sub(r"\{solution\}.*", "", page)).split())
    own = [piece for piece in told if elsewhere.count(piece) == 1]
    assert [piece for piece in own + said if piece in shown["exercises"]] == []
    # The same search finds them where they belong.
    if own:
        found = sum(piece in shown["solutions"] for piece in own)
        assert found >= 0.8 * len(own)
    assert [piece for piece in said if piece in shown["solutions"]] == []
    for answer in re.findall(r"^:answer: (.{12,})$", page, re.M):
        assert f"= {answer}" not in shown["exercises"]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_persian_prose_runs_from_right_to_left_and_its_code_does_not(
    site: Path, chapter: str
) -> None:
    for cell in read(site, chapter, "fa", "solutions")["cells"]:
        if cell["cell_type"] != "markdown":
            continue
        assert cell["source"].startswith('<div dir="rtl" lang="fa"')
        assert cell["source"].endswith("\n\n</div>")
        prose = re.sub(r"```.*?```|<div class=.*?</div>", "", cell["source"], flags=re.S)
        for span in re.finditer(r"`[^`\n]+`", prose):
            around = prose[span.start() - 1], prose[span.end()]
            assert around == ("\u2066", "\u2069"), span[0]


@pytest.mark.parametrize("chapter", CHAPTERS)
@pytest.mark.parametrize("form", FORMS)
def test_persian_begins_on_the_right_where_notebooks_set_from_the_left(
    site: Path, chapter: str, form: str
) -> None:
    """JupyterLab's style sheet sets `p` from the left and draws a quotation's bar there."""
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    paragraphs = 0
    for cell in read(site, chapter, "fa", form)["cells"]:
        if cell["cell_type"] != "markdown":
            continue
        page = BeautifulSoup(parser.render(cell["source"]), "html.parser")
        for paragraph in page.find_all("p"):
            if not paragraph.get_text().startswith("$$"):
                paragraphs += 1
                (span, *more) = (c for c in paragraph.children if str(c).strip())
                assert isinstance(span, Tag) and not more, paragraph
                assert "text-align: right" in span["style"]
        for quotation in page.find_all("blockquote"):
            assert "border-right: 5px solid" in quotation["style"]
        for code in page.find_all("pre"):
            assert code.find_parent(dir=True)["dir"] == "ltr"
        for formula in page.find_all(string=re.compile(r"(?<!\\)\$")):
            assert formula.find_parent(dir=True)["dir"] == "ltr", formula
        # VS Code sets no formula that is the next thing after a tag with attributes.
        assert not re.search(r"<\w+ [^<>]*[^/]>[^<`*\n]*(?<!\\)\$", cell["source"])
    assert paragraphs > 5


@pytest.mark.parametrize(("chapter", "language"), EACH)
def test_an_exercise_is_called_so_and_numbered_as_its_solution_is(
    site: Path, chapter: str, language: str
) -> None:
    whole = text(read(site, chapter, language, "solutions"))
    word, solved = {"fa": ("تمرین", "پاسخ تمرین"), "en": ("Exercise", "Solution to Exercise")}[
        language
    ]
    headings = re.findall(r"^#+ (.*)$", re.sub("[\u2066-\u2069]", "", whole), re.M)
    asked = [heading for heading in headings if re.match(rf"{word} [\d۰-۹]", heading)]
    answered = [heading for heading in headings if heading.startswith(solved)]
    assert len(asked) == len(answered)
    numbers = [[re.findall(r"[\d۰-۹.]+", h)[0] for h in some] for some in (asked, answered)]
    assert numbers[0] == numbers[1]
    assert [heading for heading in headings if heading.startswith("(")] == []


@pytest.mark.parametrize(("chapter", "language"), EACH)
def test_nothing_of_the_book_s_own_machinery_is_left(
    site: Path, chapter: str, language: str
) -> None:
    whole = text(read(site, chapter, language, "solutions"))
    assert not re.search(r"\{(?:ref|doc|eq|numref|cite|glue:?\w*|term|fa|en|date)\}|:::", whole)
    assert "package digest" not in whole
    assert "pending_" not in whole


def test_a_quick_one_runs_as_a_reader_would(site: Path, tmp_path: Path) -> None:
    run(path_of(site, "q1-convolution", "fa", "exercises"), tmp_path)


def test_the_code_is_the_same_in_all_four(site: Path) -> None:
    for chapter in CHAPTERS:
        codes = []
        for language in LANGUAGES:
            for form in FORMS:
                cells = read(site, chapter, language, form)["cells"]
                code = [c["source"] for c in cells[2:] if c["cell_type"] == "code"]
                codes.append([c for c in code if not c.startswith("#") and "practice" not in c])
        assert codes[1:] == codes[:-1]


def defined(tree: ast.AST) -> set[str]:
    """Return every name that a cell binds, anywhere in it."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
    return found


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_no_cell_needs_a_name_of_one_that_the_page_hides(site: Path, chapter: str) -> None:
    known = set(dir(builtins)) | {"display", "get_ipython"}
    missing = []
    for cell in read(site, chapter, "en", "solutions")["cells"][2:]:
        if cell["cell_type"] == "code":
            tree = ast.parse(re.sub(r"^\s*[%!].*$", "", cell["source"], flags=re.M))
            known |= defined(tree)
            used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
            missing += sorted(used - known)
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_program_to_complete_is_a_cell_that_runs_its_own_tests(site: Path, language: str) -> None:
    asked = 0
    for chapter in CHAPTERS:
        for form in FORMS:
            cells = read(site, chapter, language, form)["cells"]
            assert not any("make live" in cell["source"] for cell in cells)
            found = [c["source"] for c in cells if "check_program" in c["source"]]
            asked += len(found)
            for source in found:
                assert "    ...\n" in source and source.endswith(f', "{language}")')
    assert asked == len(TASKS) * len(FORMS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_colab_and_binder_are_offered_where_a_repository_is_named(language: str) -> None:
    def offered(options: dict[str, str]) -> list[str]:
        group = {"label": "download-buttons", "buttons": []}
        context = {"header_buttons": [group], "pathto": lambda place, resource: place}
        page = nodes.container("", nodes.container("", nb_element="cell_code"))
        config = SimpleNamespace(language=language, html_theme_options=options)
        notebooks.offer(SimpleNamespace(config=config), "q1", "page.html", context, page)
        return [button["url"] for button in group["buttons"]]

    own = ["_notebooks/q1.ipynb", "_notebooks/q1.solutions.ipynb"]
    for nowhere in (NOT_NAMED, "", "https://gitlab.com/a/b", "https://github.com/a"):
        assert offered({"repository_url": nowhere}) == offered({}) == own
    assert offered({"repository_url": "https://github.com/a/b"}) == [
        *own,
        f"https://colab.research.google.com/github/a/b/blob/notebooks/{language}/q1.ipynb",
        f"https://mybinder.org/v2/gh/a/b/notebooks?urlpath=lab/tree/{language}/q1.ipynb",
    ]


def test_the_branch_has_what_the_links_open(tmp_path: Path) -> None:
    site, out = tmp_path / "site", tmp_path / "out"
    gather = runpy.run_path(str(ROOT / "scripts" / "gather_notebooks.py"))["gather"]
    with pytest.raises(FileNotFoundError, match="run `make book` first"):
        gather(site, out)
    assert not out.exists()
    for folder in (site / "_notebooks", site / "en" / "_notebooks"):
        folder.mkdir(parents=True)
        for name in ("q1.ipynb", "cnnbook-0.1.0-py3-none-any.whl"):
            (folder / name).write_text("x")
    gather(site, out)
    files = sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file())
    assert files == ["README.md", *FILES]
    assert (out / "requirements.txt").read_text().startswith("./cnnbook-0.1.0-py3-none-any.whl[mod")
    for address in launching.PLACES.values():
        notebook = address.format(repository="a/b", branch="n", notebook="fa/q1.ipynb")
        assert notebook.endswith("fa/q1.ipynb") and (out / "fa" / "q1.ipynb").is_file()


def test_a_chapter_that_reads_results_brings_them_first(site: Path) -> None:
    bringing = []
    for chapter in CHAPTERS:
        cells = read(site, chapter, "en", "exercises")["cells"]
        reads = any('"data/' in c["source"] for c in cells[2:] if c["cell_type"] == "code")
        assert ("copy_results" in cells[1]["source"]) == reads
        bringing += [chapter] * reads
    assert {"q5-cars", "q5-explaining"} <= set(bringing)
