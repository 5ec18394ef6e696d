"""Question 4: the gradients of convolution, pooling and ReLU, three ways that share no formula."""

from cnnbook.gradients.check import (
    GradientCheck,
    check_gradient,
)
from cnnbook.gradients.symbolic import (
    GapGradients,
    Gradients,
    Proof,
    ReLU,
    average_pool,
    conv_gap_gradients,
    conv_gradients,
    cross_correlation,
    full_convolution,
    gradient,
    half_turn,
    matrix_of_symbols,
    max_pool,
    prove_average_pool,
    prove_convolution,
)

__all__ = [
    "GapGradients",
    "GradientCheck",
    "Gradients",
    "Proof",
    "ReLU",
    "average_pool",
    "check_gradient",
    "conv_gap_gradients",
    "conv_gradients",
    "cross_correlation",
    "full_convolution",
    "gradient",
    "half_turn",
    "matrix_of_symbols",
    "max_pool",
    "prove_average_pool",
    "prove_convolution",
]
