"""The model of a run in the formats of other programs, compared with the original before it ships.

Keras' own exporters write it; the format's own runtime reads it back and answers the same pictures.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from cnnbook._extras import extra
from cnnbook.files import printable, write_atomically, write_folder_atomically

with extra("models", "cnnbook.exporting"):
    import keras

    from cnnbook.photos import ImageError, read_manifest
    from cnnbook.training.run_folder import read_notes
    from cnnbook.training.runs import Run

__all__ = ["ENDINGS", "TARGETS", "Compared", "Target", "export", "pictures_to_compare"]

Target = Literal["keras", "savedmodel", "tflite", "onnx"]
TARGETS = get_args(Target)
ENDINGS = {"keras": ".keras", "tflite": ".tflite", "onnx": ".onnx"}  # a SavedModel is a folder
_PICTURES = 32
_ALLOWED = 1e-4  # of a probability: rounding in another order of float32 stays far below


class Compared(NamedTuple):
    """Pictures (n, size, size, 3) to compare models on, and what they are in words.

    Examples
    --------
    >>> Compared(np.zeros((1, 8, 8, 3), np.uint8), "1 photos of the test set").what
    '1 photos of the test set'
    """

    pictures: NDArray[np.uint8]
    what: str


def pictures_to_compare(run: Run, folder: str | Path) -> Compared:
    """Take up to 32 of a run's test photos, or, where they lie no longer, as many random pictures.

    Examples
    --------
    >>> run = Run(None, ("a", "b"), 8, {}, None)
    >>> batch = pictures_to_compare(run, "nowhere")
    >>> batch.pictures.shape, batch.what
    ((32, 8, 8, 3), '32 random pictures')
    """
    notes = read_notes(Path(folder))
    try:
        if notes is not None:
            photos, parts = read_manifest(Path(folder, "manifest.csv"), notes.config.data)
            pictures = run.read([photos.records[i].path for i in parts.test[:_PICTURES]])
            return Compared(pictures, f"{len(pictures)} photos of the test set")
    except (ImageError, OSError, ValueError):  # moved or changed; the model is what is compared
        pass
    shape = (_PICTURES, run.size, run.size, 3)
    pictures = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    return Compared(pictures, f"{_PICTURES} random pictures")


def export(run: Run, to: Target, out: str | Path, pictures: NDArray[np.uint8]) -> float:
    """Write a run's calibrated model in another format; return the largest difference of answers.

    The file, or a SavedModel's folder, is put in place only when its answers to the pictures are
    those of the run's model.

    Parameters
    ----------
    run : Run
    to : {"keras", "savedmodel", "tflite", "onnx"}
    out : path
        Ends in .keras, .tflite or .onnx; for a SavedModel, a new folder.
    pictures : (n, size, size, 3) uint8

    Raises
    ------
    ModuleNotFoundError
        If the target needs a package that is not there.
    ValueError
        If ``out`` has another ending, or an answer differs by more than 0.0001.

    Examples
    --------
    >>> import tempfile
    >>> from cnnbook.models import baseline_cnn
    >>> from cnnbook.training.results import inference_model
    >>> run = Run(inference_model(baseline_cnn(size=8)), tuple("abcde"), 8, {}, None)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export(run, "keras", Path(folder, "mine.keras"), np.zeros((1, 8, 8, 3), np.uint8))
    0.0
    """
    ending = ENDINGS.get(to)
    if ending is not None and Path(out).suffix != ending:
        raise ValueError(f"{printable(out)} must end in {ending} for {to}")
    write, answer = _WAYS[to]
    if to == "onnx":
        _check_onnx()
    expected = np.asarray(run.model.predict(pictures, verbose=0))
    place: Callable[[str | Path], AbstractContextManager[Path]] = (
        write_folder_atomically if ending is None else write_atomically
    )
    with place(out) as temporary:
        write(run.model, temporary)
        if ending is None:
            labels = json.dumps(list(run.class_names), ensure_ascii=False)
            (temporary / "assets").mkdir(exist_ok=True)
            (temporary / "assets" / "classes.json").write_text(labels + "\n", "utf-8")
        given = np.asarray(answer(temporary, pictures.astype(np.float32)))
        difference = float(np.abs(given - expected).max())
        if not difference <= _ALLOWED:
            raise ValueError(
                f"the {to} model differs from the run's by {difference:.2g}; it was not kept"
            )
    return difference


def _check_onnx() -> None:
    with extra("export", "--to onnx"):
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
        import tf2onnx  # noqa: F401


def _write_keras(model: keras.Model, path: Path) -> None:
    model.save(path)


def _answer_keras(path: Path, pictures: NDArray[np.float32]) -> Any:
    return keras.saving.load_model(path, compile=False).predict(pictures, verbose=0)


def _write_savedmodel(model: keras.Model, path: Path) -> None:
    model.export(path, format="tf_saved_model", verbose=False)


def _answer_savedmodel(path: Path, pictures: NDArray[np.float32]) -> Any:
    import tensorflow as tf

    model = tf.saved_model.load(str(path))  # held: its functions do not hold their variables
    return model.serve(pictures)


def _write_tflite(model: keras.Model, path: Path) -> None:
    model.export(path, format="litert", verbose=False)


def _answer_tflite(path: Path, pictures: NDArray[np.float32]) -> Any:
    import tensorflow as tf

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it names its successor, another package
        interpreter = tf.lite.Interpreter(model_content=path.read_bytes())
    (asked,), (told,) = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.resize_tensor_input(asked["index"], pictures.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(asked["index"], pictures)
    interpreter.invoke()
    return interpreter.get_tensor(told["index"])


def _write_onnx(model: keras.Model, path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras mends tf2onnx for NumPy 2, and NumPy notices
        model.export(path, format="onnx", verbose=False)


def _answer_onnx(path: Path, pictures: NDArray[np.float32]) -> Any:
    import onnxruntime

    session = onnxruntime.InferenceSession(path.read_bytes())
    (asked,) = session.get_inputs()
    return session.run(None, {asked.name: pictures})[0]


_WAYS = {
    "keras": (_write_keras, _answer_keras),
    "savedmodel": (_write_savedmodel, _answer_savedmodel),
    "tflite": (_write_tflite, _answer_tflite),
    "onnx": (_write_onnx, _answer_onnx),
}
