"""Keras' layers as arithmetic: arguments in, and a rule from one shape to the next."""

from cnnbook.shapes.layers.arranging import Flatten, Permute, Reshape
from cnnbook.shapes.layers.convolution import (
    Conv2D,
    Conv2DTranspose,
    DepthwiseConv2D,
    SeparableConv2D,
)
from cnnbook.shapes.layers.dense import Dense
from cnnbook.shapes.layers.in_place import Activation, BatchNormalization, Dropout
from cnnbook.shapes.layers.merging import (
    Add,
    Average,
    Concatenate,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
)
from cnnbook.shapes.layers.pooling import (
    AveragePooling2D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
)
from cnnbook.shapes.layers.resizing import Cropping2D, UpSampling2D, ZeroPadding2D
from cnnbook.shapes.steps import Layer

__all__ = [
    "Activation",
    "Add",
    "Average",
    "AveragePooling2D",
    "BatchNormalization",
    "Concatenate",
    "Conv2D",
    "Conv2DTranspose",
    "Cropping2D",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Flatten",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "MaxPooling2D",
    "Maximum",
    "Minimum",
    "Multiply",
    "Permute",
    "Reshape",
    "SeparableConv2D",
    "Subtract",
    "UpSampling2D",
    "ZeroPadding2D",
]

# Each stands for Keras' layer of the same name.
NAMED_AS_IN_KERAS: tuple[type[Layer], ...] = tuple(globals()[name] for name in __all__)
