"""A question with a fault stops the build, and the message names the fault."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

REFUSED = {
    "no kind of question": "```{self-check} essay\n:answer: 1\nWhy?\n```",
    "needs an :answer:": "```{self-check} number\nHow many?\n```",
    "NameError": "```{self-check} number\n:answer: unheard_of\nHow many?\n```",
    "is the right answer": "```{self-check} number\n:answer: 2 + 2\nHow many?\n\n- 4: No.\n```",
    "VALUE: text": "```{self-check} number\n:answer: 4\nHow many?\n\n- five\n```",
    "the list offers": "```{self-check} choice\n:answer: 3\nWhich?\n\n- 1: one\n- 2: two\n```",
    "formula alone": "```{self-check} choice\n:answer: 1\nWhich?\n\n- 1: $x$\n- 2: two\n```",
    "no widget": "```{widget} clock\n```",
}

SOURCES = ("book/_ext", "persian-book", "code")


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Build one page that has all the faults, and return what Sphinx says."""
    book = tmp_path_factory.mktemp("refused")
    settings = {
        "extensions": ["myst_parser", "self_check", "widgets"],
        "myst_enable_extensions": ["dollarmath"],
        "language": "en",
    }
    (book / "conf.py").write_text("".join(f"{k} = {v!r}\n" for k, v in settings.items()), "utf-8")
    (book / "index.md").write_text("# Faults\n\n" + "\n\n".join(REFUSED.values()), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", str(book), str(book / "_build")],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": ":".join(str(ROOT / name) for name in SOURCES), "PATH": ""},
    )
    return done.stderr


@pytest.mark.parametrize("reason", REFUSED)
def test_the_fault_is_named(said: str, reason: str) -> None:
    (line,) = [line for line in said.splitlines() if reason in line]
    assert "index.md:" in line and "ERROR" in line
