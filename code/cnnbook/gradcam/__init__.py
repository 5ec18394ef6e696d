"""Grad-CAM and HiResCAM for any Keras model, on any backend, leaving the model as it was.

`grad_cam` and `hires_cam` explain a batch; `GradCAM` and `HiResCAM` do so again and again at the
cost of a prediction; `logits` are the scores that they explain.  `feature_layer` and
`feature_layers` say what can be explained; `normalize`, `resize` and `overlay` make maps into
pictures.  `cnnbook.gradcam.minimal` is the idea on one page.
"""

from cnnbook._extras import extra

with extra("models", "cnnbook.gradcam"):
    from cnnbook.gradcam.layers import called_layers, feature_layer, feature_layers
    from cnnbook.gradcam.maps import grad_cam, hires_cam
    from cnnbook.gradcam.pictures import normalize, overlay, resize
    from cnnbook.gradcam.raw_scores import logits
    from cnnbook.gradcam.traced import GradCAM, HiResCAM

__all__ = [
    "GradCAM",
    "HiResCAM",
    "called_layers",
    "feature_layer",
    "feature_layers",
    "grad_cam",
    "hires_cam",
    "logits",
    "normalize",
    "overlay",
    "resize",
]
