"""Shapes, weights, parameters and multiply-adds of a stack of layers, explained step by step.

Nothing is run: a layer here is a few numbers and the rule that turns one shape into the next.
Names, arguments and defaults are those of Keras (`strides`, `dilation_rate`), so that a line can be
copied from a model; the functions of `cnnbook.convolution` have PyTorch's (`stride`, `dilation`).
Shapes are (h, w, c), without the batch.

>>> from cnnbook.shapes import Conv2D, MaxPooling2D, output_shape
>>> result = output_shape((28, 28, 1), [Conv2D(32, 3, strides=2, padding="same"), MaxPooling2D(2)])
>>> result.shape, result.params
((7, 7, 32), 320)
>>> print(result.explain("en"))
1. Conv2D: 28×28×1 → 14×14×32
  window 3×3, stride 2×2, padding same: ⌈n/s⌉ outputs and as many zeros as they need
  height and width: ⌈28/2⌉ = 14; zeros 0 before, 1 after; the extra zero is last, as in TensorFlow
  weights 3×3×1×32, 32: 3·3·1·32 + 32 = 320 parameters
  14·14·32·3·3·1 = 56,448 multiply-adds
  receptive field 3×3, moving 2×2 from (0, 0)
2. MaxPooling2D: 14×14×32 → 7×7×32
  window 2×2, stride 2×2, padding valid: whole windows only, no zeros
  height and width: ⌊(14-2)/2⌋+1 = 7
  receptive field 5×5, moving 4×4 from (0, 0)
total: 320 parameters, 320 of them trained, 56,448 multiply-adds

From the bottom up: `receptive_field` and `rules` (numbers), `steps` (a layer and a step), `layers`,
`formulas` and `words` (how a step is written), `trace`, `stack` and `keras_reader`.
"""

import cnnbook.shapes.layers
from cnnbook.shapes.keras_reader import from_keras
from cnnbook.shapes.layers import *  # noqa: F403
from cnnbook.shapes.layers.in_place import Unchanged
from cnnbook.shapes.receptive_field import ReceptiveField
from cnnbook.shapes.stack import ShapeError, output_shape
from cnnbook.shapes.steps import Layer, Step
from cnnbook.shapes.trace import Trace
from cnnbook.shapes.words import explain

__all__ = [
    "Layer",
    "ReceptiveField",
    "ShapeError",
    "Step",
    "Trace",
    "Unchanged",
    "explain",
    "from_keras",
    "output_shape",
]
__all__ += cnnbook.shapes.layers.__all__
