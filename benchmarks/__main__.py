"""Print every table: `python -m benchmarks`, or one: `python -m benchmarks convolution`.

`defaults`, of accuracy, trains for minutes and is printed only when it is named.
"""

import sys
from importlib import import_module

ALL = ["convolution", "gradcam", "input_pipeline", "training", "backends", "drawing"]

for name in sys.argv[1:] or ALL:
    print(import_module(f"benchmarks.{name}").report(), end="\n\n", flush=True)
