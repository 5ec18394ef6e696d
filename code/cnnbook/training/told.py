"""What a training tells while it runs: a line an epoch, and TensorBoard's logs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras

__all__ = ["EpochLines", "TensorBoardLogs"]


class EpochLines(keras.callbacks.Callback):  # type: ignore[misc]
    """Tell of each epoch in one line where Keras' bar is not shown.

    Examples
    --------
    >>> EpochLines(print).on_epoch_end(0, {"loss": 1.25})
    epoch 1: loss 1.25
    """

    def __init__(self, tell: Callable[[object], None]) -> None:
        super().__init__()
        self._tell = tell

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Tell of this epoch."""
        if not sys.stdout.isatty():
            shown = ", ".join(f"{name} {value:.4g}" for name, value in (logs or {}).items())
            self._tell(f"epoch {epoch + 1}: {shown}")


class TensorBoardLogs(keras.callbacks.Callback):  # type: ignore[misc]
    """Write each epoch's numbers for TensorBoard, named and laid out as Keras' own callback does.

    It keeps nothing that a resumed run would need, and does not count as a rule of the training:
    with ``folder=None`` it writes nothing, and the run is the same.

    Examples
    --------
    >>> TensorBoardLogs(None).on_epoch_end(0, {"loss": 1.25})
    """

    def __init__(self, folder: str | Path | None) -> None:
        super().__init__()
        self._folder = None if folder is None else Path(folder)
        self._writers: dict[str, Any] = {}

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Write this epoch's losses and metrics of training and validation."""
        if self._folder is None:
            return
        import tensorflow as tf

        for name, value in (logs or {}).items():
            part = "validation" if name.startswith("val_") else "train"
            if part not in self._writers:
                self._writers[part] = tf.summary.create_file_writer(str(self._folder / part))
            with self._writers[part].as_default():
                # `tf.summary.scalar` does just this, but only where TensorBoard is installed.
                metadata = tf.compat.v1.SummaryMetadata()
                metadata.plugin_data.plugin_name = "scalars"
                tag = f"epoch_{name.removeprefix('val_')}"
                tf.summary.write(tag, tf.constant(value, tf.float32), epoch, metadata)
        for writer in self._writers.values():
            writer.flush()
