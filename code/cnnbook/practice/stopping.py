"""The program of chapter 5: where early stopping ends a training, and where usual slips would."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from cnnbook.practice.programs import Slip, Task

__all__ = ["STOP"]


def _records(losses: Sequence[float]) -> list[bool]:
    """Tell of each epoch whether its loss is a new best."""
    return [all(loss < past for past in losses[:n]) for n, loss in enumerate(losses)]


def _ties(losses: Sequence[float]) -> list[bool]:
    return [all(loss <= past for past in losses[:n]) for n, loss in enumerate(losses)]


def _falls(losses: Sequence[float]) -> list[bool]:
    return [True, *(after < before for before, after in pairwise(losses))]


def _stop(progress: Sequence[bool], patience: int) -> int:
    """Return the epoch, from 1 on, in which the last of `patience` idle ones in a row is."""
    waited = 0
    for epoch, good in enumerate(progress, 1):
        waited = 0 if good else waited + 1
        if waited == patience:
            return epoch
    return len(progress)


def _stop_in_all(progress: Sequence[bool], patience: int) -> int:
    idle = [epoch for epoch, good in enumerate(progress, 1) if not good]
    return idle[patience - 1] if len(idle) >= patience else len(progress)


STOP = Task(
    '''\
def last_epoch(losses, patience):
    """Return how many epochs EarlyStopping lets run, if these are their validation losses.

    It stops after `patience` epochs in a row without a new best loss; the first epoch is epoch 1.
    """
    ...''',
    lambda x, p: _stop(_records(x), p),
    (
        ([1.0, 0.9, 0.95, 0.93, 0.92, 0.8], 3),
        ([1.0, 0.9, 0.9, 0.9, 0.8, 0.7], 2),
        ([1.0, 1.1, 0.9, 1.0, 0.8, 0.9, 0.7], 2),
        ([0.9, 0.8, 0.7, 0.6], 2),
    ),
    (
        Slip(
            lambda x, p: _stop(_falls(x), p),
            {
                "en": "You compare with the epoch before; what counts is the best loss so far.",
                "fa": "با دورهٔ پیش مقایسه می‌کنید؛ آنچه به شمار می‌آید بهترین اتلافِ تا این‌جاست.",
            },
        ),
        Slip(
            lambda x, p: _stop(_ties(x), p),
            {
                "en": "A tie is no progress: the loss has to fall below the best.",
                "fa": "تساوی پیشرفت نیست: اتلاف باید از بهترین کمتر شود.",
            },
        ),
        Slip(
            lambda x, p: _stop_in_all(_records(x), p),
            {
                "en": "A new best begins the waiting anew; you count all epochs without progress.",
                "fa": "رکورد تازه شمارش را از نو آغاز می‌کند؛ شما همهٔ دوره‌های بی‌پیشرفت را می‌شمارید.",
            },
        ),
        Slip(
            lambda x, p: _stop(_records(x), p + 1),
            {
                "en": "You wait one epoch too long: the last one it bears is the one it stops in.",
                "fa": "یک دوره بیش از اندازه صبر می‌کنید: در همان آخرین دورهٔ صبر می‌ایستد.",
            },
        ),
        Slip(
            lambda x, p: _stop(_records(x), p) - 1,
            {
                "en": "You count from 0; the first epoch is epoch 1.",
                "fa": "از صفر می‌شمارید؛ دورهٔ نخست دورهٔ ۱ است.",
            },
        ),
    ),
)
