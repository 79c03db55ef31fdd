"""The parts of the objective. Tensors in, scalar tensors out."""

from __future__ import annotations

import torch
from torch import Tensor

KERNEL = 128

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
    """Return how much each of the other dimensions, by itself, tells of each attribute.

    Parameters
    ----------
    z : Tensor (item, other)
        The dimensions that belong to no attribute.
    a : Tensor (item, attribute)
        In any unit. Of both the first `KERNEL` items count: the cost grows with their square.

    Returns
    -------
    Tensor ()
        Mean over the attributes of the sum over the dimensions of the dependence (centred kernel
        alignment, 0..1) of the two, in any form, not a linear one only; fewer than three items tell nothing.

    Source
    ------
    Gretton et al., "Measuring Statistical Dependence with Hilbert-Schmidt Norms" (2005), with
    Gaussian kernels of the width of one standard deviation; normalised as by Cortes et al. (2012).

    Examples
    --------
    >>> a = torch.linspace(-1, 1, 9)[:, None]
    >>> round(dependence(2 * a, a).item(), 3), round(dependence(a.square(), a).item(), 2)
    (1.0, 0.32)
    """
    if len(z) < 3:
        return z.new_zeros(())
    z, a = z[:KERNEL], a[:KERNEL]
    one, two = _centred_kernels(z), _centred_kernels(a)
    shared = torch.einsum("kij,lij->kl", one, two)
    return (shared / (one.norm(dim=(1, 2))[:, None] * two.norm(dim=(1, 2))).clamp_min(1e-6)).mean(dim=1).sum()


def _centred_kernels(x: Tensor) -> Tensor:
    """Return for each column the Gaussian kernel between all rows, centred: (column, item, item)."""
    x = x / x.std(dim=0).clamp_min(1e-6)
    kernel = (-0.5 * (x.T[:, :, None] - x.T[:, None]).square()).exp()
    rows = kernel - kernel.mean(dim=1, keepdim=True)
    return rows - rows.mean(dim=2, keepdim=True)
