"""The layout tells the story: who may import whom, and how large a room may grow."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = ROOT / "code"
PACKAGE = CODE / "cnnbook"
# From the ground up: a room imports only what stands before it.
ROOMS = (
    *("_extras", "files", "side_by_side", "results", "intervals", "geometry"),
    *("keras_private", "tables", "plotting"),
    *("convolution", "shapes", "gradients", "network", "practice", "photos", "cars"),
    *(
        "settings",
        "models",
        "training",
        "gradcam",
        "faithfulness",
        "exporting",
        "reports",
        "cli",
        "__main__",
    ),
)
LONGEST = 400


def module_of(path: Path, top: Path) -> str:
    return ".".join(path.relative_to(top).with_suffix("").parts).removesuffix(".__init__")


@cache
def imports(path: Path) -> frozenset[str]:
    """Return every module, or name in a module, that a file imports, wherever it does so."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


def circles(edges: dict[str, set[str]]) -> list[str]:
    """Return the modules from which a walk along imports leads back."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        todo = list(edges[start])
        while todo:
            module = todo.pop()
            if module not in seen:
                seen.add(module)
                todo += edges[module]
        return seen

    return [module for module in edges if module in reached(module)]


FILES = {module_of(path, CODE): path for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def edges() -> dict[str, set[str]]:
    """Return which module of the package imports which, a name counting for the one it is in."""

    def within(name: str) -> str:
        return name if name in FILES else name.rpartition(".")[0]

    return {
        module: {within(n) for n in imports(path) if within(n) in FILES} - {module, "cnnbook"}
        for module, path in FILES.items()
    }


def test_every_room_has_its_place() -> None:
    assert {module.split(".")[1] for module in FILES if module != "cnnbook"} == set(ROOMS)


@pytest.mark.parametrize("module", [module for module in FILES if module != "cnnbook"])
def test_a_room_imports_only_what_stands_below_it(module: str) -> None:
    own = ROOMS.index(module.split(".")[1])
    assert [n for n in edges()[module] if ROOMS.index(n.split(".")[1]) > own] == []


def test_there_is_no_circle() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]
    faces = {module for module, path in FILES.items() if path.name == "__init__.py"}
    assert [module for module in circles(edges()) if module not in faces] == []


SOURCES = [
    path
    for folder in ("code", "book/_ext", "persian-book", "scripts", "benchmarks")
    for path in sorted((ROOT / folder).rglob("*.py"))
]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_file_is_longer_than_a_sitting(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST


def private_part(name: str) -> str | None:
    """Return the folder whose private module a dotted name passes through."""
    parts = name.split(".")
    private = [i for i, part in enumerate(parts) if re.match(r"_[a-z]", part)]
    return ".".join(parts[: private[0]]) if private else None


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if path.parts[len(ROOT.parts)] in ("code", "scripts")],
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_what_begins_with_an_underscore_stays_inside(path: Path) -> None:
    own = module_of(path, CODE) if path.is_relative_to(CODE) else ""
    ours = [name for name in imports(path) if name.startswith("cnnbook.")]
    strangers = [n for n in ours if (home := private_part(n)) and not f"{own}.".startswith(home)]
    assert strangers == []


@pytest.mark.parametrize("face", [p for p in FILES.values() if p.name == "__init__.py"], ids=str)
def test_what_a_face_shows_is_not_kept_in_a_private_file(face: Path) -> None:
    tree = ast.parse(face.read_text("utf-8"))
    shown = {
        ast.literal_eval(name)
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"
        for name in getattr(node.value, "elts", [])
    }
    hidden = [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and private_part(f"{node.module}.x") is not None
        for alias in node.names
        if alias.name in shown
    ]
    assert hidden == []


def test_every_place_that_contributing_names_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    table = [line for line in text.splitlines() if line.startswith("|")]
    places = [place for line in table for place in re.findall(r"`([\w./-]+[./][\w./-]*)`", line)]
    assert len(places) >= 10
    assert [place for place in places if not (ROOT / place).exists()] == []
