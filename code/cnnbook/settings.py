"""What a training run is asked for, and what it takes where it is asked for nothing.

The one place of these defaults: the command line and its help read them here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

__all__ = ["PARTNER_WAIT", "Augment", "ModelName", "RunConfig"]

# Environment: for how many seconds a machine that trains with others waits to hear of them.
PARTNER_WAIT = "CNNBOOK_WAIT"

ModelName = Literal["baseline", "mobilenet_v2", "efficientnet_v2_b0"]
Augment = Literal["none", "gentle", "assignment"]
_HEADS = ("flatten", "gap")
_SMALLEST = {"baseline": 8, "mobilenet_v2": 32, "efficientnet_v2_b0": 32}  # pixels


@dataclass(frozen=True)
class RunConfig:
    """What to train, and on what.

    Attributes
    ----------
    data : str
        A folder with one sub-folder of photos a class, or train, validation and test with these.
    model : {"baseline", "mobilenet_v2", "efficientnet_v2_b0"}
    weights : str, optional
        Of a model with a backbone: "imagenet", "drawn" (of MobileNetV2), "scratch" (random), or a
        file. Default: "imagenet" where it can be had, else "scratch".
    head : {"flatten", "gap"}
        Of a model with a backbone.
    size : int
        Side to which photos are resized, in pixels.
    augment : {"none", "gentle", "assignment"}
        See :func:`cnnbook.models.augmentation_named`.
    epochs, fine_tune_epochs : int
        Of the first and of the second stage (0: no second stage).
    learning_rate : float
        Of the first stage, to begin with; the second takes a tenth.
    patience : int
        Epochs without a lower validation loss after which training stops. Of a few hundred photos
        an epoch is a dozen steps, and fewer epochs end a training that has hardly begun.
    batch_size, seed : int
    manifest : str, optional
        A CSV file, as `cnnbook split` writes it, that tells the part of each photo in ``data``.
    group_by : str, optional
        What belongs together besides near-duplicates; see :func:`cnnbook.photos.share_out`.

    Raises
    ------
    ValueError
        If a value is out of range, or two do not go together.

    Examples
    --------
    >>> RunConfig(data="photos").size
    150
    >>> RunConfig(data="photos", fine_tune_epochs=2)
    Traceback (most recent call last):
    ValueError: fine-tuning needs a model with a backbone, such as mobilenet_v2; got baseline
    """

    data: str
    model: ModelName = "baseline"
    weights: str | None = None
    head: Literal["flatten", "gap"] = "gap"
    size: int = 150
    augment: Augment = "gentle"
    epochs: int = 50
    fine_tune_epochs: int = 0
    learning_rate: float = 1e-3
    patience: int = 20
    batch_size: int = 32
    seed: int = 0
    manifest: str | None = None
    group_by: str | None = None

    def __post_init__(self) -> None:
        if not self.data:
            raise ValueError("data must name a folder of photos")
        if self.manifest is not None and self.group_by is not None:
            raise ValueError("group_by decides a split, and a manifest is one; give one of the two")
        for name, allowed in (
            ("model", get_args(ModelName)),
            ("head", _HEADS),
            ("augment", get_args(Augment)),
        ):
            if (value := getattr(self, name)) not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)}; got {value!r}")
        for name, least in (
            ("size", _SMALLEST[self.model]),
            ("epochs", 1),
            ("fine_tune_epochs", 0),
            ("patience", 1),
            ("batch_size", 1),
            ("seed", 0),
        ):
            if (value := getattr(self, name)) < least:
                raise ValueError(f"{name} must be at least {least}; got {value}")
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(f"learning_rate must be above 0; got {self.learning_rate}")
        self._check_weights()

    def _check_weights(self) -> None:
        if self.model == "baseline":
            if self.fine_tune_epochs:
                raise ValueError(
                    "fine-tuning needs a model with a backbone, such as mobilenet_v2; got baseline"
                )
            if self.weights is not None:
                raise ValueError(f"baseline takes no weights; got {self.weights!r}")
        if self.weights == "scratch" and self.fine_tune_epochs:
            raise ValueError("there is nothing to fine-tune in a model from scratch")
        if self.weights == "drawn" and self.model != "mobilenet_v2":
            raise ValueError("the drawn weights are of mobilenet_v2")
