"""What numbers become here: the dtype of a result, the dtype that computes it, and refusals.

One contract for every size and range. Whole numbers give int64 and are exact. Floats keep their
dtype and are as exact as the sum written out: an error of at most (terms) eps sum |x w| over the
window itself, whatever lies elsewhere. Two-byte floats, whose own sums would round or overflow
early, are summed in float32 and rounded once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
DType = np.dtype[Any]

HALF, SINGLE = np.dtype(np.float16), np.dtype(np.float32)
INT64 = np.iinfo(np.int64)


def is_bfloat16(dtype: DType) -> bool:
    """Whether it is the bfloat16 of TensorFlow and JAX, which NumPy knows by its name alone.

    Examples
    --------
    >>> is_bfloat16(np.dtype(np.float16))
    False
    """
    return dtype.kind == "V" and dtype.name == "bfloat16"


def is_floating(dtype: DType) -> bool:
    """Whether it holds real numbers with a fraction.

    Examples
    --------
    >>> is_floating(np.dtype(np.float16)), is_floating(np.dtype(int))
    (True, False)
    """
    return dtype.kind == "f" or is_bfloat16(dtype)


def is_real(dtype: DType) -> bool:
    """Whether it holds real numbers.

    Examples
    --------
    >>> is_real(np.dtype(np.uint8)), is_real(np.dtype(complex))
    (True, False)
    """
    return dtype.kind in "biuf" or is_bfloat16(dtype)


def summing(dtype: DType) -> DType:
    """Return the dtype in which floats are added up.

    Examples
    --------
    >>> summing(np.dtype(np.float16)), summing(np.dtype(np.float64))
    (dtype('float32'), dtype('float64'))
    """
    return SINGLE if dtype == HALF or is_bfloat16(dtype) else dtype


def real(name: str, array: npt.ArrayLike) -> Array:
    """Read an array of real numbers.

    Examples
    --------
    >>> real("x", [1j])
    Traceback (most recent call last):
    ...
    TypeError: x must hold real numbers, got dtype complex128
    """
    array = np.asarray(array)
    if not is_real(array.dtype):
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
    return array


def real_or_complex(name: str, array: npt.ArrayLike) -> Array:
    """Read an array of numbers.

    Examples
    --------
    >>> real_or_complex("image", ["1"])
    Traceback (most recent call last):
    ...
    TypeError: image must hold numbers, got dtype <U1
    """
    array = np.asarray(array)
    if array.dtype.kind != "c" and not is_real(array.dtype):
        raise TypeError(f"{name} must hold numbers, got dtype {array.dtype}")
    return array


def signed(kernel: Array) -> Array:
    r"""Return the kernel, unless its negative weights may have been lost in its dtype.

    A kernel with negative weights that was made unsigned holds numbers from the upper half of the
    dtype; one of positive weights, a blur, hardly ever does.

    Examples
    --------
    >>> signed(np.array([1, 2, 1], np.uint8))
    array([1, 2, 1], dtype=uint8)
    >>> try:
    ...     signed(np.array([1, -8, 1]).astype(np.uint8))
    ... except TypeError as error:
    ...     print(*str(error).split("; "), sep="\n")
    kernel dtype uint8 cannot hold negative weights: -8 would become 248, which is in it
    make the kernel signed from the start, or use kernel.astype(np.int64) if 248 is meant
    """
    dtype = kernel.dtype
    if dtype.kind == "b":
        message = "cannot hold negative weights: -8 would become True; use kernel.astype(np.int64)"
        raise TypeError(f"kernel dtype bool {message} if every weight is 0 or 1")
    if dtype.kind == "u":
        largest, values = int(kernel.max(initial=0)), 2 ** (8 * dtype.itemsize)
        if largest >= values // 2:
            lost = f"{largest - values} would become {largest}, which is in it"
            way_out = f"use kernel.astype(np.int64) if {largest} is meant"
            raise TypeError(
                f"kernel dtype {dtype} cannot hold negative weights: {lost}; "
                f"make the kernel signed from the start, or {way_out}"
            )
    return kernel


def alike(**arrays: Array) -> list[Array]:
    """Give arrays the dtype of the result: int64 for whole numbers, else the common float.

    Examples
    --------
    >>> [array.dtype.name for array in alike(x=np.ones(2, np.uint8), w=np.ones(2, np.float32))]
    ['float32', 'float32']
    """
    if any(array.dtype.kind not in "biu" for array in arrays.values()):
        dtype = _common_float({array.dtype for array in arrays.values()})
    else:
        dtype = np.dtype(np.int64)
        for name, array in arrays.items():
            if array.dtype == np.uint64 and array.max(initial=0) > INT64.max:
                raise OverflowError(f"{name} holds {array.max()}, more than int64 can")
    return [array.astype(dtype, copy=False) for array in arrays.values()]


def product_dtype(terms: int, *arrays: Array) -> DType:
    """Return the dtype that computes sums of `terms` products fast and no less exactly.

    Whole numbers go through float64, and so through BLAS, while no partial sum can reach 2**53.

    Examples
    --------
    >>> product_dtype(9, np.array([255]), np.array([-8]))
    dtype('float64')
    >>> product_dtype(1, np.array([2**60]), np.array([1]))
    dtype('int64')
    """
    dtype = arrays[0].dtype
    if dtype.kind != "i":
        return summing(dtype)
    largest = sorted(max(int(a.max(initial=0)), -int(a.min(initial=0))) for a in arrays)
    bound = terms * largest[-1] * largest[-2]
    if bound > INT64.max:
        raise OverflowError(f"the sums may reach {bound}, more than int64 can hold; use floats")
    return np.dtype(np.float64 if bound < 2**53 else np.int64)


def _common_float(dtypes: Iterable[DType]) -> DType:
    """Promote as NumPy does, with bfloat16 in the place of float16 (NumPy cannot mix them)."""
    narrow = [dtype for dtype in dtypes if is_bfloat16(dtype)]
    if not narrow:
        return np.result_type(*dtypes)
    others = [dtype for dtype in dtypes if not is_bfloat16(dtype)]
    promoted = np.result_type(HALF, SINGLE if HALF in others else HALF, *others)
    return narrow[0] if promoted == HALF else promoted
