"""Fit the tables of `armusic generate` to a model: `python benchmarks/fit_phrases.py [RUN]` (default: the shipped one).

They are learnt from the training tunes of the corpus on which the model was trained, and written to
armusic/resources/phrase_model.safetensors: to be run again whenever the shipped model is replaced.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import armusic
from armusic import api
from armusic.generation import fit_phrases, phrase_model


def main() -> None:
    """Fit, write and say what there is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", nargs="?")
    options = parser.parse_args()
    checkpoint = api.load(options.run).checkpoint
    tables = fit_phrases.fit(checkpoint, api.corpus(checkpoint.config.data))
    path = Path(armusic.__file__).parent / "resources" / phrase_model.SHIPPED
    phrase_model.save(tables, path)
    print(
        f"{path.name}: {path.stat().st_size / 1000:.0f} kB, for the model {tables.checkpoint};"
        f" {', '.join(tables.metres)}; {len(tables.seen):,} training measures"
    )


if __name__ == "__main__":
    main()
