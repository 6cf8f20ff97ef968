r"""The share of a receptor that ligands occupy at equilibrium, at the concentration that is unbound in plasma."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

LEAST_DRAWS = 200
"""Fewer draws than these do not carry a 90% interval."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Ligand:
    """Draws of what bears on one ligand's occupancy; draw i of each belongs together.

    - ``total_nm``: total concentration in plasma, shape (n,), or (n, t) for t times; zero or more.
    - ``unbound``: unbound fraction in plasma, shape (n,), above 0 and up to 1.
    - ``constant_nm``: equilibrium constant, shape (n,), above zero. From ``Affinity.log_new``, the distribution of a new assay:
      which assay stands for a person's receptors is as unknown as that.

    Raises
    ------
    ValueError
        Shapes that do not fit, or a number outside of its range.
    """

    total_nm: Floats
    unbound: Floats
    constant_nm: Floats

    def __post_init__(self) -> None:
        n = self.constant_nm.shape
        if len(n) != 1 or self.unbound.shape != n or self.total_nm.shape[:1] != n or self.total_nm.ndim > 2:
            raise ValueError(
                f"there are draws of shape {self.total_nm.shape} of concentration, {self.unbound.shape} of the unbound "
                f"fraction and {n} of the constant; they should be as many"
            )
        if not (np.isfinite(self.total_nm) & (self.total_nm >= 0)).all():
            raise ValueError("a concentration is below zero or not finite; it should be zero or more, in nM")
        if not ((self.unbound > 0) & (self.unbound <= 1)).all():
            raise ValueError("an unbound fraction is not above 0 and up to 1")
        if not (np.isfinite(self.constant_nm) & (self.constant_nm > 0)).all():
            raise ValueError("an equilibrium constant is not finite and above zero, in nM")


@dataclass(frozen=True, kw_only=True, eq=False)
class Occupancy:
    """Shares of a receptor, from 0 to 1, where the ligand is unbound in plasma. In the brain they are not known.

    ``share``, (l,) or (l, t): medians for each ligand; ``low`` and ``high``: bounds of the interval at ``level``; ``total``,
    ``total_low``, ``total_high``, () or (t,): of all ligands together. ``site`` has this one value.
    """

    share: Floats
    low: Floats
    high: Floats
    total: Floats
    total_low: Floats
    total_high: Floats
    level: float
    draws: int
    site: Literal["plasma-unbound"] = "plasma-unbound"


def occupancy(unbound_nm: ArrayLike, constant_nm: ArrayLike) -> Floats:
    r"""Shares of one receptor that competing ligands occupy (Gaddum).

    .. math:: \theta_l = \frac{C_l / K_l}{1 + \sum_m C_m / K_m}

    With one ligand it is :math:`C / (C + K)`. Both have the shape (..., l), ligands last, and the result has it too.

    Raises
    ------
    ValueError
        A concentration below zero, or a constant that is not above zero.
    """
    concentration, constant = np.asarray(unbound_nm, dtype=float), np.asarray(constant_nm, dtype=float)
    if not (np.isfinite(concentration) & (concentration >= 0)).all():
        raise ValueError("a concentration is below zero or not finite; it should be zero or more")
    if not (np.isfinite(constant) & (constant > 0)).all():
        raise ValueError("an equilibrium constant is not finite and above zero")
    bound = concentration / constant
    return np.asarray(bound / (1 + bound.sum(axis=-1, keepdims=True)))


def occupied(ligands: Sequence[Ligand], *, level: float = 0.90) -> Occupancy:
    """Occupancy of one receptor by several ligands at once, with an interval over the draws.

    Parameters
    ----------
    ligands
        At least one; all with as many draws (200 or more) and times. Draws of ligands of one person should come from the same
        person: those that a model drew together keep their place.

    Raises
    ------
    ValueError
        No ligand, draws that are too few or not as many, or a level outside (0, 1).
    """
    if not ligands:
        raise ValueError("there is no ligand; there should be at least one")
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; it should be a share between 0 and 1, such as 0.9")
    if len({ligand.total_nm.shape for ligand in ligands}) > 1:
        raise ValueError(f"ligands have draws of {[ligand.total_nm.shape for ligand in ligands]}; they should be as many")
    draws = ligands[0].constant_nm.size
    if draws < LEAST_DRAWS:
        raise ValueError(f"there are {draws} draws; there should be {LEAST_DRAWS} or more")
    times = ligands[0].total_nm.ndim == 2
    free = [one.total_nm * (one.unbound[:, None] if times else one.unbound) for one in ligands]
    constant = [np.broadcast_to(one.constant_nm[:, None] if times else one.constant_nm, free[0].shape) for one in ligands]
    theta = occupancy(np.stack(free, axis=-1), np.stack(constant, axis=-1))
    lost = (1 - level) / 2
    low, share, high = np.quantile(theta, [lost, 0.5, 1 - lost], axis=0)
    total_low, total, total_high = np.quantile(theta.sum(axis=-1), [lost, 0.5, 1 - lost], axis=0)
    return Occupancy(
        share=np.moveaxis(share, -1, 0),
        low=np.moveaxis(low, -1, 0),
        high=np.moveaxis(high, -1, 0),
        total=np.asarray(total),
        total_low=np.asarray(total_low),
        total_high=np.asarray(total_high),
        level=level,
        draws=draws,
    )
