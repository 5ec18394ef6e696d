"""After a plain `pip install .`, what needs more says what to install."""

import subprocess
import sys

import pytest

# Where Python finds NumPy and this package alone, as after a plain installation.
ALONE = """
import importlib.abc, sys
class NothingElse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {missing}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, NothingElse())
"""
MISSING = {"keras", "tensorflow", "sympy", "PIL", "matplotlib", "h5py"}


def run(code: str) -> subprocess.CompletedProcess[str]:
    program = ALONE.replace("{missing}", repr(MISSING)) + code
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)


@pytest.mark.parametrize(
    ("room", "package"),
    [
        ("gradients", "sympy"),
        ("photos", "PIL"),
        ("cars", "PIL"),
        ("models", "keras"),
        ("training", "keras"),
        ("gradcam", "keras"),
        ("faithfulness", "keras"),
        ("plotting", "matplotlib"),
    ],
)
def test_a_room_says_what_to_install(room: str, package: str) -> None:
    result = run(f"import cnnbook.{room}")
    last = result.stderr.splitlines()[-1]
    assert last.endswith(f"cnnbook.{room} needs {package}: pip install 'cnnbook[models]'")


def test_a_command_says_it_in_one_line() -> None:
    result = run("from cnnbook.cli import main; sys.exit(main(['draw', 'nowhere']))")
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert "pip install 'cnnbook[models]'" in line


@pytest.mark.parametrize("room", ["convolution", "geometry", "network", "shapes"])
def test_the_ground_floor_needs_numpy_alone(room: str) -> None:
    assert run(f"import cnnbook.{room}").returncode == 0


def test_rooms_come_when_they_are_touched() -> None:
    light = "import cnnbook, sys; assert not {'numpy', 'matplotlib'} & set(sys.modules)\n"
    touched = (
        "cnnbook.plotting.show_matrix, cnnbook.network.SGD; assert 'matplotlib' in sys.modules"
    )
    result = subprocess.run([sys.executable, "-c", light + touched], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
