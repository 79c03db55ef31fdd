"""Shapes and kinds of arrays in signatures, such as `Float[np.ndarray, "measure latent"]`: those of jaxtyping.

Only a type checker and the tests, which check shapes at run time, read them. jaxtyping takes as long to import as
numpy, so elsewhere the standard library's `Annotated` stands for all of them, as jaxtyping itself has it for type
checkers.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING or "jaxtyping" in sys.modules:
    from jaxtyping import Bool, Float, Int, Integer, Num, Shaped, UInt8, UInt32
else:
    from typing import Annotated

    Bool = Float = Int = Integer = Num = Shaped = UInt8 = UInt32 = Annotated

__all__ = ["Bool", "Float", "Int", "Integer", "Num", "Shaped", "UInt8", "UInt32"]
