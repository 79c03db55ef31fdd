"""The parts of the objective. Tensors in, scalar tensors out."""

from __future__ import annotations

import torch
from torch import Tensor


def kl(mean: Tensor, log_std: Tensor) -> Tensor:
    """Return the divergence of diagonal normals from the prior N(0, I), in nats per item.

    Parameters
    ----------
    mean, log_std : Tensor (item, latent)

    Returns
    -------
    Tensor (item,)
        At least 0.

    Source
    ------
    Kingma and Welling, "Auto-Encoding Variational Bayes" (2014), appendix B.

    Examples
    --------
    >>> kl(torch.zeros(1, 3), torch.zeros(1, 3)).item()
    0.0
    """
    return 0.5 * (mean.square() + (2 * log_std).exp() - 1 - 2 * log_std).sum(dim=1)


def pairwise(z: Tensor, a: Tensor, delta: float) -> Tensor:
    """Return how far a batch is from having its dimensions ordered as its attributes.

    Parameters
    ----------
    z : Tensor (item, attribute)
        Latent dimension k beside attribute k.
    a : Tensor (item, attribute)
        Any scale: only the order counts.
    delta : float
        Sharpness of the tanh.

    Returns
    -------
    Tensor ()
        Sum over the attributes of mean |tanh(delta (z_i - z_j)) - sign(a_i - a_j)| over all pairs; 0..2 each.

    Source
    ------
    Pati and Lerch (2020), equations for the attribute regularisation loss.

    Examples
    --------
    >>> pairwise(torch.tensor([[0.0], [9.0]]), torch.tensor([[0.0], [1.0]]), 1.0).item() < 1e-6
    True
    """
    between_z = torch.tanh(delta * (z[:, None] - z[None]))
    between_a = torch.sign(a[:, None] - a[None])
    return (between_z - between_a).abs().mean(dim=(0, 1)).sum()


def regression(z: Tensor, a: Tensor) -> Tensor:
    """Return the squared distance of each dimension from its standardised attribute.

    Parameters
    ----------
    z : Tensor (item, attribute)
        Latent dimension k beside attribute k.
    a : Tensor (item, attribute)
        In standard deviations: dimension and attribute share a linear scale.

    Returns
    -------
    Tensor ()
        Sum over the attributes of the mean squared difference.

    Examples
    --------
    >>> regression(torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0, 0.0]])).item()
    4.0
    """
    return (z - a).square().mean(dim=0).sum()


def dependence(z: Tensor, a: Tensor) -> Tensor:
    """Return how much of the attributes the other dimensions tell, linearly.

    Parameters
    ----------
    z : Tensor (item, other)
        The dimensions that belong to no attribute.
    a : Tensor (item, attribute)
        In any unit.

    Returns
    -------
    Tensor ()
        Mean over the pairs of the squared correlation, times the number of other dimensions: 0 where
        none tells anything; fewer than three items tell nothing.

    Source
    ------
    The covariance penalty of DIP-VAE (Kumar et al. 2018), between two groups of variables.

    Examples
    --------
    >>> a = torch.tensor([[-1.0], [0.0], [1.0]])
    >>> round(dependence(a, 2 * a).item(), 3), dependence(a.square(), a).item()
    (1.0, 0.0)
    """
    if len(z) < 3:
        return z.new_zeros(())
    z, a = z - z.mean(dim=0), a - a.mean(dim=0)
    covariance = z.T @ a / len(z)
    variances = z.square().mean(dim=0)[:, None] * a.square().mean(dim=0)
    return (covariance.square() / variances.clamp_min(1e-6)).mean(dim=1).sum()
