import keras
import numpy as np
import pytest

from cnnbook import training
from cnnbook.training.rules import LatestWeights


def test_plateau_rule_acts_before_early_stopping(tiny):
    """Feed a loss that never improves: the rate must fall, twice, before training ends."""
    for patience in (8, 20):
        model = tiny(rate=1e-3)
        rules = training.callbacks(patience=patience)
        for rule in rules:
            rule.set_model(model)
            rule.on_train_begin()
        rates = []
        for epoch in range(50):
            for rule in rules:
                rule.on_epoch_end(epoch, {"val_loss": 1.0, "loss": 0.5**epoch})
            rates.append(float(np.asarray(model.optimizer.learning_rate)))
            if model.stop_training:
                break
        assert model.stop_training
        assert len(rates) == 1 + patience  # the first epoch and those without progress
        assert np.unique(np.float32(rates)).tolist() == pytest.approx([4e-5, 2e-4, 1e-3])


def test_the_usual_answer_never_reduces_its_rate(tiny):
    model = tiny(rate=1e-3)
    rule = keras.callbacks.ReduceLROnPlateau("val_loss", factor=0.2, patience=5, min_lr=0.001)
    rule.set_model(model)
    rule.on_train_begin()
    for epoch in range(30):
        rule.on_epoch_end(epoch, {"val_loss": 1.0})
    assert float(np.asarray(model.optimizer.learning_rate)) == pytest.approx(1e-3)


def test_best_weights_are_restored_and_saved(data, tiny, tmp_path):
    x, y = data
    model = tiny()
    history = training.fit(model, (x, y), (x[:10], y[:10]), epochs=4, run_dir=tmp_path)
    best = min(history["val_loss"])
    reloaded = tiny()
    reloaded.optimizer.build(reloaded.trainable_variables)
    reloaded.load_weights(tmp_path / "best.weights.h5")
    for one in (model, reloaded):
        loss = one.evaluate(x[:10], y[:10], verbose=0)[0]
        assert loss == pytest.approx(best, rel=1e-4)


def fed(rule, model, told):
    """Feed a rule the logs of epochs, in each of which all weights are the epoch's number."""
    rule.set_model(model)
    rule.on_train_begin()
    for epoch, (accuracy, loss) in enumerate(told):
        model.set_weights([np.full_like(w, epoch) for w in model.get_weights()])
        rule.on_epoch_end(epoch, {"val_accuracy": accuracy, "val_loss": loss})
    rule.on_train_end()


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ([(0.5, 1.0), (0.8, 0.7), (0.9, 0.9), (0.8, 1.2), (0.7, 1.3)], 3),
        ([(0.9, 1.0), (0.8, 0.7), (0.7, 0.9)], 1),  # a lower loss may be less accurate
        ([(0.7, 0.7), (0.8, 0.9), (0.8, 0.6), (0.7, 0.7)], 2),
        ([(0.9, 0.7), (0.8, float("inf"))], 0),
        ([(0.0, 2.0), (0.0, 2.1)], 1),
    ],
)
def test_a_run_keeps_the_latest_weights_that_are_as_accurate(tiny, tmp_path, told, kept):
    model, saved = tiny(), tiny()
    for one in (model, saved):
        one.optimizer.build(one.trainable_variables)
    rule = LatestWeights(tmp_path / "best.weights.h5")
    fed(rule, model, told)
    saved.load_weights(tmp_path / "best.weights.h5")
    for one in (model, saved):
        assert all((w == kept).all() for w in one.get_weights())


def test_class_weights_equal_the_formula_of_scikit_learn():
    labels = np.repeat([0, 1, 2], [30, 60, 10])
    expected = len(labels) / (3 * np.bincount(labels))
    assert list(training.class_weights(labels).values()) == pytest.approx(expected)


@pytest.mark.parametrize("spoiled", ["training", "validation"])
def test_a_lost_loss_stops_the_training_and_spoils_no_file(data, tiny, tmp_path, spoiled):
    x, y = data
    lost = x.astype("float32")
    lost[3] = np.nan
    parts = {"training": x, "validation": x} | {spoiled: lost}
    name = "loss" if spoiled == "training" else "val_loss"
    training.fit(tiny(), (x, y), (x, y), epochs=1, run_dir=tmp_path / "before")
    kept = (tmp_path / "before" / "snapshot.npz").read_bytes()
    with pytest.raises(FloatingPointError, match=f"{name} is nan in epoch 1; lower the learning"):
        training.fit(
            tiny(), (parts["training"], y), (parts["validation"], y), 2, run_dir=tmp_path / "run"
        )
    assert not (tmp_path / "run").exists()
    assert (tmp_path / "before" / "snapshot.npz").read_bytes() == kept
