"""What some systems do not have: tests that need it say so, and are left out there."""

from ctypes.util import find_library

import pytest

cairo = pytest.mark.skipif(find_library("cairo") is None, reason="this system has no cairo library (Debian: libcairo2)")
