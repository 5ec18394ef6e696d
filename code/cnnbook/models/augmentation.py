"""Change pictures at random while a model trains, in one warp."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import layers, ops

__all__ = ["RandomAffine", "augmentation_named"]


@keras.saving.register_keras_serializable(package="cnnbook")
class RandomAffine(layers.Layer):  # type: ignore[misc]
    """Random rotation, shift, shear, zoom and flip in one warp: (n, h, w, c) -> (n, h, w, c).

    The defaults are the homework's ``ImageDataGenerator`` (rotation 40 degrees, shift and zoom
    0.2, *shear 0.2 degrees*, horizontal flip, nearest fill). Keras has a layer for each; five
    layers resample a picture five times and blur it, one matrix resamples it once::

        input = T(centre + shift) . R(rotation) . S(shear) . Z(zoom) . F(flip) . T(-centre) . output

    Unlike Keras' own random layers, it augments only when asked: ``layer(x)`` returns ``x`` and
    ``fit`` passes ``training=True``. The default of those layers is to augment, so that a bare
    ``model(x)`` gives another answer at each call.

    Parameters
    ----------
    rotation : float
        Largest turn, in degrees, either way.
    shift : float
        Largest shift along each axis, as a part of the picture's side.
    shear : float
        Largest shear angle, in degrees.
    zoom : float
        Each axis is scaled by ``1 - zoom`` to ``1 + zoom``.
    flip : bool
        Mirror half of the pictures.
    seed : int
        The layer's random state is a variable of the model and is saved with it.

    Examples
    --------
    >>> import numpy as np
    >>> image = np.zeros((1, 8, 8, 3), "float32")
    >>> image[:, :, :4] = 200
    >>> layer = RandomAffine(seed=1)
    >>> bool(np.all(layer(image) == image))
    True
    >>> flip_only = RandomAffine(0, 0, 0, 0, flip=True, seed=3)
    >>> mirrored = flip_only(np.repeat(image, 20, axis=0), training=True)
    >>> sorted({float(v) for v in np.asarray(mirrored)[:, 0, 0, 0]})
    [0.0, 200.0]
    """

    def __init__(
        self,
        rotation: float = 40.0,
        shift: float = 0.2,
        shear: float = 0.2,
        zoom: float = 0.2,
        flip: bool = True,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.rotation, self.shift, self.shear, self.zoom = rotation, shift, shear, zoom
        self.flip, self.seed = flip, seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, images: Any, training: bool = False) -> Any:
        """Warp the batch when ``training``, else return it."""
        if not training:
            return images
        images = ops.cast(images, self.compute_dtype)
        return ops.image.affine_transform(
            images, self._matrices(ops.shape(images)), fill_mode="nearest"
        )

    def _uniform(self, n: Any, limit: float) -> Any:
        return keras.random.uniform((n,), -limit, limit, seed=self.generator)

    def _matrices(self, shape: Any) -> Any:
        n, h, w = shape[0], shape[1], shape[2]
        cx, cy = (w - 1) / 2, (h - 1) / 2
        angle = self._uniform(n, math.radians(self.rotation))
        shear = self._uniform(n, math.radians(self.shear))
        zx, zy = 1 + self._uniform(n, self.zoom), 1 + self._uniform(n, self.zoom)
        dx, dy = self._uniform(n, self.shift) * w, self._uniform(n, self.shift) * h
        if self.flip:
            zx = zx * ops.where(self._uniform(n, 1.0) < 0, -1.0, 1.0)
        a, b = ops.cos(angle) * zx, -ops.sin(angle + shear) * zy
        c, d = ops.sin(angle) * zx, ops.cos(angle + shear) * zy
        zero = ops.zeros_like(a)
        tx, ty = cx + dx - a * cx - b * cy, cy + dy - c * cx - d * cy
        return ops.stack([a, b, tx, c, d, ty, zero, zero], axis=1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        names = ("rotation", "shift", "shear", "zoom", "flip", "seed")
        own = {name: getattr(self, name) for name in names}
        return {**super().get_config(), **own}


def augmentation_named(name: str, seed: int = 0) -> layers.Layer:
    """Return the layer of one of three ways to augment: (n, h, w, c) -> (n, h, w, c).

    ============== ========= ======= ===== ======
    name           turn      shift   zoom  mirror
    ============== ========= ======= ===== ======
    ``none``       0 degrees 0       0     no
    ``gentle``     8         0.08    0.1   yes
    ``assignment`` 40        0.2     0.2   yes
    ============== ========= ======= ===== ======

    Gentle is for photos that people take upright: no car leans by 40 degrees.

    Raises
    ------
    ValueError
        If the name is unknown.

    Examples
    --------
    >>> augmentation_named("gentle").rotation
    8
    """
    if name == "none":
        return layers.Identity(name="augmentation")
    if name == "gentle":
        return RandomAffine(rotation=8, shift=0.08, zoom=0.1, seed=seed, name="augmentation")
    if name == "assignment":
        return RandomAffine(seed=seed, name="augmentation")
    raise ValueError(f"augmentation must be none, gentle or assignment; got {name!r}")
