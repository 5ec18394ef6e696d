"""Question 4: the gradients of convolution, pooling and ReLU, three ways that share no formula.

For given matrices the loss is written out and differentiated entry by entry (`conv_gap_gradients`,
`conv_gradients`). For every size at once the loss is a sum over indexed letters, and SymPy prints
the gradients (`prove_convolution`; the letters are in `cnnbook.gradients.proof`), and those of a
whole layer with batch, channels and biases (`prove_layer`). `check_gradient` compares any gradient
with differences.
"""

from cnnbook._extras import extra

with extra("models", "cnnbook.gradients"):
    from cnnbook.gradients.check import GradientCheck, check_gradient
    from cnnbook.gradients.corners import Largest, ReLU
    from cnnbook.gradients.exact import GapGradients, Gradients, conv_gap_gradients, conv_gradients
    from cnnbook.gradients.layer_proof import prove_layer
    from cnnbook.gradients.matrices import (
        average_pool,
        cross_correlation,
        full_convolution,
        gradient,
        matrix_of_symbols,
        max_pool,
        rotate_180,
    )
    from cnnbook.gradients.proof import Proof, prove_average_pool, prove_convolution

__all__ = [
    "GapGradients",
    "GradientCheck",
    "Gradients",
    "Largest",
    "Proof",
    "ReLU",
    "average_pool",
    "check_gradient",
    "conv_gap_gradients",
    "conv_gradients",
    "cross_correlation",
    "full_convolution",
    "gradient",
    "matrix_of_symbols",
    "max_pool",
    "prove_average_pool",
    "prove_convolution",
    "prove_layer",
    "rotate_180",
]
