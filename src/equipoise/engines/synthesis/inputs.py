"""Effects, variances, mask and moderators as a caller gives them, made into one batch of analyses, or refused."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_Item = TypeVar("_Item", bound=np.generic)


@dataclass(frozen=True, kw_only=True)
class Batch:
    """B analyses of k studies: ``effect``, ``variance`` and ``taking`` (which studies take part) of shape (B, k).

    ``design`` (p, k, B), or (p, k, 1) where the analyses share it, has ones first; None without moderators. ``settled`` (B,):
    there are more studies than coefficients, and no collinear moderators. ``weight`` (B, k) are weights of the caller's own, or
    None. ``single``: one analysis was given as shape (k,).
    """

    effect: Floats
    variance: Floats
    taking: Flags
    design: Floats | None
    settled: Flags
    weight: Floats | None
    single: bool


def batch(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    moderators: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Batch:
    """Make a batch of analyses of what a caller gives.

    Parameters
    ----------
    effect, variance
        Shape (k,) for one analysis, (B, k) for many; either may be (k,) where the other is (B, k).
    mask
        Of the same shape: the studies that take part; what stands in the others is not looked at.
    moderators
        Shape (k,), (k, q) or (B, k, q); a column of ones is put before them.
    weights
        Shape (k,) or (B, k), above 0.

    Raises
    ------
    ValueError
        Shapes that do not fit, no study, a number that is not finite, a variance or weight not above 0, moderators that are
        collinear or too many.
    """
    y, v = np.asarray(effect, dtype=np.float64), np.asarray(variance, dtype=np.float64)
    inside = np.ones(y.shape, dtype=np.bool_) if mask is None else np.asarray(mask, dtype=np.bool_)
    shapes = {"effect": y.shape, "variance": v.shape} | ({} if mask is None else {"mask": inside.shape})
    weight = None if weights is None else np.asarray(weights, dtype=np.float64)
    if weight is not None:
        shapes["weights"] = weight.shape
    found = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
    widths = {shape[-1] if shape else -1 for shape in shapes.values()}
    lengths = {shape[0] for shape in shapes.values() if len(shape) == 2}
    if any(len(shape) not in (1, 2) for shape in shapes.values()) or len(widths) > 1 or len(lengths) > 1:
        raise ValueError(f"columns have shapes {found}; they should be (k,), one value a study, or (B, k), one row an analysis")
    single = not lengths
    shape = (1 if single else lengths.pop(), widths.pop())
    if shape[1] == 0:
        raise ValueError("there is no study to pool; at least one is needed, and two to say how studies differ")
    y, v, inside = _rows(y, shape), _rows(v, shape), _rows(inside, shape)
    _refuse(inside & ~np.isfinite(y), "effect", y, "a finite number", single=single)
    _refuse(inside & ~(np.isfinite(v) & (v > 0)), "variance", v, "finite and above 0", single=single)
    if weight is not None:
        weight = np.broadcast_to(np.atleast_2d(weight), shape)
        _refuse(inside & ~(np.isfinite(weight) & (weight > 0)), "weight", weight, "finite and above 0", single=single)
    if single and not inside.any():
        raise ValueError("the mask leaves no study to pool; at least one is needed, and two to say how studies differ")
    design = None if moderators is None else _design(np.asarray(moderators, dtype=np.float64), inside)
    settled = inside.sum(axis=1) > 1 if design is None else _settled(design, inside, single=single)
    return Batch(effect=y, variance=v, taking=inside, design=design, settled=settled, weight=weight, single=single)


def _design(moderators: Floats, taking: Flags) -> Floats:
    analyses, k = taking.shape
    columns = moderators[:, None] if moderators.ndim == 1 else moderators
    if columns.ndim not in (2, 3) or columns.shape[-2] != k or (columns.ndim == 3 and columns.shape[0] != analyses):
        raise ValueError(f"moderators have shape {moderators.shape}; it should be ({k},) or ({k}, q), a row for each study")
    stacked = columns[None] if columns.ndim == 2 else columns
    if not np.isfinite(np.where(taking[:, :, None], stacked, 0.0)).all():
        row = int(np.argmax((taking[:, :, None] & ~np.isfinite(stacked)).any(axis=(0, 2))))
        raise ValueError(f"a moderator of row {row} is not a finite number; it should be one, or the study left out")
    design = np.concatenate([np.ones((*stacked.shape[:2], 1)), np.where(np.isfinite(stacked), stacked, 0.0)], axis=2)
    return np.ascontiguousarray(np.moveaxis(design, 0, -1).swapaxes(0, 1))


def _settled(design: Floats, taking: Flags, *, single: bool) -> Flags:
    """Return which analyses have a regression, or refuse moderators of which none has one."""
    p, inside = design.shape[0], taking.T
    enough = taking.sum(axis=1) > p
    if single and not enough[0]:
        raise ValueError(f"there are {taking.sum()} studies for {p} coefficients; studies should be more than coefficients")
    apart = np.ones(enough.shape, dtype=np.bool_)
    units: list[Floats] = []
    for given in design:
        column = np.where(inside, given, 0.0)
        whole = np.sqrt(np.einsum("kb,kb->b", column, column))
        for unit in units + units:  # twice, against rounding
            column = column - unit * np.einsum("kb,kb->b", unit, column)
        left = np.sqrt(np.einsum("kb,kb->b", column, column))
        apart &= left > 1e-12 * whole
        units.append(column / np.where(left > 0, left, 1.0))
    if enough.any() and not (enough & apart).any():
        raise ValueError(
            f"the {p - 1} moderators are collinear, with each other or with the intercept; each should add something"
        )
    return np.asarray(enough & apart)


def _rows(array: NDArray[_Item], shape: tuple[int, int]) -> NDArray[_Item]:
    """Return an array as one row an analysis."""
    return array.reshape(shape) if array.size == shape[0] * shape[1] else np.broadcast_to(array, shape)


def _refuse(wrong: Flags, name: str, values: Floats, right: str, *, single: bool) -> None:
    if wrong.any():
        analysis, row = (int(index) for index in np.argwhere(wrong)[0])
        where = f"row {row}" if single else f"row {row} of analysis {analysis}"
        raise ValueError(f"{name} of {where} is {values[analysis, row]:g}; it should be {right}")
