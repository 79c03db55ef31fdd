"""Arithmetic on codes: known answers."""

import numpy as np
import pytest

from armusic.vae.latent import lerp, slerp


@pytest.mark.parametrize("way", [lerp, slerp])
def test_both_ends_are_exact(way: object) -> None:
    start, end = np.random.default_rng(0).standard_normal((2, 50, 32)).astype(np.float32)
    assert callable(way)
    for share, expected in ((0.0, start), (1.0, end), (0.3, way(end, start, 0.7))):
        code = way(start, end, share)
        assert code.dtype == np.float32
        np.testing.assert_allclose(code, expected, rtol=1e-5, atol=1e-5)


def test_lerp_goes_straight() -> None:
    assert lerp(np.array([0.0, 4.0]), np.array([2.0, 0.0]), 0.5).tolist() == [1.0, 2.0]


def test_slerp_turns_evenly_and_keeps_the_length() -> None:
    start, end = np.array([[2.0, 0.0]]), np.array([[0.0, 2.0]])
    way = np.concatenate([slerp(start, end, share) for share in (0.0, 1 / 3, 2 / 3, 1.0)])
    np.testing.assert_allclose(np.linalg.norm(way, axis=1), 2.0)
    np.testing.assert_allclose(np.rad2deg(np.arctan2(way[:, 1], way[:, 0])), [0.0, 30.0, 60.0, 90.0], atol=1e-9)


def test_the_length_changes_evenly() -> None:
    assert np.linalg.norm(slerp(np.array([1.0, 0.0]), np.array([0.0, 5.0]), 0.5)) == pytest.approx(3)


@pytest.mark.parametrize("end", [[3.0, 0.0], [-3.0, 0.0], [0.0, 0.0], [1.0, 1e-6]])
def test_where_there_is_no_arc_the_way_is_straight(end: list[float]) -> None:
    start, stop = np.array([1.0, 0.0]), np.array(end)
    for share in (0.0, 0.25, 0.5, 1.0):
        np.testing.assert_allclose(slerp(start, stop, share), lerp(start, stop, share))
