"""Fit the tables of `phrase_model` to a corpus and to the codes that one checkpoint gives its measures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armusic.datasets.corpora.corpus import Corpus
from armusic.editing.decoding import encode_classes
from armusic.errors import DataError
from armusic.generation.phrase_model import (
    BACK,
    END,
    HIGH,
    LEAP,
    LEAST,
    LOW,
    OCTAVE,
    PARTS,
    PATTERNS,
    PLACES,
    STATES,
    Phrases,
    digests,
    fingerprint,
    has_major_third,
    patterns,
)
from armusic.inference import items
from armusic.inference.checkpoint import Checkpoint
from armusic.music import attributes, keys, tokenizer
from armusic.music.pitch_frame import ANCHORED
from armusic.music.score import METRES, Measure, Tune
from armusic.music.tokenizer import REST, is_onset
from armusic.shapes import Bool, Float, Int, UInt32
from armusic.vae.data import batches

RIDGE = 20.0  # measures' worth of weight on zero, in each regression
FORMS = 60  # the commonest are kept: they make up most phrases
SMOOTH = 0.5  # added to each count of a chain or histogram
SAME = 6  # measures of eight that a phrase has in common with the one before, to be that one again

Rows = Int[np.ndarray, "phrase place"]
Codes = Float[np.ndarray, "phrase place latent"]


@dataclass(frozen=True, slots=True)
class CorpusPhrases:
    """The phrases of a corpus: eight measures each, of tunes that are made of such phrases, in their order.

    `rows` are places in the corpus, `ids` are equal where measures are, `tonic` is a MIDI pitch less
    than an octave below the tune's mean anchor, `third` is 1 in keys with a major third.
    """

    rows: Rows
    ids: Rows
    tune: Int[np.ndarray, " phrase"]
    kind: Int[np.ndarray, " phrase"]
    anchors: Rows
    tonic: Int[np.ndarray, " phrase"]
    third: Int[np.ndarray, " phrase"]

    @property
    def stands(self) -> Rows:
        """The place of each measure: 0..7, and `END` for the last of a tune."""
        stands = np.tile(np.arange(PLACES), (len(self.rows), 1))
        stands[np.append(self.tune[1:] != self.tune[:-1], True), -1] = END
        return stands


def fit(checkpoint: Checkpoint, corpus: Corpus) -> Phrases:
    """Return the tables of a checkpoint, fitted on the tunes of a corpus that it was trained on.

    Raises
    ------
    DataError
        When no metre has enough measures in phrases of eight.
    """
    tunes = training(checkpoint, corpus)
    phrases = corpus_phrases(corpus, tunes)
    measures = PLACES * np.bincount(phrases.kind, minlength=len(METRES))
    if not (measures >= LEAST).any():
        raise DataError(
            f"{corpus.name}: {measures.max()} measures in phrases of eight, in its commonest metre:"
            f" at least {LEAST} are needed to learn how measures make a tune"
        )
    z = _codes(checkpoint, corpus, phrases)
    new = _forms(phrases.ids) == np.arange(PLACES)
    again, rhymes = _repeats(phrases)
    fresh = ~again
    new &= fresh[:, None]
    new[:, -1] |= phrases.stands[:, -1] == END
    forms, often = _count_forms(phrases, fresh)
    kinds = range(len(METRES))
    tables = [_linear(z, phrases, new, kind) for kind in kinds]
    mean, degree, follow, noise = (np.stack(table).astype(np.float32) for table in zip(*tables, strict=True))
    levels = [_levels(corpus, z, phrases, new, kind, checkpoint.config.attributes) for kind in kinds]
    step, stand = _anchors(phrases, fresh)
    return Phrases(
        checkpoint=fingerprint(checkpoint),
        data=corpus.name,
        measures=measures.astype(np.int64),
        mean=mean,
        degree=degree,
        follow=follow,
        noise=noise,
        level=np.stack(levels).astype(np.float32),
        forms=forms,
        often=often,
        again=np.array([_share(again[phrases.kind == kind]) for kind in kinds], dtype=np.float32),
        rhymes=np.array(
            [_histogram(rhymes[(phrases.kind == kind) & fresh], PLACES + 1) for kind in kinds], dtype=np.float32
        ),
        step=step,
        stand=stand,
        leap=_leaps(corpus, phrases, fresh),
        beats=_beats(corpus, phrases, fresh),
        middle=np.array([phrases.anchors.mean(), (phrases.anchors - phrases.tonic[:, None]).mean()], dtype=np.float32),
        seen=_seen(corpus, tunes),
    )


def training(checkpoint: Checkpoint, corpus: Corpus) -> Bool[np.ndarray, " tune"]:
    """Return which tunes of a corpus a checkpoint was trained on."""
    config = checkpoint.config
    train, _, _ = items.parts(items.to_data(corpus, config), config)
    return np.isin(corpus.version, np.unique(train.group))


def corpus_phrases(corpus: Corpus, tunes: Bool[np.ndarray, " tune"]) -> CorpusPhrases:
    """Return the phrases of some tunes: those in one metre, whose measures (but for a pickup) are a multiple of eight.

    Silent measures, and those too wide for the anchored frame, leave their tune out.
    """
    anchors = ANCHORED.anchors(corpus.tokens)
    _, inside = ANCHORED.enter(corpus.tokens, anchors)
    usable = inside & is_onset(corpus.tokens).any(axis=1)
    _, ids = np.unique(np.column_stack([corpus.kind, corpus.tokens]), axis=0, return_inverse=True)
    starts = np.searchsorted(corpus.tune, np.arange(len(corpus.sources) + 1))
    parts = []
    for number in np.flatnonzero(tunes).tolist():
        rows = np.arange(starts[number], starts[number + 1])
        pickup = len(rows) % PLACES == 1 and corpus.tokens[rows[0], 0] == REST
        rows = rows[1:] if pickup else rows
        if len(rows) and len(rows) % PLACES == 0 and usable[rows].all() and len(set(corpus.kind[rows].tolist())) == 1:
            key = keys.find(_tune(corpus, rows))
            pitch = anchors[rows].mean()
            tonic = int(pitch - (pitch - keys.tonic_class(key)) % OCTAVE)
            parts.append((rows.reshape(-1, PLACES), number, corpus.kind[rows[0]], tonic, has_major_third(key)))
    if not parts:
        raise DataError(f"{corpus.name}: none of its tunes is made of phrases of eight measures")
    counts = [len(part[0]) for part in parts]
    rows = np.concatenate([part[0] for part in parts])
    facts = np.repeat(np.array([part[1:] for part in parts], dtype=np.int64), counts, axis=0)
    tune, kind, tonic, third = facts.T
    return CorpusPhrases(rows, ids.ravel()[rows], tune, kind, anchors[rows], tonic, third)


def _tune(corpus: Corpus, rows: Int[np.ndarray, " row"]) -> Tune:
    metre = METRES[corpus.kind[rows[0]]]
    measures = tuple(Measure(number * metre.length, metre) for number in range(len(rows)))
    return Tune(tokenizer.decode(corpus.tokens[rows], measures), measures)


def _codes(checkpoint: Checkpoint, corpus: Corpus, phrases: CorpusPhrases) -> Codes:
    """Return the posterior means of all measures."""
    frame = checkpoint.frame
    rows, place = np.unique(phrases.rows, return_inverse=True)
    classes, _ = frame.enter(corpus.tokens[rows], frame.anchors(corpus.tokens[rows]))
    z = np.empty((len(rows), checkpoint.model.latent))
    for part in batches(corpus.kind[rows], 1024):
        index = int(corpus.kind[rows[part[0]]])
        z[part] = encode_classes(checkpoint, classes[part], index)
    return z[place.reshape(phrases.rows.shape)]


def _forms(ids: Rows) -> Rows:
    """Return for each measure of a phrase the first one that equals it."""
    return (ids[:, :, None] == ids[:, None, :]).argmax(axis=2)


def _repeats(phrases: CorpusPhrases) -> tuple[Bool[np.ndarray, " phrase"], Int[np.ndarray, " phrase"]]:
    """Return which phrases are the one before again, and how many last measures each has of the tune's first."""
    same_tune = np.append(False, phrases.tune[1:] == phrases.tune[:-1])
    common = np.append(0, (phrases.ids[1:] == phrases.ids[:-1]).sum(axis=1))
    first = np.searchsorted(phrases.tune, phrases.tune)
    equal = (phrases.ids == phrases.ids[first])[:, ::-1]
    return same_tune & (common >= SAME), np.where(same_tune, np.cumprod(equal, axis=1).sum(axis=1), -1)


def _count_forms(
    phrases: CorpusPhrases, fresh: Bool[np.ndarray, " phrase"]
) -> tuple[np.ndarray, Float[np.ndarray, "kind form"]]:
    """Return the commonest forms and how often each occurs in each metre."""
    forms, number, counts = np.unique(_forms(phrases.ids[fresh]), axis=0, return_inverse=True, return_counts=True)
    commonest = np.argsort(-counts, kind="stable")[:FORMS]
    of = [phrases.kind[fresh][number.ravel() == form] for form in commonest]
    often = np.stack([np.bincount(kinds, minlength=len(METRES)) for kinds in of], axis=1).astype(float)
    often /= np.maximum(often.sum(axis=1, keepdims=True), 1)
    return forms[commonest].astype(np.uint8), often.astype(np.float32)


def _linear(z: Codes, phrases: CorpusPhrases, new: np.ndarray, kind: int) -> tuple[np.ndarray, ...]:
    """Return `mean`, `degree`, `follow` and `noise` of one metre."""
    latent = z.shape[2]
    rows = phrases.kind == kind
    if rows.sum() * PLACES < LEAST:
        return (np.zeros((END + 1, latent)), np.zeros((OCTAVE, latent)), np.zeros((len(BACK), latent, latent)),
                np.eye(latent))  # fmt: skip
    z, new = z[rows], new[rows]
    degrees = (phrases.anchors[rows] - phrases.tonic[rows][:, None]) % OCTAVE
    design = np.concatenate([np.eye(END + 1)[phrases.stands[rows]], np.eye(OCTAVE)[degrees]], axis=2)
    weights = _ridge(design[new], z[new])
    rest = z - design @ weights
    before = np.zeros((len(BACK), *z.shape))
    for number, back in enumerate(BACK):
        before[number, :, back:] = rest[:, :-back]
    inputs = np.concatenate(list(before), axis=2)
    follow = _ridge(inputs[new], rest[new])
    noise = np.cov((rest - inputs @ follow)[new].T)
    return weights[: END + 1], weights[END + 1 :], follow.reshape(len(BACK), latent, latent), noise


def _ridge(inputs: Float[np.ndarray, "item input"], outputs: Float[np.ndarray, "item output"]) -> np.ndarray:
    square = inputs.T @ inputs + RIDGE * np.eye(inputs.shape[1])
    return np.linalg.solve(square, inputs.T @ outputs)


def _levels(
    corpus: Corpus, z: Codes, phrases: CorpusPhrases, new: np.ndarray, kind: int, names: tuple[str, ...]
) -> np.ndarray:
    """Return `level` of one metre."""
    rows = new & (phrases.kind == kind)[:, None]
    if rows.sum() < len(names) + 2:
        return np.zeros((len(names), 2))
    values = attributes.measure(corpus.tokens[phrases.rows[rows]], METRES[kind], names)
    codes = z[rows][:, : len(names)]
    spread = np.maximum(values.var(axis=0), 1e-12)
    slope = ((values - values.mean(axis=0)) * (codes - codes.mean(axis=0))).mean(axis=0) / spread
    return np.stack([codes.mean(axis=0) - slope * values.mean(axis=0), slope], axis=1)


def _anchors(phrases: CorpusPhrases, fresh: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return `step` and `stand`."""
    state = np.clip(phrases.anchors - phrases.tonic[:, None], LOW, HIGH) - LOW
    part = (np.searchsorted(phrases.tune, phrases.tune) != np.arange(len(phrases.tune))).astype(int)
    step = np.full((2, STATES, STATES), SMOOTH / STATES)
    stand = np.full((2, PARTS, END + 1, STATES), SMOOTH)
    for place in range(1, PLACES):
        np.add.at(step, (phrases.third[fresh], state[fresh, place - 1], state[fresh, place]), 1)
    joined = np.flatnonzero(fresh[1:] & (phrases.tune[1:] == phrases.tune[:-1]))
    np.add.at(step, (phrases.third[joined], state[joined, -1], state[joined + 1, 0]), 1)
    stands = phrases.stands
    counted = fresh[:, None] | (stands == END)
    wide = np.broadcast_arrays(phrases.third[:, None], part[:, None], stands, state)
    np.add.at(stand, tuple(column[counted] for column in wide), 1)
    anywhere = stand.sum(axis=(1, 2), keepdims=True)
    step /= step.sum(axis=2, keepdims=True)
    ratio = stand / stand.sum(axis=3, keepdims=True) / (anywhere / anywhere.sum(axis=3, keepdims=True))
    return np.log(step).astype(np.float32), np.log(ratio).astype(np.float32)


def _leaps(corpus: Corpus, phrases: CorpusPhrases, fresh: np.ndarray) -> Float[np.ndarray, " interval"]:
    """Return `leap`."""
    tokens = corpus.tokens[phrases.rows[fresh]].reshape(int(fresh.sum()), -1)
    phrase, tick = np.nonzero(is_onset(tokens))
    pitch = tokens[phrase, tick]
    interval = np.diff(pitch)[phrase[1:] == phrase[:-1]]
    return np.log(_histogram(np.clip(interval, -LEAP, LEAP) + LEAP, 2 * LEAP + 1)).astype(np.float32)


def _beats(corpus: Corpus, phrases: CorpusPhrases, fresh: np.ndarray) -> np.ndarray:
    """Return `beats`."""
    counts = np.full((len(METRES), 3, max(metre.beats for metre in METRES), PATTERNS), SMOOTH)
    stands = phrases.stands
    for kind, metre in enumerate(METRES):
        ours = (phrases.kind == kind)[:, None]
        endings = (fresh[:, None] & (stands < END - 1), fresh[:, None] & (stands == END - 1), stands == END)
        for ending, chosen in enumerate(endings):
            pattern = patterns(corpus.tokens[phrases.rows[chosen & ours]], metre.beats)
            for beat in range(metre.beats):
                counts[kind, ending, beat] += np.bincount(pattern[:, beat], minlength=PATTERNS)
    return np.log(counts / counts.sum(axis=3, keepdims=True)).astype(np.float32)


def _seen(corpus: Corpus, tunes: Bool[np.ndarray, " tune"]) -> UInt32[np.ndarray, " seen"]:
    """Return `seen`."""
    rows = tunes[corpus.tune]
    return np.unique(digests(corpus.tokens[rows], corpus.kind[rows]))


def _share(yes: Bool[np.ndarray, " item"]) -> float:
    return float(yes.mean()) if len(yes) else 0.0


def _histogram(values: Int[np.ndarray, " item"], size: int) -> Float[np.ndarray, " value"]:
    """Return how often each of 0..size-1 occurs, smoothed; what is below 0 does not count."""
    counts = np.bincount(values[values >= 0], minlength=size) + SMOOTH / size
    return counts / counts.sum()
