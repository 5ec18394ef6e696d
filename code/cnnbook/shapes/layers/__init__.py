"""Keras' layers as arithmetic: arguments in, and a rule from one shape to the next."""

from cnnbook.shapes.layers.arranging import Flatten, Permute, Reshape
from cnnbook.shapes.layers.convolution import (
    Conv2D,
    Conv2DTranspose,
    DepthwiseConv2D,
    SeparableConv2D,
)
from cnnbook.shapes.layers.dense import Dense
from cnnbook.shapes.layers.in_place import Activation, BatchNormalization, Dropout, Unchanged
from cnnbook.shapes.layers.merging import (
    Add,
    Average,
    Concatenate,
    Maximum,
    Merge,
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

# The layers that stand for Keras' of the same name.
NAMED_AS_IN_KERAS = (
    Activation,
    Add,
    Average,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Conv2DTranspose,
    Cropping2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Maximum,
    MaxPooling2D,
    Minimum,
    Multiply,
    Permute,
    Reshape,
    SeparableConv2D,
    Subtract,
    UpSampling2D,
    ZeroPadding2D,
)

__all__ = [
    "NAMED_AS_IN_KERAS",
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
    "Merge",
    "Minimum",
    "Multiply",
    "Permute",
    "Reshape",
    "SeparableConv2D",
    "Subtract",
    "Unchanged",
    "UpSampling2D",
    "ZeroPadding2D",
]
