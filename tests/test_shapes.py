"""Shapes of arrays are jaxtyping's where somebody checks them, and cost nothing elsewhere."""

import subprocess
import sys

import jaxtyping

from armusic import shapes

CODE = """
import sys
import numpy as np
from armusic.shapes import Float
Table = Float[np.ndarray, "measure attribute"] | None
print("jaxtyping" in sys.modules, Float.__module__)
"""


def test_the_tests_check_the_shapes_of_jaxtyping() -> None:
    assert all(getattr(shapes, name) is getattr(jaxtyping, name) for name in shapes.__all__)


def test_elsewhere_jaxtyping_is_not_imported() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "typing"]
