"""The car classifiers and what goes into them: augmentation, backbones, weights."""

from cnnbook._extras import extra

with extra("models", "cnnbook.models"):
    from cnnbook.models.augmentation import RandomAffine, augmentation_named
    from cnnbook.models.scratch import baseline_cnn
    from cnnbook.models.transfer import (
        Head,
        Pretrained,
        backbone_of,
        efficientnet_v2_b0,
        mobilenet_v2,
        transfer_model,
    )

__all__ = [
    "Head",
    "Pretrained",
    "RandomAffine",
    "augmentation_named",
    "backbone_of",
    "baseline_cnn",
    "efficientnet_v2_b0",
    "mobilenet_v2",
    "transfer_model",
]
