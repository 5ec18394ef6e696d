r"""Whether to believe a map: where it looks, what it changes, and what it does not depend on.

Four kinds of question, each with a number:

* *Places*: does the map lie on pixels known to be the evidence?  `pointing_game`, `energy_ratio`,
  `iou_at_half`, `rank_accuracy` compare maps with masks; `localization` makes a row of a table.
* *Curves*: does the prediction fall when the marked pixels go?  `deletion`, `insertion`.
* *Causes*: does the map lie on what moves the score when it alone is changed?  `effects` measures
  that, `shares_of` reads the map, `agreement` compares the two orders.
* *Randomization*: does the map change when the network's weights do?  `randomization_cascade`.

No number means anything alone: print it beside those of `baselines`, which know nothing about the
trained network.
"""

from cnnbook._extras import extra

with extra("models", "cnnbook.faithfulness"):
    from cnnbook.faithfulness.causes import agreement, effects, shares_of
    from cnnbook.faithfulness.controls import baselines
    from cnnbook.faithfulness.curves import area_under, blurred, deletion, insertion
    from cnnbook.faithfulness.places import (
        energy,
        energy_ratio,
        iou_at_half,
        localization,
        pointing_game,
        rank_accuracy,
    )
    from cnnbook.faithfulness.randomization import randomization_cascade, rank_correlation

__all__ = [
    "agreement",
    "area_under",
    "baselines",
    "blurred",
    "deletion",
    "effects",
    "energy",
    "energy_ratio",
    "insertion",
    "iou_at_half",
    "localization",
    "pointing_game",
    "randomization_cascade",
    "rank_accuracy",
    "rank_correlation",
    "shares_of",
]
