"""Pooled results back on the scale people read: proportions, rates, ratios, correlations, differences."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.counts import double_arcsine, freeman_tukey_rate
from equipoise.engines.synthesis.effects import check_options
from equipoise.engines.synthesis.pooling import Pooled

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Readable:
    """A pooled effect on its natural scale: estimate, interval and prediction intervals, each bound transformed for itself.

    Shapes are those of :class:`~.pooling.Pooled`; NaN stays NaN. ``unit`` names the scale (``odds ratio``, ``proportion``,
    ...); ``warning`` says what the reader of the numbers must know, or is None.
    """

    measure: str
    unit: str
    estimate: Floats
    interval: Floats
    prediction_interval: Floats
    prediction_interval_riley: Floats
    level: float
    warning: str | None


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Natural scale of a measure: its name, the way back to it, the way forth from it, its ends.

    ``back`` takes values, or values and sizes (people, person-time) where ``sized``; ``forth`` one value between the ends,
    or one and sizes.
    """

    unit: str
    back: Callable[..., Floats]
    forth: Callable[..., float | Floats]
    low: float = -np.inf
    high: float = np.inf
    sized: bool = False


def proportion(logit: ArrayLike) -> Floats:
    """Proportion, 0 to 1, of a log odds."""
    with np.errstate(invalid="ignore"):  # NumPy warns of NaN here alone
        return np.asarray(np.exp(-np.logaddexp(0, np.negative(logit))), dtype=np.float64)  # 1 / (1 + exp(-x)), no overflow


def ratio(log_ratio: ArrayLike) -> Floats:
    """Ratio, above 0, of its logarithm; infinite where it is too large for a number."""
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(log_ratio), dtype=np.float64)


def correlation(z: ArrayLike) -> Floats:
    """Correlation, -1 to 1, of Fisher's z."""
    return np.asarray(np.tanh(z), dtype=np.float64)


def logit(share: float) -> float:
    """Log odds of a proportion between 0 and 1."""
    return math.log(share / (1 - share))


def arcsine(share: float) -> float:
    """Angle whose squared sine is a proportion."""
    return math.asin(math.sqrt(share))


def _itself(effect: Floats) -> Floats:
    return effect


def _sine_squared(angle: Floats) -> Floats:
    return np.asarray(np.sin(np.clip(angle, 0, np.pi / 2)) ** 2)


def _square(root: Floats) -> Floats:
    return np.asarray(np.maximum(root, 0) ** 2)


def _double_sine(angle: Floats, total: Floats) -> Floats:
    r"""Proportion whose Freeman-Tukey double arcsine among ``total`` people is this.

    .. math:: p = \tfrac12\left(1 - \operatorname{sign}(\cos 2y)
              \sqrt{1 - \left(\sin 2y + \frac{\sin 2y - 1 / \sin 2y}{n}\right)^2}\right)

    References
    ----------
    .. [1] Miller 1978, American Statistician 32:138.
    """
    low, high = double_arcsine(np.zeros_like(total), total), double_arcsine(total, total)
    twice = 2 * np.clip(angle, low, high)
    sine = np.sin(twice)
    inner = sine + (sine - 1 / sine) / total
    return np.asarray((1 - np.sign(np.cos(twice)) * np.sqrt(np.maximum(1 - inner**2, 0))) / 2)


def _double_arcsine(share: float, total: Floats) -> Floats:
    return double_arcsine(share * total, total)


def _freeman_tukey_square(value: Floats, time: Floats) -> Floats:
    r"""Rate whose Freeman-Tukey transform in person-time t is y: :math:`(y - 1/(4 t y))^2`, and 0 below the transform of 0."""
    least = np.sqrt(1 / time) / 2
    above = np.maximum(value, least)
    return np.asarray((above - 1 / (4 * time * above)) ** 2)


def _freeman_tukey(rate: float, time: Floats) -> Floats:
    return freeman_tukey_rate(events=rate * time, time=time)[0]


def _shares(back: Callable[..., Floats], forth: Callable[..., float | Floats], *, sized: bool = False) -> Scale:
    return Scale(unit="proportion", back=back, forth=forth, low=0.0, high=1.0, sized=sized)


def _rates(back: Callable[..., Floats], forth: Callable[..., float | Floats], *, sized: bool = False) -> Scale:
    return Scale(unit="rate", back=back, forth=forth, low=0.0, sized=sized)


def _ratios(unit: str) -> Scale:
    return Scale(unit=unit, back=ratio, forth=math.log, low=0.0)


def _differences(unit: str, *, bound: float = np.inf) -> Scale:
    return Scale(unit=unit, back=_itself, forth=float, low=-bound, high=bound)


def _correlations(back: Callable[..., Floats], forth: Callable[..., float | Floats]) -> Scale:
    return Scale(unit="correlation", back=back, forth=forth, low=-1.0, high=1.0)


SCALES: Mapping[str, Scale] = MappingProxyType(
    {
        "OR": _ratios("odds ratio"),
        "PETO": _ratios("odds ratio"),
        "RR": _ratios("risk ratio"),
        "RD": _differences("risk difference", bound=1.0),
        "AS": _differences("difference of arcsine square roots of risks", bound=np.pi / 2),
        "PR": _shares(_itself, float),
        "PLN": _shares(ratio, math.log),
        "PLO": _shares(proportion, logit),
        "PAS": _shares(_sine_squared, arcsine),
        "PFT": _shares(_double_sine, _double_arcsine, sized=True),
        "IR": _rates(_itself, float),
        "IRLN": _rates(ratio, math.log),
        "IRS": _rates(_square, math.sqrt),
        "IRFT": _rates(_freeman_tukey_square, _freeman_tukey, sized=True),
        "IRR": _ratios("rate ratio"),
        "IRD": _differences("rate difference"),
        "IRSD": _differences("difference of square roots of rates"),
        "MD": _differences("mean difference"),
        "SMD": _differences("standardised mean difference"),
        "SMDH": _differences("standardised mean difference"),
        "ROM": _ratios("ratio of means"),
        "VR": _ratios("ratio of standard deviations"),
        "CVR": _ratios("ratio of coefficients of variation"),
        "MC": _differences("mean change"),
        "SMCC": _differences("standardised mean change"),
        "SMCR": _differences("standardised mean change"),
        "ROMC": _ratios("ratio of means"),
        "COR": _correlations(_itself, float),
        "UCOR": _correlations(_itself, float),
        "ZCOR": _correlations(correlation, math.atanh),
        "HR": _ratios("hazard ratio"),
        "GEN": _differences("effect"),
    }
)
"""Natural scale of each measure. Measures with one ``unit`` can be shown side by side."""


def natural(measure: str, values: ArrayLike, *, totals: ArrayLike | None = None) -> Floats:
    """Values of a measure, from the scale on which studies are pooled to the scale people read.

    Every transform is monotone, and what lies beyond the end of the natural scale (a proportion of 1.09 from PLN, say) becomes
    the end. metafor leaves it beyond.

    Parameters
    ----------
    measure
        metafor's code.
    values
        Any shape; with ``totals`` of shape (B, k) its first axis is B. NaN stays NaN.
    totals
        For PFT the people, for IRFT the person-time of the studies, shape (k,) or (B, k), with NaN for a study that takes no
        part: their harmonic mean serves as size of the pooled study [1]_. Other measures do not look at it.

    Raises
    ------
    ValueError
        A measure that is not known; PFT or IRFT without totals above 0.

    References
    ----------
    .. [1] Miller 1978, American Statistician 32:138.
    """
    scale = _scale(measure)
    array = np.asarray(values, dtype=np.float64)
    if not scale.sized:
        return np.clip(scale.back(array), scale.low, scale.high)
    size = _typical_size(measure, totals)
    return np.clip(scale.back(array, size.reshape(size.shape + (1,) * (array.ndim - size.ndim))), scale.low, scale.high)


def readable(pooled: Pooled, measure: str, *, totals: ArrayLike | None = None) -> Readable:
    """Transform the estimate and every bound of a pooled effect to the natural scale of its measure.

    The estimate becomes that of a typical (median) study, not a mean of proportions or ratios; tau squared stays on the
    pooled scale. Meant for results without moderators. Parameters, rules and errors are those of :func:`natural`.
    """
    scale = _scale(measure)
    return Readable(
        measure=measure,
        unit=scale.unit,
        estimate=natural(measure, pooled.estimate, totals=totals)[()],
        interval=natural(measure, pooled.interval, totals=totals),
        prediction_interval=natural(measure, pooled.prediction_interval, totals=totals),
        prediction_interval_riley=natural(measure, pooled.prediction_interval_riley, totals=totals),
        level=pooled.level,
        warning=_WARNING if scale.sized else None,
    )


_WARNING = (
    "Freeman-Tukey values are taken back as if all studies had the harmonic mean of their sizes, which can mislead where sizes "
    "differ much (Schwarzer et al. 2019, Research Synthesis Methods 10:476-483); compare an analysis of logits or logs."
)


def _scale(measure: str) -> Scale:
    check_options(measure=(measure, tuple(SCALES)))
    return SCALES[measure]


def _typical_size(measure: str, totals: ArrayLike | None) -> Floats:
    what = "people" if measure == "PFT" else "person-time"
    if totals is None:
        raise ValueError(
            f"{measure} has no totals; the {what} of each study should be given, whose harmonic mean takes values back"
        )
    sizes = np.asarray(totals, dtype=np.float64)
    if sizes.ndim not in (1, 2) or not np.isfinite(sizes).any() or (sizes <= 0).any():
        raise ValueError(
            f"totals of shape {sizes.shape} do not give the {what} of each study; they should be above 0, of shape (k,)"
        )
    with np.errstate(invalid="ignore"):  # 0 / 0 in an analysis without studies
        return np.asarray(np.isfinite(sizes).sum(axis=-1) / np.nansum(1 / sizes, axis=-1), dtype=np.float64)
