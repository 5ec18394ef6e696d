"""The worst mistakes of a run: photo, map, and both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnbook.gradcam import feature_layer, grad_cam, normalize, overlay, resize
from cnnbook.photos import ImageError, read_image
from cnnbook.training.runs import Run

__all__ = ["Mistake", "Shown", "mistakes_of", "seen_of", "shown"]

_SIDE = 224  # of the pictures of a report, in pixels


class Mistake(NamedTuple):
    """A test photo that the model took for another class.

    Examples
    --------
    >>> Mistake("a/1.jpg", "a", "b", 0.9).said
    'b'
    """

    path: str
    true: str
    said: str
    probability: float


class Shown(NamedTuple):
    """A picture as it is, its map in colours, and the map laid over it, each (h, w, 3).

    Examples
    --------
    >>> Shown._fields
    ('picture', 'map', 'overlay')
    """

    picture: NDArray[np.uint8]
    map: NDArray[np.uint8]
    overlay: NDArray[np.uint8]


def mistakes_of(
    predictions: Sequence[Mapping[str, Any]], class_names: Sequence[str], most: int = 12
) -> list[Mistake]:
    """List the mistakes, the surest first.

    Examples
    --------
    >>> sure = {"path": "1.jpg", "class": "a", "probabilities": [0.1, 0.9]}
    >>> right = {"path": "2.jpg", "class": "a", "probabilities": [0.7, 0.3]}
    >>> [mistake.path for mistake in mistakes_of([right, sure], ["a", "b"])]
    ['1.jpg']
    """
    found = []
    for told in predictions:
        best = int(np.argmax(told["probabilities"]))
        if class_names[best] != told["class"]:
            found.append(
                Mistake(told["path"], told["class"], class_names[best], told["probabilities"][best])
            )
    return sorted(found, key=lambda mistake: -mistake.probability)[:most]


def seen_of(
    run: Run, folder: Path, mistakes: Sequence[Mistake]
) -> tuple[str, list[Shown | ImageError]]:
    """Explain each mistake by the map of the class that was said; name the layer.

    A photo that can no longer be read gives its error.

    Examples
    --------
    >>> seen_of(Run(None, (), 8, {}, None), Path("nowhere"), [])
    ('', [])
    """
    if not mistakes:
        return "", []
    layer = feature_layer(run.model)
    found: list[Shown | ImageError] = []
    for mistake in mistakes:
        try:
            asked = run.read([folder / mistake.path])
            large = read_image(folder / mistake.path, size=(_SIDE, _SIDE))
        except ImageError as error:
            found.append(error)
            continue
        maps = grad_cam(run.model, asked, run.class_names.index(mistake.said), layer=layer)
        found.append(shown(large, maps[0]))
    return layer, found


def shown(picture: NDArray[np.uint8], its_map: NDArray[np.float32]) -> Shown:
    """Colour a map (i, j) and lay it over a picture (h, w, 3).

    Examples
    --------
    >>> shown(np.zeros((4, 4, 3), np.uint8), np.ones((2, 2), np.float32)).map.shape
    (4, 4, 3)
    """
    from matplotlib import colormaps

    height, width = picture.shape[:2]
    heat = np.clip(resize(normalize(its_map[None]), (height, width))[0], 0, 1)
    coloured = np.round(255 * colormaps["turbo"](heat)[..., :3]).astype(np.uint8)
    return Shown(picture, coloured, overlay(picture[None], its_map[None])[0])
