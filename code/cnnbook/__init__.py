"""Convolution, layer shapes, gradients, a car classifier and Grad-CAM, small enough to read.

A room a subject, in the order of the book; each is imported when it is touched, so that the ground
floor needs NumPy alone::

    from cnnbook.convolution import correlate2d, conv2d      # NumPy
    from cnnbook.shapes import output_shape, Conv2D          # nothing
    from cnnbook.gradients import conv_gap_gradients         # SymPy
    from cnnbook.gradcam import grad_cam                     # Keras

>>> import cnnbook
>>> cnnbook.shapes.Dense(5).step((64,)).params
325
"""

from importlib import import_module
from types import ModuleType

__version__ = "0.1.0"

_ROOMS = (
    *("convolution", "shapes", "gradients", "network", "practice"),
    *("photos", "cars", "models", "training", "gradcam", "faithfulness", "plotting"),
    *("intervals", "tables"),
)


def __getattr__(name: str) -> ModuleType:
    if name in _ROOMS:
        return import_module(f"cnnbook.{name}")
    raise AttributeError(f"module 'cnnbook' has no attribute {name!r}; it has {', '.join(_ROOMS)}")


def __dir__() -> list[str]:
    return [*globals(), *_ROOMS]
