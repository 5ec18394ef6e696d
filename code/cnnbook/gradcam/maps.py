r"""Grad-CAM and HiResCAM of any Keras model, on any backend, leaving the model as it was.

For class :math:`k` with score :math:`y_k` and a feature map :math:`A` of a picture, Grad-CAM is

.. math::

    w_c = \frac{1}{hw} \sum_{i,j} \frac{\partial y_k}{\partial A_{ijc}}, \qquad
    M_{ij} = \max\Bigl(0, \sum_c w_c A_{ijc}\Bigr)

(Selvaraju et al. 2017, equations 1 and 2), and HiResCAM leaves out the mean:

.. math::

    M_{ij} = \max\Bigl(0, \sum_c \frac{\partial y_k}{\partial A_{ijc}} A_{ijc}\Bigr)

(Draelos and Carin 2020, equation 5, rectified to be shown).  The score is the logit, not the
probability: where a network is sure of itself the softmax is flat, its gradient zero, and the map
empty.
"""

from typing import Any

import keras
from keras import ops
from numpy.typing import ArrayLike

from cnnbook.gradcam._arrays import pictures_as_tensors, sliced
from cnnbook.gradcam._explaining import FloatMaps, Rule, batch_maps, in_batches
from cnnbook.gradcam._target import Score, settle, warn_of_probabilities

__all__ = ["grad_cam", "gradient_per_channel", "gradient_per_place", "hires_cam"]


def grad_cam(
    model: Any,
    images: Any,
    class_index: ArrayLike | None = None,
    layer: str | keras.Layer | None = None,
    *,
    output: str | int | None = None,
    score: Score | None = None,
) -> FloatMaps:
    """Grad-CAM maps (n, h, w) float32 of images (n, height, width, channels).

    The maps are rectified, not normalized, and at the layer's own resolution.  The model runs in
    inference mode (no augmentation, no dropout) and is not changed, also not for the duration.
    Images are taken 32 at a time.  For many calls on one model, `GradCAM` is faster.

    Parameters
    ----------
    model
        A built Keras model of any kind.
    images
        What ``model.predict`` takes: a batch, or a list or dict of batches for several inputs.
    class_index
        The class to explain: one for all images, or one an image (n,).  Several at the cost of one
        forward pass: (n, k), or (1, k) for the same ones of every image, such as ``[[0, 1, 2]]``.
        ``None``: the predicted class.  A single sigmoid unit has the classes 0 and 1; a single
        unit without one is no class: leave this out.
    layer
        The layer that returns the feature map: a name, a path such as ``"mobilenetv2/out_relu"``
        (dots do as well), or the layer itself.  ``None``: the one that `feature_layer` names, the
        last feature map of the last convolution that is larger than 1x1, after its normalization,
        activation and shortcuts.
    output
        Name or position of the output to explain; needed if the model has several.
    score
        Explain ``score(output) -> (n,)`` instead of a class, such as ``lambda y: -y[:, 0]`` for
        what lowers a regression.  It gets the output as the model returns it (probabilities stay
        probabilities), or everything the model returns if it has several and none is chosen.

    Returns
    -------
    numpy.ndarray
        ``(n, h, w)`` float32, never negative; all zero where nothing speaks for the class.
        ``(n, k, h, w)`` for a ``class_index`` of two dimensions.

    Raises
    ------
    ValueError
        The layer is unknown, ambiguous, returns no feature map or does not influence the output;
        the class is out of range; the output must be chosen; the model was never built, convolves
        in one or three dimensions, or attends to tokens after its last map; the images are no
        batch; the map is not finite.

    Warns
    -----
    UserWarning
        The model seems to return probabilities and what makes them is out of reach.

    Notes
    -----
    The logits are found by following the output back through the layers' calls: a softmax or
    sigmoid that a Keras layer or operation applies last is left out, whatever casts and reshapes
    come after it.  One inside a ``Lambda``'s own code or among other layers' sums is not.

    On TensorFlow a layer created under ``keras.RematScope`` is out of reach: its backward pass runs
    the layer anew, without what was added to the first run.

    References
    ----------
    Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
    Localization", ICCV 2017.

    Examples
    --------
    A channel that sees the picture's brightness argues for class 1, and against class 0:

    >>> import numpy as np
    >>> model = keras.Sequential([
    ...     keras.Input((4, 4, 1)),
    ...     keras.layers.Conv2D(1, 1, kernel_initializer="ones", name="conv"),
    ...     keras.layers.GlobalAveragePooling2D(),
    ...     keras.layers.Dense(2, kernel_initializer=lambda shape, dtype: [[-1.0, 1.0]]),
    ...     keras.layers.Softmax(),
    ... ])
    >>> image = np.zeros((1, 4, 4, 1), "float32")
    >>> image[0, 1, 2] = 16.0
    >>> grad_cam(model, image, class_index=1)[0]
    array([[0., 0., 0., 0.],
           [0., 0., 1., 0.],
           [0., 0., 0., 0.],
           [0., 0., 0., 0.]], dtype=float32)
    >>> grad_cam(model, image, class_index=[[0, 1]]).max(axis=(2, 3)).tolist()
    [[0.0, 1.0]]
    """
    return _maps(gradient_per_channel, model, images, class_index, layer, output, score)


def hires_cam(
    model: Any,
    images: Any,
    class_index: ArrayLike | None = None,
    layer: str | keras.Layer | None = None,
    *,
    output: str | int | None = None,
    score: Score | None = None,
) -> FloatMaps:
    """HiResCAM maps (n, h, w) float32 of images (n, height, width, channels).

    Every place is weighted by its own gradient, where Grad-CAM takes the mean over all of them.
    For many calls on one model, `HiResCAM` is faster.

    Where what follows the map begins with global average pooling, the gradient is the same at
    every place, whatever comes after, and the two maps must agree.  After ``Flatten`` they need
    not: a channel that matters in one corner only is lost in Grad-CAM's mean.  If all that follows
    is one dense layer on the flattened map, the places of the unrectified map add up to the logit
    without its bias.

    Parameters
    ----------
    model, images, class_index, layer, output, score
        As in `grad_cam`.

    Returns
    -------
    numpy.ndarray
        As of `grad_cam`: ``(n, h, w)`` float32, never negative, not normalized.

    Raises
    ------
    ValueError
        As `grad_cam`.

    References
    ----------
    Draelos and Carin, "Use HiResCAM instead of Grad-CAM for faithful explanations of convolutional
    neural networks", arXiv 2011.08891, 2020.

    Examples
    --------
    Class 1 looks at the upper left corner alone:

    >>> import numpy as np
    >>> corner = np.eye(4)[:, :1] * [[-1.0, 1.0]]
    >>> model = keras.Sequential([
    ...     keras.Input((2, 2, 1)),
    ...     keras.layers.Conv2D(1, 1, kernel_initializer="ones"),
    ...     keras.layers.Flatten(),
    ...     keras.layers.Dense(2, kernel_initializer=keras.initializers.Constant(corner)),
    ... ])
    >>> white = np.ones((1, 2, 2, 1), "float32")
    >>> hires_cam(model, white, class_index=1)[0].tolist()
    [[1.0, 0.0], [0.0, 0.0]]
    >>> grad_cam(model, white, class_index=1)[0].tolist()
    [[0.25, 0.25], [0.25, 0.25]]
    """
    return _maps(gradient_per_place, model, images, class_index, layer, output, score)


def gradient_per_channel(activation: Any, gradient: Any) -> Any:
    """Weigh channels of (n, h, w, c) by their mean gradient, and add them up: (n, h, w).

    Examples
    --------
    >>> a, g = ops.array([[[[1.0], [2.0]]]]), ops.array([[[[3.0], [5.0]]]])
    >>> ops.convert_to_numpy(gradient_per_channel(a, g)).tolist()
    [[[4.0, 8.0]]]
    """
    weights = ops.mean(gradient, axis=(1, 2), keepdims=True)
    return ops.sum(weights * activation, axis=-1)


def gradient_per_place(activation: Any, gradient: Any) -> Any:
    """Weigh every number of (n, h, w, c) by its own gradient, and add the channels up: (n, h, w).

    Examples
    --------
    >>> a, g = ops.array([[[[1.0], [2.0]]]]), ops.array([[[[3.0], [5.0]]]])
    >>> ops.convert_to_numpy(gradient_per_place(a, g)).tolist()
    [[[3.0, 10.0]]]
    """
    return ops.sum(gradient * activation, axis=-1)


def _maps(
    rule: Rule,
    model: Any,
    images: Any,
    class_index: ArrayLike | None,
    layer: str | keras.Layer | None,
    output: str | int | None,
    score: Score | None,
) -> FloatMaps:
    inputs = pictures_as_tensors(model, images)
    target = settle(model, sliced(inputs, slice(1)), layer, output, score)
    warn_of_probabilities(target)

    def step(inputs: Any, classes: Any) -> Any:
        return batch_maps(target, rule, inputs, classes)

    return in_batches(target, step, inputs, class_index)
