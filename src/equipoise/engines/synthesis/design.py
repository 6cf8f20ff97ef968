"""What a linear model of dependent effects is made of: effects with their sampling covariance, groups, and a design."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.effects import columns, refuse

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.intp]


def sampling(effect: ArrayLike, variance: ArrayLike) -> tuple[Floats, Floats]:
    """Return effects (k,) and their sampling covariance as a matrix (k, k), or say what is wrong with them."""
    given = np.asarray(variance, dtype=np.float64)
    if given.size == 0:
        raise ValueError("there is no effect; at least two are needed")
    if given.ndim < 2:
        y, v = columns(effect=effect, variance=given)
        refuse(~(v > 0), "variance", v, "above 0")
        return y, np.diag(v)
    (y,) = columns(effect=effect)
    if given.shape != (y.size, y.size):
        raise ValueError(f"variance has shape {given.shape}; it should be ({y.size},) or ({y.size}, {y.size}), as effect is")
    refuse(np.any(~np.isfinite(given), axis=1), "variance", given.sum(axis=1), "finite in every column")
    v = np.diag(given)
    refuse(~(v > 0), "variance", v, "above 0 on the diagonal")
    scale = np.sqrt(np.outer(v, v))
    crooked: Flags = np.max(np.abs(given - given.T) / scale, axis=1) > 1e-8
    refuse(crooked, "variance", v, "the row of a symmetric matrix")
    if np.linalg.eigvalsh((given + given.T) / 2 / scale)[0] < 1e-12:
        raise ValueError("variance is not positive definite; some combination of effects would have no sampling error at all")
    return y, (given + given.T) / 2


def grouping(name: str, labels: ArrayLike, k: int) -> tuple[Codes, tuple[str, ...]]:
    """Return for each row the number of its group, in sorted order of labels, and the labels as words."""
    found = np.asarray(labels)
    if found.shape != (k,):
        raise ValueError(f"{name} has shape {found.shape}; it should be ({k},), a label for each effect")
    if found.dtype.kind == "O":
        missing = np.array([label is None or label != label for label in found.tolist()])  # noqa: PLR0124 - NaN is not itself
        found = found.astype(str)
    else:
        missing = np.isnan(found) if found.dtype.kind == "f" else np.zeros(k, dtype=np.bool_)
    if missing.any():
        raise ValueError(f"{name} of row {int(np.argmax(missing))} is missing; each effect should have a label")
    names, codes = np.unique(found, return_inverse=True)
    return codes.reshape(-1).astype(np.intp), tuple(str(label) for label in names.tolist())


def design_of(moderators: ArrayLike | None, k: int) -> Floats:
    """Return the design (k, p): ones, then the moderators."""
    if moderators is None:
        return np.ones((k, 1))
    given = np.asarray(moderators, dtype=np.float64)
    given = given[:, None] if given.ndim == 1 else given
    if given.ndim != 2 or given.shape[0] != k:
        raise ValueError(f"moderators have shape {given.shape}; they should have one row for each of {k} effects")
    missing: Flags = ~np.isfinite(given.sum(axis=1))
    refuse(missing, "moderators", given.sum(axis=1), "finite numbers")
    return np.column_stack([np.ones(k), given])


def orthogonal(design: Floats) -> tuple[Floats, Floats]:
    """Return an orthonormal basis of the columns of a design and the triangle that makes them, or name a redundant column."""
    k, p = design.shape
    if k <= p:
        raise ValueError(f"there are {k} effects for {p} coefficients; there should be more effects than coefficients")
    largest = np.abs(design).max(axis=0)
    if (largest == 0).any():
        raise ValueError(
            f"column {int(np.argmin(largest))} of the design is 0 everywhere; leave it out (column 0 is the intercept)"
        )
    basis, triangle = np.linalg.qr(design / largest)
    size = np.abs(np.diag(triangle)) / np.linalg.norm(design / largest, axis=0)
    if (size < 1e-10).any():
        column = int(np.argmin(size))
        raise ValueError(
            f"column {column} of the design follows from those before it; leave it out (column 0 is the intercept)"
        )
    sign = np.sign(np.diag(triangle))
    return basis * sign, sign[:, None] * triangle * largest


def check_identified(x: Floats, parts: Floats, names: Sequence[str]) -> None:
    """Refuse variance parameters that nothing but the coefficients, or the other parameters, could tell."""
    basis, _ = orthogonal(x)
    residual = np.eye(len(x)) - basis @ basis.T
    left = residual @ parts @ residual
    norms = np.sqrt(np.einsum("qij,qij->q", left, left))
    lost = norms < 1e-9 * np.sqrt(np.einsum("qij,qij->q", parts, parts))
    if lost.any():
        raise ValueError(f"{names[int(np.argmax(lost))]} has no data of its own: the coefficients explain all it could")
    gram = np.einsum("iab,jab->ij", left, left) / np.outer(norms, norms)
    if np.linalg.eigvalsh(gram)[0] < 1e-9:
        raise ValueError(f"{', '.join(names)} cannot be told apart with these groups; leave a level or a correlation out")
