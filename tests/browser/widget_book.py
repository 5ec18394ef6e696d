"""A small built book with one page a widget, one of practice and one of questions."""

import shutil
from pathlib import Path

import pytest
import yaml

from browser.small_book import ROOT, build, built_once, fixture_config

PAGES = Path(__file__).parents[1] / "widgets" / "fixture"


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the book in both editions, and return its site."""
    return built_once(tmp_path_factory, "widgets", build_widgets)


def build_widgets(root: Path) -> Path:
    """Build that book in a folder, and return its site."""
    shutil.copytree(PAGES, root / "book")
    names = sorted(path.stem for path in (root / "book").glob("*.md") if path.stem != "index")
    shutil.copytree(ROOT / "book" / "_static", root / "book" / "_static")
    (root / "book" / "terms.yml").write_text("[]", "utf-8")
    toc = {"format": "jb-book", "root": "index", "chapters": [{"file": name} for name in names]}
    (root / "book" / "_toc.yml").write_text(yaml.safe_dump(toc), "utf-8")
    config = fixture_config()
    config.pop("bibtex_bibfiles")
    (root / "_config.yml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    return build(root)
