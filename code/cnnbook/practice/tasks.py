"""The programs that the book asks for, one a chapter, with what usually goes wrong in each."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnnbook.convolution import correlate2d
from cnnbook.practice.programs import Program, Slip, Task, judge
from cnnbook.practice.stopping import STOP

__all__ = ["TASKS", "check_program"]

Array = np.ndarray[Any, Any]


def _drawn(*shape: int, seed: int = 0, low: int = -4, high: int = 10) -> Array:
    return np.random.default_rng(seed).integers(low, high, shape)


def _whole(a: Array, k: Array) -> Array:
    return np.asarray(correlate2d(a, k, "valid"))


def _full(a: Array, k: Array) -> Array:
    return np.asarray(correlate2d(a, k, "full"))


def _top_left(image: Array, kernel: Array) -> Array:
    height, width = kernel.shape
    return _whole(np.pad(image.astype(int), ((0, height - 1), (0, width - 1))), kernel)


KERNEL = np.array([[1, 2, 0], [-1, 3, 5], [0, -2, -8]])
CORRELATE = Task(
    '''\
def correlate(image, kernel):
    """Cross-correlate an image with a 3x3 kernel behind a border of zeros, exactly.

    The output has the shape of the image; the image may be of type uint8.
    """
    ...''',
    lambda image, kernel: correlate2d(image.astype(int), kernel),
    (
        (_drawn(5, 5), KERNEL),
        (_drawn(4, 6, seed=1), KERNEL),
        (_drawn(4, 5, seed=2, low=0, high=256).astype(np.uint8), KERNEL),
    ),
    (
        Slip(
            lambda i, k: correlate2d(i.astype(int), k[::-1, ::-1]),
            {
                "en": "You turned the kernel: that is the convolution, not the cross-correlation.",
                "fa": "کرنل را چرخانده‌اید: این کانولوشن است، نه همبستگی متقابل.",
            },
        ),
        Slip(
            lambda i, k: correlate2d(i.astype(int), k).astype(i.dtype),
            {
                "en": "The output has the type of the image: in uint8 it wraps around at 256.",
                "fa": "خروجی از نوع خود تصویر است: در uint8 عددها در ۲۵۶ دور می‌زنند.",
            },
        ),
        Slip(
            lambda i, k: _whole(i.astype(int), k),
            {
                "en": "You kept the whole windows alone (valid); the border of zeros is missing.",
                "fa": "فقط پنجره‌های کامل را نگه داشته‌اید (valid)؛ حاشیهٔ صفر نیست.",
            },
        ),
        Slip(
            _top_left,
            {
                "en": "The window hangs by its upper left corner; its centre belongs on the pixel.",
                "fa": "پنجره از گوشهٔ بالا و چپ آویخته است؛ مرکزش باید روی پیکسل باشد.",
            },
        ),
    ),
)

POINTWISE = Task(
    '''\
def pointwise(picture, weights):
    """Carry out a 1x1 convolution: (height, width, c) with (c, k) gives (height, width, k)."""
    ...''',
    lambda x, w: x @ w,
    (
        (_drawn(2, 3, 4), _drawn(4, 4, seed=1)),
        (_drawn(3, 2, 3, seed=2), _drawn(3, 3, seed=3)),
        (_drawn(3, 3, 3, seed=4), _drawn(3, 3, seed=5)),
    ),
    (
        Slip(
            lambda x, w: x @ w.T,
            {
                "en": "You used the weights transposed: the rows of weights are the inputs.",
                "fa": "وزن‌ها را ترانهاده به کار برده‌اید: سطرهای وزن‌ها کانال‌های ورودی‌اند.",
            },
        ),
        Slip(
            lambda x, w: np.maximum(x @ w, 0),
            {
                "en": "That is right up to a ReLU that nobody asked for.",
                "fa": "درست است، جز ReLU که کسی نخواسته بود.",
            },
        ),
        Slip(
            lambda x, w: x @ w / len(w),
            {
                "en": "You took the mean over the channels; a convolution adds them up.",
                "fa": "روی کانال‌ها میانگین گرفته‌اید؛ کانولوشن جمع می‌زند.",
            },
        ),
        Slip(
            lambda x, w: (x.reshape(x.shape[2], -1).T @ w).reshape(*x.shape[:2], -1),
            {
                "en": "You read the channels first: reshape moves no axis.",
                "fa": "کانال‌ها را محور اول گرفته‌اید: reshape محوری را جابه‌جا نمی‌کند.",
            },
        ),
    ),
)

SIZE = Task(
    '''\
def size(n, k, s, padding):
    """Count the windows of length k and stride s on n cells; padding is "same" or "valid"."""
    ...''',
    lambda n, k, s, padding: -(-n // s) if padding == "same" else (n - k) // s + 1,
    (
        *((28, 3, 1, p) for p in ("same", "valid")),
        *((225, 3, 2, p) for p in ("same", "valid")),
        *((7, 2, 3, p) for p in ("same", "valid")),
        *((10, 5, 4, p) for p in ("same", "valid")),
    ),
    (
        Slip(
            lambda n, k, s, padding: n // s if padding == "same" else (n - k) // s + 1,
            {
                "en": "same rounds up, not down: an incomplete window counts.",
                "fa": "same رو به بالا گرد می‌کند، نه پایین: پنجرهٔ ناکامل هم به شمار می‌آید.",
            },
        ),
        Slip(
            lambda n, k, s, padding: -(-n // s) if padding == "same" else (n - k) // s,
            {
                "en": "In valid the first window is missing: add 1.",
                "fa": "در valid پنجرهٔ نخست را نشمرده‌اید: ۱ بیفزایید.",
            },
        ),
        Slip(
            lambda n, k, s, padding: (n - k) // s + 1,
            {
                "en": "You took valid for same.",
                "fa": "valid را به‌جای same گرفته‌اید.",
            },
        ),
        Slip(
            lambda n, k, s, padding: -(-n // s) if padding == "same" else -(-(n - k) // s) + 1,
            {
                "en": "valid rounds down: a window that hangs out is no window.",
                "fa": "valid رو به پایین گرد می‌کند: پنجره‌ای که بیرون بزند پنجره نیست.",
            },
        ),
    ),
)

GRADIENT = Task(
    '''\
def input_gradient(kernel, upstream):
    """Return dL/dX, where O is the cross-correlation of X and the kernel over whole windows.

    The upstream gradient dL/dO is of any shape, and the kernel need not be symmetric.
    """
    ...''',
    lambda f, g: _full(g, f[::-1, ::-1]),
    (
        (_drawn(2, 2, seed=1), _drawn(3, 3, seed=2)),
        (_drawn(3, 3, seed=3), _drawn(3, 3, seed=4)),
        (_drawn(2, 2, seed=5), np.array([[0, 1], [0, 0]])),
    ),
    (
        Slip(
            lambda f, g: _full(g, f),
            {
                "en": "You forgot the turn: every cell gets the weight that its window had on it.",
                "fa": "چرخش را فراموش کرده‌اید: هر خانه وزنی را می‌گیرد که پنجره بر آن داشت.",
            },
        ),
        Slip(
            lambda f, g: _full(g, f[::-1, ::-1].T),
            {
                "en": "You transposed the kernel as well; it is only turned by 180°.",
                "fa": "کرنل را ترانهاده هم کرده‌اید؛ فقط ۱۸۰ درجه می‌چرخد.",
            },
        ),
        Slip(
            lambda f, g: _full(g, f[::-1, ::-1]) / g.size,
            {
                "en": "You divided by the number of outputs; a mean is in dL/dO already.",
                "fa": "بر تعداد خروجی‌ها بخش کرده‌اید؛ میانگینِ تابع اتلاف از پیش در dL/dO است.",
            },
        ),
    ),
)


def _shares(logits: Array) -> Array:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def _true(logits: Array, labels: Array) -> Array:
    return np.eye(logits.shape[1])[labels]


def _unshifted(logits: Array, labels: Array) -> Array:
    with np.errstate(all="ignore"):
        shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return np.asarray((shares - _true(logits, labels)) / len(logits))


LOGITS = Task(
    '''\
def logit_gradient(logits, labels):
    """Return the gradient of the mean cross-entropy of softmax(logits) by the logits.

    logits is of shape (n, classes), labels holds n whole numbers; logits may be large.
    """
    ...''',
    lambda z, y: (_shares(z) - _true(z, y)) / len(z),
    (
        (_drawn(2, 3, seed=1) / 2, np.array([2, 0])),
        (_drawn(4, 5, seed=2) / 3, np.array([0, 4, 1, 1])),
        (np.array([[1000.0, 0.0], [2.0, 3.0]]), np.array([0, 0])),
    ),
    (
        Slip(
            lambda z, y: (_true(z, y) - _shares(z)) / len(z),
            {
                "en": "The sign is turned: the gradient is p − y.",
                "fa": "علامت وارونه است: گرادیان p − y است.",
            },
        ),
        Slip(
            lambda z, y: _shares(z) - _true(z, y),
            {
                "en": "The mean is missing: divide by the number of examples.",
                "fa": "میانگین فراموش شده است: بر تعداد نمونه‌ها بخش کنید.",
            },
        ),
        Slip(
            lambda z, y: _shares(z) / len(z),
            {
                "en": "That is p alone; the one of the true class is not taken off.",
                "fa": "این فقط p است؛ عدد ۱ِ کلاس درست کم نشده است.",
            },
        ),
        Slip(
            _unshifted,
            {
                "en": "exp(1000) overflows: take the largest logit off each row first.",
                "fa": "exp(1000) سرریز می‌کند: نخست از هر سطر بزرگ‌ترین لاجیت را کم کنید.",
            },
        ),
    ),
)


def _cam(maps: Array, weights: Array) -> Array:
    return np.asarray(np.maximum((maps * weights).sum(axis=-1), 0))


GRADCAM = Task(
    '''\
def grad_cam(maps, gradients):
    """Return the Grad-CAM map from the feature maps of a picture and the score's gradients.

    Both are of shape (height, width, channels), the map of shape (height, width), not normalised.
    """
    ...''',
    lambda a, g: _cam(a, g.mean(axis=(0, 1))),
    (
        (_drawn(3, 3, 2, seed=1), _drawn(3, 3, 2, seed=2) / 4),
        (_drawn(2, 4, 3, seed=3), _drawn(2, 4, 3, seed=4) / 4),
        (abs(_drawn(2, 2, 2, seed=5)), -np.ones((2, 2, 2))),
    ),
    (
        Slip(
            lambda a, g: (a * g.mean(axis=(0, 1))).sum(axis=-1),
            {
                "en": "The ReLU at the end is missing: what speaks against the class is not shown.",
                "fa": "ReLU پایانی نیست: آنچه بر ضد کلاس است نشان داده نمی‌شود.",
            },
        ),
        Slip(
            lambda a, g: np.maximum((a * g).sum(axis=-1), 0),
            {
                "en": "That is HiResCAM: Grad-CAM first takes the mean of a channel's gradients.",
                "fa": "این HiResCAM است: Grad-CAM نخست از گرادیان‌های هر کانال میانگین می‌گیرد.",
            },
        ),
        Slip(
            lambda a, g: _cam(a, g.sum(axis=(0, 1))),
            {
                "en": "The weights are sums; Grad-CAM takes the mean over the places.",
                "fa": "وزن‌ها جمع‌اند؛ Grad-CAM روی مکان‌ها میانگین می‌گیرد.",
            },
        ),
        Slip(
            lambda a, g: _cam(a, np.maximum(g, 0).mean(axis=(0, 1))),
            {
                "en": "You rectified the gradients; only the map is rectified, at the end.",
                "fa": "ReLU را بر گرادیان‌ها زده‌اید؛ فقط نقشه، در پایان، یکسو می‌شود.",
            },
        ),
    ),
)

ALL = (CORRELATE, POINTWISE, SIZE, GRADIENT, LOGITS, STOP, GRADCAM)
TASKS = {task.name: task for task in ALL}


def check_program(program: Program, language: str = "en") -> None:
    """Print what is to be said of a program that completes one of the book's skeletons.

    Parameters
    ----------
    program : callable
        A function with the name that the skeleton gives it.
    language : {'en', 'fa'}

    Raises
    ------
    ValueError
        If no task has the name of the program.

    Examples
    --------
    >>> def size(n, k, s, padding):
    ...     return (n - k) // s + 1
    >>> check_program(size)
    You took valid for same.
    """
    name = getattr(program, "__name__", "")
    if name not in TASKS:
        raise ValueError(f"no exercise asks for {name!r}; the names are {', '.join(TASKS)}")
    said = judge(TASKS[name], program).text[language]
    # Printed lines run from left to right; a Persian sentence within one does not.
    print(f"\u2067{said}\u2069" if language == "fa" else said)
