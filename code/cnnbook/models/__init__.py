"""The two car classifiers, and what goes into them: augmentation, backbones, weights."""

from cnnbook.models.networks import (
    Head,
    RandomAffine,
    backbone_of,
    baseline_cnn,
    efficientnet_v2_b0,
    mobilenet_v2,
)

__all__ = [
    "Head",
    "RandomAffine",
    "backbone_of",
    "baseline_cnn",
    "efficientnet_v2_b0",
    "mobilenet_v2",
]
