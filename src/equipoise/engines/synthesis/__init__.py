"""Evidence synthesis: effects from counts, and their pooled mean."""

from equipoise.engines.synthesis.effects import (
    Effects,
    fisher_z,
    from_interval,
    generic,
    log_odds_ratio,
    log_risk_ratio,
    logit_proportion,
    risk_difference,
)
from equipoise.engines.synthesis.pooling import Pooled, pool
from equipoise.engines.synthesis.scales import Readable, correlation, proportion, ratio, readable

__all__ = [
    "Effects",
    "Pooled",
    "Readable",
    "correlation",
    "fisher_z",
    "from_interval",
    "generic",
    "log_odds_ratio",
    "log_risk_ratio",
    "logit_proportion",
    "pool",
    "proportion",
    "ratio",
    "readable",
    "risk_difference",
]
