"""Grad-CAM for any Keras model, on any backend, leaving the model as it was."""

from cnnbook.gradcam.maps import (
    GradCAM,
    feature_layers,
    grad_cam,
    normalize,
    overlay,
    resize,
)

__all__ = [
    "GradCAM",
    "feature_layers",
    "grad_cam",
    "normalize",
    "overlay",
    "resize",
]
