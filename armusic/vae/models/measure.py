"""`MeasureVAE`: a recurrent VAE of measures in every metre, with a hierarchical (the paper's) or a parallel decoder.

A kind is the place of the metre in `beats`; a measure of that kind has six ticks per beat, if nothing else is said.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from armusic.vae.models import gru
from armusic.vae.models.base import VAE, Normal
from armusic.vae.models.editor import Editor

TICKS_PER_BEAT = 6
EMBEDDING = 10  # size of a note embedding (Pati and Lerch 2020)
VIEW = 16  # size of the encoder's view of each tick
METRE = 8  # size of a metre embedding
LOG_STD = (-7.0, 2.0)  # limits that keep exp() finite: beyond, the posterior is a point, or wider than the prior


class MeasureVAE(VAE):
    """A VAE of token rows (measure, tick).

    Parameters
    ----------
    classes : int
        Number of token classes.
    beats : sequence of int
        Beats per measure of each kind.
    decoder : {"parallel", "hierarchical"}
        `parallel`: z and a learned position per tick go through one bidirectional GRU, all
        ticks in one call. `hierarchical`: a GRU over beats starts a GRU over the ticks of each
        beat, which is fed the note before (Pati and Lerch 2020).
    latent : int
        Size of a code.
    units : int
        Hidden units of each GRU, per direction.
    dropout : float
        Share of inputs to each recurrent layer that is dropped in training, 0..1.
    layers : int
        Recurrent layers of the encoder and of each decoder GRU.
    attributes, editor : int
        Number of attributes, and hidden units of the layers of the editor; without units there is none.
    ticks_per_beat : int
        Ticks of a beat.
    """

    def __init__(
        self,
        classes: int,
        beats: Sequence[int],
        *,
        decoder: str,
        latent: int,
        units: int,
        dropout: float,
        layers: int,
        attributes: int = 0,
        editor: int = 0,
        ticks_per_beat: int = TICKS_PER_BEAT,
    ) -> None:
        super().__init__()
        self.latent = latent
        self.ticks = [ticks_per_beat * count for count in beats]
        parallel = decoder == "parallel"
        self.autoregressive = not parallel
        self.encoder = Encoder(
            classes, len(beats), latent, units, dropout, layers, pooled=parallel, ticks=max(self.ticks)
        )
        make = ParallelDecoder if parallel else HierarchicalDecoder
        self.decoder = make(classes, beats, latent, units, dropout, layers, ticks_per_beat)
        self.editor = Editor(latent, attributes, len(beats), editor) if editor else None
        if not parallel:  # Pati and Lerch (2020)
            for weight in (*self.encoder.parameters(), *self.decoder.parameters()):
                if weight.dim() > 1:
                    nn.init.xavier_normal_(weight)

    def encode(self, x: Tensor, kind: int) -> Normal:
        """Return the posterior of measures `x`: int (measure, tick), or probabilities (measure, tick, class)."""
        return self.encoder(x[:, : self.ticks[kind]], kind)

    def decode(self, z: Tensor, kind: int, teacher: Tensor | None = None) -> Tensor:
        """Return the logits (measure, tick, class) for codes `z`."""
        if teacher is not None:
            teacher = teacher[:, : self.ticks[kind]]
        return self.decoder(z, kind, teacher)

    def edit(self, z: Tensor, targets: Tensor, kind: int) -> Tensor:
        """Return codes whose attributes are at targets: see `VAE.edit`; an editor moves all dimensions."""
        moved = super().edit(z, targets, kind)
        return moved if self.editor is None else self.editor(z, moved, ~targets.isnan(), kind)

    def nll(self, output: Tensor, x: Tensor, kind: int) -> Tensor:
        """Return the cross-entropy of each measure, in nats: the sum over its ticks."""
        x = x[:, : self.ticks[kind]]
        return functional.cross_entropy(output.transpose(1, 2), x, reduction="none").sum(dim=1)

    def mode(self, output: Tensor) -> Tensor:
        """Return the most likely measures, int (measure, tick)."""
        return output.argmax(dim=-1)


class Encoder(nn.Module):
    """The encoder: a bidirectional GRU and its last states.

    Where `pooled`, also its mean and maximum over time, and a small view of its state at each tick.
    """

    def __init__(
        self,
        classes: int,
        kinds: int,
        latent: int,
        units: int,
        dropout: float,
        layers: int,
        *,
        pooled: bool,
        ticks: int,
    ) -> None:
        super().__init__()
        self.pooled = pooled
        self.notes = nn.Embedding(classes, EMBEDDING)
        self.metre = nn.Embedding(kinds, METRE)
        self.rnn = nn.GRU(
            EMBEDDING + METRE, units, layers, batch_first=True, bidirectional=True, dropout=dropout if layers > 1 else 0
        )
        width = 2 * units * layers
        if pooled:
            self.view, self.views = nn.Linear(2 * units, VIEW), VIEW * ticks
            width += 4 * units + self.views
        self.dropout = nn.Dropout(dropout)
        self.mean = _head(width, units, latent)
        self.log_std = _head(width, units, latent)

    def forward(self, x: Tensor, kind: int) -> Normal:
        """Return the posterior of `x` (measure, tick), or of probabilities (measure, tick, class)."""
        notes = x @ self.notes.weight if x.is_floating_point() else self.notes(x)
        metre = self.metre.weight[kind].expand(*notes.shape[:2], -1)
        states, last = gru.states(self.rnn, torch.cat([notes, metre], dim=-1))
        summary = last.transpose(0, 1).flatten(1)
        if self.pooled:
            views = functional.selu(self.view(states)).flatten(1)
            views = functional.pad(views, (0, self.views - views.shape[1]))
            summary = self.dropout(torch.cat([summary, states.mean(dim=1), states.amax(dim=1), views], dim=1))
        return Normal(self.mean(summary), self.log_std(summary).clamp(*LOG_STD))


class ParallelDecoder(nn.Module):
    """A view of the code and a learned position per tick, through one bidirectional GRU.

    Each tick sees the code through weights of its own: several times faster to learn than one view for all.
    """

    def __init__(
        self, classes: int, beats: Sequence[int], latent: int, units: int, dropout: float, layers: int, beat: int
    ) -> None:
        super().__init__()
        self.ticks = [beat * count for count in beats]
        self.code = nn.Linear(latent, 2 * units * max(self.ticks))
        self.positions = nn.Parameter(torch.randn(len(beats), max(self.ticks), 2 * units) / units**0.5)
        self.rnn = nn.GRU(
            2 * units, units, layers, batch_first=True, bidirectional=True, dropout=dropout if layers > 1 else 0
        )
        self.dropout = nn.Dropout(dropout)
        self.logits = nn.Linear(2 * units, classes)

    def forward(self, z: Tensor, kind: int, teacher: Tensor | None) -> Tensor:
        """Return logits (measure, tick, class)."""
        views = self.code(z).unflatten(1, self.positions.shape[1:])[:, : self.ticks[kind]]
        inputs = functional.selu(views + self.positions[kind, : self.ticks[kind]], inplace=True)
        states, _ = gru.states(self.rnn, self._drop(inputs))
        return self.logits(self._drop(states).transpose(0, 1)).transpose(0, 1)  # states lie in memory tick by tick

    def _drop(self, inputs: Tensor) -> Tensor:
        """Drop the same units at every tick, which takes a fraction of the time (Gal and Ghahramani 2016)."""
        return inputs * self.dropout(torch.ones_like(inputs[:, :1]))


class HierarchicalDecoder(nn.Module):
    """A GRU over beats that starts a GRU over the ticks of each beat."""

    def __init__(
        self, classes: int, beats: Sequence[int], latent: int, units: int, dropout: float, layers: int, beat: int
    ) -> None:
        super().__init__()
        self.beats, self.beat, self.classes, self.layers, self.units = list(beats), beat, classes, layers, units
        self.notes = nn.Embedding(classes + 1, EMBEDDING)  # the last row stands before the first tick
        self.metre = nn.Embedding(len(beats), METRE)
        self.start = nn.Sequential(nn.Linear(latent + METRE, layers * units), nn.SELU())
        self.beat_rnn = nn.GRU(1, units, layers, batch_first=True, dropout=dropout)
        self.beat_state = nn.Sequential(nn.Linear(units, layers * units), nn.SELU())
        self.beat_input = nn.Sequential(nn.Linear(units, units), nn.SELU())
        self.tick_rnn = nn.GRU(units + EMBEDDING, units, layers, batch_first=True, dropout=dropout)
        self.logits = nn.Linear(units, classes)

    def forward(self, z: Tensor, kind: int, teacher: Tensor | None) -> Tensor:
        """Return logits (measure, tick, class)."""
        items, beats = len(z), self.beats[kind]
        metre = self.metre.weight[kind].expand(items, -1)
        state = self._state(self.start(torch.cat([z, metre], dim=1)))
        beat, _ = self.beat_rnn(z.new_zeros(items, beats, 1), state)
        beat = beat.flatten(0, 1)  # (item * beat, unit): every beat starts anew from the beat GRU
        state, repeated = self._state(self.beat_state(beat)), self.beat_input(beat)
        if teacher is not None:
            before = functional.pad(teacher[:, :-1], (1, 0), value=self.classes).reshape(-1, self.beat)
            inputs = torch.cat([repeated[:, None].expand(-1, self.beat, -1), self.notes(before)], dim=2)
            states, _ = self.tick_rnn(inputs, state)
            return self.logits(states).reshape(items, beats * self.beat, -1)
        repeated = repeated.reshape(items, beats, -1)
        state = state.reshape(self.layers, items, beats, -1)
        previous = torch.full((items,), self.classes, device=z.device)
        outputs = []
        for index in range(beats):
            hidden = state[:, :, index].contiguous()
            for _ in range(self.beat):
                inputs = torch.cat([repeated[:, index], self.notes(previous)], dim=1)[:, None]
                states, hidden = self.tick_rnn(inputs, hidden)
                outputs.append(self.logits(states[:, 0]))
                previous = outputs[-1].argmax(dim=1)
        return torch.stack(outputs, dim=1)

    def _state(self, flat: Tensor) -> Tensor:
        return flat.reshape(len(flat), self.layers, self.units).transpose(0, 1).contiguous()


def _head(width: int, units: int, latent: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, 2 * units), nn.SELU(), nn.Linear(2 * units, latent))
