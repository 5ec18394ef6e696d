import numpy as np
import pytest

from cnnbook import training


def test_batches_reach_the_model_in_the_order_of_the_epoch(data, tiny):
    x, y = data
    seen = []

    def read(positions):
        seen.append(positions.tolist())
        return x[positions]

    batches = training.Batches(read, y, batch_size=20, seed=1)
    training.fit(tiny(), batches, (x[:5], y[:5]), epochs=2)
    trained = [p for batch in seen for p in batch]
    expected = []
    for epoch in (0, 1):
        order = np.arange(40)
        np.random.default_rng([1, epoch]).shuffle(order)
        expected += order.tolist()
    assert trained[-80:] == expected


def test_threads_that_read_ahead_change_nothing(data, tiny):
    x, y = data
    histories = [
        training.fit(
            tiny(),
            training.Batches(x.__getitem__, y, batch_size=8, seed=2, workers=workers),
            training.Batches(x[:10].__getitem__, y[:10], batch_size=8, workers=workers),
            epochs=2,
        )
        for workers in (1, 2)
    ]
    for name, values in histories[0].items():
        assert histories[1][name] == pytest.approx(values, rel=1e-5)


@pytest.mark.parametrize(
    ("labels", "options", "message"),
    [
        ([[1, 0], [0, 1]], {}, r"got shape \(2, 2\)"),
        ([0, -1], {}, "integers from 0"),
        ([0.5, 1], {}, "integers from 0"),
        ([0, 1], {"batch_size": 0}, "batch_size must be at least 1; got 0"),
        ([0, 1], {"seed": -1}, "seed must be 0 or more; got -1"),
    ],
)
def test_batches_refuse(labels, options, message):
    with pytest.raises(ValueError, match=message):
        training.Batches(np.zeros((2, 4)).__getitem__, labels, **options)
