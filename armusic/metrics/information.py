"""Mutual information of continuous variables, from distances to nearest neighbours."""

from __future__ import annotations

import numpy as np

from armusic.extras import require
from armusic.shapes import Bool, Float

NEIGHBOURS = 3
JITTER = 1e-10  # standard deviation of the noise, in those of the variable
ROUNDING = 4  # units in the last place that a sum may be off by


def mutual_information(
    codes: Float[np.ndarray, "item latent"], attributes: Float[np.ndarray, "item attribute"], *, seed: int = 0
) -> Float[np.ndarray, "latent attribute"]:
    """Estimate the mutual information of each dimension with each attribute.

    I(x; y) = psi(k) + psi(n) - mean(psi(n_x + 1) + psi(n_y + 1)), where n_x of the n
    items lie closer in x than the k-th nearest neighbour does in both (the greater of the two
    differences), and n_y likewise; k is 3, psi the digamma function. An estimate below zero is zero.

    Every variable is divided by its standard deviation and gets a normal noise of 1e-10, so that equal
    values have an order; the noise is the same for all dimensions. As in the original's metrics,
    attributes are in single precision, in which a noise so small is lost but near zero: ties at zero are
    broken, others stay. The estimate for an attribute and itself is its entropy, for this estimator.

    Parameters
    ----------
    codes : float array (item, latent)
        Codes, finite, of more than three items. A constant dimension has no information.
    attributes : float array (item, attribute)
        Attributes, finite.
    seed : int
        Seed of the noise.

    Returns
    -------
    float array (latent, attribute)
        Mutual information in nats, at least 0.

    Source
    ------
    A. Kraskov, H. Stoegbauer and P. Grassberger, "Estimating mutual information", Phys. Rev. E 69
    (2004), the first of its two estimators; `sklearn.feature_selection.mutual_info_regression` is
    the same one.

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(size=(1000, 2))
    >>> sums = noise @ np.array([[0.8], [0.6]])  # correlations of .8 and .6
    >>> mutual_information(noise, sums).round(2).tolist()  # -log(1 - r^2) / 2: .51 and .22
    [[0.49], [0.2]]
    """
    digamma = require("scipy.special", extra="train", purpose="mutual information").digamma

    n = len(codes)
    noise = JITTER * np.random.default_rng(seed).standard_normal((2, n, 1))
    psi = digamma(np.arange(1, n + 1))
    x = standardised(codes) + noise[0]
    y = attributes.T.astype(np.float32, order="C")
    y /= np.where(np.ptp(y, axis=1) > 0, y.std(axis=1), np.float32(1))[:, None]
    y += noise[1].T * np.maximum(1, np.abs(y).mean(axis=1, keepdims=True))
    information = np.zeros((x.shape[1], len(y)))
    for d in np.flatnonzero(_varies(codes)):
        for k in np.flatnonzero(_varies(attributes)):
            information[d, k] = psi[NEIGHBOURS - 1] + psi[-1] - _close(x[:, d], y[k].astype(float), psi)
    return information.clip(min=0)


def standardised(values: Float[np.ndarray, "item column"]) -> Float[np.ndarray, "item column"]:
    """Return columns with mean 0 and standard deviation 1; constant ones become zeros.

    Examples
    --------
    >>> standardised(np.array([[1.0, 7.0], [3.0, 7.0]])).tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    varies = _varies(values)
    return np.where(varies, values - values.mean(axis=0), 0) / np.where(varies, values.std(axis=0), 1)


def _varies(values: Float[np.ndarray, "item column"]) -> Bool[np.ndarray, " column"]:
    """Return the mask of the columns that vary, beyond rounding in their range and in their deviation."""
    return (np.ptp(values, axis=0) > 0) & (values.std(axis=0) > 0)


def _close(x: Float[np.ndarray, " item"], y: Float[np.ndarray, " item"], psi: Float[np.ndarray, " item"]) -> float:
    """Return the mean of psi(n_x + 1) + psi(n_y + 1)."""
    points = np.column_stack((x, y))
    tree = require("scipy.spatial", extra="train", purpose="mutual information").KDTree(
        points, balanced_tree=False, compact_nodes=False
    )
    distances, _ = tree.query(points, [NEIGHBOURS + 1], p=np.inf)  # one more: each is its own nearest
    total = 0.0
    for values in (x, y):
        reach = (distances[:, 0] - ROUNDING * np.spacing(np.abs(values))).clip(min=0)
        line = np.sort(values)
        near = np.searchsorted(line, values + reach, "right") - np.searchsorted(line, values - reach, "left")
        total += psi[near - 1].mean()  # the item itself is the one in psi(n_x + 1)
    return total
