"""Small books, built: both editions from one run, and every fault stops the build each time."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from building import build
from PIL import Image

from persian_book.site.cards import can_shape

ROOT = Path(__file__).parents[1]
CONFIG = {
    "title": "کتاب",
    "execute": {"execute_notebooks": "cache", "raise_on_error": True},
    "parse": {"myst_enable_extensions": ["colon_fence", "dollarmath"]},
    "sphinx": {
        "local_extensions": {"persian_book": str(ROOT)},
        "config": {
            "language": "fa",
            "persian_book_editions": {
                "fa": {"captions": {"part": "بخش"}},
                "en": {"html_title": "Book", "captions": {"part": "Part"}},
            },
        },
    },
}
PAGE = """---
jupytext:
  text_representation: {{extension: .md, format_name: myst}}
kernelspec: {{display_name: Python 3, language: python, name: python3}}
---
# {{fa}}`صفحه`{{en}}`Page`

```{{code-cell}} ipython3
---
mystnb:
  image: {{alt: "{alt}"}}
---
open({log!r}, "a").write(".")
import matplotlib.pyplot as plt
plt.plot([1, 2]);
```

:::{{fa}}
(part-1)=
## بخش یک
## بخش یک
:::
:::{{en}}
(part-1)=
## Part one
## Part one
:::
"""


BLOCKS = ":::{fa}\nمتن فارسی\n:::\n:::{en}\nEnglish text\n:::\n"
TITLED = """# {fa}`اندازهٔ $k\\times k$`{en}`Size $k\\times k$`

## $x_1$

$$
a
$$ (eq-a)

$$
b
$$ (وزن)

{eq}`eq-a`
"""


def write_book(root: Path, *pages: str, config: dict[str, Any] = CONFIG) -> None:
    """Write the settings, the table of contents and a page without text for each name."""
    (root / "_config.yml").write_text(yaml.safe_dump(config), "utf-8")
    files = [{"file": name} for name in pages]
    toc = {"format": "jb-book", "root": "index", "parts": [{"caption": "part", "chapters": files}]}
    (root / "_toc.yml").write_text(yaml.safe_dump(toc), "utf-8")
    (root / "index.md").write_text("# {fa}`کتاب`{en}`Book`\n", "utf-8")
    for name in pages:
        (root / f"{name}.md").write_text("# {fa}`صفحه`{en}`Page`\n", "utf-8")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a book of one page, to be spoilt."""
    write_book(tmp_path, "page")
    return tmp_path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a book without an address that has a page of every kind, and return its folder."""
    root = tmp_path_factory.mktemp("whole")
    config = {**CONFIG, "exclude_patterns": ["part.txt.md"], "only_build_toc_files": True}
    write_book(root, "page", "titled", "notebook", config=config)
    page = PAGE.format(log=str(root / "runs"), alt="{fa}`خط`{en}`A line`")
    (root / "page.md").write_text(page, "utf-8")
    (root / "titled.md").write_text(TITLED, "utf-8")
    (root / "part.txt.md").write_text(BLOCKS, "utf-8")
    include = "# {fa}`کتاب`{en}`Book`\n\n```{include} part.txt.md\n```\n"
    (root / "index.md").write_text(include, "utf-8")
    title = nbformat.v4.new_markdown_cell("# {fa}`صفحه`{en}`Page`\n\n" + BLOCKS)
    notebook = nbformat.v4.new_notebook(
        cells=[title, nbformat.v4.new_code_cell("print('{fa}`x`')")]
    )
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "", "language": "python"}
    (root / "notebook.md").unlink()
    nbformat.write(notebook, root / "notebook.ipynb")
    done = build(root, ".", "-W", "-n", "--keep-going")
    assert done.status == 0, done.output
    return root


def texts(book: Path, name: str) -> tuple[str, str]:
    site = book / "_build" / "html"
    return (site / f"{name}.html").read_text("utf-8"), (site / "en" / f"{name}.html").read_text(
        "utf-8"
    )


def test_two_editions_from_one_run_of_the_cells(whole: Path) -> None:
    assert (whole / "runs").read_text() == "."
    persian, english = texts(whole, "page")
    for text, root, alt, title, caption, switch in (
        (
            persian,
            '<html lang="fa" data-content_root="./" data-theme="light" dir="rtl">',
            "خط",
            "کتاب",
            "بخش",
            'href="en/page.html"',
        ),
        (
            english,
            '<html lang="en" data-content_root="./" data-theme="light" dir="ltr">',
            "A line",
            "Book",
            "Part",
            'href="../page.html"',
        ),
    ):
        assert root in text
        assert f'alt="{alt}"' in text
        assert f"{title}</title>" in text
        assert f'caption-text">{caption}<' in text
        assert switch in text
    assert '<section class="labelled" id="part-1">' in persian
    assert '<section id="بخش-یک">' in persian
    assert '<link rel="alternate"' not in persian  # which wants a whole address


@pytest.mark.parametrize(("edition", "builds"), [("fa", 1), ("en", 2)])
def test_a_picture_without_its_text_in_one_edition_fails_every_build(
    book: Path, edition: str, builds: int
) -> None:
    other = "en" if edition == "fa" else "fa"
    (book / "page.md").write_text(f"# P\n\n![{{{other}}}`x`{{{edition}}}` `](p.png)\n", "utf-8")
    Image.new("RGB", (1, 1)).save(book / "p.png")
    for _ in range(builds):
        status, output = build(book, ".")
        assert status != 0
        assert "page.md: no alternative text for line 3" in output


def test_the_output_of_a_cell_without_its_text_is_named_by_cell(book: Path) -> None:
    page = PAGE.format(log=str(book / "runs"), alt="")
    (book / "page.md").write_text(page, "utf-8")
    status, output = build(book, ".")
    assert status == 1
    assert "page.md: no alternative text for the output of cell 1" in output


def test_a_block_without_its_twin_fails_every_build_by_file_and_line(book: Path) -> None:
    (book / "page.md").write_text("# P\n\n:::{fa}\nتنها\n:::\n", "utf-8")
    for _ in range(2):
        status, output = build(book, ".")
        assert status == 1
        assert "page.md:3: the {fa} block has no {en} block beside it" in output


def test_a_warning_in_the_english_half_alone_fails_a_strict_build(book: Path) -> None:
    source = ":::{fa}\nمتن\n:::\n:::{en}\n{nosuchrole}`x`\n:::\n"
    (book / "page.md").write_text(f"# P\n\n{source}", "utf-8")
    status, output = build(book, ".", "-W", "--keep-going")
    assert status == 1
    assert output.count("nosuchrole") == 1


def test_an_included_file_and_a_notebook_are_in_two_languages_too(whole: Path) -> None:
    for name in ("index", "notebook"):
        persian, english = texts(whole, name)
        assert "متن فارسی" in persian and "English text" not in persian
        assert "English text" in english and "متن فارسی" not in english
    assert "{fa}`x`" in persian and "{fa}`x`" in english


def test_a_text_without_its_twin_is_found_in_an_included_file_and_in_a_notebook(book: Path) -> None:
    alone = "\n:::{fa}\nتنها\n:::\n"
    (book / "part.md").write_text(alone, "utf-8")
    (book / "_config.yml").write_text(
        yaml.safe_dump({**CONFIG, "exclude_patterns": ["part.md"]}), "utf-8"
    )
    (book / "page.md").write_text("# P\n\n```{include} part.md\n```\n", "utf-8")
    status, output = build(book, ".")
    assert status == 1 and "part.md:2: the {fa} block has no {en} block beside it" in output
    (book / "page.md").unlink()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# P\n" + alone)])
    nbformat.write(notebook, book / "page.ipynb")
    status, output = build(book, ".")
    assert status == 1 and "page.ipynb: cell 1, line 3: the {fa} block has no" in output


def test_two_equation_labels_with_one_address_are_refused_by_name(book: Path) -> None:
    equations = "# P\n\n$$\na\n$$ (وزن)\n\n$$\nb\n$$ (گرادیان)\n"
    (book / "page.md").write_text(equations, "utf-8")
    for _ in range(2):
        status, output = build(book, ".")
        assert status == 1
        assert "page.md: the equation labels وزن and گرادیان have the same Latin" in output


def test_a_formula_in_a_title_is_set_wherever_the_title_stands(whole: Path) -> None:
    for root, page in zip(("", "../"), texts(whole, "titled"), strict=True):
        assert "k × k" in page.partition("<title>")[2].partition("</title>")[0]
        assert "\\times" not in page and "\\(" not in page
        # In the heading and in the sidebar; of the section, in the contents of the page.
        assert page.count("<mo>×</mo>") == 2 and page.count("<msub>") >= 2
        assert page.count('href="#equation-eq-a"') == 2
        assert f'<link rel="stylesheet" href="{root}_static/mathematics/titled.' in page
    persian, english = texts(whole, "index")  # whose sidebar has the title
    assert "<mo>×</mo>" in persian and "_static/mathematics/index." in english
    (script,) = (whole / "_build/html/_static").glob("persian-book-texts.en.*.js")
    found = script.read_text("utf-8")
    data = json.loads(found.partition("=")[2].strip().removesuffix(";"))
    assert [section[2:] for section in data["pages"]["titled"]] == [
        ["Size k × k", ""],
        ["x_1", "a b (1)"],
    ]


def test_what_mathjax_cannot_read_stops_every_build_by_its_name(book: Path) -> None:
    (book / "page.md").write_text("# P\n\n$\\frac{1$\n", "utf-8")
    for _ in range(2):
        status, output = build(book, ".")
        assert status != 0 and "Missing close brace in \\frac{1" in output and "page" in output


def test_a_page_tells_others_what_it_is_and_where_it_stands(book: Path) -> None:
    config = {
        **CONFIG,
        "html": {"baseurl": "https://example.org/book/", "extra_footer": "{fa}`متن`{en}`Text`"},
        "repository": {"url": "https://github.com/a/b", "branch": "main", "path_to_book": "book"},
    }
    (book / "_config.yml").write_text(yaml.safe_dump(config), "utf-8")
    paragraph = '# P $x$\n\n{fa}`متن «$a<b$» است.`{en}`Text "$a<b$".`\n\n'
    (book / "page.md").write_text(paragraph + "![{fa}`ب`{en}`b`](p.png)\n", "utf-8")
    Image.new("RGB", (1, 1)).save(book / "p.png")
    assert build(book, ".", "-W", "-n", "--keep-going")[0] == 0
    root = "https://example.org/book/"
    for page, place, locale, text in zip(
        texts(book, "page"),
        (f"{root}page.html", f"{root}en/page.html"),
        ("fa_IR", "en_US"),
        ("متن «a < b» است.", "Text “a < b”."),
        strict=True,
    ):
        head = BeautifulSoup(page, "html.parser").head
        assert head is not None
        links = {(link.get("hreflang"), link["href"]) for link in head.find_all(rel="alternate")}
        assert links == {
            ("fa", f"{root}page.html"),
            ("en", f"{root}en/page.html"),
            ("x-default", f"{root}page.html"),
        }
        assert [link["href"] for link in head.find_all(rel="canonical")] == [place]
        (named,) = head.find_all("meta", attrs={"name": "description"})
        assert named["content"] == text
        graph = {meta["property"]: meta["content"] for meta in head.find_all(property=True)}
        assert graph["og:url"] == place and graph["og:locale"] == locale
        assert graph["og:title"] == "P x" and graph["og:description"] == text
        card = f"_images/card-page.{locale[:2]}.png"
        assert graph.get("og:image") == (f"{root}{card}" if can_shape() else None)
        if can_shape():
            with Image.open(book / "_build" / "html" / card) as picture:
                assert picture.size == (1200, 630)
        soup = BeautifulSoup(page, "html.parser")
        outside = {a["href"].partition("?")[0] for a in soup.select(".bd-header-article a[href]")}
        assert {
            "https://github.com/a/b",
            "https://github.com/a/b/edit/main/book/page.md",
            "https://github.com/a/b/issues/new",
        } <= outside
        (footer,) = soup.select(".extra_footer")
        assert footer.get_text(strip=True) == ("متن" if locale == "fa_IR" else "Text")
    site = book / "_build" / "html"
    assert (site / "_images" / "p.png").exists() and (site / ".nojekyll").exists()
    assert f"Sitemap: {root}sitemap.xml" in (site / "robots.txt").read_text("utf-8")
    urls = ElementTree.parse(site / "sitemap.xml").getroot()
    places = [url[0].text for url in urls]
    assert sorted(places) == sorted(
        f"{root}{folder}{name}.html" for folder in ("", "en/") for name in ("index", "page")
    )
    assert not (site / "en" / "_headers").exists() and not (site / "en" / "404.html").exists()
    lost = BeautifulSoup((site / "404.html").read_text("utf-8"), "html.parser")
    assert lost.base is not None and lost.base["href"] == "/book/"  # at whatever depth it is shown
    for link in lost.select("[href]:not(base)"):
        assert (site / str(link["href"])).exists(), link


def test_a_book_without_an_address_claims_none(whole: Path) -> None:
    site = whole / "_build" / "html"
    assert 'rel="canonical"' not in texts(whole, "page")[0]
    assert '<link rel="alternate"' not in texts(whole, "page")[0]
    assert not (site / "sitemap.xml").exists()
    assert "Sitemap" not in (site / "robots.txt").read_text("utf-8")
    assert '<base href="/" />' in (site / "404.html").read_text("utf-8")
    header = BeautifulSoup(texts(whole, "page")[0], "html.parser").select_one(".bd-header-article")
    assert header is not None and header.select("a[href*='//']") == []
    assert "btn-source-" not in str(header)


def test_a_static_file_or_an_extension_that_has_changed_comes_into_the_site(book: Path) -> None:
    config = deepcopy(CONFIG)
    config["sphinx"]["local_extensions"]["own"] = "."
    config["sphinx"]["config"]["html_static_path"] = ["_static"]
    write_book(book, "page", config=config)
    note, extension = book / "_static" / "note.txt", book / "own.py"
    note.parent.mkdir()
    note.write_text("old", "utf-8")
    extension.write_text(OWN.format(word="old"), "utf-8")

    def changed() -> int:
        done = build(book, ".")
        assert done.status == 0, done.output
        return next(n for n in range(5) if done.output.count(f"0 added, {n} changed") == 2)

    assert build(book, ".").status == 0 and changed() == 0
    note.write_text("new", "utf-8")
    assert changed() == 1
    assert (book / "_build" / "html" / "_static" / "note.txt").read_text("utf-8") == "new"
    extension.write_text(OWN.format(word="unheard"), "utf-8")
    assert changed() == 2
    assert all("unheard" in text for name in ("index", "page") for text in texts(book, name))
    assert changed() == 0


OWN = """
from docutils import nodes
def setup(app):
    app.connect("doctree-read", lambda app, tree: tree[0].append(nodes.paragraph("", "{word}")))
    return dict(parallel_read_safe=True, parallel_write_safe=True)
"""
