"""The table of control losses: no two rows are the same."""

from __future__ import annotations

import control_losses
import pytest


def test_every_row_has_settings_of_its_own() -> None:
    assert list(control_losses.configurations(2)) == list(control_losses.VARIANTS)


def test_two_rows_that_are_the_same_are_refused() -> None:
    with pytest.raises(ValueError, match="'today' has the settings of 'the default'"):
        control_losses.configurations(2, {"the default": {}, "today": {"keep": 0.15}})
