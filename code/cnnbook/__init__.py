"""Convolution, layer shapes, gradients, a car classifier and Grad-CAM, small enough to read.

The modules are imported one by one, so that the ground floor needs NumPy alone::

    from cnnbook.convolution import correlate2d, conv2d      # NumPy
    from cnnbook.shapes import output_shape, Conv2D          # nothing
    from cnnbook.symbolic import conv_gap_gradients          # SymPy
    from cnnbook.gradcam import grad_cam                     # Keras
"""

__version__ = "0.1.0"
