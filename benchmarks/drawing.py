"""Milliseconds to draw a car, beside what JPEG alone takes of them, there and back.

Every drawn picture is kept as a JPEG file in memory and read again, which no drawing could skip.
"""

from __future__ import annotations

import importlib.metadata
import io
import time
from collections.abc import Callable

import numpy as np
from PIL import Image

from cnnbook import cars

IMAGES, ROUNDS = 500, 5


def report() -> str:
    versions = ", ".join(f"{p} {importlib.metadata.version(p)}" for p in ("numpy", "pillow"))
    lines = [f"Drawing a car: milliseconds, best of {ROUNDS} rounds of {IMAGES} ({versions})"]
    for size in (96, 150):
        images = cars.draw(IMAGES, seed=1, size=size).images

        def draw(size: int = size) -> None:
            cars.draw(IMAGES, seed=1, size=size)

        def keep(images: np.ndarray = images) -> None:
            for image in images:
                file = io.BytesIO()
                Image.fromarray(image).save(file, "JPEG")
                np.asarray(Image.open(file))

        drawn, kept = milliseconds(draw), milliseconds(keep)
        lines.append(f"{size}x{size}: {drawn:.2f}; JPEG alone {kept:.2f}; ratio {drawn / kept:.1f}")
    return "\n".join(lines)


def milliseconds(work: Callable[[], None]) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return 1000 * min(times) / IMAGES


if __name__ == "__main__":
    print(report())
