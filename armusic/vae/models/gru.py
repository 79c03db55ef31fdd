"""A one-layer GRU in both directions, with a backward pass of its own, which makes training on the CPU faster.

torch's GRU runs every tick through many small operations, and autograd keeps and adds up a tensor for each of them.
Here all of a tick's work is done in place while it is in the processor's cache.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def states(rnn: nn.GRU, inputs: Tensor) -> tuple[Tensor, Tensor]:
    """Return the states of a bidirectional GRU (item, tick, 2 unit), and the last of each layer and direction.

    The same as `rnn(inputs)`, but for rounding: where the operations here do not pay, or do not apply, it is that call.

    Parameters
    ----------
    rnn : GRU
        Bidirectional, items first.
    inputs : Tensor (item, tick, input)
        Inputs at each tick; the state starts from zeros.

    Examples
    --------
    >>> both, last = states(nn.GRU(3, 4, batch_first=True, bidirectional=True), torch.zeros(2, 6, 3))
    >>> tuple(both.shape), tuple(last.shape)
    ((2, 6, 8), (2, 2, 4))
    """
    if not pays(rnn, inputs):
        both, last = rnn(inputs)
        return both, last
    return Bidirectional.apply(  # type: ignore[no-untyped-call]
        inputs, *(getattr(rnn, f"{name}_l0{end}") for end in ("", "_reverse") for name in WEIGHTS)
    )


def pays(rnn: nn.GRU, inputs: Tensor) -> bool:
    """Return whether the operations here apply and are faster: in training on the CPU, where it is not compiled."""
    return (
        rnn.training
        and torch.is_grad_enabled()
        and inputs.device.type == "cpu"
        and inputs.dtype in (torch.float32, torch.float64)
        and inputs.numel() > 0
        and rnn.num_layers == 1
        and not torch.is_autocast_enabled("cpu")
        and not torch.compiler.is_compiling()
    )


class Bidirectional(torch.autograd.Function):
    """The states of both directions, and their gradients.

    Of a tick, with input x and the state before h, the gates are r and z = sigmoid(W x + V h + bias), the candidate
    n = tanh(W x + bias + r q) with q = V h + bias, and the state n + z (h - n).
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, *weights: Tensor) -> tuple[Tensor, Tensor]:
        """Return the states (item, tick, 2 unit) and the last of each direction (2, item, unit).

        `weights` are those of the forward and of the backward direction, each in the order of `WEIGHTS`.
        """
        items, ticks, _ = x.shape
        units = weights[1].shape[1]
        both = x.new_empty(ticks, items, 2 * units)
        gates, candidates = x.new_empty(2, ticks, items, 3 * units), x.new_empty(2, ticks, items, units)
        for side, (w, v, w_bias, v_bias) in enumerate((weights[:4], weights[4:])):
            bias = (w_bias + torch.cat([v_bias[: 2 * units], torch.zeros_like(v_bias[2 * units :])])).expand(items, -1)
            bias_q = v_bias[2 * units :].expand(items, -1)
            w, v_gates, v_q = w.t(), v[: 2 * units].t(), v[2 * units :].t()
            r, z, n = (part.unbind() for part in gates[side].split(units, dim=2))
            r_and_z, after = gates[side, ..., : 2 * units].unbind(), both.chunk(2, dim=2)[side].unbind()
            before = x.new_zeros(items, units)
            for t in _order(ticks, side):
                torch.addmm(bias, x[:, t], w, out=gates[side, t])
                r_and_z[t].addmm_(before, v_gates).sigmoid_()
                q = torch.addmm(bias_q, before, v_q, out=candidates[side, t])
                n[t].addcmul_(r[t], q).tanh_()
                before = torch.lerp(n[t], before, z[t], out=after[t])
        ctx.save_for_backward(x, both, gates, candidates, *weights)
        return both.transpose(0, 1), torch.stack([both[-1, :, :units], both[0, :, units:]])

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, d_both: Tensor, d_last: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of the inputs and of all weights, from those of the results."""
        x, both, gates, candidates, *weights = ctx.saved_tensors
        items, ticks, _ = x.shape
        units = weights[1].shape[1]
        steps = x.new_empty(items, 4 * units)  # gradients of one tick before the nonlinearities: of q, r, z, n
        d_q, d_r, d_z, d_n = steps.split(units, dim=1)
        to_state, to_input = steps[:, : 3 * units], steps[:, units:]
        spare, kept, start = x.new_empty(items, units), x.new_empty(items, units), x.new_zeros(items, units)
        every = x.new_ones(items)
        d_x = x.new_zeros(ticks, items, x.shape[2]) if ctx.needs_input_grad[0] else None
        results: list[Tensor] = []
        for side, (w, v) in enumerate((weights[:2], weights[4:6])):
            v = v.roll(units, dims=0)  # rows of q, r, z
            d_w, d_v, d_bias = torch.zeros_like(w), torch.zeros_like(v), x.new_zeros(4 * units)
            r, z, n = (part.unbind() for part in gates[side].split(units, dim=2))
            after, d_after = (part.chunk(2, dim=2)[side].unbind(axis) for part, axis in ((both, 0), (d_both, 1)))
            d = d_last[side].clone()
            order = _order(ticks, side)
            for t, before in zip(order[::-1], [*(after[t] for t in order[-2::-1]), start], strict=True):
                d.add_(d_after[t])
                _through_sigmoid(torch.sub(before, n[t], out=spare).mul_(d), z[t], grad_input=d_z)
                torch.mul(d, z[t], out=kept)
                _through_tanh(torch.sub(d, kept, out=spare), n[t], grad_input=d_n)
                torch.mul(d_n, r[t], out=d_q)
                _through_sigmoid(torch.mul(d_n, candidates[side, t], out=spare), r[t], grad_input=d_r)
                torch.addmm(kept, to_state, v, out=d)
                d_v.addmm_(to_state.t(), before)
                d_w.addmm_(to_input.t(), x[:, t])
                d_bias.addmv_(steps.t(), every)
                if d_x is not None:
                    d_x[t].addmm_(to_input, w)
            results += [d_w, d_v.roll(-units, dims=0), d_bias[units:], d_bias[: 3 * units].roll(-units)]
        return None if d_x is None else d_x.transpose(0, 1), *results


def _order(ticks: int, side: int) -> range:
    return range(ticks - 1, -1, -1) if side else range(ticks)


_through_sigmoid = torch.ops.aten.sigmoid_backward.grad_input
_through_tanh = torch.ops.aten.tanh_backward.grad_input
