"""From a folder of tunes to a file that another program reads: train, sweep, export, read again."""

from pathlib import Path

import numpy as np
import pretty_midi

import armusic
from armusic import config
from armusic.editing import reconstruction
from armusic.music import tokenizer
from tests.notation import book


def test_from_a_folder_of_tunes_to_a_daw(tmp_path: Path) -> None:
    tunes = tmp_path / "tunes"
    tunes.mkdir()
    path = book(tunes / "book.abc")
    settings = config.make(  # with this split, the first tune is one to train on
        data=str(tunes),
        units=24,
        latent=12,
        epochs=150,
        batch=16,
        lr=0.01,
        augment=0.0,
        dropout=0.0,
        beta=1e-5,
        split=1,
    )
    run = armusic.train(settings, tmp_path / "run", data_dir=tmp_path / "cache")
    model = armusic.load(run / "last.safetensors")

    original = armusic.read(path, tune=1)
    tokens = tokenizer.encode(original)
    reconstructed, _ = reconstruction.decode(model.checkpoint, tokens, tokenizer.kinds(original.measures))
    assert (reconstructed == tokens).mean() > 0.9, "a few measures can be learnt by heart"

    variations = model.interpolate(original, "density", steps=3)
    assert variations[2].values.mean() > variations[0].values.mean()
    armusic.write(variations, tmp_path / "out.mid")
    read = pretty_midi.PrettyMIDI(str(tmp_path / "out.mid"))
    assert [track.name for track in read.instruments] == ["density -2.0", "density +0.0", "density +2.0"]
    second = 60 / 120  # of a quarter note
    for track, variation in zip(read.instruments, variations, strict=True):
        written = [(float(note.start) * second, float(note.end) * second, note.pitch) for note in variation.tune.notes]
        notes = sorted((note.start, note.end, note.pitch) for note in track.notes)
        np.testing.assert_allclose(notes, written, atol=1e-6)
