"""Memory goes back to the system, also where something lies above what is freed."""

import platform
import subprocess
import sys

import pytest

BETWEEN = """
import resource
import numpy as np
from armusic.studio import memory

def held():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() / 1e6

{share}
np.ones(16_000_000, np.int8)  # freed at once: so large an array may lie in a pool from now on
before = held()
arrays, notes = [], []
for _ in range(20):
    arrays.append(np.ones(4_000_000, np.int8))
    notes.append(bytes(100_000))
most = held()
arrays.clear()
print(most - before, held() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
@pytest.mark.parametrize(("share", "bounds"), [("memory.share()", (0, 10)), ("", (60, 100))])
def test_large_arrays_go_back_with_notes_above_them(share: str, bounds: tuple[int, int]) -> None:
    """80 MB of arrays, each with what stays above it: without `share`, glibc keeps them."""
    done = subprocess.run(
        [sys.executable, "-c", BETWEEN.format(share=share)], capture_output=True, text=True, check=True
    )
    most, left = map(float, done.stdout.split())
    assert most > 75
    assert bounds[0] <= left <= bounds[1]
