"""The examples of the docstrings, run in the three ways in which users run them.

The first, ``pytest --doctest-modules code``, is part of every test run.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

# What `python -m doctest FILE` does, for one file after another: importing TensorFlow anew for
# each would take minutes.
PLAIN_DOCTEST = """
import doctest, sys
from pathlib import Path
for argument in sys.argv[1:]:
    path = Path(argument)
    sys.path.insert(0, str(path.parent))
    sys.modules.pop(path.stem, None)
    module = __import__(path.stem)
    del sys.path[0], sys.modules[path.stem]
    if Path(module.__file__) != path:
        sys.exit(f"{path} is imported as {module.__file__}")
    failed, tried = doctest.testmod(module)
    print(f"{failed} of {tried} in {path}")
"""
CONF = """
import sys
sys.path.insert(0, {ext!r})
extensions = ["sphinx.ext.autodoc", "sphinx.ext.doctest", "sphinx.ext.napoleon", "api_reference"]
"""


@pytest.mark.slow
def test_python_m_doctest_passes_on_every_file(root: Path) -> None:
    paths = sorted((root / "code" / "cnnbook").rglob("*.py"))
    files = [str(path) for path in paths if path.name != "__main__.py"]
    result = subprocess.run(
        [sys.executable, "-c", PLAIN_DOCTEST, *files], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr[-3000:]
    counted = re.findall(r"^(\d+) of (\d+) in", result.stdout, re.M)
    assert len(counted) == len(files)
    assert sum(int(tried) for _, tried in counted) > 500
    assert sum(int(failed) for failed, _ in counted) == 0, result.stdout[-3000:]


def test_a_file_called_main_is_beyond_doctest(root: Path, tmp_path: Path) -> None:
    """Whatever it holds, doctest imports itself by that name, and one of its own examples fails."""
    ours, empty = root / "code" / "cnnbook" / "__main__.py", tmp_path / "__main__.py"
    empty.touch()
    said = [
        subprocess.run(
            [sys.executable, "-m", "doctest", str(path)], capture_output=True, text=True
        ).stdout
        for path in (ours, empty)
    ]
    assert said[0] == said[1]
    assert ">>>" not in ours.read_text("utf-8")


@pytest.mark.slow
def test_sphinx_passes_the_reference(root: Path, tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text(CONF.format(ext=str(root / "book" / "_ext")), "utf-8")
    pages = [path.read_text("utf-8") for path in sorted((root / "book").glob("api-*.md"))]
    rooms = re.findall(r"\.\. automodule:: (\S+)", "\n".join(pages))
    assert len(rooms) > 10
    directives = [f".. automodule:: {room}\n   :members:\n" for room in rooms]
    (tmp_path / "index.rst").write_text("Reference\n=========\n\n" + "\n".join(directives), "utf-8")
    result = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-b", "doctest", tmp_path, tmp_path / "out"],
        capture_output=True,
        text=True,
    )
    report = (tmp_path / "out" / "output.txt").read_text("utf-8")
    assert result.returncode == 0, report[-3000:]
    assert int(re.findall(r"(\d+) tests\n", report)[-1]) > 300
