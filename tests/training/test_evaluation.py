import keras
import numpy as np
import pytest

from cnnbook import models, training


def answering(rows, **options):
    """A model that answers picture i, all of whose pixels are i, with row i."""
    rows = np.asarray(rows, "float32")
    table = keras.layers.Embedding(len(rows), rows.shape[1], weights=[rows], **options)
    model = keras.Sequential([keras.Input((1,)), table, keras.layers.Flatten()])
    return model, np.arange(len(rows))[:, None]


def test_confusion_and_calibration_by_hand():
    labels = np.array([0, 0, 1, 2])
    probabilities = np.array([[0.9, 0.1, 0], [0.2, 0.7, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4]])
    matrix = training.confusion_matrix(labels, probabilities.argmax(1), 3)
    assert matrix.tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 1]]
    rows = training.calibration(labels, probabilities)
    assert sum(row["count"] for row in rows) == 4
    assert [row["accuracy"] for row in rows] == [1.0, 0.0, 1.0, 1.0]


def test_a_calibrated_model_has_no_calibration_error():
    rng = np.random.default_rng(0)
    p = rng.uniform(0.5, 1, 200_000)
    labels = (rng.random(200_000) > p).astype(int)
    for row in training.calibration(labels, np.column_stack([p, 1 - p])):
        assert row["accuracy"] == pytest.approx(row["confidence"], abs=0.01)


def test_evaluation_keeps_pictures_and_labels_together(data, tiny):
    x, y = data
    model = tiny()
    expected = model.predict(x, verbose=0)
    shuffled = training.Batches(x.__getitem__, y, batch_size=8, seed=2)
    result = training.evaluate(model, shuffled)
    np.testing.assert_allclose(result.probabilities, expected, atol=1e-6)
    assert result.accuracy == (expected.argmax(1) == y).mean()


def test_a_sigmoid_unit_is_two_classes():
    """The oracle is the same answer written with two units."""
    p = np.array([0.9999, 0.2, 0.7, 0.4])
    labels = np.array([0, 0, 1, 1])
    one = training.evaluate(*_with(p[:, None], labels))
    two = training.evaluate(*_with(np.column_stack([1 - p, p]), labels))
    assert one.accuracy == two.accuracy == 0.5
    assert one.confusion.tolist() == two.confusion.tolist() == [[1, 1], [1, 1]]
    assert one.calibration_error == pytest.approx(two.calibration_error)
    assert training.evaluate(*_with(np.full((3, 1), 0.9999), np.zeros(3, int))).accuracy == 0


def _with(rows, labels):
    model, positions = answering(rows)
    return model, (positions, labels)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[-5.0, 2.0]], r"logits \(-5 to 2\); end it in keras.layers.Softmax"),
        ([[-1.0, -2.0]], r"logits \(-2 to -1\)"),
        ([[3.0]], r"logits \(3 to 3\); end it in a sigmoid"),
        ([[0.9, 0.8]], "sum to 1.7, not to 1"),
        ([[np.nan, 0.5]], "nan or inf"),
    ],
)
def test_what_is_no_probability_is_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        training.evaluate(*_with(rows, np.zeros(1, int)))
    with pytest.raises(ValueError, match=message):
        training.calibration([0], rows)


def test_a_label_without_an_output_is_refused():
    with pytest.raises(ValueError, match="label 2 is none of the model's 2 classes"):
        training.evaluate(*_with([[0.5, 0.5]], np.array([2])))


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_a_program_may_train_in_mixed_precision(policy, data):
    """As the page on graphics cards says; the oracle is the same training in 32 bits."""
    before = keras.config.dtype_policy()
    losses = []
    for name in (before.name, policy):
        keras.config.set_dtype_policy(name)
        try:
            model = models.baseline_cnn(size=8, augmentation=keras.layers.Identity())
        finally:
            keras.config.set_dtype_policy(before)
        model.run_eagerly = True
        losses.append(training.fit(model, data, data, epochs=2)["loss"])
        assert training.evaluate(model, data).probabilities.shape == (40, 5)
    np.testing.assert_allclose(losses[1], losses[0], rtol=0.05)
