import keras
import numpy as np
import pytest
import scipy.ndimage

from cnnbook import cars, models, training
from cnnbook.models import weight_files
from eager import eagerly


@pytest.mark.parametrize(("size", "classes"), [(150, 5), (64, 3)])
def test_baseline_is_the_homework_s_network(size, classes):
    model = models.baseline_cnn(classes, size)
    kinds = [
        (type(layer).__name__, layer.count_params())
        for layer in model.layers
        if layer.name not in ("augmentation", "preprocessing")
    ]
    side = size // 2 // 2 // 2
    assert kinds == [
        ("Conv2D", (3 * 3 * 3 + 1) * 32),
        ("MaxPooling2D", 0),
        ("Conv2D", (3 * 3 * 32 + 1) * 64),
        ("MaxPooling2D", 0),
        ("Conv2D", (3 * 3 * 64 + 1) * 64),
        ("MaxPooling2D", 0),
        ("Flatten", 0),
        ("Dense", (side * side * 64 + 1) * 128),
        ("Dense", 129 * classes),
    ]
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert all(c.padding == "same" and c.kernel_size == (3, 3) for c in convolutions)
    assert model.layers[-1].activation is keras.activations.softmax


def test_baseline_equals_numpy_and_scipy():
    """The whole network once more, by SciPy's correlation, on a picture in 0..255."""
    model = models.baseline_cnn(size=16, seed=1)
    picture = np.random.default_rng(0).integers(0, 256, (16, 16, 3)).astype(float)
    x = picture / 255
    weights = iter(model.get_weights())
    for _ in range(3):
        kernel, bias = next(weights), next(weights)
        y = np.stack(
            [
                sum(
                    scipy.ndimage.correlate(x[..., c], kernel[..., c, o], mode="constant")
                    for c in range(x.shape[-1])
                )
                for o in range(kernel.shape[-1])
            ],
            axis=-1,
        )
        y = np.maximum(y + bias, 0)
        h, w, c = y.shape
        x = y.reshape(h // 2, 2, w // 2, 2, c).max(axis=(1, 3))
    x = x.ravel()
    x = np.maximum(x @ next(weights) + next(weights), 0)
    x = x @ next(weights) + next(weights)
    expected = np.exp(x - x.max()) / np.exp(x - x.max()).sum()
    np.testing.assert_allclose(model.predict(picture[None], verbose=0)[0], expected, atol=1e-5)


def test_the_seed_decides_the_first_weights():
    one, same, other = (models.baseline_cnn(size=32, seed=s).get_weights() for s in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one, same, strict=True))
    assert not np.array_equal(one[0], other[0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(size=7), "size must be at least 8; got 7"),
        (dict(classes=1), "classes must be at least 2"),
    ],
)
def test_baseline_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        models.baseline_cnn(**arguments)


# ---- augmentation


def test_augmentation_acts_in_training_alone():
    model = models.baseline_cnn(size=32)
    x = cars.draw(4, seed=1, size=32).images.astype("float32")
    answers = [np.asarray(model(x)), np.asarray(model(x)), model.predict(x, verbose=0)]
    for answer in answers[1:]:
        np.testing.assert_allclose(answer, answers[0], atol=1e-6)
    assert np.abs(np.asarray(model(x, training=True)) - answers[0]).max() > 1e-4


@pytest.mark.parametrize("limits", [(40, 0, 0, 0), (0, 0.2, 0, 0), (0, 0, 20, 0), (0, 0, 0, 0.2)])
def test_augmentation_equals_scipy_s_affine_transform(limits):
    """Read the drawn matrices and let SciPy warp by them."""
    layer = models.RandomAffine(*limits, flip=True, seed=2)
    pictures = scipy.ndimage.gaussian_filter(
        np.random.default_rng(1).uniform(0, 255, (6, 24, 24, 3)), (0, 2, 2, 0)
    ).astype("float32")
    state = layer.generator.state.numpy()
    matrices = np.asarray(layer._matrices(pictures.shape))
    layer.generator.state.assign(state)
    warped = np.asarray(layer(pictures, training=True))
    for picture, result, (a, b, tx, c, d, ty, _, _) in zip(pictures, warped, matrices, strict=True):
        for channel in range(3):
            expected = scipy.ndimage.affine_transform(
                picture[..., channel], [[d, c], [b, a]], (ty, tx), order=1, mode="nearest"
            )
            # The border is filled before interpolation by one and after it by the other.
            np.testing.assert_allclose(result[2:-2, 2:-2, channel], expected[2:-2, 2:-2], atol=1.5)


def test_augmentation_stays_within_the_homework_s_limits():
    layer = models.RandomAffine(seed=0)
    m = np.asarray(layer._matrices((4000, 100, 100, 3))).astype(float)
    flipped = np.sign(m[:, 0] * m[:, 4] - m[:, 1] * m[:, 3])
    assert 0.45 < (flipped < 0).mean() < 0.55
    angle = np.degrees(np.arctan2(m[:, 3] * flipped, m[:, 0] * flipped))
    assert 39 < np.abs(angle).max() <= 40.01
    zoom = np.hypot(m[:, 0], m[:, 3])
    assert 0.8 <= zoom.min() < 0.81 and 1.19 < zoom.max() <= 1.2
    centre = np.array([49.5, 49.5, 1])
    shift = m[:, :6].reshape(-1, 2, 3) @ centre - centre[:2]
    assert 19 < np.abs(shift).max() <= 20.01


def test_augmentation_is_saved_and_loaded(tmp_path):
    model = models.baseline_cnn(size=32, augmentation=models.RandomAffine(rotation=7, seed=5))
    model.save(tmp_path / "m.keras")
    loaded = keras.saving.load_model(tmp_path / "m.keras", compile=False)
    assert loaded.layers[0].get_config()["rotation"] == 7
    x = cars.draw(2, seed=1, size=32).images
    np.testing.assert_allclose(model.predict(x, verbose=0), loaded.predict(x, verbose=0), atol=1e-6)


# ---- transfer


def test_drawn_backbone_is_frozen_small_and_pretrained():
    model = models.mobilenet_v2(size=64, weights="drawn", head="gap")
    backbone = models.backbone_of(model)
    assert backbone.count_params() == 410_208
    assert len(model.trainable_weights) == 4
    fresh = keras.applications.MobileNetV2(
        input_shape=(64, 64, 3), alpha=0.35, include_top=False, weights=None
    )
    variances = [w for w in backbone.weights if "moving_variance" in w.path]
    assert len(variances) == len([w for w in fresh.weights if "moving_variance" in w.path])
    assert all(np.isfinite(np.asarray(v)).all() and np.asarray(v).min() >= 0 for v in variances)
    assert not np.allclose(np.asarray(variances[0]), 1)


def test_shipped_weights_are_small():
    from importlib import resources

    file = resources.files("cnnbook.models") / "weights" / "mobilenet_v2_drawn.npz"
    assert len(file.read_bytes()) < 2_000_000


@pytest.mark.parametrize(("head", "parameters"), [("flatten", 5 * 5 * 1280), ("gap", 1280)])
def test_heads(head, parameters):
    model = models.mobilenet_v2(weights="drawn", head=head)
    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    assert dense[0].count_params() == (parameters + 1) * 128
    assert dense[1].count_params() == 129 * 5


def small_backbone():
    """Everything that acts in training alone: BatchNorm, dropout, noise; and a model within."""
    inner_input = keras.Input((8, 8, 4))
    inner = keras.Model(inner_input, keras.layers.Dropout(0.5, seed=1)(inner_input))
    x = keras.Input((16, 16, 3))
    y = keras.layers.Conv2D(4, 3, strides=2, padding="same")(x)
    y = keras.layers.BatchNormalization(momentum=0.5)(y)
    y = keras.layers.GaussianNoise(1.0)(inner(y))
    return models.Pretrained(x, y, name="backbone")


@pytest.mark.parametrize("unfrozen", ["by fine_tune", "by hand", "not at all"])
def test_a_pretrained_backbone_runs_in_inference_mode_always(unfrozen):
    backbone = small_backbone()
    model = models.transfer_model(backbone, classes=2)
    model.jit_compile = False
    x = np.random.default_rng(0).uniform(50, 90, (8, 16, 16, 3)).astype("float32")
    data = (x, np.arange(8) % 2)
    before = {w.path: np.array(w) for w in backbone.weights}
    np.testing.assert_array_equal(model(x, training=True), model(x, training=False))
    if unfrozen == "by fine_tune":
        training.fine_tune(model, data, data, epochs=1, learning_rate=0.1)
    else:
        backbone.trainable = unfrozen == "by hand"
        model.compile(keras.optimizers.Adam(0.1), "sparse_categorical_crossentropy")
        model.fit(*data, verbose=0)
    changed = {w.path for w in backbone.weights if not np.array_equal(before[w.path], w)}
    assert not any("moving" in path for path in changed)
    assert any("conv" in path for path in changed) is (unfrozen != "not at all")
    assert any("gamma" in path for path in changed) is (unfrozen == "by hand")
    np.testing.assert_array_equal(model(x, training=True), model(x, training=False))


@pytest.mark.parametrize("build", [models.mobilenet_v2, models.efficientnet_v2_b0])
def test_the_backbones_are_pretrained_ones(build, monkeypatch):
    own = {
        models.mobilenet_v2: lambda: build(size=32, weights="drawn", head="gap"),
        models.efficientnet_v2_b0: lambda: imagenet(build, monkeypatch),
    }[build]()
    backbone = models.backbone_of(own)
    assert isinstance(backbone, models.Pretrained) and not backbone.trainable
    x = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype("float32")
    backbone.trainable = True
    np.testing.assert_array_equal(backbone(x, training=True), backbone(x, training=False))


def imagenet(build, monkeypatch):
    network = keras.applications.EfficientNetV2B0(
        include_top=False, input_shape=(32, 32, 3), weights=None
    )
    monkeypatch.setattr("keras.applications.EfficientNetV2B0", lambda **_: network)
    return build(size=32, weights="imagenet")


def test_a_pretrained_backbone_is_saved_and_cloned(tmp_path):
    model = models.transfer_model(small_backbone(), classes=2)
    model.save(tmp_path / "m.keras")
    x = np.random.default_rng(0).uniform(0, 255, (2, 16, 16, 3)).astype("float32")
    for other in (
        keras.saving.load_model(tmp_path / "m.keras", compile=False),
        keras.models.clone_model(model),
    ):
        other.set_weights(model.get_weights())
        assert isinstance(models.backbone_of(other), models.Pretrained)
        np.testing.assert_allclose(other(x, training=True), model(x), atol=1e-6)


@pytest.mark.slow
def test_fine_tuning_mobilenet_keeps_its_batch_statistics():
    drawn = cars.draw(10, seed=1, size=32)
    data = (drawn.images, drawn.labels)
    model = models.mobilenet_v2(size=32, weights="drawn", head="gap")
    backbone = models.backbone_of(model)
    before = {w.path: np.array(w) for w in backbone.weights}
    model.run_eagerly = True
    training.fit(model, data, data, epochs=1)
    assert all(np.array_equal(before[w.path], np.asarray(w)) for w in backbone.weights)
    with eagerly():
        training.fine_tune(model, data, data, epochs=1, learning_rate=1e-3)
    changed = {w.path for w in backbone.weights if not np.array_equal(before[w.path], w)}
    kernels = {w.path for w in backbone.weights if w.path.endswith("kernel")}
    assert kernels <= changed and not any("moving" in path for path in changed)


@pytest.mark.parametrize("ending", [".keras", ".weights.h5"])
def test_a_weights_file_of_another_width_is_recognised(tmp_path, ending):
    source = keras.applications.MobileNetV2(
        input_shape=(32, 32, 3), alpha=0.5, include_top=False, weights=None
    )
    path = tmp_path / f"own{ending}"
    source.save(path) if ending == ".keras" else source.save_weights(path)
    model = models.mobilenet_v2(size=32, weights=path, head="gap")
    for a, b in zip(source.get_weights(), models.backbone_of(model).get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("build", "size", "family", "published"),
    [(models.mobilenet_v2, 96, "MobileNetV2",
      "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_96_no_top.h5"),
     (models.mobilenet_v2, 150, "MobileNetV2",
      "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5"),
     (models.efficientnet_v2_b0, 150, "EfficientNetV2B0", "efficientnetv2-b0_notop.h5")],
)  # fmt: skip
def test_imagenet_weights_come_from_the_file_that_keras_publishes(
    build, size, family, published, tmp_path, monkeypatch
):
    """Everything but the download: the file is one of ours, under the name that Keras asks for."""
    own = getattr(keras.applications, family)(
        input_shape=(96, 96, 3), include_top=False, weights=None
    )
    own.save_weights(tmp_path / "own.weights.h5")
    asked = []

    def fetched(name, *_, **__):
        asked.append(name)
        return tmp_path / "own.weights.h5"

    monkeypatch.setattr("keras.src.utils.file_utils.get_file", fetched)
    backbone = models.backbone_of(build(size=size, weights="imagenet", head="gap"))
    assert asked == [published] and not backbone.trainable
    for a, b in zip(own.get_weights(), backbone.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_file_that_is_no_mobilenet_is_refused(tmp_path):
    path = tmp_path / "other.keras"
    models.baseline_cnn(size=16).save(path)
    with pytest.raises(ValueError, match="contains no MobileNetV2"):
        models.mobilenet_v2(size=32, weights=path)
    with pytest.raises(FileNotFoundError, match="no weights file"):
        models.mobilenet_v2(size=32, weights=tmp_path / "missing.h5")


def test_a_damaged_file_is_named(tmp_path):
    for name in ("cut.keras", "cut.h5", "cut.weights.h5"):
        (tmp_path / name).write_bytes(b"PK\x03\x04 and no more")
        with pytest.raises(ValueError, match=f"{name} cannot be read as weights"):
            models.mobilenet_v2(size=32, weights=tmp_path / name)


def test_wrong_head_and_wrong_backbone_are_refused():
    with pytest.raises(ValueError, match="'flatten' or 'gap'"):
        models.transfer_model(small_backbone(), 2, head="dense")
    with pytest.raises(ValueError, match="name must be 'backbone'; got 'other'"):
        models.transfer_model(keras.Sequential([keras.Input((2,))], name="other"), 2)


@pytest.mark.parametrize("name", ["none", "gentle", "assignment"])
def test_augmentation_by_name(name):
    layer = models.augmentation_named(name, seed=1)
    picture = cars.draw(1, seed=1, size=32).images.astype("float32")
    changed = np.abs(np.asarray(layer(picture, training=True)) - picture).max() > 1
    assert changed is np.bool_(name != "none")


def test_the_table_of_widths_is_keras():
    for parameters, alpha in list(weight_files._ALPHA_OF_PARAMETERS.items())[::2]:
        network = keras.applications.MobileNetV2(
            input_shape=(32, 32, 3), alpha=alpha, include_top=False, weights=None
        )
        assert network.count_params() == parameters
