"""Edit a tune: raise or lower an attribute, and keep the rest.

1. `material`: the tune as a model takes it: tokens, classes, and the measures that may vary.
2. `decoding`: codes of measures (`encode`), codes for other values (`edit`), and measures of codes that keep the tune
   a tune (`decode`).
3. `candidates`: measures decoded from many codes around the input's, each with its attributes.
4. `pool`: of candidates with equal values the one nearest to the input; a target is a look-up.
5. `targets`: values as typed or as numbers, resolved measure by measure.
6. `reach`: a tune at its targets; `sweep`: one attribute in equal steps.
7. `open_loop`: both without a search, by one decode, with the scale of `calibration`.

`varying` composes measures anew, each in its place by `composing`.
`interactive` is the studio's engine, `surface` decodes two attributes over a grid, `morphing` leads from one
tune to another (`between` chooses its measures, some of which are `drawn` by the model of tunes), `reconstruction` and
`codes` go through the encoder and back.
"""
