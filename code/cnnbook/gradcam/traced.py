"""Maps with one traced function, for repeated calls on one model."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops, tree
from numpy.typing import ArrayLike

from cnnbook.gradcam._arrays import count, pictures_as_tensors, sliced
from cnnbook.gradcam._differentiation import compiled
from cnnbook.gradcam._explaining import FloatMaps, batch_maps, in_batches, several_classes
from cnnbook.gradcam._target import Score, Target, blank_picture, settle, warn_of_probabilities
from cnnbook.gradcam.maps import gradient_per_channel, gradient_per_place

__all__ = ["GradCAM", "HiResCAM"]


class _Traced:
    @staticmethod
    def _rule(activation: Any, gradient: Any) -> Any:
        raise NotImplementedError

    def __init__(
        self,
        model: Any,
        layer: str | keras.Layer | None = None,
        *,
        output: str | int | None = None,
        score: Score | None = None,
    ):
        self._model = model
        self._choice = (layer, output, score)
        self._targets: dict[object, Target] = {}
        self._steps: dict[object, Callable[..., Any]] = {}

    def __call__(self, images: Any, class_index: ArrayLike | None = None) -> FloatMaps:
        """Return the maps of images, (n, h, w) or (n, k, h, w) float32, as the function does."""
        inputs = pictures_as_tensors(self._model, images)
        kind = tuple((tuple(x.shape[1:]), str(x.dtype)) for x in tree.flatten(inputs))
        if kind not in self._targets:
            self._targets[kind] = settle(self._model, sliced(inputs, slice(1)), *self._choice)
            warn_of_probabilities(self._targets[kind])
        target = self._targets[kind]
        several = several_classes(class_index) or 1
        if (kind, several) not in self._steps:
            self._steps[kind, several] = self._trace(target, inputs, several)
        return in_batches(target, self._steps[kind, several], inputs, class_index)

    @property
    def layer(self) -> str:
        """Path of the layer that is explained, of the size of pictures seen first or declared.

        Raises
        ------
        ValueError
            Nothing was explained yet and the model does not declare its inputs.
        """
        for target in self._targets.values():
            return target.call.path
        return settle(self._model, blank_picture(self._model), *self._choice).call.path

    def _trace(self, target: Target, inputs: Any, several: int) -> Callable[..., Any]:
        rule = type(self)._rule

        def step(inputs: Any, classes: Any) -> Any:
            return batch_maps(target, rule, inputs, classes)

        return compiled(self._model, step, inputs, ops.zeros((count(inputs), several), "int32"))


class GradCAM(_Traced):
    """`grad_cam` with one traced function, for repeated calls on one model.

    The first call finds the layer and traces the model (TensorFlow graph, JAX ``jit``); later
    calls cost about as much as a prediction.  Weights trained afterwards are seen; layers
    added or replaced afterwards are not.

    Parameters
    ----------
    model, layer, output, score
        As in `grad_cam`.

    Attributes
    ----------
    layer : str
        Path of the layer explained.

    Examples
    --------
    >>> import numpy as np
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 3)),
    ...     keras.layers.Conv2D(4, 3, activation="relu", name="conv"),
    ...     keras.layers.GlobalAveragePooling2D(),
    ...     keras.layers.Dense(5, activation="softmax"),
    ... ])
    >>> explain = GradCAM(model)
    >>> explain.layer
    'conv'
    >>> explain(np.ones((3, 8, 8, 3), "float32"), class_index=2).shape
    (3, 6, 6)
    >>> explain(np.ones((3, 8, 8, 3), "float32"), class_index=[[0, 1, 2, 3, 4]]).shape
    (3, 5, 6, 6)
    """

    _rule = staticmethod(gradient_per_channel)


class HiResCAM(_Traced):
    """`hires_cam` with one traced function, for repeated calls on one model.

    Parameters
    ----------
    model, layer, output, score
        As in `grad_cam`.

    Attributes
    ----------
    layer : str
        Path of the layer explained.

    Examples
    --------
    >>> import numpy as np
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 3)),
    ...     keras.layers.Conv2D(4, 3, activation="relu", name="conv"),
    ...     keras.layers.Flatten(),
    ...     keras.layers.Dense(5, activation="softmax"),
    ... ])
    >>> HiResCAM(model)(np.ones((3, 8, 8, 3), "float32"), class_index=2).shape
    (3, 6, 6)
    """

    _rule = staticmethod(gradient_per_place)
