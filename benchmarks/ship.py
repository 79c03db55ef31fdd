"""Make a finished run the shipped model, with its card.

    python benchmarks/ship.py RUN --commit COMMIT

Its weights are rounded to half precision first. The model is measured on the held-out tunes of its corpus; the figures
go into its checkpoint and its card; the tables of `armusic generate` are fitted to it.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import held_out
import model_card

import armusic
from armusic import api, evaluation
from armusic.config import Config
from armusic.editing.calibration import calibrate
from armusic.files import data_folder
from armusic.generation import fit_phrases, phrase_model
from armusic.inference import named
from armusic.training import checkpoint

RESOURCES = Path(armusic.__file__).parent / "resources"
KEPT = "# The model of tunes"  # from here on, the card stays
LOSSES = Path(__file__).with_name("control_losses.md")
CARD = """# The shipped model

`default.safetensors` ({size:.1f} MB, {weights:,} weights of half precision) is the model `folk`, which is used when no
`--model` is named. It was made with

    {command}

at commit {commit}, on one thread of two CPU cores, beside other work, in {minutes:.0f} minutes ({epochs}
epochs; the last one, whose learning rate is zero, was kept). It may be used freely, under the MIT licence of
armusic: it holds weights and no tune.

Data: the `folk` corpus (data/folk.md): traditional tunes from music21's wheel, {train:,} different training
measures, {validation:,} validation and {test:,} test measures of other tunes; tunes that are versions of one
another stay on one side. Music far from it, in style or in how notes fall on the beat, is reconstructed less well:
`armusic reconstruct` shows how well.

## On held-out tunes

From the posterior mean, the decoder running free. `unseen` are the measures that equal no training or validation
measure up to transposition. R² is that of each attribute with its own dimension. The last table asks whole test
tunes for steps of an attribute with one decode (`--open-loop`), and counts the steps upward in which the mean
attribute of the tune falls.

{tables}

Computed by `python benchmarks/held_out.py`.

{losses}"""


def main() -> None:
    """Measure, and write the checkpoint and its card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--commit", required=True, help="The commit that trained it.")
    options = parser.parse_args()
    last = checkpoint.rounded(checkpoint.load(options.run / checkpoint.LAST))
    light = checkpoint.in_numpy(last)
    held_out_figures = evaluation.held_out(last, data_folder())
    changed = {name: value for name, value in last.config.values().items() if value != Config().values()[name]}
    command = "armusic train" + "".join(f" --{name.replace('_', '-')} {value}" for name, value in changed.items())
    minutes = sum(row["seconds"] for row in last.history) / 60
    card = last.card | {"command": command, "commit": options.commit, "held_out": held_out_figures}
    card["calibration"] = calibrate(light, data_folder()).as_dict()
    path = RESOURCES / api.SHIPPED
    before = sha256(path.read_bytes()).hexdigest()
    checkpoint.save(replace(last, card=card, optimizer={}, companion={}), path, half=True)
    phrase_model.save(fit_phrases.fit(light, api.corpus(last.config.data)), RESOURCES / phrase_model.SHIPPED)
    text = CARD.format(
        size=path.stat().st_size / 1e6,
        weights=sum(weight.numel() for weight in last.model.parameters()),
        command=command,
        commit=options.commit,
        minutes=minutes,
        epochs=last.epoch,
        tables=held_out.tables(held_out_figures),
        losses=LOSSES.read_text(encoding="utf-8").replace("# ", "## ", 1),
        **last.card["items"],
    )
    readme = RESOURCES / "README.md"
    _, title, others = readme.read_text(encoding="utf-8").partition(KEPT)
    readme.write_text(f"{text}\n{title}{others}", encoding="utf-8")
    registry = RESOURCES / named.REGISTRY
    known = registry.read_text(encoding="utf-8")
    registry.write_text(known.replace(before, sha256(path.read_bytes()).hexdigest()), encoding="utf-8")
    model_card.write()
    print(text)


if __name__ == "__main__":
    main()
