"""Small books: a failing cell fails each build, an edited package is run again, on all cores."""

import shutil
from pathlib import Path

import building
import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
EXTENSIONS = ("top_toc", "code_key", "all_cores")
PAGE = """---
jupytext:
  text_representation: {{extension: .md, format_name: myst}}
kernelspec: {{display_name: Python 3, language: python, name: python3}}
---
# Page

```{{code-cell}} ipython3
{code}
```
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a book of one page with this project's execution settings and extensions."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    settings = {
        "execute": config["execute"],
        "sphinx": {
            "local_extensions": dict.fromkeys(EXTENSIONS, "book/_ext"),
            "config": {
                "code_key_packages": ["toy"],
                "code_key_distributions": ["numpy"],
                "code_key_folders": ["TOY_DATA"],
            },
        },
    }
    (tmp_path / "_config.yml").write_text(yaml.safe_dump(settings))
    (tmp_path / "_toc.yml").write_text("{format: jb-book, root: index}")
    (tmp_path / "book" / "_ext").mkdir(parents=True)
    for name in EXTENSIONS:
        shutil.copy(ROOT / "book" / "_ext" / f"{name}.py", tmp_path / "book" / "_ext")
    shutil.copy(ROOT / "book" / "_toc.yml", tmp_path / "book")
    package = tmp_path / "code" / "toy"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("ANSWER = 'first answer'\n")
    return tmp_path


def write_page(book: Path, code: str) -> None:
    (book / "book" / "index.md").write_text(PAGE.format(code=code))


def build(book: Path, **variables: str) -> int:
    return building.build(book, "book", **variables, PYTHONPATH="").status


def test_an_edited_package_is_run_again_and_an_unchanged_one_is_not(book: Path) -> None:
    log = book / "runs"
    write_page(book, f"import toy\nopen({str(log)!r}, 'a').write('.')\nprint(toy.ANSWER)")
    assert build(book) == 0
    assert build(book) == 0
    assert log.read_text() == "."

    (book / "code" / "toy" / "__init__.py").write_text("ANSWER = 'second answer'\n")
    assert build(book) == 0
    page = (book / "_build" / "html" / "index.html").read_text("utf-8")
    assert "second answer" in page and "first answer" not in page
    assert "package digest" not in page
    assert log.read_text() == ".."


def test_other_data_are_run_again(book: Path) -> None:
    log, data = book / "runs", book / "data"
    data.mkdir()
    write_page(book, f"import toy\nopen({str(log)!r}, 'a').write('.')")
    for _ in range(2):
        assert build(book, TOY_DATA=str(data)) == 0
    assert log.read_text() == "."
    (data / "photo.jpg").write_bytes(b"another photo")
    assert build(book, TOY_DATA=str(data)) == 0
    assert log.read_text() == ".."


@pytest.mark.parametrize(
    "code",
    ["1 / 0", "import time; time.sleep(60)", "import os, signal; os.kill(os.getpid(), 9)"],
    ids=["exception", "timeout", "dead kernel"],
)
def test_a_failing_cell_fails_every_build(book: Path, code: str) -> None:
    write_page(book, code)
    settings = yaml.safe_load((book / "_config.yml").read_text())
    settings["execute"]["timeout"] = 3
    (book / "_config.yml").write_text(yaml.safe_dump(settings))
    assert [build(book) for _ in range(2)] == [1, 1]


def test_a_kernel_that_dies_beside_others_is_told_by_its_page(book: Path) -> None:
    write_page(book, "print(1)")
    page = PAGE.format(code="import os, signal; os.kill(os.getpid(), 9)")
    (book / "book" / "dying.md").write_text(page)
    (book / "_toc.yml").write_text("{format: jb-book, root: index, chapters: [{file: dying}]}")
    built = building.build(book, "book", PYTHONPATH="")
    assert built.status != 0
    assert "dying.md: the process that ran its cells has died" in built.output


def test_pages_run_at_once_and_one_below_another_after_it(book: Path) -> None:
    """Neither of two pages ends without the other; the page below finds what its parent wrote.

    A cell may stand in one language: it is run where the edition has it.
    """
    settings = yaml.safe_load((book / "_config.yml").read_text())
    settings["sphinx"]["local_extensions"]["persian_book"] = str(ROOT / "persian-book")
    settings["sphinx"]["config"]["language"] = "fa"
    (book / "_config.yml").write_text(yaml.safe_dump(settings))
    wait_for = "import pathlib, time\npathlib.Path({own!r}).touch()\n" + (
        "while not pathlib.Path({other!r}).exists(): time.sleep(0.01)"
    )
    pages = {
        "index": "print('first page')",
        "one": wait_for.format(own=str(book / "one"), other=str(book / "two")),
        "two": wait_for.format(own=str(book / "two"), other=str(book / "one")),
        "below": f"assert open({str(book / 'one')!r}).read() == ''\nprint('after' + ' it')",
    }
    for name, code in pages.items():
        page = PAGE.format(code=code)
        for text in ("fa}\nمتن", "en}\nText"):
            page += f"\n:::{{{text}\n```{{code-cell}} ipython3\nprint(1)\n```\n:::\n"
        (book / "book" / f"{name}.md").write_text(page, "utf-8")
    contents = "chapters: [{file: one, sections: [{file: below}]}, {file: two}]"
    (book / "_toc.yml").write_text(f"{{format: jb-book, root: index, {contents}}}")
    built = building.build(book, "book", PYTHONPATH="")
    assert built.status == 0, built.output
    assert "after it" in (book / "_build" / "html" / "below.html").read_text("utf-8")
    assert built.output.count("Using cached notebook") == 2 * len(pages), built.output
    assert "Executing notebook" not in built.output
