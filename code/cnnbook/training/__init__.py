"""Question 5: training that can be repeated, resumed, and shared among machines."""

from cnnbook._extras import extra

with extra("models", "cnnbook.training"):
    from cnnbook.training.batches import Arrays, Batches
    from cnnbook.training.evaluation import (
        Evaluation,
        calibration,
        class_probabilities,
        confusion_matrix,
        evaluate,
    )
    from cnnbook.training.finished import FinishedRuns
    from cnnbook.training.fitting import History, class_weights, fine_tune, fit
    from cnnbook.training.machines import MACHINES, is_first_machine, join_machines
    from cnnbook.training.rules import BestWeights, callbacks
    from cnnbook.training.temperature import fit_temperature, log_loss, tempered

__all__ = [
    "MACHINES",
    "Arrays",
    "Batches",
    "BestWeights",
    "Evaluation",
    "FinishedRuns",
    "History",
    "calibration",
    "callbacks",
    "class_probabilities",
    "class_weights",
    "confusion_matrix",
    "evaluate",
    "fine_tune",
    "fit",
    "fit_temperature",
    "is_first_machine",
    "join_machines",
    "log_loss",
    "tempered",
]
