"""A trained model, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from armusic import extras
from armusic.api import arguments, naming
from armusic.config import Config
from armusic.config.manner import with_manner
from armusic.editing.targets import Targets
from armusic.files import data_folder
from armusic.music.score import Key, Metre, Tune

if TYPE_CHECKING:  # imported by what needs it
    from armusic.editing.decoding import Codes
    from armusic.editing.morphing import Step
    from armusic.editing.reach import Controller
    from armusic.editing.reconstruction import Reconstruction
    from armusic.editing.result import Reached
    from armusic.editing.surface import Surface
    from armusic.editing.sweep import Variation
    from armusic.evaluation import Evaluation
    from armusic.evaluation.traversals import Traversal
    from armusic.generation.generate import Generated
    from armusic.inference.checkpoint import Checkpoint


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model, ready to use; `armusic.load` returns one.

    Examples
    --------
    >>> import armusic
    >>> armusic.load()
    Model(folk, measures of 4/4 2/4 3/4 6/8 9/8 12/8, rhythm range density contour, latent 48)
    """

    checkpoint: Checkpoint

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of the attributes that it was trained on, in the order of the latent dimensions."""
        return self.checkpoint.config.attributes

    @property
    def config(self) -> Config:
        """Settings with which it was built and trained."""
        return self.checkpoint.config

    @property
    def domain(self) -> str:
        """Domain of its data, such as `music`."""
        return naming.domain(self.checkpoint)

    @property
    def card(self) -> dict[str, Any]:
        """Facts about its training."""
        return self.checkpoint.card

    def __repr__(self) -> str:
        return f"Model({naming.described(self.checkpoint)})"

    def encode(self, tune: Tune) -> Codes:
        """Return the code of each measure: the mean of the posterior.

        Parameters
        ----------
        tune : Tune
            All its notes on the grid.

        Returns
        -------
        float32 array (measure, latent)
            Column *k* belongs to `attributes[k]`. A row is NaN where nothing begins, or a pitch leaves the range.

        Examples
        --------
        >>> import armusic
        >>> model, tune = armusic.load(), armusic.read("examples/speed-the-plough.mid")
        >>> model.encode(tune).shape
        (16, 48)
        """
        from armusic.editing import codes

        return codes.encode_tune(self.checkpoint, arguments.tune(tune))

    def decode(self, codes: Any, *, like: Tune | None = None, metre: str | Metre | None = None) -> Tune:
        """Return the tune that codes stand for: the most likely measure for each.

        Parameters
        ----------
        codes : array or tensor (measure, latent)
            Finite numbers. A row with NaN leaves the measure as it is in `like`, or makes it a rest.
        like : Tune, optional
            A tune with as many measures: it gives their metres and registers, ties over bar lines, tempo and key.
        metre : str or Metre, optional
            Metre of all measures when there is no such tune, such as `6/8`; melodies then lie around A4.

        Examples
        --------
        >>> import armusic
        >>> model, tune = armusic.load(), armusic.read("examples/speed-the-plough.mid")
        >>> model.decode(model.encode(tune), like=tune).notes == tune.notes
        True
        """
        from armusic.editing import codes as editing

        codes, metre = arguments.codes(codes), arguments.metre(metre)
        return editing.decode_tune(self.checkpoint, codes, like=arguments.like(like), metre=metre)

    def interpolate(
        self,
        tune: Tune,
        attribute: str,
        steps: int = 5,
        span: tuple[float, float] = (-2.0, 2.0),
        measures: tuple[int, int] | None = None,
        key: str | Key = "auto",
        *,
        closed: bool = True,
        **options: Any,
    ) -> list[Variation]:
        """Return the tune with one attribute lowered and raised, in equal steps.

        The mean of the tune moves by each step, and its measures change where that costs the music least.

        Parameters
        ----------
        tune : Tune
            All its notes on the grid.
        attribute : str
            One of the model's attributes, or any other: see `armusic.attributes`, or `FILE.py:FUNCTION`.
        steps : int
            Number of variations, at least 1.
        span : (float, float)
            First and last step, in standard deviations of the attribute from the mean of the tune (in the open
            loop: of the prior, from the code of each measure).
        measures : (int, int), optional
            First and last measure to vary, from 1; all when not given.
        key : str
            Key to stay in, such as `A:dorian`; `auto`: the tune's own; `off`: any pitch.
        closed : bool
            Search for each value; otherwise decode once for each step, which is near (the open loop).
        **options
            `natural` (0: as near to the input as can be, 1: as tunes of the corpus go), `keep` (what must not change:
            cadences, downbeats, subdivisions, rhythm, pitches, or "none"), `each_measure` (every measure moves by the
            step, as with `measures`), `alternatives` (different answers for each step) and `seed` (of these).

        Returns
        -------
        list of Variation
            One for each step and alternative, from low to high. Step 0 is the input itself.

        Examples
        --------
        >>> import armusic
        >>> model, tune = armusic.load(), armusic.read("examples/speed-the-plough.mid")
        >>> [(variation.name, len(variation.tune.notes)) for variation in model.interpolate(tune, "rhythm", steps=3)]
        [('rhythm -2.0', 18), ('rhythm +0.0', 93), ('rhythm +2.0', 120)]
        """
        from armusic.editing import sweep

        tune = arguments.tune(tune)
        return sweep.interpolate(
            self.checkpoint, tune, attribute, steps, span, measures, key, closed=closed, **with_manner(options)
        )

    def reach(
        self,
        tune: Tune,
        targets: Targets,
        *,
        key: str | Key = "auto",
        measures: tuple[int, int] | None = None,
        closed: bool = True,
        **options: Any,
    ) -> Reached:
        """Return the tune with attributes at their targets.

        A value, percentile or shift holds for the tune's mean; curves and values per measure, for each of its measures.

        Parameters
        ----------
        tune : Tune
            All its notes on the grid.
        targets : mapping, or sequence of str
            A mapping from names of attributes to a number (a value of the tune), a sequence (a value for each
            measure) or a string: "p80" (a percentile of the corpus), "by+0.2" (a shift from the present value)
            or "1:0.2 8:0.5" (a curve over the measures). Or strings such as "density=p80".
        key, measures : str, (int, int)
            Key to stay in, and first and last measure to vary: as for `interpolate`.
        closed : bool
            Search for what meets the targets; otherwise decode once, which only comes near.
        **options
            `natural`, `keep` and `each_measure`, as for `interpolate`.

        Returns
        -------
        Reached
            The tune, its `tokens`, and float arrays (measure, attribute): `targets`, `values` and `original`.

        Examples
        --------
        >>> import armusic
        >>> model, tune = armusic.load(), armusic.read("examples/speed-the-plough.mid")
        >>> result = model.reach(tune, {"contour": -0.2, "density": "by+0.1"})
        >>> result.names, result.values.shape
        (('contour', 'density'), (16, 2))
        >>> result.original.mean(axis=0).round(2), result.targets.mean(axis=0).round(2)
        (array([-0.06,  0.24]), array([-0.2 ,  0.34]))
        """
        from armusic.editing import reach

        tune = arguments.tune(tune)
        return reach.reach(self.checkpoint, tune, targets, key, measures, closed=closed, **with_manner(options))

    def alternatives(
        self, tune: Tune, targets: Targets, count: int = 3, seed: int = 0, **options: Any
    ) -> list[Reached]:
        """Return different tunes with attributes at their targets, the best first, as `reach` takes them.

        They are about equally good; fewer than `count` if the tune has no more. Options: those of `reach` but `closed`.

        Examples
        --------
        >>> import armusic
        >>> model, tune = armusic.load(), armusic.read("examples/speed-the-plough.mid")
        >>> first, second = model.alternatives(tune, {"density": "by-0.05"}, 2)
        >>> bool((first.tokens != second.tokens).any()), bool(abs(first.values.mean() - second.values.mean()) < 0.01)
        (True, True)
        """
        from armusic.editing import reach

        return reach.alternatives(self.checkpoint, arguments.tune(tune), targets, count, seed, **with_manner(options))

    def controller(self, tune: Tune, names: Sequence[str], key: str | Key = "auto", **options: Any) -> Controller:
        """Return a controller, which changes attributes of a tune by look-ups: see `editing.reach.Controller`."""
        from armusic.editing import reach

        return reach.controller(self.checkpoint, arguments.tune(tune), names, key, **with_manner(options))

    def vary(self, tune: Tune, measures: tuple[int, int] | None = None, **options: Any) -> list[Reached]:
        """Return the tune with some measures composed anew, in different ways: see `armusic.editing.varying.vary`.

        The options are `targets`, `alternatives`, `seed` and `key`, and `natural` and `keep` as for `interpolate`.
        """
        from armusic.editing import varying

        return varying.vary(self.checkpoint, arguments.tune(tune), measures, **with_manner(options))

    def surface(self, tune: Tune, names: Sequence[str], **options: Any) -> Surface:
        """Return two attributes over a grid of targets for both: see `armusic.editing.surface.surface`."""
        from armusic.editing import surface as surfaces

        return surfaces.surface(self.checkpoint, arguments.tune(tune), names, **options)

    def morph(self, first: Tune, second: Tune, steps: int = 7, *, slerp: bool = True, loop: bool = False) -> list[Step]:
        """Return tunes that lead from one to another, including both: see `armusic.editing.morphing.morph`."""
        from armusic.editing import morphing

        first, second = arguments.tune(first), arguments.tune(second)
        return morphing.morph(self.checkpoint, first, second, steps, slerp=slerp, loop=loop)

    def generate(
        self, measures: int = 8, metre: str | Metre = "4/4", key: str | Key = "D:major", **options: Any
    ) -> Generated:
        """Return new tunes: see `armusic.generation.generate.generate`.

        The options are `targets` (as for `reach`), `count` (of tunes), `seed` and `data_dir`.
        """
        from armusic.generation import generate as generation

        return generation.generate(self.checkpoint, measures, metre, key, **options)

    def generate_like(self, tune: Tune, temperature: float = 0.5, **options: Any) -> Generated:
        """Return new tunes around another one: see `armusic.generation.generate.generate_like`.

        A temperature of 0 gives the tune as the model reconstructs it, and 1 a tune that has nothing of it. The options
        are `targets` (as for `reach`), `key`, `count` (of tunes), `seed` and `data_dir`.
        """
        from armusic.generation import generate as generation

        return generation.generate_like(self.checkpoint, arguments.tune(tune), temperature, **options)

    def reconstruct(self, tune: Tune) -> Reconstruction:
        """Return the tune as reconstructed, and where it differs: see `armusic.editing.reconstruction.reconstruct`."""
        from armusic.editing import reconstruction

        return reconstruction.reconstruct(self.checkpoint, arguments.tune(tune))

    def traverse(
        self, items: Sequence[int], attributes: Sequence[str], *, data_dir: str | Path | None = None, **options: Any
    ) -> Traversal:
        """Return images decoded while dimensions are moved: see `armusic.evaluation.traversals.traverse_test_items`.

        `items` are numbers of images in the test part, from 0. The options are `steps`, `span` and `data`.
        """
        extras.require("torch", extra="train", purpose="moving the dimensions of images")
        from armusic.evaluation import traversals
        from armusic.training.checkpoint import in_torch

        return traversals.traverse_test_items(
            in_torch(self.checkpoint), data_folder(data_dir), items, attributes, **options
        )

    def evaluate(self, metre: str | None = None, *, data_dir: str | Path | None = None, **options: Any) -> Evaluation:
        """Measure the model on the test part of its data: see `armusic.evaluation.evaluate`.

        The options are `data` (a name or path: all of it is measured), `seed` and `on_progress`.
        """
        extras.require("torch", extra="train", purpose="evaluating a model")
        from armusic import evaluation
        from armusic.training.checkpoint import in_torch

        return evaluation.evaluate(in_torch(self.checkpoint), data_folder(data_dir), metre, **options)
