"""Maps made to be seen: scaled, enlarged, laid over the picture."""

import numpy as np
from keras import ops
from numpy.typing import ArrayLike, NDArray

from cnnbook.gradcam._arrays import to_numpy

__all__ = ["normalize", "overlay", "resize"]

FloatMaps = NDArray[np.float32]


def normalize(maps: ArrayLike) -> FloatMaps:
    """Scale maps (n, h, w) so that each has the maximum 1; an all-zero map stays zero.

    Only the maximum is used: subtracting the minimum would make "the least evidence" look like
    "no evidence".

    Raises
    ------
    ValueError
        A map holds NaN or infinity, which must not pass for "no evidence".

    Examples
    --------
    >>> normalize([[[0.0, 2.0], [1.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]]]).tolist()
    [[[0.0, 0.5], [0.25, 1.0]], [[0.0, 0.0], [0.0, 0.0]]]
    """
    values = _maps(maps)
    peak = values.max(axis=(-2, -1), keepdims=True)
    scaled: FloatMaps = np.divide(values, peak, out=np.zeros_like(values), where=peak > 0)
    return scaled


def resize(maps: ArrayLike, size: tuple[int, int]) -> FloatMaps:
    """Interpolate maps (n, h, w) bilinearly to ``(n, *size)``, pixel centres at half-integers.

    The same rule as ``tf.image.resize``, so a map lies where the picture's pixels lie.

    Raises
    ------
    ValueError
        The maps have another shape, or hold NaN or infinity.

    Examples
    --------
    >>> resize([[[0.0, 1.0]]], (1, 4)).tolist()
    [[[0.0, 0.25, 0.75, 1.0]]]
    """
    values = ops.convert_to_tensor(_maps(maps)[..., None])
    return to_numpy(ops.image.resize(values, size, "bilinear", data_format="channels_last"))[..., 0]


def overlay(images: ArrayLike, maps: ArrayLike, alpha: float = 0.4) -> NDArray[np.uint8]:
    """Lay maps (n, h, w) over images (n, height, width, 3) in 0..255; return uint8 RGB pictures.

    Each map is scaled to its own maximum and resized to the picture.  A pixel keeps its colour
    where the map is zero and becomes ``(1 - alpha) * image + alpha * colour`` at the maximum; the
    picture's contrast is not touched.

    Parameters
    ----------
    images
        ``(n, height, width, 3)`` or ``(n, height, width, 1)``, values 0..255.
    maps
        ``(n, h, w)``, any scale and resolution, one a picture.
    alpha
        Opacity of the map at its maximum, 0..1.

    Returns
    -------
    numpy.ndarray
        ``(n, height, width, 3)`` uint8.

    Raises
    ------
    ValueError
        The images have other axes or are scaled to 0..1; there are more or fewer maps than images;
        a map holds NaN or infinity.

    Examples
    --------
    >>> grey = np.full((1, 2, 2, 3), 200)
    >>> overlay(grey, np.zeros((1, 1, 1))).tolist() == grey.tolist()     # no evidence, no colour
    True
    """
    from matplotlib import colormaps  # a second that models without pictures need not spend

    pictures, values = _pictures(images), _maps(maps)
    if len(pictures) != len(values):
        raise ValueError(
            f"overlay needs a map for each picture; got {len(pictures)} pictures and "
            f"{len(values)} maps."
        )
    heat = np.clip(resize(normalize(values), pictures.shape[1:3]), 0, 1)
    colours = 255 * colormaps["turbo"](heat)[..., :3]
    blended = pictures + alpha * heat[..., None] * (colours - pictures)
    return np.clip(np.round(blended), 0, 255).astype(np.uint8)


def _maps(maps: ArrayLike) -> FloatMaps:
    values = np.asarray(maps, np.float32)
    if values.ndim != 3:
        way_out = {2: "for one map pass map[None]", 4: "take one class: maps[:, 0]"}
        raise ValueError(
            f"maps must be (n, h, w); got shape {values.shape}"
            f"{': ' if values.ndim in way_out else ''}{way_out.get(values.ndim, '')}."
        )
    bad = np.flatnonzero(~np.isfinite(values).all(axis=(1, 2)))
    if bad.size:
        raise ValueError(f"maps must be finite; NaN or infinity in maps {bad.tolist()}.")
    return values


def _pictures(images: ArrayLike) -> NDArray[np.float32]:
    given = np.asarray(images)
    shape = given.shape
    if given.ndim == 4 and shape[-1] in (1, 3):
        if np.issubdtype(given.dtype, np.floating) and 0 < given.max(initial=0) <= 1:
            raise ValueError("overlay needs pictures in 0..255; these are in 0..1: multiply by 255")
        return given.astype(np.float32)
    if given.ndim == 3:
        way_out = "image[None] for one picture" if shape[-1] in (1, 3) else "images[..., None]"
    elif given.ndim == 4 and shape[-1] == 4:
        way_out = "images[..., :3] without the transparency"
    elif given.ndim == 4 and shape[1] in (1, 3):
        way_out = "np.moveaxis(images, 1, -1)"
    else:
        way_out = "a batch of RGB or grey pictures"
    raise ValueError(
        f"overlay needs pictures (n, height, width, 3) or (n, height, width, 1); "
        f"got shape {shape}: pass {way_out}."
    )
