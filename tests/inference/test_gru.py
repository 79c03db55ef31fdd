"""A GRU in numpy is torch's: layers, directions, states to start from."""

import numpy as np
import pytest
import torch
from torch import nn

from armusic.inference.gru import Gru, layers


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("started", [False, True])
def test_states_are_those_of_torch(count: int, both: bool, started: bool) -> None:
    torch.manual_seed(count)
    rnn = nn.GRU(5, 6, count, bidirectional=both)
    x = torch.randn(9, 4, 5)
    start = torch.randn(count * (1 + both), 4, 6) if started else None
    with torch.inference_mode():
        expected, last = rnn(x, start)
    gru = Gru({f"a.{name}": weight.numpy() for name, weight in rnn.state_dict().items()}, "a")
    states, ends = gru(gru.project(x.numpy()), None if start is None else start.numpy())
    assert np.allclose(states, expected, atol=1e-5)
    assert np.allclose(ends, last, atol=1e-5)


def test_zero_weights_halve_a_state_at_each_tick() -> None:
    weights = {f"a.{name}_l0": np.zeros((6, 2)) for name in ("weight_ih", "weight_hh")}
    weights |= {f"a.{name}_l0": np.zeros(6) for name in ("bias_ih", "bias_hh")}
    gru = Gru(weights, "a")
    states, last = gru(gru.project(np.zeros((3, 1, 2), dtype=np.float32)), np.full((1, 1, 2), 8, dtype=np.float32))
    assert states[:, 0].tolist() == [[4, 4], [2, 2], [1, 1]]
    assert last.tolist() == [[[1, 1]]]


def test_a_gru_of_another_name_is_missing() -> None:
    with pytest.raises(KeyError, match="b.weight_ih_l0"):
        layers({"a.weight_hh_l0": np.zeros((6, 2))}, "b")
