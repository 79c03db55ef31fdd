"""Metrics of codes: each is a function of how dimensions and attributes go together.

Dimension k stands beside attribute k, its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from armusic.extras import require
from armusic.metrics.information import mutual_information, standardised
from armusic.metrics.plain import plain
from armusic.shapes import Float

CHANCE = 0.05  # p-value above which a rank correlation counts as none
FLAT = 1e-12  # variance up to which a dimension predicts nothing
NOTHING = 0.01  # share of an attribute's entropy below which another attribute determines it

PerAttribute = Float[np.ndarray, " attribute"]


@dataclass(frozen=True, slots=True)
class Relations:
    """Relations of each dimension of the codes to each attribute, computed once.

    Attributes
    ----------
    information : float array (latent, attribute)
        Mutual information in nats.
    own : float array (attribute, attribute)
        Mutual information of the attributes with one another; the diagonal has their entropies.
    r2 : float array (latent, attribute)
        Squared Pearson correlations: R^2 of a linear regression, 0 to 1.
    rho : float array (latent, attribute)
        Absolute Spearman correlations; 0 where the p-value is above .05.
    """

    information: Float[np.ndarray, "latent attribute"]
    own: Float[np.ndarray, "attribute attribute"]
    r2: Float[np.ndarray, "latent attribute"]
    rho: Float[np.ndarray, "latent attribute"]

    @property
    def entropy(self) -> PerAttribute:
        """Entropy of each attribute, in nats."""
        return self.own.diagonal()


def relate(
    z: Float[np.ndarray, "item latent"], a: Float[np.ndarray, "item attribute"], *, seed: int = 0
) -> tuple[Relations, Relations]:
    """Compute the relations that the metrics need: of the codes, and of the attributes in the place of codes.

    Parameters
    ----------
    z : float array (item, latent)
        Codes.
    a : float array (item, attribute)
        Attributes of the same items.
    seed : int
        Seed of the estimate of mutual information.
    """
    own = mutual_information(a, a, seed=seed)
    of_codes = Relations(mutual_information(z, a, seed=seed), own, _r2(z, a), _rho(z, a))
    return of_codes, Relations(own, own, _r2(a, a), _rho(a, a))


def interpretability(relations: Relations) -> PerAttribute:
    """R^2 of a linear regression of the attribute on the dimension with the most information about it.

    I_k = R^2(a_k, z_d), d = argmax I(z_d; a_k); 0 to 1.

    Source
    ------
    T. Adel, Z. Ghahramani and A. Weller, "Discovering interpretable representations for both deep
    generative and discriminative models", ICML 2018, as in Pati and Lerch (2020).
    """
    best = relations.information.argmax(axis=0)
    return relations.r2[best, np.arange(len(best))]


def scc(relations: Relations) -> PerAttribute:
    """Spearman correlation coefficient: the best |rho| of a dimension, with p <= .05.

    S_k = max_d |rho(z_d, a_k)|; 0 to 1. Where the attribute has ties, no code without ties gets to 1:
    see `tie_ceiling`.

    Source
    ------
    Pati and Lerch (2020), as the score of their implementation.
    """
    return relations.rho.max(axis=0)


def modularity(relations: Relations) -> float:
    """Degree to which a dimension is informative about one attribute only; mean over dimensions, 0 to 1.

    M = mean_d 1 - sum_{k != b} I(z_d; a_k)^2 / (I(z_d; a_b)^2 (m - 1)), b = argmax_k I(z_d; a_k), for m
    attributes; a dimension without information counts 0. With one attribute there is nothing to mix.
    Dimensions with hardly any information count as much as others, and for them the value is noise: compare
    models with the same number of dimensions, on the same items.

    Source
    ------
    K. Ridgeway and M. C. Mozer, "Learning deep disentangled embeddings with the F-statistic loss",
    NeurIPS 2018.
    """
    squares = relations.information**2
    most = squares.max(axis=1)
    informative = most > 0
    others = (squares.sum(axis=1) - most)[informative] / most[informative] / max(1, squares.shape[1] - 1)
    return float((1 - others).sum() / len(squares))


def mig(relations: Relations) -> PerAttribute:
    """Mutual information gap between the best dimension and the second best.

    G_k = (I(z_d; a_k) - I(z_e; a_k)) / H(a_k), d and e the best and the second best; 0 to 1.

    Source
    ------
    R. T. Q. Chen et al., "Isolating sources of disentanglement in variational autoencoders", NeurIPS
    2018.
    """
    return _share(_gap(relations.information), relations.entropy)


def sap(relations: Relations) -> PerAttribute:
    """Separated attribute predictability: the gap between the two best R^2.

    P_k = R^2(a_k, z_d) - R^2(a_k, z_e), d and e the best and the second best; 0 to 1.

    Source
    ------
    A. Kumar, P. Sattigeri and A. Balakrishnan, "Variational inference of disentangled latent concepts
    from unlabeled observations", ICLR 2018.
    """
    return _gap(relations.r2)


def dmig(relations: Relations) -> PerAttribute:
    """Dependency-aware mutual information gap: MIG where attributes depend on each other.

    D_k = (I(z_k; a_k) - I(z_e; a_k)) / H(a_k | a_e), e the best of the other dimensions. Where it is the
    own dimension of attribute e, the gap is at most the information of a_k that a_e does not have:
    H(a_k | a_e) = H(a_k) - I(a_k; a_e); else the denominator is H(a_k). Below 0 where another dimension
    has more information; 0 where a_e determines a_k (99 %). Being a ratio of two estimates, it can exceed 1.

    Source
    ------
    K. N. Watcharasupat and A. Lerch, "Evaluation of latent space disentanglement in the presence of
    interdependent attributes", ISMIR late-breaking 2021; with the own dimension first, as in the
    authors' package Latte.
    """
    each = np.arange(len(relations.own))
    gap, rival = _gap_to_own(relations.information)
    among = np.minimum(rival, len(each) - 1)
    shared = np.where(rival < len(each), relations.own[each, among], 0)
    return _share(gap, relations.entropy - np.where(rival == each, 0, shared), NOTHING * relations.entropy)


def xmig(relations: Relations) -> PerAttribute:
    """Dependency-blind mutual information gap: against the dimensions without an attribute only.

    X_k = (I(z_k; a_k) - I(z_e; a_k)) / H(a_k), e the best of the dimensions beyond the attributes' own;
    where there are none, nothing is subtracted. Below 0 where such a dimension has more information; at most 1.

    Source
    ------
    K. N. Watcharasupat, "Controllable music: supervised learning of disentangled representations for
    music generation" (2021).
    """
    count = len(relations.own)
    free = relations.information[count:].max(axis=0, initial=0)
    return _share(relations.information[:count].diagonal() - free, relations.entropy)


def dlig(relations: Relations) -> PerAttribute:
    """Dependency-aware latent information gap of a dimension between its own attribute and the next best.

    L_k = (I(z_k; a_k) - I(z_k; a_e)) / H(a_k | a_e), e the best of the other attributes. Below 0 where the
    dimension has more information about another; 0 where a_e determines a_k (99 %). Being a ratio of two
    estimates, it can exceed 1.

    Source
    ------
    K. N. Watcharasupat, "Controllable music: supervised learning of disentangled representations for
    music generation" (2021).
    """
    each = np.arange(len(relations.own))
    gap, rival = _gap_to_own(relations.information[: len(each)].T)
    shared = np.where(rival == each, 0, relations.own[each, rival])
    return _share(gap, relations.entropy - shared, NOTHING * relations.entropy)


def tie_ceiling(a: Any) -> PerAttribute:
    """Return the Spearman correlation that no code without ties can exceed, for each attribute.

    C_k = sqrt(1 - sum p^3), p the share of the items that have each of the attribute's values: within
    a tie, a code has to put the items in some order.

    Parameters
    ----------
    a : array or tensor (item, attribute)
        Attributes, numbers or booleans.

    Examples
    --------
    >>> tie_ceiling(np.array([[0.0, 1], [0, 2], [1, 3], [1, 4]])).round(3).tolist()
    [0.866, 0.968]
    """
    columns = plain(a, "attributes", 2).T
    shares = [np.unique(column, return_counts=True)[1] / len(column) for column in columns]
    return np.array([np.sqrt(1 - (share**3).sum()) for share in shares])


def _gap(scores: Float[np.ndarray, "latent attribute"]) -> PerAttribute:
    """Return the difference between the best and the second best, which is 0 where there is one dimension only."""
    best = np.sort(scores, axis=0)[::-1]
    return best[0] - (best[1] if len(best) > 1 else 0)


def _gap_to_own(scores: Float[np.ndarray, "candidate own"]) -> tuple[Float[np.ndarray, " own"], np.ndarray]:
    """Return the gap of candidate k to the best other candidate in column k, and the place of that one (k: none)."""
    each = np.arange(scores.shape[1])
    others = scores.copy()
    others[each, each] = -1
    rival = others.argmax(axis=0)
    return scores[each, each] - others[rival, each].clip(min=0), rival


def _share(part: PerAttribute, whole: PerAttribute, least: PerAttribute | float = 0.0) -> PerAttribute:
    """Return `part / whole`; 0 where the whole is at most `least`."""
    enough = whole > least
    return np.where(enough, part / np.where(enough, whole, 1), 0)


def _r2(z: Float[np.ndarray, "item latent"], a: Float[np.ndarray, "item attribute"]) -> np.ndarray:
    correlation = standardised(z).T @ standardised(a) / len(z)
    return np.where(z.var(axis=0)[:, None] > FLAT, np.minimum(correlation**2, 1), 0)


def _rho(z: Float[np.ndarray, "item latent"], a: Float[np.ndarray, "item attribute"]) -> np.ndarray:
    special = require("scipy.special", extra="train", purpose="a rank correlation")
    rankdata = require("scipy.stats", extra="train", purpose="a rank correlation").rankdata
    rho = standardised(rankdata(z, axis=0)).T @ standardised(rankdata(a, axis=0)) / len(z)
    rho = rho.clip(-1, 1)
    with np.errstate(divide="ignore"):
        t = np.abs(rho) * np.sqrt((len(z) - 2) / (1 - rho**2))
    return np.where(2 * special.stdtr(len(z) - 2, -t) <= CHANCE, np.abs(rho), 0)
