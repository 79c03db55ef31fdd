"""Arithmetic on codes: known answers."""

import pytest
import torch

from armusic.vae.latent import lerp, slerp


@pytest.mark.parametrize("way", [lerp, slerp])
def test_both_ends_are_exact(way: object) -> None:
    torch.manual_seed(0)
    start, end = torch.randn(2, 50, 32)
    assert callable(way)
    torch.testing.assert_close(way(start, end, 0.0), start)
    torch.testing.assert_close(way(start, end, 1.0), end)
    torch.testing.assert_close(way(start, end, 0.3), way(end, start, 0.7))


def test_lerp_goes_straight() -> None:
    assert lerp(torch.tensor([0.0, 4.0]), torch.tensor([2.0, 0.0]), 0.5).tolist() == [1.0, 2.0]


def test_slerp_turns_evenly_and_keeps_the_length() -> None:
    start, end = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 2.0]])
    way = torch.cat([slerp(start, end, share) for share in (0.0, 1 / 3, 2 / 3, 1.0)])
    torch.testing.assert_close(way.norm(dim=1), torch.full((4,), 2.0))
    torch.testing.assert_close(torch.rad2deg(torch.atan2(way[:, 1], way[:, 0])), torch.tensor([0.0, 30.0, 60.0, 90.0]))


def test_the_length_changes_evenly() -> None:
    assert slerp(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 5.0]), 0.5).norm().item() == pytest.approx(3)


@pytest.mark.parametrize("end", [[3.0, 0.0], [-3.0, 0.0], [0.0, 0.0], [1.0, 1e-6]])
def test_where_there_is_no_arc_the_way_is_straight(end: list[float]) -> None:
    start, stop = torch.tensor([1.0, 0.0]), torch.tensor(end)
    for share in (0.0, 0.25, 0.5, 1.0):
        torch.testing.assert_close(slerp(start, stop, share), lerp(start, stop, share))
