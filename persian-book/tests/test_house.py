"""The rooms of the extension: arrows run one way, and the story of a build stands in one place."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import persian_book
from persian_book.digits import ARABIC, PERSIAN, WIDE
from persian_book.hooks import HOOKS

ROOT = Path(persian_book.__file__).parent
# Each may import from those before it, and from the files beside them.
ROOMS = ["source", "tree", "page", "mathematics", "site", "search"]
FILES = sorted(ROOT.rglob("*.py"))


def imports(path: Path) -> set[Path]:
    """Return the modules of the extension that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for name in node.names:
                module = (base / name.name).with_suffix(".py")
                found.add(module if module.exists() else base.with_suffix(".py"))
    return found


def test_no_imports_run_in_a_circle() -> None:
    graph = {path: imports(path) for path in FILES}
    assert sum(map(len, graph.values())) > 50
    TopologicalSorter(graph).prepare()  # raises CycleError


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_looks_into_a_later_one(room: str) -> None:
    allowed = {ROOT, *(ROOT / earlier for earlier in ROOMS[: ROOMS.index(room) + 1])}
    for path in (ROOT / room).glob("*.py"):
        assert {module.parent for module in imports(path)} <= allowed, path


def test_files_are_short() -> None:
    texts = [path for path in ROOT.rglob("*") if path.suffix in (".py", ".js", ".css", ".json")]
    long = {
        path.name: lines
        for path in texts
        if not path.name.endswith(".min.js")
        and (lines := path.read_text("utf-8").count("\n")) > 400
    }
    assert long == {}


def test_hooks_are_connected_from_the_table_alone() -> None:
    connecting = [path for path in FILES if ".connect(" in path.read_text("utf-8")]
    assert connecting == [ROOT / "__init__.py"]
    for event in {hook.event for hook in HOOKS}:
        places = [hook.place for hook in HOOKS if hook.event == event]
        assert places == sorted(places), event


# As a string, and as the code points from which a digit may be counted.
TABLES = (PERSIAN, ARABIC, WIDE, "0x6f0", "0x660", "0xff10", "۰-۹]/g", "٠-٩]/g")


def test_digits_stand_in_one_table() -> None:
    suffixes = ("*.py", "*.js", "*.json")
    written = [path for suffix in suffixes for path in ROOT.rglob(suffix)]
    assert len(written) > 40
    for path in written:
        if path.name != "digits.py":
            text = path.read_text("utf-8")
            assert not any(table in text for table in TABLES), path
