"""Make a finished run the shipped model, with its card.

    python benchmarks/ship.py RUN --commit COMMIT [--base MODEL]     (MODEL: what the run was started from)

The model is measured on the held-out tunes of its corpus; the figures go into its checkpoint and its card;
the tables of `armusic generate` are fitted to it.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import held_out

import armusic
from armusic import api, evaluation
from armusic.config import Config
from armusic.editing.calibration import calibrate
from armusic.files import data_folder
from armusic.generation import fit_phrases, phrase_model
from armusic.training import checkpoint

RESOURCES = Path(armusic.__file__).parent / "resources"
LOSSES = Path(__file__).with_name("control_losses.md")
CARD = """# The shipped model

`default.safetensors` ({size:.1f} MB, {weights:,} weights) is what `armusic interpolate` uses when no `--model` is
named. It was made with

    {command}

at commit {commit}, on two CPU cores and one thread, beside other work, in {minutes:.0f} minutes ({epochs}
epochs; the epoch with the best validation accuracy was kept each time). It may be used freely, under the MIT licence of
armusic: it holds weights and no tune.

Data: the `folk` corpus (data/folk.md): traditional tunes from music21's wheel, {train:,} different training measures,
{validation:,} validation and {test:,} test measures of other tunes; tunes that are versions of one another stay on one
side. Music far from it, in style or in how notes fall on the beat, is heard less well: `armusic reconstruct` shows
how well.

## On held-out tunes

From the posterior mean, the decoder running free. `unseen` are the measures that equal no training or validation
measure up to transposition. R² is that of each attribute with its own dimension. The last table moves the
dimension alone (`--open-loop`) through whole test tunes, and counts the steps upward in which the mean attribute of
the tune falls.

{tables}

Computed by `python benchmarks/held_out.py`.

{losses}"""


def main() -> None:
    """Measure, and write the checkpoint and its card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--commit", required=True, help="The commit that trained it.")
    parser.add_argument("--base", type=Path, help="The checkpoint that the run was started from, with its own card.")
    options = parser.parse_args()
    best, last = (checkpoint.load(options.run / name) for name in (checkpoint.BEST, checkpoint.LAST))
    held_out_figures = evaluation.held_out(best, data_folder())
    changed = {name: value for name, value in best.config.values().items() if value != Config().values()[name]}
    command = "armusic train" + "".join(f" --{name.replace('_', '-')} {value}" for name, value in changed.items())
    commit, minutes, epochs = options.commit, sum(row["seconds"] for row in last.history) / 60, str(last.epoch)
    if options.base is not None:
        base = checkpoint.load(options.base)
        command = f"{base.card['command']} -o base\n    {command.replace('train', 'train --start base', 1)}"
        commit = f"{base.card['commit']}, and from there at {commit}"
        minutes += sum(row["seconds"] for row in base.history) / 60
        epochs = f"{base.config.schedule.epochs} and {epochs}"
    card = best.card | {"command": command, "commit": commit, "held_out": held_out_figures}
    card["calibration"] = calibrate(best, data_folder()).as_dict()
    path = RESOURCES / api.SHIPPED
    checkpoint.save(replace(best, card=card, optimizer={}), path)
    phrase_model.save(fit_phrases.fit(best, api.corpus(best.config.data)), RESOURCES / phrase_model.SHIPPED)
    text = CARD.format(
        size=path.stat().st_size / 1e6,
        weights=sum(weight.numel() for weight in best.model.parameters()),
        command=command,
        commit=commit,
        minutes=minutes,
        epochs=epochs,
        tables=held_out.tables(held_out_figures),
        losses=LOSSES.read_text(encoding="utf-8").replace("# ", "## ", 1),
        **best.card["items"],
    )
    (RESOURCES / "README.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
