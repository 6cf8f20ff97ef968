"""What a model gives beside what a trial in people found."""

from dataclasses import dataclass
from typing import Literal

Stands = Literal["inside", "below", "above"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A predicted ratio (with its interval, if it has one) and where it stands to the interval that a trial found.

    ``fold``: predicted over observed. ``overlaps``: whether the two intervals meet; None where the prediction has none.
    """

    predicted: float
    predicted_low: float | None
    predicted_high: float | None
    observed: float
    low: float
    high: float
    level: float
    stands: Stands
    fold: float
    overlaps: bool | None


def agreement(
    predicted: float,
    *,
    observed: float,
    low: float,
    high: float,
    level: float = 0.9,
    predicted_interval: tuple[float, float] | None = None,
) -> Agreement:
    """Where a predicted ratio stands to a trial's: the point alone decides, its own interval excuses nothing.

    Parameters
    ----------
    predicted, predicted_interval
        What the model gives: a median of draws with its interval, or a number.
    observed, low, high, level
        What the trial printed: the geometric mean ratio and its confidence interval.

    Raises
    ------
    ValueError
        A ratio that is not above zero, or an interval that misses its value.
    """
    if not 0 < low <= observed <= high:
        raise ValueError(f"the trial's ratio {observed:g} ({low:g} to {high:g}) should be above zero and lie in its interval")
    if not predicted > 0:
        raise ValueError(f"the predicted ratio is {predicted:g}; should be above zero")
    below, above = predicted_interval or (None, None)
    if below is not None and above is not None and not below <= predicted <= above:
        raise ValueError(f"the predicted ratio {predicted:g} should lie in its interval, {below:g} to {above:g}")
    stands: Stands = "inside"
    if predicted < low:
        stands = "below"
    elif predicted > high:
        stands = "above"
    return Agreement(
        predicted=predicted,
        predicted_low=below,
        predicted_high=above,
        observed=observed,
        low=low,
        high=high,
        level=level,
        stands=stands,
        fold=predicted / observed,
        overlaps=None if below is None or above is None else below <= high and above >= low,
    )
