"""Kernels with a name: read-only arrays of whole numbers, for cross-correlation.

>>> int(LAPLACIAN_8.sum()), SOBEL_X.tolist()
(0, [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
"""

import numpy as np

# Second derivatives that sum to zero. The five-point one approximates the Laplacian, the
# nine-point one (all eight neighbours alike) three times the Laplacian: both follow from Taylor's
# theorem; Marr and Hildreth (1980) say why their zero crossings mark edges.
LAPLACIAN_4 = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
LAPLACIAN_8 = np.array([[1, 1, 1], [1, -8, 1], [1, 1, 1]])
# Sobel's smoothed first derivatives, positive under cross-correlation where the image grows to the
# right (X) and downwards (Y): Duda and Hart, Pattern Classification and Scene Analysis, 1973.
SOBEL_X = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
SOBEL_Y = SOBEL_X.T.copy()
for _kernel in (LAPLACIAN_4, LAPLACIAN_8, SOBEL_X, SOBEL_Y):
    _kernel.setflags(write=False)
