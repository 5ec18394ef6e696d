"""The wheel, unpacked in an empty folder, builds its example with nothing of this checkout."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

import persian_book

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_a_stranger_builds_the_example_with_the_wheel(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name.startswith(f"persian_book-{persian_book.__version__}-")
    installed = tmp_path / "installed"
    with ZipFile(wheel) as archive:
        archive.extractall(installed)
    shutil.copytree(ROOT / "example", tmp_path / "book", ignore=shutil.ignore_patterns("_build"))
    environment = {key: value for key, value in os.environ.items() if key != "MPLBACKEND"}
    done = subprocess.run(
        [str(Path(sys.executable).with_name("jupyter-book")), "build", "book", "-W", "-n"],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    site = tmp_path / "book" / "_build" / "html"
    persian = (site / "mean.html").read_text("utf-8")
    english = (site / "en" / "mean.html").read_text("utf-8")
    assert 'lang="fa"' in persian and 'dir="rtl"' in persian and "سه عدد ۱، ۲ و ۶" in persian
    assert 'lang="en"' in english and "numbers 1, 2 and 6" in english
    assert "<mjx-container" in persian and "3.0" in persian
    assert list(site.glob("_static/fonts/vazirmatn-arabic*.woff2"))
