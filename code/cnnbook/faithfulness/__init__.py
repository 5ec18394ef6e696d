"""Whether to believe a map: where it looks, what it changes, and what it does not depend on."""

from cnnbook.faithfulness.scores import (
    area_under,
    baselines,
    blurred,
    deletion,
    energy,
    energy_ratio,
    insertion,
    iou_at_half,
    localisation,
    pointing_game,
    randomisation_cascade,
    rank_accuracy,
    rank_correlation,
)

__all__ = [
    "area_under",
    "baselines",
    "blurred",
    "deletion",
    "energy",
    "energy_ratio",
    "insertion",
    "iou_at_half",
    "localisation",
    "pointing_game",
    "randomisation_cascade",
    "rank_accuracy",
    "rank_correlation",
]
