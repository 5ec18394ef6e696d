"""Read a Keras model as layers of `cnnbook.shapes`."""

from cnnbook.shapes.keras_reader.model import from_keras

__all__ = ["from_keras"]
