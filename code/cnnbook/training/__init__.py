"""Question 5: training that can be repeated, resumed, and shared among machines."""

from cnnbook.training.fitting import (
    MACHINES,
    Batches,
    BestWeights,
    Evaluation,
    History,
    calibration,
    callbacks,
    class_weights,
    confusion_matrix,
    evaluate,
    fine_tune,
    fit,
    is_first_machine,
    join_machines,
)

__all__ = [
    "MACHINES",
    "Batches",
    "BestWeights",
    "Evaluation",
    "History",
    "calibration",
    "callbacks",
    "class_weights",
    "confusion_matrix",
    "evaluate",
    "fine_tune",
    "fit",
    "is_first_machine",
    "join_machines",
]
