"""Questions 1 and 2: convolution and pooling in NumPy, each fast way beside its definition."""

from cnnbook.convolution.kernels import LAPLACIAN_4, LAPLACIAN_8, SOBEL_X, SOBEL_Y
from cnnbook.convolution.layer import (
    conv2d,
    conv2d_backward,
    conv2d_backward_reference,
    conv2d_reference,
    conv2d_transpose,
    conv2d_transpose_reference,
)
from cnnbook.convolution.plane import (
    convolve2d,
    convolve2d_reference,
    correlate2d,
    correlate2d_reference,
)
from cnnbook.convolution.pooling import (
    average_pool2d,
    average_pool2d_backward,
    average_pool2d_reference,
    global_average_pool2d,
    global_average_pool2d_backward,
    global_average_pool2d_reference,
    max_pool2d,
    max_pool2d_backward,
    max_pool2d_reference,
)

__all__ = [
    "LAPLACIAN_4",
    "LAPLACIAN_8",
    "SOBEL_X",
    "SOBEL_Y",
    "average_pool2d",
    "average_pool2d_backward",
    "average_pool2d_reference",
    "conv2d",
    "conv2d_backward",
    "conv2d_backward_reference",
    "conv2d_reference",
    "conv2d_transpose",
    "conv2d_transpose_reference",
    "convolve2d",
    "convolve2d_reference",
    "correlate2d",
    "correlate2d_reference",
    "global_average_pool2d",
    "global_average_pool2d_backward",
    "global_average_pool2d_reference",
    "max_pool2d",
    "max_pool2d_backward",
    "max_pool2d_reference",
]
