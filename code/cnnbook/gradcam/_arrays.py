"""Between the user's arrays and the backend's tensors."""

from typing import Any

import numpy as np
from keras import ops, tree
from numpy.typing import NDArray

__all__ = ["count", "pictures_as_tensors", "sliced", "to_numpy"]


def pictures_as_tensors(model: Any, images: Any) -> Any:
    """Turn a batch, or a list or dict of batches, into tensors; refuse what is no batch.

    Examples
    --------
    >>> pictures_as_tensors(None, np.zeros((2, 4, 4, 3))).shape[0]
    2
    >>> pictures_as_tensors(None, np.zeros((4, 4, 3)))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: images must be a batch (n, height, width, channels); got [(4, 4, 3)]: for one ...
    """
    inputs = tree.map_structure(ops.convert_to_tensor, images)
    shapes = [tuple(x.shape) for x in tree.flatten(inputs)]
    if all(len(shape) == 3 for shape in shapes) and not _takes_sequences(model):
        raise ValueError(
            f"images must be a batch (n, height, width, channels); got {shapes}: "
            "for one picture pass image[None], for several np.stack(pictures)."
        )
    if count(inputs) == 0:
        raise ValueError("images is an empty batch: there is nothing to explain.")
    return inputs


def _takes_sequences(model: Any) -> bool:
    declared = getattr(model, "inputs", None) or ()
    return bool(declared) and all(len(x.shape) == 3 for x in declared)


def sliced(inputs: Any, part: slice) -> Any:
    """Take some of the pictures of a batch, or of each of several.

    Examples
    --------
    >>> sliced({"picture": np.arange(5)}, slice(1, 3))["picture"].tolist()
    [1, 2]
    """
    return tree.map_structure(lambda x: x[part], inputs)


def count(inputs: Any) -> int:
    """Tell how many pictures a batch holds.

    Examples
    --------
    >>> count([np.zeros((7, 2, 2, 1)), np.zeros((7, 3))])
    7
    """
    return int(tree.flatten(inputs)[0].shape[0])


def to_numpy(tensor: Any) -> NDArray[np.float32]:
    """Copy a tensor of any backend, device and number type into a NumPy array of float32.

    Examples
    --------
    >>> to_numpy(ops.array([1.5], dtype="float16"))
    array([1.5], dtype=float32)
    """
    return np.asarray(ops.convert_to_numpy(ops.stop_gradient(ops.cast(tensor, "float32"))))
