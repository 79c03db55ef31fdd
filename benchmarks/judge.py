"""A judge of melodies that shares nothing with the product: how surprising is a measure to one who knows other tunes.

    python benchmarks/judge.py    (loads it from the data folder, or trains it in minutes, and says how good it is)

It is a recurrent network over notes: given all notes so far, it predicts whether silence comes before the next
one, after how long that begins, and its pitch, all relative to the tonic and the place in the measure. It learns
from the validation part and half of the test part of the shipped model's corpus: tunes, and versions of tunes, that
nothing in the product is trained on. What it judges comes from the other half.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import temperley
import torch
from safetensors.torch import load_file, save_file
from temperley import Listener, listener_of
from torch import Tensor, nn

from armusic import api
from armusic.config import Config
from armusic.datasets.corpora.corpus import Corpus
from armusic.evaluation import tune_of
from armusic.files import atomic_path, data_folder
from armusic.inference.items import to_data
from armusic.music.score import METRES, Tune
from armusic.music.tokenizer import HOLD, MAX_TICKS, UNITS_PER_QUARTER, encode, is_onset, kinds, tick_units
from armusic.vae.data import split

GAPS = 74  # classes of the time from onset to onset, in twelfths of a quarter: 1 to 72, and more
COMPASS, LEAPS = 61, 61  # classes of pitches about the tonic, and of intervals: two octaves and a half each way
OFF_GRID = MAX_TICKS * len(METRES)  # the place between two ticks; a place is a tick in a kind of measure
PLACES = OFF_GRID + 2
START = OFF_GRID + 1  # the place before the first note


@dataclass(frozen=True)
class Settings:
    """All that the judge's weights depend on, beside its tunes."""

    units: int = 128
    epochs: int = 25
    batch: int = 16
    lr: float = 4e-3
    decay: float = 0.05
    dropout: float = 0.35
    floor: float = 0.005  # share of each prediction that is spread evenly over its classes
    seed: int = 16
    version: int = 1  # of this file: counted up when the network changes


@dataclass(frozen=True)
class Parts:
    """Tunes of the corpus, by number: for the judge to learn from, to be tested on, and those that it judges."""

    learnt: np.ndarray
    tested: np.ndarray
    judged: np.ndarray
    product: np.ndarray  # the product's training tunes


@dataclass(frozen=True)
class Notes:
    """The notes of a tune as the judge reads them; each an int array (note,).

    `measure` is the place of the measure it begins in, `place` that of its tick, `gap` the class of the time since
    the onset before, `rest` whether silence comes before it, `pitch` its class about the tonic.
    """

    measure: np.ndarray
    place: np.ndarray
    gap: np.ndarray
    rest: np.ndarray
    pitch: np.ndarray
    major: bool
    kind: int


def parts(corpus: Corpus, config: Config, seed: int = Settings.seed) -> Parts:
    """Return who gets which tunes of a corpus; versions of a tune stay together."""
    train, valid, test = (np.unique(part.group) for part in split(to_data(corpus, config), config.split))
    shuffled = np.random.default_rng(seed).permutation(test)
    ours = np.random.default_rng(seed).permutation(np.concatenate([valid, shuffled[: len(test) // 2]]))
    groups = ours[len(ours) // 10 :], ours[: len(ours) // 10], shuffled[len(test) // 2 :], train
    return Parts(*(np.flatnonzero(np.isin(corpus.version, group)) for group in groups))


def excerpt(corpus: Corpus, number: int, most: int | None = None) -> Tune:
    """Return the first measures of a tune of the corpus; a pickup does not count."""
    rows = np.flatnonzero(corpus.tune == number)
    pickup = int(not is_onset(corpus.tokens[rows[0], :1]).any())
    chosen = np.zeros(len(corpus.tune), dtype=bool)
    chosen[rows[: None if most is None else most + pickup]] = True
    return tune_of(corpus, chosen, corpus.sources[number])


def notes_of(tokens: np.ndarray, kind: np.ndarray, listener: Listener) -> Notes:
    """Return the notes of rows of tokens as the judge reads them.

    Parameters
    ----------
    tokens : int array (measure, tick)
        The measures.
    kind : int array (measure,)
        Places of their metres in `score.METRES`.
    listener : Listener
        Of the tune that they are a variation of.
    """
    lengths = np.array([int(metre.length * UNITS_PER_QUARTER) for metre in METRES])
    units = np.stack([np.resize(tick_units(metre), MAX_TICKS) for metre in METRES])
    starts = np.cumsum(np.append(0, lengths[kind]))[:-1]
    rows, columns = np.nonzero((tokens >= 0) & (tokens != HOLD) & (tokens < HOLD + 2))
    values = tokens[rows, columns]
    onset = is_onset(values)
    rest = np.append(True, ~onset)[:-1][onset]
    rows, columns, values = rows[onset], columns[onset], values[onset]
    at = starts[rows] + units[kind[rows], columns]
    gap = np.diff(at, prepend=0).clip(0, GAPS - 1)
    pitch = (values - listener.tonic + COMPASS // 2).clip(0, COMPASS - 1)
    place = kind[rows] * MAX_TICKS + columns
    return Notes(
        rows, place, gap, rest.astype(int), pitch.astype(int), listener.major, int(kind[0]) if len(kind) else 0
    )


def arrivals() -> np.ndarray:
    """Return the place (place, gap) that a gap leads to from a place, in the same metre."""
    table = np.full((PLACES, GAPS), OFF_GRID)
    for kind, metre in enumerate(METRES):
        units, length = tick_units(metre), int(metre.length * UNITS_PER_QUARTER)
        tick_of = np.full(length, OFF_GRID)
        tick_of[units] = kind * MAX_TICKS + np.arange(len(units))
        for tick, unit in enumerate(units):
            table[kind * MAX_TICKS + tick] = tick_of[(unit + np.arange(GAPS)) % length]
    return table


class Network(nn.Module):
    """A GRU over notes, with a head for each of the three things that it predicts."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        units = settings.units
        self.floor = settings.floor
        self.place, self.gap = nn.Embedding(PLACES, 32), nn.Embedding(GAPS, 16)
        self.pitch, self.leap = nn.Embedding(COMPASS + 1, 32), nn.Embedding(LEAPS, 16)
        self.mode, self.kind = nn.Embedding(2, 4), nn.Embedding(len(METRES), 4)
        self.gru = nn.GRU(32 + 16 + 32 + 16 + 8, units, batch_first=True)
        self.drop = nn.Dropout(settings.dropout)
        self.rest = nn.Linear(units, 2)
        self.silence = nn.Embedding(2, 16)
        self.when = nn.Sequential(nn.Linear(units + 16, units), nn.ReLU(), nn.Dropout(settings.dropout))
        self.by_gap, self.by_arrival = nn.Linear(units, GAPS), nn.Linear(units, PLACES)
        self.what = nn.Sequential(nn.Linear(units + 48, units), nn.ReLU(), nn.Dropout(settings.dropout))
        self.by_pitch, self.by_leap = nn.Linear(units, COMPASS), nn.Linear(units, LEAPS)
        self.register_buffer("arrivals", torch.from_numpy(arrivals()), persistent=False)

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        """Return the surprise (tune, note, part) in nats of rest, gap and pitch, 0 behind the end of a tune."""
        place, gap, pitch, rest = (batch[name] for name in ("place", "gap", "pitch", "rest"))
        before = [_shifted(place, START), _shifted(gap, 0), _shifted(pitch, COMPASS)]
        last = before[2].where(before[2] < COMPASS, torch.tensor(COMPASS // 2))
        leap = (last - _shifted(last, COMPASS // 2) + LEAPS // 2).clamp(0, LEAPS - 1)
        known = torch.cat([self.mode(batch["major"]), self.kind(batch["kind"])], -1)[:, None].expand(
            -1, len(place[0]), -1
        )
        inputs = [self.place(before[0]), self.gap(before[1]), self.pitch(before[2]), self.leap(leap), known]
        hidden = self.drop(self.gru(self.drop(torch.cat(inputs, -1)))[0])
        when = self.when(torch.cat([hidden, self.silence(rest)], -1))
        gaps = self.by_gap(when) + self.by_arrival(when).gather(2, self.arrivals[before[0]])
        what = self.what(torch.cat([hidden, self.place(place), self.gap(gap)], -1))
        leaps = (torch.arange(COMPASS) - last[..., None] + LEAPS // 2).clamp(0, LEAPS - 1)
        pitches = self.by_pitch(what) + self.by_leap(what).gather(2, leaps)
        scores = (self.rest(hidden), rest), (gaps, gap), (pitches, pitch)
        return torch.stack([self._surprise(*score) for score in scores], -1) * batch["inside"][..., None]

    def _surprise(self, logits: Tensor, truth: Tensor) -> Tensor:
        chance = logits.softmax(-1).gather(-1, truth[..., None])[..., 0]
        return -torch.log((1 - self.floor) * chance + self.floor / logits.shape[-1])


def _shifted(values: Tensor, first: int) -> Tensor:
    return torch.cat([torch.full_like(values[:, :1], first), values[:, :-1]], 1)


def _batch(tunes: Sequence[Notes]) -> dict[str, Tensor]:
    width = max(1, *(len(notes.place) for notes in tunes))
    arrays = {
        name: np.zeros((len(tunes), width), dtype=np.int64) for name in ("place", "gap", "pitch", "rest", "inside")
    }
    for row, notes in enumerate(tunes):
        for name, array in arrays.items():
            array[row, : len(notes.place)] = 1 if name == "inside" else getattr(notes, name)
    single = {"major": [int(notes.major) for notes in tunes], "kind": [notes.kind for notes in tunes]}
    return {name: torch.as_tensor(values) for name, values in (arrays | single).items()}


def train(tunes: Sequence[Notes], settings: Settings) -> Network:
    """Return a network that has learnt from tunes; deterministic on one thread."""
    torch.manual_seed(settings.seed)
    rng = np.random.default_rng(settings.seed)
    network = Network(settings)
    optimizer = torch.optim.AdamW(network.parameters(), settings.lr, weight_decay=settings.decay)
    steps = settings.epochs * -(-len(tunes) // settings.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, settings.lr, steps, pct_start=0.1)
    for _ in range(settings.epochs):
        for chosen in _batches(tunes, settings.batch, rng):
            batch = _batch([tunes[index] for index in chosen])
            optimizer.zero_grad()
            (network(batch).sum() / batch["inside"].sum()).backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return network.eval()


def _batches(tunes: Sequence[Notes], size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield the places of tunes of about the same length, in a random order."""
    lengths = np.array([len(notes.place) for notes in tunes]) * rng.uniform(0.9, 1.1, len(tunes))
    dealt = np.array_split(np.argsort(lengths), -(-len(tunes) // size))
    yield from (dealt[place] for place in rng.permutation(len(dealt)))


@torch.inference_mode()
def by_note(network: Network, tunes: Sequence[Notes], size: int = 64) -> list[np.ndarray]:
    """Return the surprise (note, part) of tunes in nats: of rest, gap and pitch."""
    order = np.argsort([len(notes.place) for notes in tunes])
    surprises: list[np.ndarray] = [np.zeros((0, 3))] * len(tunes)
    for chosen in np.array_split(order, -(-len(tunes) // size)):
        values = network(_batch([tunes[index] for index in chosen])).numpy()
        for index, row in zip(chosen, values, strict=True):
            surprises[index] = row[: len(tunes[index].place)].astype(float)
    return surprises


def a_measure(surprise: np.ndarray, notes: Notes, count: int) -> np.ndarray:
    """Return the sum of surprise (note,) over the notes that begin in each measure."""
    return np.bincount(notes.measure, surprise, minlength=count)


def load(corpus: Corpus, config: Config, settings: Settings | None = None, folder: Path | None = None) -> Network:
    """Return the judge, from the data folder or newly trained."""
    return learn([excerpt(corpus, number) for number in parts(corpus, config).learnt], settings, folder)


def learn(tunes: Iterable[Tune], settings: Settings | None = None, folder: Path | None = None) -> Network:
    """Return a judge that has learnt from some tunes, from the data folder or newly trained."""
    settings = settings or Settings()
    read = [_read(tune) for tune in tunes if tune.notes]
    digest = hashlib.sha256(repr(asdict(settings)).encode())
    for notes in read:
        digest.update(np.concatenate([notes.place, notes.gap, notes.rest, notes.pitch, [notes.major]]).tobytes())
    path = (folder or data_folder()) / f"judge-{digest.hexdigest()[:16]}.safetensors"
    if path.exists():
        network = Network(settings)
        network.load_state_dict(load_file(path))
        return network.eval()
    network = train(read, settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path, force=True) as temporary:
        save_file(network.state_dict(), temporary)
    return network


def _read(tune: Tune) -> Notes:
    return notes_of(encode(tune), kinds(tune.measures), listener_of(tune))


def report(network: Network, tunes: Iterable[Tune]) -> str:
    """Return the surprise of tunes in nats a note, in the parts that it has, and Temperley's."""
    tunes = [tune for tune in tunes if tune.notes]
    read = [_read(tune) for tune in tunes]
    rest, gap, pitch = np.concatenate(by_note(network, read)).mean(axis=0)
    formula = np.concatenate(
        [temperley.surprise([note.pitch for note in tune.notes], listener_of(tune)) for tune in tunes]
    ).mean()
    return (
        f"{len(tunes)} tunes, {sum(len(notes.place) for notes in read):,} notes: {rest + gap + pitch:.3f} nats a note"
        f" (rest {rest:.3f}, onset {gap:.3f}, pitch {pitch:.3f}); Temperley's formula: pitch {formula:.3f}"
    )


def main() -> None:
    """Train the judge, or load it, and print how good it is on tunes that it has not seen."""
    torch.set_num_threads(1)
    config = api.load().config
    corpus = api.corpus(config.data)
    began = time.process_time()
    network = load(corpus, config)
    print(
        f"{sum(each.numel() for each in network.parameters()):,} weights, {time.process_time() - began:.0f} CPU seconds"
    )
    dealt = parts(corpus, config)
    for name in ("learnt", "tested", "judged"):
        print(f"{name}: {report(network, (excerpt(corpus, number) for number in getattr(dealt, name)))}")


if __name__ == "__main__":
    main()
