"""Timings of the package beside its peers, as ratios taken in one run."""
