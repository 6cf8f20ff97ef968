"""Effects and their sampling variances, from counts, correlations or printed intervals."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.distributions import central_quantile

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Correct = Literal["only0", "all", "if0all", "none"]
"""Which rows get a continuity correction: those with a zero cell, all, all if any has one, none."""


@dataclass(frozen=True, kw_only=True)
class Effects:
    """Effects of k studies, ready to be pooled.

    ``measure`` is metafor's code (PLO, OR, RR, RD, ZCOR, GEN); ``effect`` and ``variance`` are on the scale on which
    studies are pooled (logit for PLO, log for OR and RR, Fisher's z for ZCOR). ``corrected`` says which of them rest on
    a continuity correction, and ``rows`` from which rows of the input (counted from 0) they come: a row is missing only
    where a caller asked to drop it.
    """

    measure: str
    effect: tuple[float, ...]
    variance: tuple[float, ...]
    corrected: tuple[bool, ...]
    rows: tuple[int, ...]


def logit_proportion(events: ArrayLike, total: ArrayLike, *, add: float = 0.5, to: Correct = "only0") -> Effects:
    r"""Log odds of an event in one group of people (PLO).

    .. math:: y = \ln\frac{x}{n - x}, \qquad v = \frac{1}{x} + \frac{1}{n - x}

    Where nobody or everybody has the event, ``add`` is added to the events and to the non-events of that row (``to="only0"``).

    Parameters
    ----------
    events, total
        Shape (k,): people with the event and people asked; 0 <= events <= total, total > 0.
    add, to
        The continuity correction and its rows, by metafor's rules [1]_.

    Raises
    ------
    ValueError
        Counts that cannot be; or a zero cell that ``to`` or ``add`` leaves uncorrected.

    References
    ----------
    .. [1] Viechtbauer 2010, Journal of Statistical Software 36(3), section 3.1; metafor, ``help(escalc)``.
    """
    (x, n) = columns(events=events, total=total)
    refuse(~(n > 0), "total", n, "more than 0 people")
    refuse(~((x >= 0) & (x <= n)), "events", x, "from 0 to the total of its row")
    (x, rest), corrected = _corrected(x, n - x, add=add, to=to)
    return _effects("PLO", np.log(x / rest), 1 / x + 1 / rest, corrected=corrected)


def log_odds_ratio(
    a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike, *, add: float = 0.5, to: Correct = "only0", drop00: bool = False
) -> Effects:
    r"""Log odds ratio of two arms (OR).

    .. math:: y = \ln\frac{a d}{b c}, \qquad v = \frac1a + \frac1b + \frac1c + \frac1d

    Parameters
    ----------
    a, b, c, d
        Shape (k,): treated with and without the event, controls with and without it; no count below 0, no arm empty.
    add, to
        The continuity correction, added to all four cells, and its rows, by metafor's rules.
    drop00
        Leave out rows where no arm, or every arm in full, has the event: they say nothing on a ratio.

    Raises
    ------
    ValueError
        Counts that cannot be; or a zero cell that ``to`` or ``add`` leaves uncorrected.

    References
    ----------
    .. [1] Viechtbauer 2010, Journal of Statistical Software 36(3), section 3.1; metafor, ``help(escalc)``.
    """
    (a, b, c, d), corrected, rows = _two_by_two(a, b, c, d, add=add, to=to, drop00=drop00)
    return _effects(
        "OR", np.log(a) - np.log(b) - np.log(c) + np.log(d), 1 / a + 1 / b + 1 / c + 1 / d, corrected=corrected, rows=rows
    )


def log_risk_ratio(
    a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike, *, add: float = 0.5, to: Correct = "only0", drop00: bool = False
) -> Effects:
    r"""Log risk ratio of two arms (RR); cells, correction and errors as in :func:`log_odds_ratio`.

    .. math:: y = \ln\frac{a / (a + b)}{c / (c + d)}, \qquad v = \frac1a - \frac1{a + b} + \frac1c - \frac1{c + d}
    """
    (a, b, c, d), corrected, rows = _two_by_two(a, b, c, d, add=add, to=to, drop00=drop00)
    treated, control = a + b, c + d
    variance = b / (a * treated) + d / (c * control)  # 1/a - 1/(a+b), without its cancellation
    return _effects("RR", np.log(a / treated) - np.log(c / control), variance, corrected=corrected, rows=rows)


def risk_difference(
    a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike, *, add: float = 0.5, to: Correct = "only0"
) -> Effects:
    r"""Risk difference of two arms (RD); cells, correction and errors as in :func:`log_odds_ratio`.

    .. math:: y = p_1 - p_2, \qquad v = \frac{p_1 (1 - p_1)}{a + b} + \frac{p_2 (1 - p_2)}{c + d}

    As in metafor, the correction enters the difference as well as its variance (R's ``meta`` keeps the raw difference).
    """
    (a, b, c, d), corrected, rows = _two_by_two(a, b, c, d, add=add, to=to, drop00=False)
    treated, control = a + b, c + d
    return _effects("RD", a / treated - c / control, a * b / treated**3 + c * d / control**3, corrected=corrected, rows=rows)


def fisher_z(r: ArrayLike, n: ArrayLike) -> Effects:
    r"""Fisher's z of a correlation (ZCOR).

    .. math:: y = \operatorname{artanh} r, \qquad v = \frac{1}{n - 3}

    Parameters
    ----------
    r, n
        Shape (k,): correlations, -1 < r < 1, and the people behind each, n > 3.

    Raises
    ------
    ValueError
        A correlation or a number of people outside these bounds.

    References
    ----------
    .. [1] Fisher 1921, Metron 1:3-32.
    """
    (r, n) = columns(r=r, n=n)
    refuse(~(np.abs(r) < 1), "r", r, "between -1 and 1, both excluded")
    refuse(~(n > 3), "n", n, "more than 3 people")
    return _effects("ZCOR", np.arctanh(r), 1 / (n - 3))


def generic(effect: ArrayLike, variance: ArrayLike, *, measure: str = "GEN") -> Effects:
    """Effects that come with their variances (GEN), shape (k,); variances finite and above 0, else ValueError."""
    (effect, variance) = columns(effect=effect, variance=variance)
    return _effects(measure, effect, variance)


def from_interval(
    estimate: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    *,
    level: float = 0.95,
    scale: Literal["log", "identity"] = "log",
    measure: str = "GEN",
) -> Effects:
    r"""Effects and variances of printed estimates with normal confidence intervals.

    .. math:: y = g(\text{estimate}), \qquad v = \left(\frac{g(\text{high}) - g(\text{low})}{2 z}\right)^2

    with z the normal quantile of the level, and :math:`g = \ln` for ratios (``scale="log"``) and the identity for
    differences [1]_. The estimate need not stand in the middle of its interval: print rounds, and only the width enters
    the variance.

    Parameters
    ----------
    estimate, low, high
        Shape (k,), low <= estimate <= high and low < high; above 0 on the log scale.
    level
        Level of the intervals, such as 0.95.
    measure
        metafor's code of what was printed, such as ``OR``.

    Raises
    ------
    ValueError
        An interval that misses its estimate, has no width, or is not above 0 on the log scale.

    References
    ----------
    .. [1] Higgins et al., Cochrane Handbook for Systematic Reviews of Interventions, version 6, sections 6.3.1 and 6.3.2.
    """
    check_level(level)
    (estimate, low, high) = columns(estimate=estimate, low=low, high=high)
    if scale not in ("log", "identity"):
        raise ValueError(f"scale is {scale!r}; it should be 'log' for ratios or 'identity' for differences")
    if scale == "log":
        refuse(~(low > 0), "low", low, "above 0 for a ratio; a difference needs scale='identity'")
    refuse(~((low <= estimate) & (estimate <= high)), "estimate", estimate, "within its interval")
    refuse(~(low < high), "high", high, "above low, or the interval has no width")
    if scale == "log":
        estimate, low, high = np.log(estimate), np.log(low), np.log(high)
    return _effects(measure, estimate, ((high - low) / (2 * central_quantile(level))) ** 2)


def check_level(level: float) -> None:
    """Refuse a confidence level that is not a share between 0 and 1."""
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; it should be a share between 0 and 1, such as 0.95")


def _two_by_two(
    a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike, *, add: float, to: Correct, drop00: bool
) -> tuple[list[Floats], Flags, NDArray[np.intp]]:
    cells = columns(a=a, b=b, c=c, d=d)
    for name, cell in zip("abcd", cells, strict=True):
        refuse(~(cell >= 0), name, cell, "a count of 0 or more")
    (a, b, c, d) = cells
    refuse(~(a + b > 0), "a + b", a + b, "more than 0 people")
    refuse(~(c + d > 0), "c + d", c + d, "more than 0 people")
    silent = ((a == 0) & (c == 0)) | ((b == 0) & (d == 0))
    rows = np.flatnonzero(~silent) if drop00 else np.arange(a.size)
    if rows.size == 0:
        raise ValueError("drop00 left no row: in every row no arm, or every arm in full, has the event")
    cells, corrected = _corrected(*(cell[rows] for cell in cells), add=add, to=to)
    return cells, corrected, rows


def _corrected(*cells: Floats, add: float, to: Correct) -> tuple[list[Floats], Flags]:
    """Return the cells with ``add`` on the rows that ``to`` names, and which rows these are."""
    if not (np.isfinite(add) and add >= 0):
        raise ValueError(f"add is {add}; it should be 0 or more, such as 0.5")
    zero: Flags = np.any([cell == 0 for cell in cells], axis=0)
    chosen: dict[str, Flags] = {
        "only0": zero,
        "all": np.ones_like(zero),
        "if0all": np.full_like(zero, fill_value=zero.any()),
        "none": np.zeros_like(zero),
    }
    if to not in chosen:
        raise ValueError(f"to is {to!r}; it should be one of {', '.join(chosen)}")
    rows = chosen[to] & (add > 0)
    if (bare := np.flatnonzero(zero & ~rows)).size:
        raise ValueError(f"row {bare[0]} has a zero cell, and to={to!r}, add={add} corrects it not; to='only0', add=0.5 would")
    return [cell + add * rows for cell in cells], rows


def columns(**columns: ArrayLike) -> list[Floats]:
    """Return each column as finite floats of one length, or say which is not."""
    arrays = {name: np.atleast_1d(np.asarray(column, dtype=np.float64)) for name, column in columns.items()}
    shapes = {name: array.shape for name, array in arrays.items()}
    if len(set(shapes.values())) > 1 or any(len(shape) != 1 for shape in shapes.values()):
        found = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"columns have shapes {found}; they should be of one length, with one value a study")
    for name, array in arrays.items():
        refuse(~np.isfinite(array), name, array, "a finite number")
    return list(arrays.values())


def refuse(wrong: Flags, name: str, values: Floats, right: str) -> None:
    """Raise a ValueError that names the first wrong row, if there is one."""
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(f"{name} of row {row} is {values[row]:g}; it should be {right}")


def _effects(
    measure: str, effect: Floats, variance: Floats, *, corrected: Flags | None = None, rows: NDArray[np.intp] | None = None
) -> Effects:
    refuse(~((variance > 0) & np.isfinite(variance)), "variance", variance, "finite and above 0")
    return Effects(
        measure=measure,
        effect=tuple(effect.tolist()),
        variance=tuple(variance.tolist()),
        corrected=(False,) * effect.size if corrected is None else tuple(corrected.tolist()),
        rows=tuple(range(effect.size)) if rows is None else tuple(rows.tolist()),
    )
