"""Shapes of arrays are jaxtyping's where somebody checks them, and cost nothing elsewhere."""

import inspect
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import jaxtyping
import numpy as np
import pytest
from beartype.roar import BeartypeCallHintViolation

from armusic import shapes
from armusic.music import keys, tokenizer
from armusic.music.score import Key
from armusic.shapes import Float
from tests import checker

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


@pytest.mark.parametrize("function", [tokenizer.encode, keys.find, Key.__init__])
def test_functions_and_data_classes_are_checked(function: Callable[..., object]) -> None:
    assert function.__code__.co_filename == checker.__file__
    with pytest.raises(BeartypeCallHintViolation):
        function(*([3.5] * len(inspect.signature(function).parameters)))


@checker.jaxtyped(typechecker=None)
def product(
    a: Float[np.ndarray, "row middle"], b: "Float[np.ndarray, 'middle column']"
) -> Float[np.ndarray, "row column"]:
    return a @ b if len(a) else np.zeros((1, 1))


@checker.jaxtyped(typechecker=None)
def items(a: Float[np.ndarray, " item"], b: Float[np.ndarray, " item"]) -> Iterator[float]:
    yield from a * b


@checker.jaxtyped(typechecker=None)
@dataclass
class Pair:
    first: Float[np.ndarray, " item"]
    second: Float[np.ndarray, " item"]


def test_an_axis_has_one_size_in_a_call() -> None:
    for size in (2, 3):  # the next call has another
        assert product(np.ones((4, size)), np.ones((size, 5))).shape == (4, 5)
    for function in (items, Pair):
        function(np.ones(2), np.ones(2))
        with pytest.raises(Exception, match="item|second"):
            function(np.ones(2), np.ones(3))
    with pytest.raises(BeartypeCallHintViolation):
        product(np.ones((4, 2)), np.ones((3, 5)))
    with pytest.raises(BeartypeCallHintViolation):
        product(np.ones((0, 2)), np.ones((2, 5)))  # it returns another shape
