"""What is imported is declared."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from test_house import ROOT, imports

DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = DECLARED["optional-dependencies"]


def canonical(requirement: str) -> str:
    name = re.match(r"[\w.-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def declared(*extras: str) -> set[str]:
    listed = [*DECLARED["dependencies"], *(line for extra in extras for line in EXTRAS[extra])]
    return {canonical(line) for line in listed}


@pytest.mark.parametrize(
    ("folder", "extras"),
    [
        ("code", ["models", "export", "backends"]),  # Keras' other backends, if they are there
        ("book/_ext", ["models", "book", "live"]),
        ("persian-book/persian_book", ["models", "book"]),
        ("persian-book/tests", ["models", "book", "test"]),
        ("scripts", ["models", "book"]),
        ("benchmarks", ["models", "book", "test"]),
        ("tests", ["models", "book", "live", "test", "export", "backends"]),
    ],
)
def test_what_is_imported_is_declared(folder: str, extras: list[str]) -> None:
    files = sorted((ROOT / folder).rglob("*.py"))
    packages = {name.partition(".")[0] for path in files for name in imports(path)}
    own = {path.stem for path in ROOT.rglob("tests/**/*.py")} | {
        path.name for path in (*(ROOT / "book" / "_ext").iterdir(), *(ROOT / "tests").iterdir())
    }
    own |= {
        "cnnbook",
        "persian_book",
        "benchmarks",
        *(path.stem for path in (ROOT / "scripts").glob("*.py")),
    }
    own |= {path.stem for path in (ROOT / "book" / "_ext").glob("*.py")}
    installed = packages_distributions()
    missing = {
        name: installed.get(name, ["not installed"])
        for name in packages - set(sys.stdlib_module_names) - own
        if name in installed
        and not {canonical(distribution) for distribution in installed[name]} & declared(*extras)
    }
    assert missing == {}


def test_what_the_wheel_of_the_site_imports_is_declared_there() -> None:
    text = (ROOT / "persian-book" / "pyproject.toml").read_text("utf-8")
    listed = {canonical(line) for line in tomllib.loads(text)["project"]["dependencies"]}
    files = sorted((ROOT / "persian-book" / "persian_book").rglob("*.py"))
    packages = {name.partition(".")[0] for path in files for name in imports(path)}
    installed = packages_distributions()
    others = packages - set(sys.stdlib_module_names) - {"persian_book"}
    assert len(others) >= 8
    assert [
        name for name in others if not {canonical(line) for line in installed[name]} & listed
    ] == []
