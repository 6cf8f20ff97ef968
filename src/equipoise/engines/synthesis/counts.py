"""Effects and sampling variances from counts: 2x2 tables, proportions, rates.

Each function takes arrays of one shape, cells already corrected where they need it, and returns effects and variances.
Where an effect does not exist it is not finite, or its variance is not above 0: :func:`~.effects.effect_size` refuses that.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]


def log_odds_ratio(*, a: Floats, b: Floats, c: Floats, d: Floats) -> Pair:
    r"""Log odds ratio (OR) of a, b (first group with and without the event) and c, d (second group).

    .. math:: y = \ln\frac{a d}{b c}, \qquad v = \frac1a + \frac1b + \frac1c + \frac1d

    References
    ----------
    .. [1] Woolf 1955, Annals of Human Genetics 19:251-253.
    """
    return np.log(a) - np.log(b) - np.log(c) + np.log(d), 1 / a + 1 / b + 1 / c + 1 / d


def log_risk_ratio(*, a: Floats, b: Floats, c: Floats, d: Floats) -> Pair:
    r"""Log risk ratio (RR).

    .. math:: y = \ln\frac{a / (a + b)}{c / (c + d)}, \qquad v = \frac1a - \frac1{a + b} + \frac1c - \frac1{c + d}

    References
    ----------
    .. [1] Katz, Baptista, Azen & Pike 1978, Biometrics 34:469-474.
    """
    first, second = a + b, c + d
    return np.log(a / first) - np.log(c / second), b / (a * first) + d / (c * second)  # 1/a - 1/(a+b), nothing cancels


def risk_difference(*, a: Floats, b: Floats, c: Floats, d: Floats) -> Pair:
    r"""Risk difference (RD).

    .. math:: y = p_1 - p_2, \qquad v = \frac{p_1 (1 - p_1)}{a + b} + \frac{p_2 (1 - p_2)}{c + d}

    As in metafor, a correction enters the difference as well as its variance (R's ``meta`` keeps the raw difference).
    """
    first, second = a + b, c + d
    return a / first - c / second, a * b / first**3 + c * d / second**3


def arcsine_difference(*, a: Floats, b: Floats, c: Floats, d: Floats) -> Pair:
    r"""Difference of arcsine square roots of two risks (AS); twice it is Cohen's h. It needs no correction.

    .. math:: y = \arcsin\sqrt{p_1} - \arcsin\sqrt{p_2}, \qquad v = \frac{1}{4 (a + b)} + \frac{1}{4 (c + d)}

    References
    ----------
    .. [1] Rücker, Schwarzer, Carpenter & Olkin 2009, Statistics in Medicine 28:721-738.
    """
    first, second = a + b, c + d
    return np.arcsin(np.sqrt(a / first)) - np.arcsin(np.sqrt(c / second)), 1 / (4 * first) + 1 / (4 * second)


def peto(*, a: Floats, b: Floats, c: Floats, d: Floats) -> Pair:
    r"""Log odds ratio by Peto's one step (PETO), from observed minus expected events and their hypergeometric variance.

    .. math:: y = \frac{a - E}{V}, \quad v = \frac1V, \quad E = \frac{(a + c)(a + b)}{N}, \quad
              V = \frac{(a + b)(c + d)(a + c)(b + d)}{N^2 (N - 1)}

    References
    ----------
    .. [1] Yusuf, Peto, Lewis, Collins & Sleight 1985, Progress in Cardiovascular Diseases 27:335-371.
    """
    first, second, events, others = a + b, c + d, a + c, b + d
    people = first + second
    information = first * second / people * (events / people) * (others / (people - 1))
    return (a - events * first / people) / information, 1 / information


def raw_proportion(*, events: Floats, others: Floats) -> Pair:
    r"""Proportion (PR) of the people with the event.

    .. math:: y = p = \frac{x}{n}, \qquad v = \frac{p (1 - p)}{n}
    """
    total = events + others
    return events / total, events * others / total**3


def log_proportion(*, events: Floats, others: Floats) -> Pair:
    r"""Log of a proportion (PLN).

    .. math:: y = \ln\frac{x}{n}, \qquad v = \frac1x - \frac1n
    """
    total = events + others
    return np.log(events / total), others / (events * total)


def logit_proportion(*, events: Floats, others: Floats) -> Pair:
    r"""Log odds of a proportion (PLO).

    .. math:: y = \ln\frac{x}{n - x}, \qquad v = \frac{1}{x} + \frac{1}{n - x}
    """
    return np.log(events / others), 1 / events + 1 / others


def arcsine_proportion(*, events: Floats, others: Floats) -> Pair:
    r"""Arcsine square root of a proportion (PAS). It needs no correction.

    .. math:: y = \arcsin\sqrt{x / n}, \qquad v = \frac{1}{4 n}
    """
    total = events + others
    return np.arcsin(np.sqrt(events / total)), 1 / (4 * total)


def double_arcsine_proportion(*, events: Floats, others: Floats) -> Pair:
    r"""Freeman-Tukey double arcsine of a proportion (PFT), with the factor one half. It needs no correction.

    .. math:: y = \tfrac12\left(\arcsin\sqrt{\frac{x}{n + 1}} + \arcsin\sqrt{\frac{x + 1}{n + 1}}\right), \qquad
              v = \frac{1}{4 n + 2}

    References
    ----------
    .. [1] Freeman & Tukey 1950, Annals of Mathematical Statistics 21:607-611.
    """
    total = events + others
    return double_arcsine(events, total), 1 / (4 * total + 2)


def double_arcsine(events: Floats, total: Floats) -> Floats:
    """Mean of the two arcsines of :func:`double_arcsine_proportion`."""
    return np.asarray((np.arcsin(np.sqrt(events / (total + 1))) + np.arcsin(np.sqrt((events + 1) / (total + 1)))) / 2)


def raw_rate(*, events: Floats, time: Floats) -> Pair:
    r"""Events per unit of person-time (IR).

    .. math:: y = \frac{x}{t}, \qquad v = \frac{x}{t^2}
    """
    return events / time, events / time**2


def log_rate(*, events: Floats, time: Floats) -> Pair:
    r"""Log of a rate (IRLN).

    .. math:: y = \ln\frac{x}{t}, \qquad v = \frac1x
    """
    return np.log(events / time), 1 / events


def root_rate(*, events: Floats, time: Floats) -> Pair:
    r"""Square root of a rate (IRS). It needs no correction.

    .. math:: y = \sqrt{x / t}, \qquad v = \frac{1}{4 t}
    """
    return np.sqrt(events / time), 1 / (4 * time)


def freeman_tukey_rate(*, events: Floats, time: Floats) -> Pair:
    r"""Freeman-Tukey transform of a rate (IRFT), with the factor one half. It needs no correction.

    .. math:: y = \tfrac12\left(\sqrt{\frac{x}{t}} + \sqrt{\frac{x + 1}{t}}\right), \qquad v = \frac{1}{4 t}

    References
    ----------
    .. [1] Freeman & Tukey 1950, Annals of Mathematical Statistics 21:607-611.
    """
    return (np.sqrt(events / time) + np.sqrt((events + 1) / time)) / 2, 1 / (4 * time)


def log_rate_ratio(*, x1: Floats, x2: Floats, t1: Floats, t2: Floats) -> Pair:
    r"""Log ratio of two rates (IRR), of x events in person-time t each.

    .. math:: y = \ln\frac{x_1 / t_1}{x_2 / t_2}, \qquad v = \frac1{x_1} + \frac1{x_2}

    References
    ----------
    .. [1] Rothman, Greenland & Lash 2008, Modern Epidemiology, 3rd edition.
    """
    return np.log(x1 / t1) - np.log(x2 / t2), 1 / x1 + 1 / x2


def rate_difference(*, x1: Floats, x2: Floats, t1: Floats, t2: Floats) -> Pair:
    r"""Difference of two rates (IRD).

    .. math:: y = \frac{x_1}{t_1} - \frac{x_2}{t_2}, \qquad v = \frac{x_1}{t_1^2} + \frac{x_2}{t_2^2}
    """
    return x1 / t1 - x2 / t2, x1 / t1**2 + x2 / t2**2


def root_rate_difference(*, x1: Floats, x2: Floats, t1: Floats, t2: Floats) -> Pair:
    r"""Difference of the square roots of two rates (IRSD). It needs no correction.

    .. math:: y = \sqrt{x_1 / t_1} - \sqrt{x_2 / t_2}, \qquad v = \frac{1}{4 t_1} + \frac{1}{4 t_2}

    References
    ----------
    .. [1] Bagos & Nikolopoulos 2009, International Journal of Biostatistics 5(1):21.
    """
    return np.sqrt(x1 / t1) - np.sqrt(x2 / t2), 1 / (4 * t1) + 1 / (4 * t2)
