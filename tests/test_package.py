"""The package as its second users meet it: installed alone, imported light, run from a notebook."""

import ast
import subprocess
import sys
import venv
from pathlib import Path

import nbformat
import pytest

PACKAGE = Path(__file__).parent.parent / "code" / "cnnbook"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__main__.py")
NOTEBOOK_CELLS = [
    "from cnnbook.convolution import correlate2d, LAPLACIAN_8\nimport numpy as np",
    "x = np.zeros((5, 5), int)\nx[:, 2] = 10\nprint(correlate2d(x, LAPLACIAN_8)[0].tolist())",
    "from cnnbook.shapes import Conv2D, output_shape\n"
    "print(output_shape((28, 28, 1), [Conv2D(32, 3, strides=2, padding='same')]).shape)",
]


def run(*command: object, cwd: Path | None = None) -> str:
    result = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-3000:]
    return result.stdout


def test_code_is_a_plain_directory(root: Path) -> None:
    # A package called `code` would hide the standard library's, which pdb and IPython need.
    assert not (root / "code" / "__init__.py").exists()
    run(sys.executable, "-c", "import code; code.InteractiveConsole", cwd=root)


@pytest.mark.parametrize("module", ["cnnbook", "cnnbook.convolution", "cnnbook.shapes"])
def test_the_ground_floor_imports_light(module: str) -> None:
    heavy = "{'tensorflow', 'keras', 'matplotlib', 'sympy', 'PIL', 'scipy'}"
    run(sys.executable, "-c", f"import {module}, sys; assert not {heavy} & set(sys.modules)")


def test_shapes_needs_nothing_at_all() -> None:
    code = "import cnnbook.shapes, sys; assert 'numpy' not in sys.modules"
    run(sys.executable, "-c", code)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_every_public_name_has_an_example(path: Path) -> None:
    public = [
        node
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    assert [n.name for n in public if ">>>" not in (ast.get_docstring(n) or "")] == []


@pytest.mark.slow
def test_a_notebook_elsewhere_runs_on_the_built_wheel(root: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, root)
    (wheel,) = tmp_path.glob("cnnbook-*.whl")
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", wheel)
    installed = run(python, "-m", "pip", "list", "--format=freeze")
    names = {line.partition("==")[0].lower() for line in installed.splitlines()}
    assert names <= {"cnnbook", "numpy", "pip", "setuptools"}

    # What the notebooks of long runs read comes with it, to where they read it.
    copy = "import cnnbook.results as results; assert results._INSTALLED.is_dir()"
    run(python, "-c", f"{copy}; results.copy_results('data')", cwd=tmp_path)
    sent = {path.relative_to(tmp_path) for path in (tmp_path / "data").rglob("*.*")}
    assert sent == {path.relative_to(root / "book") for path in (root / "book/data").rglob("*.*")}

    run(python, "-m", "pip", "install", "--quiet", "ipykernel")
    run(python, "-m", "ipykernel", "install", "--prefix", environment, "--name", "elsewhere")
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in NOTEBOOK_CELLS],
        metadata={"kernelspec": {"name": "elsewhere", "display_name": "elsewhere"}},
    )
    path = tmp_path / "elsewhere.ipynb"
    nbformat.write(notebook, path)
    run(python, "-m", "pip", "install", "--quiet", "nbclient")
    run(environment / "bin" / "jupyter-execute", "--inplace", path, cwd=tmp_path)
    outputs = [
        output["text"].strip()
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.outputs
    ]
    assert outputs == ["[0, 20, -70, 20, 0]", "(14, 14, 32)"]
