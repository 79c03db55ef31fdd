"""The parts of the objective. Tensors in, scalar tensors out."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from armusic.vae.alignment import alignments, centred_kernels

KERNEL = 128
"""Number of items of a batch that `dependence` compares."""

RIDGE = 0.01
"""Ridge of the regression in `explained`, beside variances of 1: keeps it solvable in small batches."""

SCALED = 3.0
"""Standard deviations on both sides of the mean that `cross_entropy` scales to 0..1."""


def kl(mean: Tensor, log_std: Tensor) -> Tensor:
    """Return the divergence of diagonal normals from the prior N(0, I), in nats per item.

    Parameters
    ----------
    mean, log_std : Tensor (item, latent)
        Parameters of the normals.

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
    """Return the distance of a batch from having its dimensions ordered as its attributes.

    Parameters
    ----------
    z : Tensor (item, attribute)
        Regularised dimensions: dimension k belongs to attribute k.
    a : Tensor (item, attribute)
        Attributes on any scale: only their order counts.
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
        Regularised dimensions: dimension k belongs to attribute k.
    a : Tensor (item, attribute)
        Attributes in standard deviations: dimension and attribute share a linear scale.

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


def cross_entropy(z: Tensor, a: Tensor) -> Tensor:
    """Return the cross-entropy of the sigmoid of each dimension with its attribute, scaled to 0..1.

    Parameters
    ----------
    z : Tensor (item, attribute)
        Regularised dimensions: dimension k belongs to attribute k.
    a : Tensor (item, attribute)
        Attributes in standard deviations: -3..3 becomes 0..1, and values beyond are clipped.

    Returns
    -------
    Tensor (item,)
        Sum over the attributes, in nats; at least the entropy of the scaled attributes.

    Source
    ------
    Locatello et al., "Disentangling Factors of Variation Using Few Labels" (2020): S2-VAE; of codes drawn
    from the posterior, as in Pati and Lerch, "Is Disentanglement Enough?" (2021).

    Examples
    --------
    >>> round(cross_entropy(torch.zeros(1, 2), torch.tensor([[-3.0, 1.0]])).item() / 2, 4)  # log 2 each
    0.6931
    """
    scaled = (0.5 + a / (2 * SCALED)).clamp(0, 1)
    return functional.binary_cross_entropy_with_logits(z, scaled, reduction="none").sum(dim=1)


def slope(slopes: Tensor, sigma: float) -> Tensor:
    """Return the negative log-likelihood of the slopes of decoded attributes along their dimensions.

    Parameters
    ----------
    slopes : Tensor (item,)
        Standard deviations of an attribute of the output per unit of its dimension.
    sigma : float
        Standard deviation of the slopes about 1.

    Returns
    -------
    Tensor (item,)
        -log N(slope; 1, sigma), in nats.

    Source
    ------
    Hadjeres, Nielsen and Pachet, "GLSR-VAE: Geodesic Latent Space Regularization for Variational
    AutoEncoder Architectures" (2017).

    Examples
    --------
    >>> [round(value, 3) for value in slope(torch.tensor([1.0, 0.0]), 1.0).tolist()]
    [0.919, 1.419]
    """
    return 0.5 * ((slopes - 1) / sigma).square() + math.log(sigma * math.sqrt(2 * math.pi))


def explained(z: Tensor, a: Tensor) -> Tensor:
    """Return the variance of the attributes that a linear regression on the other dimensions explains.

    The regression is an adversary that is solved anew for each batch: the encoder cannot outpace it.

    Parameters
    ----------
    z : Tensor (item, other)
        Dimensions that belong to no attribute, in any unit.
    a : Tensor (item, attribute)
        Attributes, in any unit.

    Returns
    -------
    Tensor ()
        Sum over the attributes of the share explained, 0..1 each; 0 for fewer than three items.

    Source
    ------
    Lample et al., "Fader Networks: Manipulating Images by Sliding Attributes" (2017), whose adversary
    is a network that is trained beside the encoder.

    Examples
    --------
    >>> z = torch.tensor([[1.0, 1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]])
    >>> [round(explained(z, a[:, None]).item(), 2) for a in (z[:, 0] + z[:, 1], z[:, 0] * z[:, 1])]
    [0.99, 0.0]
    """
    if len(z) < 3:
        return z.new_zeros(())
    z, a = _standardised(z), _standardised(a)
    products, shared = z.T @ z / len(z), z.T @ a / len(z)
    ridge = RIDGE * torch.eye(z.shape[1], dtype=z.dtype, device=z.device)
    return (shared * torch.linalg.solve(products + ridge, shared)).sum()


def dependence(z: Tensor, a: Tensor) -> Tensor:
    """Return the dependence between each of the other dimensions, by itself, and each attribute.

    Parameters
    ----------
    z : Tensor (item, other)
        Dimensions that belong to no attribute.
    a : Tensor (item, attribute)
        Attributes, in any unit. Only the first `KERNEL` items count: the cost grows with their square.

    Returns
    -------
    Tensor ()
        Centred kernel alignment (0..1, sensitive to any form of dependence), summed over the dimensions, mean over
        the attributes; 0 for fewer than three items, or no dimensions.

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
    if len(z) < 3 or not z.shape[1]:
        return z.new_zeros(())
    z, a = z[:KERNEL], a[:KERNEL]
    of_a = centred_kernels(a)
    of_a = of_a / of_a.norm(dim=(1, 2), keepdim=True).clamp_min(1e-6)
    return alignments(z, of_a.mean(dim=0)).sum()


def _standardised(x: Tensor) -> Tensor:
    """Return each column with mean 0 and standard deviation 1; one that does not vary becomes 0."""
    return (x - x.mean(dim=0)) / x.std(dim=0, correction=0).clamp_min(1e-6)
