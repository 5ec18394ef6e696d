"""What a run leaves when it has ended: the model, its metrics, figures and a report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from cnnbook import plotting
from cnnbook.files import printable, write_atomically
from cnnbook.models import Pretrained
from cnnbook.training.reports import train_report
from cnnbook.training.run_folder import write_json

__all__ = ["inference_model", "read_results", "write_results"]


def inference_model(model: keras.Model) -> keras.Model:
    """Return a trained model of `cnnbook.models` as it predicts: (n, h, w, 3) -> (n, classes).

    It has no augmentation and no layer but Keras' own, so that a file of it opens anywhere, with
    Keras alone and in its safe mode. It shares its weights with the model, and is not compiled.

    Examples
    --------
    >>> from cnnbook.models import baseline_cnn
    >>> model = baseline_cnn(size=8)
    >>> [layer.name for layer in model.layers[:2]]
    ['augmentation', 'preprocessing']
    >>> inference_model(model).layers[1].name
    'preprocessing'
    """
    x = inputs = keras.Input(model.input_shape[1:])
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer) or layer.name == "augmentation":
            continue
        if isinstance(layer, Pretrained):
            layer = keras.Model(layer.input, layer.output, name=layer.name)
        x = layer(x)
    return keras.Model(inputs, x, name=model.name)


def read_results(folder: Path) -> dict[str, Any] | None:
    """Read the metrics of a finished run; None if it has not ended.

    Raises
    ------
    ValueError
        If they are damaged.

    Examples
    --------
    >>> print(read_results(Path("nowhere")))
    None
    """
    path = folder / "metrics.json"
    if not path.exists() or not (folder / "model.keras").exists():
        return None
    try:
        metrics = json.loads(path.read_text(encoding="utf-8"))
        return {**metrics}
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"{printable(path)} is damaged ({error}); delete it to write it anew"
        ) from error


def write_results(
    folder: Path,
    model: keras.Model,
    history: Mapping[str, Sequence[float]],
    metrics: Mapping[str, Any],
    problems: Sequence[Mapping[str, str]],
) -> None:
    """Write figures, report, model and, last, the metrics, which say that the run has ended.

    ``model.keras`` is the :func:`inference_model`: Keras opens it without this package.

    Examples
    --------
    >>> import tempfile
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    >>> metrics = {"confusion": [[1, 0], [0, 1]], "class_names": ["$a", "b$"], "calibration": []}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_results(Path(folder), model, {"loss": [1.0]}, metrics, [])
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['confusion.png', 'curves.png', 'metrics.json', 'model.keras', 'report.html']
    """
    curves = plotting.show_curves(history)
    confusion = plotting.show_confusion(metrics["confusion"], metrics["class_names"])
    for name, figure in (("curves.png", curves), ("confusion.png", confusion)):
        with write_atomically(folder / name) as temporary:
            figure.savefig(temporary, dpi=120)
    page = train_report(metrics, problems, {"Curves": curves, "Confusion": confusion})
    with write_atomically(folder / "report.html") as temporary:
        temporary.write_bytes(page.encode("utf-8", "backslashreplace"))
    with write_atomically(folder / "model.keras") as temporary:
        inference_model(model).save(temporary)
    write_json(folder / "metrics.json", dict(metrics))
