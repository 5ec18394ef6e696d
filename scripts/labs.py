"""What faults and borders cost two trained models of chapter 5, one by one.

    python scripts/labs.py

writes book/data/labs/faults.json, the class that each model gives each test picture, a digit a
picture, sound and with every fault, and the largest difference of a probability on the first ten;
and book/data/labs/convolutions.npz, the convolutions of model A as float16, with which the page
follows the border. The models are runs of `chapter_5.py`, A without augmentation and B frozen;
weights that it left in _build/chapter_5 are taken from there, else the model is trained again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
from chapter_5 import ROOT, TEST, Run, test_images, versions
from chapter_5_explained import model_of
from keras import layers, ops

from cnnbook import cars, models
from cnnbook.files import write_atomically

OUT = ROOT / "book" / "data" / "labs"
RUNS = {
    "A": Run("augmentation", seed=1, augmentation="none", epochs=8),
    "B": Run("comparison", model="frozen", epochs=8),
}
TESTED, BATCH = 1000, 50
BORDERS = {"edge": "symmetric", "reflect": "reflect"}  # ours, Keras' name (one row is the same)

Predict = Callable[[np.ndarray], np.ndarray]


def main() -> None:
    """Ask both models, sound and with every fault."""
    OUT.mkdir(parents=True, exist_ok=True)
    images = pictures(TESTED)
    coarse = cars.draw(TESTED, TEST, 2 * RUNS["A"].size).images[:, ::2, ::2]
    result: dict[str, Any] = {"command": "python scripts/labs.py", "versions": versions()}
    for name, run in RUNS.items():
        model = model_of(run)
        if name == "A":
            kernels = [w.astype("float16") for w in model.get_weights()[:6]]
            np.savez_compressed(OUT / "convolutions.npz", *kernels)
        rows = {}
        sound = None
        for fault, predict in faults(name, model):
            given = coarse if fault == "every second pixel" else images
            probabilities = in_batches(predict, given)
            sound = probabilities if sound is None else sound
            rows[fault] = {
                "said": "".join(map(str, probabilities.argmax(axis=-1))),
                "apart": float(f"{np.abs(probabilities - sound)[:10].max():.3g}"),
            }
            print(name, fault, flush=True)
        result[name] = {"run": run.name, "faults": rows}
    with write_atomically(OUT / "faults.json") as temporary:
        temporary.write_text(json.dumps(result, indent=1), "utf-8")


def faults(name: str, model: keras.Model) -> Iterator[tuple[str, Predict]]:
    """Yield the sound model, the faults of pictures and kernels, and those of its architecture."""
    yield "none", asked(model)
    yield "BGR for RGB", lambda x: asked(model)(x[..., ::-1])
    yield "divided by 255 twice", lambda x: asked(model)(x / 255)
    yield "not divided by 255", lambda x: asked(model)(x * 255)
    if name == "A":
        yield "-1 to 1 for 0 to 1", lambda x: asked(model)(2 * x - 255)
    else:
        yield "0 to 1 for -1 to 1", lambda x: asked(model)(x / 2 + 127.5)
    yield "every second pixel", asked(model)
    yield "kernels turned", asked(with_kernels(name, model, lambda w: w[::-1, ::-1]))
    yield "kernels transposed", asked(with_kernels(name, model, lambda w: w.swapaxes(0, 1)))
    yield from faults_of_a(model) if name == "A" else faults_of_b(model)


def faults_of_a(model: keras.Model) -> Iterator[tuple[str, Predict]]:
    """Yield another border in every convolution, and flattening with the channels first."""
    for border in BORDERS:
        yield border, asked(bordered(model, border))
    yield "flattened channels first", asked(flattened_channels_first(model))


def faults_of_b(model: keras.Model) -> Iterator[tuple[str, Predict]]:
    """Yield BatchNorm's faults, and zeros on both sides where the stride is 2."""
    other = copied(model, lambda layer: layer)
    for layer in backbone(other).layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.epsilon = 1e-5
    yield "epsilon 1e-5 for 1e-3", asked(other)
    training = copied(model, lambda layer: layer)
    for layer in backbone(training).layers:
        layer.trainable = True  # a frozen BatchNorm would use its kept averages
    yield "BatchNorm left in training", asked(training, training=True)

    def both_sides(layer: layers.Layer) -> layers.Layer:
        return layers.ZeroPadding2D(1) if isinstance(layer, layers.ZeroPadding2D) else layer

    yield "padding 1 on both sides", asked(copied(model, both_sides))


def asked(model: keras.Model, training: bool = False) -> Predict:
    """Return the function of pictures that a model computes."""
    return lambda x: np.asarray(model(ops.convert_to_tensor(x, "float32"), training=training))


def in_batches(predict: Predict, images: np.ndarray) -> np.ndarray:
    """Ask for a batch at a time: (n, h, w, 3) -> (n, 5)."""
    starts = range(0, len(images), BATCH)
    return np.concatenate([predict(images[k : k + BATCH].astype("float32")) for k in starts])


def with_kernels(
    name: str, model: keras.Model, change: Callable[[np.ndarray], np.ndarray]
) -> keras.Model:
    """Return the same network, every kernel of a convolution changed."""
    other = models.baseline_cnn(size=RUNS[name].size, augmentation=layers.Identity())
    if name == "B":
        other = copied(model, lambda layer: layer)
    other.set_weights([change(w) if w.ndim == 4 else w for w in model.get_weights()])
    return other


def bordered(model: keras.Model, border: str) -> keras.Model:
    """Return model A with another border than zeros round every convolution."""
    stack: list[Any] = [keras.Input(model.input_shape[1:])]
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D):
            valid = layers.Conv2D.from_config(layer.get_config() | {"padding": "valid"})
            stack += [Border(BORDERS[border]), valid]
        else:
            stack.append(type(layer).from_config(layer.get_config()))
    other = keras.Sequential(stack)
    other.set_weights(model.get_weights())
    return other


class Border(layers.Layer):  # type: ignore[misc]
    """One more row and column on every side: (n, h, w, c) -> (n, h + 2, w + 2, c)."""

    def __init__(self, mode: str) -> None:
        super().__init__()
        self.mode = mode

    def call(self, images: Any) -> Any:
        """Pad."""
        return ops.pad(images, [[0, 0], [1, 1], [1, 1], [0, 0]], mode=self.mode)


def flattened_channels_first(model: keras.Model) -> keras.Model:
    """Return model A as if its maps were flattened channel by channel."""
    height, width, channels = model.layers[-4].output.shape[1:]
    weights = model.get_weights()
    order = np.arange(height * width * channels).reshape(height, width, channels)
    # Row k of the dense kernel now meets what stands k-th when the channels come first.
    met = order.transpose(2, 0, 1).ravel()
    weights[6] = weights[6][np.argsort(met)]
    other = models.baseline_cnn(size=model.input_shape[1], augmentation=layers.Identity())
    other.set_weights(weights)
    return other


def copied(model: keras.Model, change: Callable[[Any], Any]) -> keras.Model:
    """Return model B with an ordinary backbone, whose layers were changed on the way."""
    inner = models.backbone_of(model)
    plain = keras.Model(inner.input, inner.output)

    def clone(layer: layers.Layer) -> layers.Layer:
        new = change(layer)
        return type(layer).from_config(layer.get_config()) if new is layer else new

    body = keras.models.clone_model(plain, clone_function=clone)
    body.set_weights(plain.get_weights())
    inputs = keras.Input(model.input_shape[1:])
    x = body(model.get_layer("preprocessing")(inputs))
    for layer in model.layers[model.layers.index(inner) + 1 :]:
        x = layer(x)
    return keras.Model(inputs, x)


def backbone(model: keras.Model) -> keras.Model:
    """Return the body of a copy."""
    return next(layer for layer in model.layers if isinstance(layer, keras.Model))


def pictures(n: int) -> np.ndarray:
    """Return test pictures of chapter 5; no run was trained on any."""
    starts = range(0, n, 500)
    run = RUNS["A"]
    return np.concatenate([test_images(run.size, run.difficulty, None, k) for k in starts])[:n]


if __name__ == "__main__":
    main()
