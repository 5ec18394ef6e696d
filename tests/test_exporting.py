"""Exported models, opened by TensorFlow alone, against the file that the run ships."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from cnnbook import cars, exporting
from cnnbook.cli import main
from cnnbook.exporting import export, pictures_to_compare
from cnnbook.settings import RunConfig
from cnnbook.training.runs import open_run, train_run

# A process without Keras' model and without this package, as whoever gets the file has it.
FOREIGN = """
import sys, warnings
import numpy as np, tensorflow as tf
warnings.simplefilter("ignore")
path, x = sys.argv[1], np.load(sys.argv[2]).astype("float32")
if path.endswith(".tflite"):
    model = tf.lite.Interpreter(path)
    answers = []
    for picture in x:  # one at a time, as a telephone does
        model.allocate_tensors()
        model.set_tensor(model.get_input_details()[0]["index"], picture[None])
        model.invoke()
        answers.append(model.get_tensor(model.get_output_details()[0]["index"])[0])
else:
    model = tf.saved_model.load(path)
    answers = model.signatures["serving_default"](tf.constant(x))
    (answers,) = answers.values()
assert "cnnbook" not in sys.modules
np.save(sys.argv[3], np.asarray(answers))
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    cars.write_folder(folder / "cars", n=30, seed=3, size=32)
    train_run(RunConfig(str(folder / "cars"), size=8, epochs=1, batch_size=8), folder / "run")
    return folder / "run"


@pytest.mark.parametrize(("to", "name"), [("savedmodel", "saved"), ("tflite", "cars.tflite")])
def test_another_program_gets_the_same_answers(to, name, run, tmp_path, capsys):
    out = tmp_path / name
    assert main(["export", str(run), "--to", to, "--out", str(out)]) == 0
    line = capsys.readouterr().out
    assert "5 photos of the test set" in line and "(n, 8, 8, 3), 0..255" in line
    assert float(re.search(r"at most (\S+) from", line)[1]) < 1e-5
    x = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3))
    np.save(tmp_path / "x.npy", x)
    files = [out, tmp_path / "x.npy", tmp_path / "y.npy"]
    subprocess.run(
        [sys.executable, "-c", FOREIGN, *map(str, files)],
        check=True, cwd=tmp_path, env=os.environ | {"PYTHONPATH": ""},
    )  # fmt: skip
    shipped = keras.saving.load_model(run / "model.keras")
    np.testing.assert_allclose(
        np.load(tmp_path / "y.npy"), shipped.predict(x, verbose=0), atol=1e-5
    )
    if to == "savedmodel":
        assert json.loads((out / "assets" / "classes.json").read_text()) == list(cars.CLASS_NAMES)


def test_a_file_for_keras_is_the_run_s_own_model(run, tmp_path):
    opened = open_run(run)
    batch = pictures_to_compare(opened, run)
    assert export(opened, "keras", tmp_path / "mine.keras", batch.pictures) == 0
    copy = keras.saving.load_model(tmp_path / "mine.keras")
    for own, other in zip(opened.model.get_weights(), copy.get_weights(), strict=True):
        np.testing.assert_array_equal(own, other)


@pytest.mark.parametrize(("to", "name"), [("savedmodel", "saved"), ("keras", "cars.keras")])
def test_what_answers_otherwise_is_not_put_in_place(to, name, run, tmp_path, monkeypatch):
    """Whole or not at all: a wrong model, and one whose writer fails half-way."""
    opened = open_run(run)
    pictures = np.zeros((2, 8, 8, 3), np.uint8)
    write, answer = exporting._WAYS[to]
    for way, error in (
        ((write, lambda path, x: answer(path, x) + 2e-4), "differs from the run's by 0.0002"),
        ((write, lambda path, x: answer(path, x) * np.nan), "differs from the run's by nan"),
        ((lambda model, path: (write(model, path), 1 / 0), answer), "division by zero"),
    ):
        monkeypatch.setitem(exporting._WAYS, to, way)
        with pytest.raises((ValueError, ZeroDivisionError), match=error):
            export(opened, to, tmp_path / name, pictures)
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--to", "tflite", "--out", "cars.onnx"], 2, "--out must end in .tflite for tflite"),
        (["--to", "keras", "--out", "-"], 2, "--out must name a file"),
        (["--to", "coreml", "--out", "x"], 2, "invalid choice: 'coreml'"),
        (["--to", "onnx", "--out", "x.onnx"], 1, "pip install 'cnnbook[export]'"),
    ],
)
def test_errors_say_the_way_out(arguments, code, message, run, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    try:
        status = main(["export", str(run), *arguments])
    except SystemExit as stop:
        status = stop.code
    assert status == code
    assert message in capsys.readouterr().err.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


def test_photos_that_have_gone_are_replaced_in_words(run, tmp_path):
    opened = open_run(run)
    assert pictures_to_compare(opened, run).what == "5 photos of the test set"
    moved = Path(run.parent, "cars").rename(run.parent / "elsewhere")
    assert pictures_to_compare(opened, run).what == "32 random pictures"
    moved.rename(run.parent / "cars")
