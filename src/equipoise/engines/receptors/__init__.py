"""Receptors: measurements pooled on the log scale with a between-assay component, and occupancy at a concentration.

For a reader with a table of constants: ``pool(constant_nm, log_se=..., paper=..., species=...)`` gives an :class:`Affinity` in
nM with its interval and that of a new assay; ``occupied([Ligand(...)])`` the share of a receptor at the concentration that is
unbound in plasma.
What reaches the brain is not known, and nothing here says it.
"""

from equipoise.engines.receptors.affinities import SHARED, TAU_SCALE, UNPRINTED, Affinity, Op, pool, readings
from equipoise.engines.receptors.occupancies import Ligand, Occupancy, occupancy, occupied
from equipoise.engines.receptors.spreads import SpreadKind, log_se
from equipoise.values.distributions import Mixture

__all__ = [
    "SHARED",
    "TAU_SCALE",
    "UNPRINTED",
    "Affinity",
    "Ligand",
    "Mixture",
    "Occupancy",
    "Op",
    "SpreadKind",
    "log_se",
    "occupancy",
    "occupied",
    "pool",
    "readings",
]
