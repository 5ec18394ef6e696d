"""Intervals against SciPy's, and against what they promise: to hold the truth 95 times in 100."""

import numpy as np
import pytest
import scipy.stats

from cnnbook.intervals import Interval, mcnemar, mean, paired_shares, share


@pytest.mark.parametrize(("hits", "n"), [(0, 3), (3, 3), (1, 40), (270, 300), (4999, 5000)])
def test_a_share_is_scipy_s(hits: int, n: int) -> None:
    wilson = scipy.stats.binomtest(hits, n).proportion_ci(method="wilson")
    expected = (hits / n, wilson.low, wilson.high)
    np.testing.assert_allclose(share(np.arange(n) < hits), expected, atol=1e-12)


@pytest.mark.parametrize(("gained", "lost"), [(0, 0), (1, 0), (3, 9), (40, 41), (300, 250)])
def test_mcnemar_is_the_exact_binomial_test(gained: int, lost: int) -> None:
    one = np.arange(600) < gained
    other = (np.arange(600) >= gained) & (np.arange(600) < gained + lost)
    differ = gained + lost
    expected = scipy.stats.binomtest(gained, differ).pvalue if differ else 1
    assert mcnemar(one, other) == pytest.approx(expected, rel=1e-9)


def test_a_paired_difference_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    for cells in ([0.5, 0.15, 0.05, 0.3], [0.9, 0.02, 0.02, 0.06]):
        truth = cells[1] - cells[2]
        cases = rng.choice(4, (1000, 300), p=cells)
        held = [truth in paired_shares(c < 2, (c == 0) | (c == 2)) for c in cases]
        assert 0.93 < np.mean(held) < 0.985


def test_a_paired_interval_is_narrower_than_one_of_two_apart() -> None:
    one, other = np.arange(1000) < 900, np.arange(1000) < 880
    paired = paired_shares(one, other)
    assert 0 not in paired
    apart = scipy.stats.norm.ppf(0.975) * np.sqrt((0.9 * 0.1 + 0.88 * 0.12) / 1000)
    assert paired.high - paired.value < apart / 2


def test_a_mean_is_scipy_s_bootstrap() -> None:
    values = np.random.default_rng(1).gamma(2, size=80)
    theirs = scipy.stats.bootstrap(
        [values], np.mean, method="percentile", n_resamples=5000, rng=np.random.default_rng(2)
    ).confidence_interval
    found = mean(values)
    assert found.value == pytest.approx(values.mean())
    np.testing.assert_allclose(found[1:], (theirs.low, theirs.high), atol=0.05)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: share([]), "at least one true or false"),
        (lambda: share([0.5]), "at least one true or false"),
        (lambda: paired_shares([1, 0], [1]), "not of the same cases: 2, 1"),
        (lambda: mean([1, np.nan]), "at least one finite number"),
    ],
)
def test_what_makes_no_interval_is_refused(call, message) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        call()


def test_an_interval_says_what_it_holds() -> None:
    assert str(Interval(0.5, 0.25, 0.751)) == "0.50 (0.25 to 0.75)"
    assert 0.3 in Interval(0.5, 0.25, 0.75)
    assert "x" not in Interval(0.5, 0.25, 0.75)
