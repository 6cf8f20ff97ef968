"""Fail-safe numbers, kept as history: how many unseen studies of no effect would undo a result.

They are here to recompute what older reviews print. They do not measure publication bias: they take the hidden studies to
average exactly nothing and to be as large as the seen ones, ignore heterogeneity, and answer with a number of studies that
no model says is many or few [1]_. Use :func:`selection` or a plain list of the registered, unpublished trials instead.

References
----------
.. [1] Becker 2005, in Rothstein, Sutton & Borenstein (eds), Publication Bias in Meta-Analysis, 111-125, Wiley.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from equipoise.engines.synthesis.distributions import central_quantile, two_sided_p
from equipoise.engines.synthesis.effects import check_options, studies

Kind = Literal["Rosenthal", "Orwin", "Rosenberg"]


@dataclass(frozen=True, kw_only=True)
class FailSafe:
    """A fail-safe number.

    ``n``: the whole number of further studies that average no effect and bring k studies to ``target`` (``Orwin``), or
    above ``alpha`` (``Rosenthal``, one-sided, of Stouffer's z; ``Rosenberg``, two-sided, of the common-effect mean); 0 if
    they are there already. ``p_value``: of the k studies, by that test (NaN for Orwin). ``alpha`` and ``target`` are NaN
    where they play no part.
    """

    n: int
    k: int
    kind: str
    alpha: float
    target: float
    p_value: float


def failsafe_n(
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    kind: Kind = "Rosenthal",
    alpha: float = 0.05,
    target: float | None = None,
) -> FailSafe:
    r"""Fail-safe number of k studies.

    .. math::
        N_\text{Rosenthal} = k \left(\frac{\sum z_i / \sqrt k}{z_{1 - \alpha}}\right)^2 - k, \quad
        N_\text{Rosenberg} = k \left(\frac{\hat\mu / s_{\hat\mu}}{z_{1 - \alpha / 2}}\right)^2 - k, \quad
        N_\text{Orwin} = k \frac{\bar y - y_\text{target}}{y_\text{target}}

    with :math:`z_i = y_i / \sqrt{v_i}`, :math:`\hat\mu` the common-effect mean [3]_ and :math:`\bar y` the plain mean [2]_; not
    below 0, and rounded up. Rosenberg's test is normal here, as in metafor; he uses Student's t.

    Parameters
    ----------
    effect, variance
        Shape (k,), k >= 1; variances above zero, in squared units of the effects.
    alpha
        Level of significance to lose, between 0 and 0.5.
    target
        Mean effect of no importance (Orwin), not 0; its sign does not matter. None is half the mean found, which is
        always N = k and says nothing.

    Raises
    ------
    ValueError
        No study, unequal lengths, a variance not above zero, an alpha or target outside its bounds, an unknown kind.

    References
    ----------
    .. [1] Rosenthal 1979, Psychological Bulletin 86:638-641.
    .. [2] Orwin 1983, Journal of Educational Statistics 8:157-159.
    .. [3] Rosenberg 2005, Evolution 59:464-468.
    """
    y, v = studies(effect, variance)
    if y.size == 0:
        raise ValueError("there is no study; a fail-safe number needs at least one")
    if not 0 < alpha < 0.5:
        raise ValueError(f"alpha is {alpha}; it should be between 0 and 0.5, such as 0.05")
    check_options(kind=(kind, get_args(Kind)))
    if kind == "Orwin":
        return _orwin(float(y.mean()), y.size, target)
    z = (y / np.sqrt(v)).sum() / np.sqrt(y.size) if kind == "Rosenthal" else (y / v).sum() / np.sqrt((1 / v).sum())
    sides = 1 if kind == "Rosenthal" else 2
    critical = central_quantile(1 - 2 * alpha / sides)
    return FailSafe(
        n=_up(y.size * ((z / critical) ** 2 - 1)),
        k=y.size,
        kind=kind,
        alpha=alpha,
        target=np.nan,
        p_value=two_sided_p(z) * sides / 2,
    )


def _orwin(mean: float, k: int, target: float | None) -> FailSafe:
    goal = abs(mean) / 2 if target is None else abs(target)
    if not (np.isfinite(goal) and (goal > 0 or mean == 0)):
        raise ValueError(f"target is {target}; it should be finite and not 0, the smallest mean effect of importance")
    n = _up(k * (abs(mean) / goal - 1)) if mean != 0 else 0
    return FailSafe(n=n, k=k, kind="Orwin", alpha=np.nan, target=float(np.copysign(goal, mean)), p_value=np.nan)


def _up(number: float) -> int:
    """Round a number of studies up, forgiving what rounding adds to a whole one."""
    return max(0, int(np.ceil(number - 1e-9 * max(1.0, abs(number)))))
