"""Effects and sampling variances from means and standard deviations: of two groups, or of one group twice.

Each function takes arrays of one shape and returns effects and variances. ``m1, sd1, n1`` are the first group (or the first
time, or the first of a matched pair), so that a positive effect says that the first is larger; ``r`` is the correlation of the
two measurements of one group. Where an effect does not exist it is not finite, or its variance is not above 0:
:func:`~.effects.effect_size` refuses that.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]


def bias_correction(df: Floats) -> Floats:
    r"""Hedges' exact factor J that takes the bias from a standardised mean difference; below 1, near 1 - 3/(4 df - 1).

    .. math:: J(m) = \frac{\Gamma(m / 2)}{\sqrt{m / 2} \; \Gamma((m - 1) / 2)}

    References
    ----------
    .. [1] Hedges 1981, Journal of Educational Statistics 6:107-128.
    """
    from scipy.special import poch  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

    return np.asarray(poch((df - 1) / 2, 0.5) / np.sqrt(df / 2), dtype=np.float64)


def mean_difference(
    *, m1: Floats, sd1: Floats, n1: Floats, m2: Floats, sd2: Floats, n2: Floats, vtype: Literal["LS", "HO"] = "LS"
) -> Pair:
    r"""Difference of two means (MD).

    .. math:: y = m_1 - m_2, \qquad v = \frac{s_1^2}{n_1} + \frac{s_2^2}{n_2}

    and with the pooled standard deviation in place of both for ``HO`` (one variance in both groups).

    References
    ----------
    .. [1] Borenstein 2009, in Cooper, Hedges & Valentine (eds), Handbook of Research Synthesis and Meta-Analysis, 2nd edition,
       equations 12.3 and 12.5.
    """
    if vtype == "HO":
        return m1 - m2, _pooled_variance(sd1, n1, sd2, n2) * (1 / n1 + 1 / n2)
    return m1 - m2, sd1**2 / n1 + sd2**2 / n2


def standardised_mean_difference(
    *,
    m1: Floats,
    sd1: Floats,
    n1: Floats,
    m2: Floats,
    sd2: Floats,
    n2: Floats,
    vtype: Literal["LS", "UB", "LS2", "AV"] = "LS",
) -> Pair:
    r"""Difference of two means in pooled standard deviations, Hedges' g with the exact correction (SMD).

    .. math:: g = J(m) \, d, \quad d = \frac{m_1 - m_2}{s_p}, \quad m = n_1 + n_2 - 2, \quad
              v = \frac1{n_1} + \frac1{n_2} + \frac{g^2}{2 (n_1 + n_2)}

    for ``LS`` [1]_. Packages differ in the variance, and with a few people in each group by much:

    - ``UB`` [2]_, unbiased: the last term is :math:`\left(1 - \frac{m - 2}{m J^2}\right) g^2`;
    - ``LS2`` [3]_: :math:`J^2` times that of d, which has d in place of g;
    - ``AV``: as ``LS``, with the mean of all g, weighted by people, in every study.

    References
    ----------
    .. [1] Hedges 1982, Psychological Bulletin 92:490-499, equation 8.
    .. [2] Hedges 1983, Psychological Bulletin 93:388-395, equation 9.
    .. [3] Borenstein 2009, in Cooper, Hedges & Valentine (eds), Handbook of Research Synthesis and Meta-Analysis, 2nd edition,
       equation 12.17.
    """
    df = n1 + n2 - 2
    j = bias_correction(df)
    d = (m1 - m2) / np.sqrt(_pooled_variance(sd1, n1, sd2, n2))
    g, of_means, people = j * d, 1 / n1 + 1 / n2, n1 + n2
    if vtype == "UB":
        return g, of_means + (1 - (df - 2) / (df * j**2)) * g**2
    if vtype == "LS2":
        return g, j**2 * (of_means + d**2 / (2 * people))
    typical = np.average(g, weights=people) if vtype == "AV" else g
    return g, of_means + typical**2 / (2 * people)


def heteroscedastic_mean_difference(*, m1: Floats, sd1: Floats, n1: Floats, m2: Floats, sd2: Floats, n2: Floats) -> Pair:
    r"""Difference of two means in standard deviations that differ (SMDH): s squared is the plain mean of both variances.

    .. math:: y = J(n_1 + n_2 - 2) \frac{m_1 - m_2}{s}, \quad s^2 = \frac{s_1^2 + s_2^2}{2}, \quad
              v = J^2 \left(\frac{y^2}{8 s^4}\left(\frac{s_1^4}{n_1 - 1} + \frac{s_2^4}{n_2 - 1}\right)
              + \frac{s_1^2}{s^2 (n_1 - 1)} + \frac{s_2^2}{s^2 (n_2 - 1)}\right)

    as in metafor before 4.6, which since then adjusts the variance.

    References
    ----------
    .. [1] Bonett 2008, Psychological Methods 13:99-109.
    .. [2] Bonett 2009, Psychological Methods 14:225-238.
    """
    j = bias_correction(n1 + n2 - 2)
    variance = (sd1**2 + sd2**2) / 2
    one, other = sd1**2 / variance, sd2**2 / variance
    y = j * (m1 - m2) / np.sqrt(variance)
    spread = y**2 / 8 * (one**2 / (n1 - 1) + other**2 / (n2 - 1))
    return y, j**2 * (spread + one / (n1 - 1) + other / (n2 - 1))


def log_ratio_of_means(
    *,
    m1: Floats,
    sd1: Floats,
    n1: Floats,
    m2: Floats,
    sd2: Floats,
    n2: Floats,
    vtype: Literal["LS", "HO", "AV", "AVHO"] = "LS",
) -> Pair:
    r"""Log ratio of two means of one sign (ROM), the log response ratio.

    .. math:: y = \ln\frac{m_1}{m_2}, \qquad v = \frac{s_1^2}{n_1 m_1^2} + \frac{s_2^2}{n_2 m_2^2}

    for ``LS`` [1]_; with the pooled standard deviation for ``HO``; with the coefficients of variation s/m averaged over the
    studies, weighted by people, in each group for ``AV``, in both together for ``AVHO``. As in metafor before 5.0, which since
    then corrects a bias by default.

    References
    ----------
    .. [1] Hedges, Gurevitch & Curtis 1999, Ecology 80:1150-1156.
    """
    y = np.log(m1 / m2)
    if vtype == "HO":
        variance = _pooled_variance(sd1, n1, sd2, n2)
        return y, variance / (n1 * m1**2) + variance / (n2 * m2**2)
    one, other = sd1 / m1, sd2 / m2
    if vtype == "AV":
        one, other = (np.full_like(y, np.average(cv, weights=n)) for cv, n in ((one, n1), (other, n2)))
    if vtype == "AVHO":
        one = other = np.full_like(y, np.average(np.concatenate([one, other]), weights=np.concatenate([n1, n2])))
    return y, one**2 / n1 + other**2 / n2


def log_variability_ratio(*, sd1: Floats, n1: Floats, sd2: Floats, n2: Floats) -> Pair:
    r"""Log ratio of two standard deviations (VR), its bias corrected.

    .. math:: y = \ln\frac{s_1}{s_2} + \frac{1}{2 (n_1 - 1)} - \frac{1}{2 (n_2 - 1)}, \qquad
              v = \frac{1}{2 (n_1 - 1)} + \frac{1}{2 (n_2 - 1)}

    References
    ----------
    .. [1] Nakagawa et al. 2015, Methods in Ecology and Evolution 6:143-152.
    """
    one, other = 1 / (2 * (n1 - 1)), 1 / (2 * (n2 - 1))
    return np.log(sd1 / sd2) + one - other, one + other


def log_coefficient_of_variation_ratio(*, m1: Floats, sd1: Floats, n1: Floats, m2: Floats, sd2: Floats, n2: Floats) -> Pair:
    r"""Log ratio of two coefficients of variation s/m (CVR), its bias corrected; means above 0.

    .. math:: y = \ln\frac{s_1 / m_1}{s_2 / m_2} + \frac{1}{2 (n_1 - 1)} - \frac{1}{2 (n_2 - 1)}, \qquad
              v = \sum_j \frac{s_j^2}{n_j m_j^2} + \frac{1}{2 (n_j - 1)}

    This is equation 12 of [1]_ without the correlation of mean and standard deviation, which normal data do not have.

    References
    ----------
    .. [1] Nakagawa et al. 2015, Methods in Ecology and Evolution 6:143-152.
    """
    y, v = log_variability_ratio(sd1=sd1, n1=n1, sd2=sd2, n2=n2)
    return y - np.log(m1 / m2), v + (sd1 / m1) ** 2 / n1 + (sd2 / m2) ** 2 / n2


def mean_change(*, m1: Floats, sd1: Floats, m2: Floats, sd2: Floats, n: Floats, r: Floats) -> Pair:
    r"""Difference of two means of one group (MC).

    .. math:: y = m_1 - m_2, \qquad v = \frac{s_1^2 + s_2^2 - 2 r s_1 s_2}{n}
    """
    return m1 - m2, _variance_of_change(sd1, sd2, r) / n


def change_in_its_own_deviations(*, m1: Floats, sd1: Floats, m2: Floats, sd2: Floats, n: Floats, r: Floats) -> Pair:
    r"""Mean change in standard deviations of the change (SMCC).

    .. math:: y = J(n - 1) \frac{m_1 - m_2}{\sqrt{s_1^2 + s_2^2 - 2 r s_1 s_2}}, \qquad v = \frac1n + \frac{y^2}{2 n}

    References
    ----------
    .. [1] Gibbons, Hedeker & Davis 1993, Journal of Educational Statistics 18:271-279.
    """
    y = bias_correction(n - 1) * (m1 - m2) / np.sqrt(_variance_of_change(sd1, sd2, r))
    return y, 1 / n + y**2 / (2 * n)


def change_in_raw_deviations(*, m1: Floats, sd1: Floats, m2: Floats, n: Floats, r: Floats) -> Pair:
    r"""Mean change in standard deviations of the first measurement (SMCR), which is usually the one before treatment.

    .. math:: y = J(n - 1) \frac{m_1 - m_2}{s_1}, \qquad v = \frac{2 (1 - r)}{n} + \frac{y^2}{2 n}

    References
    ----------
    .. [1] Becker 1988, British Journal of Mathematical and Statistical Psychology 41:257-278.
    """
    y = bias_correction(n - 1) * (m1 - m2) / sd1
    return y, 2 * (1 - r) / n + y**2 / (2 * n)


def log_ratio_of_means_of_one_group(*, m1: Floats, sd1: Floats, m2: Floats, sd2: Floats, n: Floats, r: Floats) -> Pair:
    r"""Log ratio of two means of one group (ROMC); means of one sign.

    .. math:: y = \ln\frac{m_1}{m_2}, \qquad v = \frac{c_1^2 + c_2^2 - 2 r c_1 c_2}{n}, \qquad c_j = \frac{s_j}{m_j}

    References
    ----------
    .. [1] Lajeunesse 2011, Ecology 92:2049-2055.
    """
    return np.log(m1 / m2), _variance_of_change(sd1 / m1, sd2 / m2, r) / n


def _pooled_variance(sd1: Floats, n1: Floats, sd2: Floats, n2: Floats) -> Floats:
    return ((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / (n1 + n2 - 2)


def _variance_of_change(sd1: Floats, sd2: Floats, r: Floats) -> Floats:
    return (sd1 - sd2) ** 2 + 2 * (1 - r) * sd1 * sd2  # s1^2 + s2^2 - 2 r s1 s2, little cancels where r is near 1
