"""A split is a partition, stratified, repeatable, and keeps equal files together."""

from pathlib import Path

import numpy as np
import pytest

from cnnbook.photos import Photos, Split, split


def photos_of(listed):
    return Photos.of(Path("."), [(name, Path(name, f"{i}.jpg"), sha) for i, (name, sha) in listed])


def test_split_is_a_partition_stratified_and_repeatable():
    labels = np.repeat(np.arange(5), [420, 421, 419, 40, 10])
    parts = split(labels, seed=4)
    together = np.concatenate(parts)
    assert sorted(together) == list(range(len(labels)))
    for label, count in enumerate([420, 421, 419, 40, 10]):
        in_test = (labels[parts.test] == label).sum()
        in_validation = (labels[parts.validation] == label).sum()
        assert in_test == in_validation == round(count / 10)
    again = split(labels, seed=4)
    assert all(np.array_equal(a, b) for a, b in zip(parts, again, strict=True))
    assert not np.array_equal(parts.test, split(labels, seed=5).test)


def test_split_of_photos_depends_on_content_not_on_order():
    rng = np.random.default_rng(0)
    listed = list(enumerate(("abc"[i % 3], f"{i * 7919 % 1009:064x}") for i in range(60)))
    photos, shuffled = photos_of(listed), photos_of([listed[i] for i in rng.permutation(60)])

    def names(of, part):
        return {of.records[i].path for i in part}

    one, two = split(photos, seed=1), split(shuffled, seed=1)
    for a, b in zip(one, two, strict=True):
        assert names(photos, a) == names(shuffled, b)


def test_equal_files_stay_in_one_part():
    photos = photos_of(enumerate(("ab"[i // 30], f"{i // 2:064x}") for i in range(60)))
    for seed in range(5):
        where = split(photos, seed=seed).names()
        assert all(where[i] == where[i + 1] for i in range(0, 60, 2))


@pytest.mark.parametrize(
    ("labels", "fractions", "error", "message"),
    [
        ([0, 0, 1, 1, 1], (0.8, 0.1, 0.1), ValueError, "class 0 has 2 different pictures"),
        ([0] * 10, (0.8, 0.1, 0.2), ValueError, "three parts of 1"),
        ([], (0.8, 0.1, 0.1), ValueError, "nothing to split"),
        ([0.5] * 10, (0.8, 0.1, 0.1), TypeError, "labels must be integers; got float64"),
        (["0"] * 10, (0.8, 0.1, 0.1), TypeError, "labels must be integers; got <U1"),
        ([True] * 10, (0.8, 0.1, 0.1), TypeError, "labels must be integers; got bool"),
    ],
)
def test_split_refuses(labels, fractions, error, message):
    with pytest.raises(error, match=message):
        split(labels, seed=0, fractions=fractions)


def test_a_class_that_is_too_small_is_called_by_its_name():
    photos = photos_of(enumerate([("kia", f"{i}") for i in range(20)] + [("mazda_3", "x")] * 9))
    with pytest.raises(ValueError, match="class mazda_3 has 1 different pictures; 3 are needed"):
        split(photos, seed=0)


def test_names_of_a_split():
    assert Split(np.array([2]), np.array([0]), np.array([1])).names() == [
        "validation",
        "test",
        "train",
    ]
