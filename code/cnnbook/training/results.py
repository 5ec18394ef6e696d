"""What a run leaves when it has ended: the model, its metrics and figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import keras

from cnnbook import plotting
from cnnbook.files import printable, write_atomically
from cnnbook.models import Pretrained
from cnnbook.training.run_folder import write_json
from cnnbook.training.unlike import Familiar, write_familiar

__all__ = ["Results", "inference_model", "read_results", "write_results"]


class Results(NamedTuple):
    """What came of a run: the model to ship, the history, and what it does on the test photos.

    Examples
    --------
    >>> Results._fields
    ('model', 'familiar', 'history', 'metrics', 'predictions')
    """

    model: keras.Model
    familiar: Familiar
    history: Mapping[str, Sequence[float]]
    metrics: dict[str, Any]
    predictions: list[dict[str, Any]]


def inference_model(model: keras.Model, temperature: float = 1.0) -> keras.Model:
    """Return a trained model of `cnnbook.models` as it predicts: (n, h, w, 3) -> (n, classes).

    It has no augmentation and no layer but Keras' own, so that a file of it opens anywhere, with
    Keras alone and in its safe mode. It shares its weights with the model, and is not compiled.
    A temperature divides the kernel and the bias of the last layer, a Dense with a softmax, which
    it then does not share: whoever opens the file gets calibrated probabilities.

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
    *inner, last = model.layers
    for layer in inner:
        if isinstance(layer, keras.layers.InputLayer) or layer.name == "augmentation":
            continue
        if isinstance(layer, Pretrained):
            layer = keras.Model(layer.input, layer.output, name=layer.name)
        x = layer(x)
    return keras.Model(inputs, _divided(last, temperature)(x), name=model.name)


def _divided(last: keras.layers.Layer, temperature: float) -> keras.layers.Layer:
    """Divide the logits of a last layer: (x k + b) / T is x (k / T) + b / T."""
    if temperature == 1.0:
        return last
    copy = type(last).from_config(last.get_config())
    copy.build(last.input.shape)
    copy.set_weights([weight / temperature for weight in last.get_weights()])
    return copy


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


def write_results(folder: Path, results: Results) -> None:
    """Write figures, model and, last, the metrics, which say that the run has ended.

    Examples
    --------
    >>> import tempfile
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    >>> metrics = {"confusion": [[1, 0], [0, 1]], "class_names": ["$a", "b$"], "calibration": []}
    >>> familiar = Familiar(keras.ops.convert_to_numpy(keras.ops.eye(2)), None)
    >>> results = Results(model, familiar, {"loss": [1.0]}, metrics, [])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_results(Path(folder), results)
    ...     sorted(path.name for path in Path(folder).iterdir())[2:]
    ['features.npz', 'metrics.json', 'model.keras', 'predictions.json']
    """
    metrics = results.metrics
    curves = plotting.show_curves(results.history)
    confusion = plotting.show_confusion(metrics["confusion"], metrics["class_names"])
    for name, figure in (("curves.png", curves), ("confusion.png", confusion)):
        with write_atomically(folder / name) as temporary:
            figure.savefig(temporary, dpi=120)
    with write_atomically(folder / "model.keras") as temporary:
        results.model.save(temporary)
    write_familiar(folder / "features.npz", results.familiar)
    write_json(folder / "predictions.json", results.predictions)
    write_json(folder / "metrics.json", metrics)
