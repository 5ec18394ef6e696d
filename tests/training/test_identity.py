import subprocess
import sys
from pathlib import Path

import keras

from cnnbook import models, training
from cnnbook.training.identity import architecture

PROGRAM = """
from cnnbook import models
from cnnbook.training.identity import architecture
print(architecture(models.baseline_cnn(size=8)))
"""


def test_an_architecture_is_the_same_in_another_process():
    """Keras counts names up and an address is another each time; neither may tell."""
    code = str(Path(training.__file__).parents[2])
    other = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True, text=True, check=True, env={"PYTHONPATH": code},
    )  # fmt: skip
    models.baseline_cnn(size=8)
    assert other.stdout.strip() == architecture(models.baseline_cnn(size=8))


def test_what_tells_two_architectures_apart():
    def network(*layers, trainable=True):
        model = keras.Sequential([keras.Input((4,)), *layers])
        model.trainable = trainable
        return model

    def crossed(swap):
        x = keras.Input((4,))
        a, b = keras.layers.Dense(4)(x), keras.layers.Dense(4)(x)
        a = keras.layers.ReLU()(a)
        return keras.Model(x, keras.layers.Concatenate()([b, a] if swap else [a, b]))

    dense = keras.layers.Dense
    different = [
        network(dense(3)),
        network(dense(4)),
        network(dense(3, activation="relu")),
        network(dense(3, use_bias=False)),
        network(dense(3), trainable=False),
        network(keras.layers.Dropout(0.1), dense(3)),
        network(keras.layers.Dropout(0.2), dense(3)),
        crossed(swap=False),
        crossed(swap=True),
    ]
    described = [architecture(model) for model in different]
    assert len(set(described)) == len(different)
    assert architecture(crossed(swap=True)) == described[-1]


def test_a_model_without_a_configuration_is_known_by_its_weights():
    class Own(keras.Model):
        def __init__(self, units):
            super().__init__()
            self.dense = keras.layers.Dense(units)

        def call(self, x):
            return self.dense(x)

        def get_config(self):
            raise NotImplementedError

    def built(units):
        model = Own(units)
        model(keras.ops.zeros((1, 4)))
        return model

    assert architecture(built(3)) == architecture(built(3)) != architecture(built(4))
