"""Edited codes: one decode lands where it is asked, what is not asked stays; without an editor, a dimension moves."""

import numpy as np
import pytest
import torch
from torch import nn

from armusic import config
from armusic.editing import calibration, candidates, decoding, probes
from armusic.editing.calibration import Calibration
from armusic.editing.material import prepare
from armusic.editing.open_loop import decode_moves, decode_targets
from armusic.editing.prior_samples import decoded_attributes
from armusic.editing.reach import decode_once
from armusic.inference.checkpoint import Checkpoint
from armusic.music.pitch_frame import ANCHORED
from armusic.music.score import METRES
from armusic.music.tokenizer import encode, is_onset, ticks
from armusic.training import checkpoint as trained
from armusic.training.adapters.music import build
from armusic.vae.data import Scale
from tests.notation import JIG, REEL, tune

MUSIC = tune("4/4", REEL)
KIND = 24  # ticks of the metre of the tune
MEAN, STD = 12, 2  # notes of a measure


class Bells:
    """Repeats one pitch; how often, only the last dimension of a code says, though the first belongs to the density."""

    latent = 3

    def encode(self, classes: np.ndarray, kind: int) -> np.ndarray:
        place = ((classes < ANCHORED.hold).sum(axis=1, keepdims=True) - MEAN) / STD
        return np.concatenate([place, np.zeros_like(place), place], axis=1).astype(np.float32)

    def decode(self, z: np.ndarray, kind: int) -> np.ndarray:
        count = (MEAN + STD * z[:, -1:]).round()
        classes = np.where(np.arange(ticks(METRES[kind])) < count, -ANCHORED.low, ANCHORED.hold)
        return 9 * np.eye(ANCHORED.classes, dtype=np.float32)[classes]

    def edit(self, z: np.ndarray, targets: np.ndarray, kind: int) -> np.ndarray:
        moved = np.where(np.isnan(targets), z[:, [0, -1]], targets)
        return np.column_stack([moved[:, 0], z[:, 1], moved[:, -1]]).astype(np.float32)


def bells() -> Checkpoint:
    chosen = config.make(attributes=("density",), latent=3, units=8, editor=8)
    scale = Scale(np.full((len(METRES), 1), MEAN / KIND), np.full((len(METRES), 1), STD / KIND))
    return Checkpoint(Bells(), chosen, scale)


def small(editor: int, move: float = 0.0) -> Checkpoint:
    """Return a new model; the editor's last weights are drawn with a standard deviation, or are zero."""
    torch.manual_seed(0)
    chosen = config.make(latent=6, units=8, editor=editor)
    scale = Scale(np.zeros((len(METRES), 4)), np.full((len(METRES), 4), 0.1))
    model = build(chosen)
    if model.editor is not None:
        nn.init.normal_(model.editor.move.weight, std=move)
    return trained.in_numpy(trained.Checkpoint(model, chosen, scale))


def scale_of(checkpoint: Checkpoint) -> Calibration:
    """Return the tables of 4/4 for every kind."""
    kind = METRES.index(MUSIC.measures[0].metre.kind)
    z, names = np.zeros((900, checkpoint.model.latent), dtype=np.float32), checkpoint.config.attributes
    kinds = np.full(900, kind)
    corpus = np.linspace(0, 1, 900)[:, None].repeat(len(names), axis=1)
    edits = calibration.edits(checkpoint)
    return calibration.measure(
        lambda codes, _: decoded_attributes(checkpoint)(codes, kind),
        z,
        kinds,
        (corpus, kinds),
        names,
        len(METRES),
        **edits,
    )


@pytest.mark.parametrize("count", [1, 5, 12, 19, 23])
def test_one_decode_lands_where_it_is_asked(count: int) -> None:
    checkpoint = bells()
    material, table = prepare(checkpoint, MUSIC), np.full((len(MUSIC.measures), 1), count / KIND)
    result = decode_once(checkpoint, material, ("density",), table, scale_of(checkpoint))
    assert (is_onset(result.tokens).sum(axis=1) == count).all()


def test_a_table_is_of_edits_and_reaches_as_far_as_they_do() -> None:
    table = scale_of(bells()).table("density", 0)
    assert table.span == (pytest.approx(0), pytest.approx(1)), "moved alone, the dimension does nothing"
    assert np.interp(20 / KIND, table.value, table.z) == pytest.approx(4, abs=0.3)
    assert -calibration.WIDE <= table.z[0] < -calibration.SPAN
    assert calibration.SPAN < table.z[-1] <= calibration.WIDE
    assert np.abs(scale_of(small(0)).table("density", 0).z).max() <= calibration.SPAN


def test_a_step_is_from_what_each_measure_has() -> None:
    checkpoint = bells()
    tokens = decode_moves(checkpoint, prepare(checkpoint, MUSIC), "density", [-1, 2])
    count = is_onset(encode(MUSIC)).sum(axis=1)
    assert (is_onset(tokens).sum(axis=2) == np.stack([count - STD, count + 2 * STD]).clip(1)).all()


@pytest.mark.parametrize("checkpoint", [bells(), small(0), small(8)], ids=["bells", "no editor", "new editor"])
def test_what_is_not_asked_stays_as_it_comes(checkpoint: Checkpoint) -> None:
    material, names = prepare(checkpoint, MUSIC), checkpoint.config.attributes
    rows = np.flatnonzero(material.varied)
    z = decoding.encode(checkpoint, material, rows)
    free = np.full((len(rows), len(names)), np.nan)
    assert (decoding.edit(checkpoint, z, material.kind[rows], free) == z).all()
    tokens = decode_targets(checkpoint, material, rows, z, names, free, Calibration({}))
    assert (tokens[rows] == decoding.decode(checkpoint, material, rows, z[None])[0, 0]).all()


def test_without_an_editor_a_dimension_is_moved_and_no_other() -> None:
    checkpoint = small(0)
    material = prepare(checkpoint, tune("4/4", f"{REEL}[M:6/8]{JIG}"))
    rows = np.flatnonzero(material.varied)
    z, positions = decoding.encode(checkpoint, material, rows), np.full((3, len(rows), 4), np.nan)
    positions[:, ::2, 1] = np.array([-1, 0.3, 2])[:, None]
    expected = np.stack([z, z, z])
    expected[:, ::2, 1] = np.array([-1, 0.3, 2])[:, None]
    assert (decoding.edit(checkpoint, z, material.kind[rows], positions) == expected).all()
    search = candidates.start(checkpoint, material, None, ("rhythm",))
    codes = probes.around(search, 0, 4, np.random.default_rng(0))
    moves = np.random.default_rng(0).normal(size=(len(probes.GRID[::4]), probes.MOVES, 1, 6))
    moves *= np.append(0.0, np.resize(probes.NUDGE, probes.MOVES - 1))[:, None, None]
    moves[..., :4] *= probes.PARTNERS
    expected = search.z + moves
    expected[..., 0] = probes.GRID[::4, None, None]
    assert (codes == expected.reshape(codes.shape)).all()


def test_each_metre_is_edited_as_its_own() -> None:
    checkpoint = small(8, move=1.0)
    rng, kinds = np.random.default_rng(0), np.array([0, 3, 0, 3])
    z, positions = rng.normal(size=(2, 4, 6)).astype(np.float32), rng.normal(size=(2, 4, 4))
    every = decoding.edit(checkpoint, z, kinds, positions)
    for step, row in np.ndindex(2, 4):
        alone = decoding.edit(checkpoint, z[step, [row]], kinds[[row]], positions[step, [row]])
        assert np.allclose(every[step, row], alone[0], atol=1e-5)
    assert not np.allclose(every, decoding.edit(checkpoint, z, kinds[::-1].copy(), positions), atol=1e-3)


def test_a_search_edits_every_code() -> None:
    checkpoint = bells()
    search = candidates.start(checkpoint, prepare(checkpoint, MUSIC), None, ("density",))
    codes = probes.around(search, 0, 1, np.random.default_rng(0))
    codes = codes.reshape(len(probes.GRID), probes.MOVES, -1, 3)
    assert np.allclose(codes[..., 0], probes.GRID[:, None, None])
    assert np.allclose(codes[..., 2], probes.GRID[:, None, None])


def test_a_search_asks_some_codes_to_keep_the_other_attributes(monkeypatch: pytest.MonkeyPatch) -> None:
    positions = []
    monkeypatch.setattr(probes, "edit", lambda _, z, kinds, places: positions.append(places) or z)
    search = candidates.start(small(8), prepare(small(8), MUSIC), None, ("density",))
    probes.around(search, 2, 1, np.random.default_rng(0))
    for places in positions:
        assert (places[:, 0, :, 2] == probes.GRID[:, None]).all()
    others = [0, 1, 3]
    assert np.isnan(positions[0][..., others]).all()
    assert (positions[1][..., others] == search.z[:, others]).all()
