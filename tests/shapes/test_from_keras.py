"""Keras models, made up and real: shape, parameters and trained parameters as Keras has them."""

from __future__ import annotations

from collections import Counter

import keras
import numpy as np
import pytest
from keras import layers, ops

from cnnbook.shapes import ShapeError, Step, Trace, from_keras
from shapes.keras_answers import check
from shapes.random_graphs import undrawn_weights

SMALL = [
    "ConvNeXtTiny",
    "DenseNet121",
    "EfficientNetV2B0",
    "InceptionV3",
    "MobileNetV2",
    "MobileNetV3Small",
    "NASNetMobile",
    "ResNet50",
    "VGG16",
    "Xception",
]
LARGE = sorted(
    {name for name in dir(keras.applications) if callable(getattr(keras.applications, name))}
    - set(SMALL)
)


def step_of(trace: Trace, name: str) -> Step:
    (step,) = (step for step in trace.steps if step.layer.name == name)
    return step


class TestApplications:
    @pytest.mark.parametrize(
        "name", [*SMALL, *(pytest.param(name, marks=pytest.mark.slow) for name in LARGE)]
    )
    def test_each_is_read(self, name: str) -> None:
        with undrawn_weights():
            build = getattr(keras.applications, name)
            trace = check(build(weights=None, input_shape=(96, 96, 3), classes=3))
        theirs = {"CustomScaleLayer", "LayerNormalization", "LayerScale", "Normalization"}
        assert {step.layer.name for step in trace.steps if step.told != "nothing"} <= theirs

    @pytest.mark.parametrize("name", ["MobileNetV2", "InceptionV3"])
    def test_every_step_and_the_receptive_field(self, name: str) -> None:
        with undrawn_weights():
            model = getattr(keras.applications, name)(
                weights=None, include_top=False, input_shape=(96, 96, 3), pooling="avg"
            )
            trace = check(model)
        outputs = Counter(tuple(layer.output.shape[1:]) for layer in model.layers[1:])
        assert Counter(step.shape for step in trace.steps) == outputs
        field = next(s.receptive_field for s in reversed(trace.steps) if s.receptive_field)
        assert field.stride == (32, 32)


class TestGraphs:
    def test_a_sequential_model(self) -> None:
        model = keras.Sequential(
            [
                keras.Input((28, 28, 1)),
                layers.Rescaling(1 / 255),
                layers.RandomFlip("horizontal"),
                layers.Conv2D(32, 3, strides=2, padding="same", activation="relu"),
                layers.MaxPooling2D(2),
                layers.Flatten(),
                layers.Dense(64),
                layers.LeakyReLU(),
                layers.Dense(5, activation="softmax"),
            ]
        )
        trace = check(model)
        assert [step.shape for step in trace.steps] == [
            tuple(layer.output.shape[1:]) for layer in model.layers
        ]
        assert trace.steps[0].layer.name == "Rescaling"
        assert {step.told for step in trace.steps} == {"nothing"}

    def test_branches_frozen_layers_shared_layers_and_models_within(self) -> None:
        inner = keras.Sequential([keras.Input((16, 16, 4)), layers.Conv2D(4, 3, padding="same")])
        shared, frozen = layers.Conv2D(4, 1), layers.BatchNormalization(trainable=False)
        image = keras.Input((16, 16, 4))
        left = shared(frozen(inner(image)))
        right = shared(layers.DepthwiseConv2D(3, padding="same")(image))
        joined = layers.Concatenate()([layers.Add()([left, image]), right])
        trace = check(keras.Model(image, layers.GlobalAveragePooling2D()(joined)))
        assert trace.shape == (8,)
        shared_steps = [step for step in trace.steps if step.weight_shapes or step.shared]
        assert [step.shared for step in shared_steps].count(True) == 1
        assert sum(step.layer.name == "Conv2D" for step in trace.steps) == 3
        assert "not counted again" in trace.explain("en")

    def test_siblings_of_a_nested_model_are_told_apart(self) -> None:
        """Tensors are known by themselves: names made of a number once met each other here."""
        image = keras.Input((16, 16, 3))

        def nested(filters: int) -> keras.Model:
            x = keras.Input((16, 16, 3))
            y = layers.Conv2D(filters, 3, padding="same")(x)
            return keras.Model(x, layers.Conv2D(filters, 3, padding="same")(y))

        joined = layers.Concatenate()([nested(8)(image), nested(5)(image)])
        trace = check(keras.Model(image, joined))
        assert (trace.shape, trace.params) == ((16, 16, 13), 1178)
        assert trace.receptive_field.size == (5, 5)

    def test_a_shortcut_by_an_operator_keeps_its_receptive_field(self) -> None:
        image = keras.Input((12, 12, 4))
        y = layers.Conv2D(4, 3, padding="same")(image) + image
        trace = check(keras.Model(image, 1 - 0.5 * y))
        assert [step.told for step in trace.steps] == ["nothing"] * 4
        assert trace.receptive_field.size == (3, 3)

    def test_a_sliced_or_flipped_image_has_no_known_field(self) -> None:
        image = keras.Input((12, 12, 4))
        for last in (image[:, ::2], layers.Lambda(lambda x: x[:, ::-1])(image)):
            trace = check(keras.Model(image, last))
            assert trace.receptive_field is None
            assert "no rule here" in trace.explain("en")

    def test_an_output_that_is_not_the_last_step(self) -> None:
        image = keras.Input((12, 12, 4))
        first, _ = ops.split(image, [1], axis=-1)
        trace = check(keras.Model(image, first))
        assert (trace.shape, len(trace.steps)) == ((12, 12, 1), 2)

    def test_a_model_that_does_nothing(self) -> None:
        image = keras.Input((12, 12, 4))
        assert check(keras.Model(image, image)).steps == ()

    def test_two_inputs_of_a_nested_model_by_name(self) -> None:
        """Keras sorts them by name, so such a model is one step; its numbers are Keras'."""
        a, b = keras.Input((8, 8, 2), name="z"), keras.Input((8, 8, 3), name="a")
        y = layers.Conv2D(4, 1)(a) + layers.Conv2D(4, 3, padding="same")(b)
        inner = keras.Model({"z": a, "a": b}, y)
        image = keras.Input((8, 8, 2))
        other = layers.Conv2D(3, 1)(image)
        for inputs in ({"z": image, "a": other}, {"a": other, "z": image}):
            trace = check(keras.Model(image, inner(inputs)))
            assert trace.steps[-1].told == "shape and weights"

    def test_two_inputs_of_a_nested_model_by_keyword(self) -> None:
        a, b = keras.Input((8, 8, 2)), keras.Input((8, 8, 3))
        inner = keras.Model([a, b], layers.Conv2D(4, 1)(a) + layers.Conv2D(4, 1)(b))
        image = keras.Input((8, 8, 2))
        other = layers.Conv2D(3, 1)(image)
        assert len(check(keras.Model(image, inner([image, other]))).steps) == 4
        assert len(check(keras.Model(image, inner(inputs=[image, other]))).steps) == 2


class TestWhatIsTakenAtItsWord:
    def test_batch_normalization_on_any_axis(self) -> None:
        model = keras.Sequential([keras.Input((40, 500, 1)), layers.BatchNormalization(axis=1)])
        trace = check(model)
        assert (trace.params, trace.trainable_params) == (160, 80)
        assert trace.steps[0].told == "nothing"

    def test_renormalization_has_more_weights(self) -> None:
        model = keras.Sequential([keras.Input((4, 4, 3)), layers.BatchNormalization(renorm=True)])
        assert check(model).steps[0].told == "weights"

    def test_low_rank_weights(self) -> None:
        dense = layers.Dense(8)
        model = keras.Sequential([keras.Input((12,)), dense])
        dense.enable_lora(4)
        step = check(model).steps[0]
        assert (step.params, step.trainable_params) == (184, 88)
        assert (step.told, step.macs) == ("weights", 0)
        assert "the weights are Keras' own" in check(model).explain("en")
        assert "multiply-adds not counted in 1 of the layers" in check(model).explain("en")

    @pytest.mark.parametrize("mode", ["int8", "int4"])
    def test_quantised_weights(self, mode: str) -> None:
        model = keras.Sequential([keras.Input((12,)), layers.Dense(8), layers.Dense(3)])
        for layer in model.layers:
            layer.quantize(mode)
        assert {step.told for step in check(model).steps} == {"weights"}

    def test_a_users_layer_called_dense(self) -> None:
        class Dense(layers.Layer):
            units, use_bias = 7, True

            def build(self, shape: tuple) -> None:
                self.scale = self.add_weight(shape=(shape[-1],), name="scale")

            def call(self, x):
                return x * self.scale

        trace = check(keras.Sequential([keras.Input((4, 4, 3)), Dense()]))
        assert (trace.shape, trace.params) == ((4, 4, 3), 3)
        assert step_of(trace, "Dense").told == "shape and weights"

    def test_a_users_convolution_is_not_keras(self) -> None:
        class Conv2D(layers.Conv2D):
            def call(self, x):
                return super().call(x)[:, ::2]

            def compute_output_shape(self, shape: tuple) -> tuple:
                n, h, *rest = super().compute_output_shape(shape)
                return (n, -(-h // 2), *rest)

        trace = check(keras.Sequential([keras.Input((9, 9, 3)), Conv2D(4, 2)]))
        assert trace.shape == (4, 8, 4)

    def test_channels_first(self) -> None:
        model = keras.Sequential(
            [keras.Input((3, 9, 9)), layers.Conv2D(4, 3, data_format="channels_first")]
        )
        assert check(model).shape == (4, 7, 7)

    def test_a_models_own_call(self) -> None:
        class Doubled(keras.Model):
            def call(self, x):
                y = super().call(x)
                return ops.concatenate([y, y], axis=-1)

            def compute_output_spec(self, x, **_):
                return keras.KerasTensor((None, 8, 8, 8))

        x = keras.Input((8, 8, 2))
        inner = Doubled(x, layers.Conv2D(4, 1)(x))
        with pytest.raises(TypeError, match="has a call of its own"):
            from_keras(inner)
        image = keras.Input((8, 8, 2))
        trace = check(keras.Model(image, inner(image)))
        assert (trace.shape, trace.params) == ((8, 8, 8), 12)

    @pytest.mark.parametrize("name", ["Unchanged", "Rescaling"])
    def test_open_sizes_are_not_read_as_unchanged(self, name: str) -> None:
        x = keras.Input((None, None, 3))
        y = layers.Cropping2D(2)(layers.Conv2D(4, 1)(x))
        trace = from_keras(keras.Model(x, y), (20, 30, 3))
        assert trace.shape == (16, 26, 4)

    @pytest.mark.parametrize(
        "layer",
        [
            layers.Permute((2, 1, 3)),
            layers.Lambda(lambda x: x[:, ::2]),
            layers.RandomCrop(5, 6),
            layers.Resizing(7, 3),
        ],
        ids=lambda layer: type(layer).__name__,
    )
    def test_open_sizes_as_if_they_were_given(self, layer: keras.layers.Layer) -> None:
        is_open = keras.Input((None, None, 3))
        given = keras.Input((20, 30, 3))
        expected = tuple(keras.Model(given, layer(given)).output_shape[1:])
        assert from_keras(keras.Model(is_open, layer(is_open)), (20, 30, 3)).shape == expected


class TestRefusals:
    def test_open_sizes_need_numbers(self) -> None:
        model = keras.Sequential([keras.Input((None, None, 3)), layers.Conv2D(8, 3)])
        with pytest.raises(ShapeError, match="give from_keras an input_shape"):
            from_keras(model)
        assert from_keras(model, (10, 9, 3)).shape == (8, 7, 8)
        with pytest.raises(ShapeError, match=r"Conv2D \(conv2d.*\) on \(2, 9, 3\): the kernel"):
            from_keras(model, (2, 9, 3))

    def test_sizes_that_the_model_does_not_take(self) -> None:
        model = keras.Sequential([keras.Input((None, 12, 3)), layers.Conv2D(8, 3)], name="twelve")
        for shape in ((12, 11, 3), (12, 12, 1), (12, 12)):
            with pytest.raises(ShapeError, match=r"takes inputs of \(None, 12, 3\), not of"):
                from_keras(model, shape)

    def test_several_inputs_and_models_without_a_graph(self) -> None:
        two = [keras.Input((8, 8, 3)), keras.Input((8, 8, 3))]
        with pytest.raises(TypeError, match="2 inputs"):
            from_keras(keras.Model(two, layers.Add()(two)))
        with pytest.raises(TypeError, match="not built"):
            from_keras(keras.Sequential([layers.Flatten()]), (8, 8, 3))

    def test_weights_outside_the_graph(self) -> None:
        class More(keras.Model):
            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)
                self.aside = layers.Dense(2, name="aside")
                self.aside.build((None, 3))

        x = keras.Input((3,))
        with pytest.raises(TypeError, match="weights outside its graph: aside/kernel, aside/bias"):
            from_keras(More(x, layers.Dense(2)(x)))

    def test_a_size_that_keras_leaves_open(self) -> None:
        x = keras.Input((4, 3))
        y = layers.Lambda(lambda t: t, output_shape=(None, 3))(x)
        with pytest.raises(TypeError, match=r"Lambda \(lambda.*\) leaves a size open"):
            from_keras(keras.Model(x, y))


IN_PLACE = {
    "ActivityRegularization": {},
    "AlphaDropout": {"rate": 0.1},
    "GaussianDropout": {"rate": 0.1},
    "GaussianNoise": {"stddev": 0.1},
    "Normalization": {"mean": 1.0, "variance": 2.0},
    "RandomBrightness": {"factor": 0.2},
    "RandomColorDegeneration": {"factor": 0.2},
    "RandomContrast": {"factor": 0.2},
    "RandomHue": {"factor": 0.2},
    "RandomPosterization": {"factor": 4},
    "RandomRotation": {"factor": 0.1},
    "RandomSaturation": {"factor": 0.2},
    "RandomSharpness": {"factor": 0.2},
    "RandomTranslation": {"height_factor": 0.1, "width_factor": 0.1},
    "RandomZoom": {"height_factor": 0.1},
    "Rescaling": {"scale": 0.5},
    "SpatialDropout2D": {"rate": 0.1},
}


def test_unchanged_layers_change_each_pixel_by_itself() -> None:
    from cnnbook.shapes.keras_reader.reading import UNCHANGED

    x = np.random.default_rng(0).uniform(0, 1, (1, 6, 6, 3)).astype("float32")
    other = x.copy()
    other[0, 2, 3] = (0.9, 0.1, 0.4)
    for name in UNCHANGED:
        layer = getattr(layers, name)(**IN_PLACE.get(name, {}))
        y, z = (np.asarray(layer(image, training=False)) for image in (x, other))
        assert y.shape == x.shape, name
        assert {(2, 3)} >= {(i, j) for _, i, j, _ in np.argwhere(y != z)}, name
