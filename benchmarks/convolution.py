"""`cnnbook.convolution` beside TensorFlow and SciPy: one thread each, as ratios ours / peer.

The peers run in the same process, interleaved, on the same arrays and allocator; each time is the
shortest of many rounds. TensorFlow is timed twice: from tensor to tensor, and from array to array,
where the copy that `.numpy()` makes counts. The products of matrices that a layer comes down to
are timed alone too: what NumPy's BLAS needs for them, no program on NumPy can be below.
"""

import os
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from statistics import geometric_mean
from typing import Any, NamedTuple

import numpy as np

ROUNDS = 40
SECONDS_EACH = 1.5

Function = Callable[[], Any]


class Layer(NamedTuple):
    """A convolutional layer on square images."""

    batch: int
    size: int
    channels: int
    filters: int
    kernel: int
    stride: int
    padding: str

    def __str__(self) -> str:
        k, n = self.kernel, self.size
        window = f"{k}x{k} stride {self.stride} {self.padding}"
        return f"{self.batch} of {n}x{n}x{self.channels} -> {self.filters}, {window}"


LAYERS = [
    Layer(1, 28, 192, 7, 1, 1, "valid"),
    Layer(8, 150, 3, 32, 3, 1, "valid"),
    Layer(8, 150, 3, 32, 3, 1, "same"),
    Layer(32, 28, 1, 32, 3, 2, "same"),
    Layer(4, 56, 64, 64, 3, 1, "same"),
    Layer(4, 14, 256, 256, 3, 1, "same"),
    Layer(1, 224, 3, 64, 7, 2, "same"),
    Layer(8, 28, 32, 64, 5, 1, "same"),
]


def report() -> str:
    """Measure in a process of its own, whose threads and allocator are the same for everyone."""
    environment = os.environ | {
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        # Keep freed memory, or each call pays for fresh pages of its output.
        "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
        "MALLOC_TRIM_THRESHOLD_": str(1 << 32),
        "MALLOC_TOP_PAD_": str(1 << 28),
    }
    for forced in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        environment.pop(forced, None)
    command = [sys.executable, "-m", "benchmarks.convolution"]
    finished = subprocess.run(command, env=environment, capture_output=True, text=True)
    if finished.returncode:
        raise RuntimeError(finished.stderr)
    return finished.stdout.rstrip()


def shortest(functions: dict[str, Function]) -> dict[str, float]:
    """Shortest time of each function in milliseconds, taking turns."""
    times = {name: float("inf") for name in functions}
    spent = dict.fromkeys(functions, 0.0)
    for function in functions.values():
        function()
    for _ in range(ROUNDS):
        for name, function in functions.items():
            if spent[name] > SECONDS_EACH:
                continue
            start = time.perf_counter()
            function()
            elapsed = time.perf_counter() - start
            spent[name] += elapsed
            times[name] = min(times[name], 1e3 * elapsed)
    return times


def extra_megabytes(function: Function) -> float:
    """Memory at the peak beyond the result."""
    tracemalloc.start()
    result = function()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    results = result if isinstance(result, tuple) else (result,)
    return (peak - sum(array.nbytes for array in results)) / 1e6


def measure_layer(layer: Layer) -> list[float]:
    """Ours in ms, ratio to array, to tensor and to the product, MB: forward, then backward."""
    import tensorflow as tf

    from cnnbook.convolution import conv2d, conv2d_backward

    random = np.random.default_rng(0)
    batch, size, channels, filters, kernel, stride, padding = layer
    x = random.standard_normal((batch, size, size, channels), dtype=np.float32)
    w = random.standard_normal((kernel, kernel, channels, filters), dtype=np.float32)
    g = random.standard_normal(conv2d(x, w, stride, padding).shape, dtype=np.float32)
    x_tensor, w_tensor, g_tensor = map(tf.constant, (x, w, g))
    settings = {"strides": [1, stride, stride, 1], "padding": padding.upper()}

    def forward() -> Any:
        return tf.raw_ops.Conv2D(input=x_tensor, filter=w_tensor, **settings)

    def backward() -> list[Any]:
        return [
            tf.raw_ops.Conv2DBackpropInput(
                input_sizes=x.shape, filter=w_tensor, out_backprop=g_tensor, **settings
            ),
            tf.raw_ops.Conv2DBackpropFilter(
                input=x_tensor, filter_sizes=w.shape, out_backprop=g_tensor, **settings
            ),
        ]

    gradients = g.reshape(-1, filters)
    columns = random.standard_normal((len(gradients), w.size // filters), dtype=np.float32)
    matrix, result = w.reshape(-1, filters), np.empty_like(gradients)
    into_columns, into_matrix = np.empty_like(columns), np.empty_like(matrix)

    def products_back() -> None:
        np.matmul(gradients, matrix.T, out=into_columns)
        np.matmul(columns.T, gradients, out=into_matrix)

    numbers = []
    for ours, tensor, array, product in (
        (
            lambda: conv2d(x, w, stride, padding),
            forward,
            lambda: forward().numpy(),
            lambda: np.matmul(columns, matrix, out=result),
        ),
        (
            lambda: conv2d_backward(g, x, w, stride, padding),
            backward,
            lambda: [gradient.numpy() for gradient in backward()],
            products_back,
        ),
    ):
        peers = {"array": array, "tensor": tensor, "product": product}
        times = shortest({"ours": ours, **peers})
        ratios = [times["ours"] / times[peer] for peer in peers]
        numbers += [times["ours"], *ratios, extra_megabytes(ours)]
    return numbers


def measure_layers() -> list[str]:
    heads = ["ours ms", "/array", "/tensor", "/product", "MB"] * 2
    lines = [
        f"{'':44}{'forward':^45}{'backward':^45}",
        f"{'layer (float32)':44}" + "".join(f"{head:>9}" for head in heads),
    ]
    measured = []
    for layer in LAYERS:
        measured.append(measure_layer(layer))
        lines.append(f"{layer!s:44}" + "".join(f"{number:9.2f}" for number in measured[-1]))
    columns = list(zip(*measured, strict=True))
    forward, backward = (
        "".join(f"{geometric_mean(column):9.2f}" for column in columns[start : start + 3])
        for start in (1, 6)
    )
    return [*lines, f"{'geometric mean':53}{forward}{backward:>45}"]


def measure_planes() -> list[str]:
    from scipy import signal

    from cnnbook.convolution import correlate2d

    image = np.random.default_rng(0).standard_normal((512, 512), dtype=np.float32)
    head = f"{'/convolve2d':>16}{'/fftconvolve':>14}{'MB':>8}"
    lines = [f"{'one channel, 512x512, float32':44}{'ours ms':>8}{head}"]
    for size in (3, 11, 31, 63):
        kernel = np.random.default_rng(size).standard_normal((size, size), dtype=np.float32)

        def ours(kernel: np.ndarray = kernel) -> np.ndarray:
            return correlate2d(image, kernel)

        times = shortest(
            {
                "ours": ours,
                "direct": lambda kernel=kernel: signal.convolve2d(image, kernel, "same"),
                "fourier": lambda kernel=kernel: signal.fftconvolve(image, kernel, "same"),
            }
        )
        direct, fourier = (times["ours"] / times[peer] for peer in ("direct", "fourier"))
        faster = f"{direct:.3f} (1/{1 / direct:.0f})"
        lines.append(
            f"{size}x{size}".ljust(44)
            + f"{times['ours']:8.2f}{faster:>16}{fourier:14.2f}{extra_megabytes(ours):8.2f}"
        )
    return lines


def versions() -> str:
    import scipy
    import tensorflow as tf
    import threadpoolctl

    (blas,) = {
        f"{pool['internal_api']} {pool['version']} ({pool['architecture']} kernels)"
        for pool in threadpoolctl.threadpool_info()
        if "numpy" in pool["filepath"]
    }
    names = f"NumPy {np.__version__}, TensorFlow {tf.__version__}, SciPy {scipy.__version__}"
    return f"Convolution, one thread each, time ours / peer: {names}, {blas}"


def one_thread() -> None:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


if __name__ == "__main__":
    one_thread()
    print("\n".join([versions(), "", *measure_layers(), "", *measure_planes()]))
