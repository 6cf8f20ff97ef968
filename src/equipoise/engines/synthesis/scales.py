"""Pooled results back on the scale people read: proportions, ratios, correlations."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.pooling import Pooled

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Readable:
    """A pooled effect on its natural scale: estimate, interval and prediction intervals, each bound transformed for itself."""

    measure: str
    estimate: float
    low: float
    high: float
    level: float
    prediction_low: float | None
    prediction_high: float | None
    prediction_riley_low: float | None
    prediction_riley_high: float | None


def proportion(logit: ArrayLike) -> Floats:
    """Proportion, 0 to 1, of a log odds."""
    return np.asarray(np.exp(-np.logaddexp(0, np.negative(logit))), dtype=np.float64)  # 1 / (1 + exp(-x)), no overflow


def ratio(log_ratio: ArrayLike) -> Floats:
    """Odds ratio or risk ratio, above 0, of its logarithm."""
    return np.asarray(np.exp(log_ratio), dtype=np.float64)


def correlation(z: ArrayLike) -> Floats:
    """Correlation, -1 to 1, of Fisher's z."""
    return np.asarray(np.tanh(z), dtype=np.float64)


def _itself(effect: ArrayLike) -> Floats:
    return np.asarray(effect, dtype=np.float64)


SCALES = {"PLO": proportion, "OR": ratio, "RR": ratio, "ZCOR": correlation, "RD": _itself, "GEN": _itself}


def readable(pooled: Pooled, measure: str) -> Readable:
    """Transform the estimate and every bound of a pooled effect to the natural scale of its measure.

    The estimate becomes that of a typical (median) study, not a mean of proportions or ratios; tau squared stays on the
    pooled scale. A measure that is not PLO, OR, RR, ZCOR, RD or GEN raises ValueError.
    """
    if measure not in SCALES:
        raise ValueError(f"measure is {measure!r}; it should be one of {', '.join(SCALES)}")
    back = SCALES[measure]

    def bound(value: float | None) -> float | None:
        return None if value is None else float(back(value))

    return Readable(
        measure=measure,
        estimate=float(back(pooled.estimate)),
        low=float(back(pooled.low)),
        high=float(back(pooled.high)),
        level=pooled.level,
        prediction_low=bound(pooled.prediction_low),
        prediction_high=bound(pooled.prediction_high),
        prediction_riley_low=bound(pooled.prediction_riley_low),
        prediction_riley_high=bound(pooled.prediction_riley_high),
    )
