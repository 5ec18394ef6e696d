"""What hosts and libraries read beside the book: the workflow, the citation, the places."""

import argparse
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-workflows", WORKFLOWS),
        ("vendor.citation-file-format", [ROOT / "CITATION.cff"]),
    ],
)
def test_the_files_are_what_their_readers_expect(schema: str, files: list[Path]) -> None:
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        schema,
        *map(str, files),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert files and done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_runs_pinned_actions_of_github_alone_and_needs_no_secret() -> None:
    for path in WORKFLOWS:
        text = path.read_text("utf-8")
        used = re.findall(r"uses: (\S+)(.*)", text)
        assert used and len(used) == text.count("uses:")
        for action, version in used:
            assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", action), action
            assert re.fullmatch(r"  # v\d+\.\d+\.\d+", version), action
        assert "secrets." not in text and "pull_request_target" not in text


def test_the_workflow_tests_every_python_that_the_package_promises() -> None:
    text = WORKFLOWS[0].read_text("utf-8")
    with (ROOT / "pyproject.toml").open("rb") as file:
        promised = tomllib.load(file)["project"]["requires-python"]
    tested = {int(minor) for minor in re.findall(r'"3\.(\d+)"', text)}
    assert promised == f">=3.{min(tested)}" and tested == set(range(11, 15))


def test_the_citation_names_the_version_of_the_package() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    assert citation["version"] == project["version"]
    assert project["license"] in citation["license"]
    for language in ("fa", "en"):
        assert citation["title"] in (ROOT / "book" / "index.md").read_text("utf-8"), language


def test_places_are_written_into_the_settings_and_refused_where_they_are_none() -> None:
    spec = importlib.util.spec_from_file_location("say_where", ROOT / "scripts" / "say_where.py")
    assert spec and spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    before = (ROOT / "_config.yml").read_text("utf-8")
    after = script.with_places(before, "https://a.org/b", "https://github.com/a/b", "main")
    old, new = yaml.safe_load(before), yaml.safe_load(after)
    assert new["html"].pop("baseurl") == "https://a.org/b/"
    assert new.pop("repository")["path_to_book"] == "book"
    assert new == old
    assert yaml.safe_load(script.with_places(before, None, None, "main")) == old
    with pytest.raises(argparse.ArgumentTypeError, match=r"'book/' is no whole address"):
        script.whole("book/")


def test_the_way_without_make_is_that_of_make() -> None:
    """What `make book` does, which every build tries, is what the README says to type."""
    readme = (ROOT / "README.md").read_text("utf-8").replace(".venv/bin/", "$(BIN)/")
    makefile = (ROOT / "Makefile").read_text("utf-8").replace(" --quiet", "")
    steps = [
        "python -m pip install --require-hashes --no-deps -r requirements.lock",
        "python -m pip install --no-deps --no-build-isolation --editable .",
    ]
    for step in steps:
        assert f"$(BIN)/{step}\n" in readme and f"$(BIN)/{step}\n" in makefile
    step = "$(BIN)/jupyter-book build book -W -n --keep-going\n"
    assert step in makefile and step in readme


@pytest.mark.slow
def test_a_folder_of_wheels_is_enough_without_a_network(tmp_path: Path) -> None:
    """The offline way with one package: its wheel fetched to a folder, installed from there."""
    wheels, target = tmp_path / "wheels", tmp_path / "target"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    make = [*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(wheels), "."]
    subprocess.run(make, cwd=ROOT, check=True)
    install = [*pip, "install", "--quiet", "--no-index", "--find-links", str(wheels), "--no-deps"]
    subprocess.run([*install, "--target", str(target), "cnnbook"], check=True)
    code = "import cnnbook; print(cnnbook.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(target)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(str(target))
