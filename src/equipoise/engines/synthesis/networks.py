r"""Network meta-analysis: many treatments, compared directly and through each other, in one consistent set of effects.

A study with n arms holds n - 1 independent pieces of evidence. With the variances :math:`V_{ij}` of its contrasts and
:math:`J = I - 11'/n`, the matrix :math:`C = -\tfrac12 J V J` is the covariance of its centred arm effects, and
:math:`C + \tfrac{\tau^2}{2} J` what it becomes when true contrasts vary by :math:`\tau^2`. Both have the same eigenvectors
:math:`u_m`: the contrasts :math:`\sqrt2\, u_m'a` of the arm effects a are independent, with variances
:math:`2\lambda_m + \tau^2`. So the network is a regression without intercept on independent contrasts, and every estimator
of tau squared of a meta-regression is one of a network. It equals the reduced-weights model of graph theory [1]_, [2]_.

References
----------
.. [1] Rücker 2012, Research Synthesis Methods 3:312-324.
.. [2] Rücker & Schwarzer 2014, Statistics in Medicine 33:4353-4369.
"""

from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, cast, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis import counts, likelihood, moments
from equipoise.engines.synthesis.distributions import central_quantile, chi2_quantile, chi2_upper, two_sided_ps
from equipoise.engines.synthesis.effects import check_level, check_options, columns, refuse
from equipoise.engines.synthesis.least_squares import Regression

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Method = Literal["common", "DL", "PM", "ML", "REML"]
SmallValues = Literal["good", "bad"]
Measure = Literal["OR", "RR", "RD", "MD"]

CLOSURE = 0.1
"""How far, in standard errors, the contrasts of one study may miss adding up; more than rounding of print is an error."""


@dataclass(frozen=True, kw_only=True)
class Contrasts:
    """Every comparison of every study, ready for :func:`network`.

    ``treatment1``, ``treatment2``, ``study``, ``effect`` and ``variance`` have one entry a comparison (effect of the first
    minus the second, on the log scale for ratios); ``corrected`` says which rest on a continuity correction; ``dropped``
    names the studies that say nothing on a ratio.
    """

    measure: Measure
    treatment1: tuple[str, ...]
    treatment2: tuple[str, ...]
    study: tuple[str, ...]
    effect: Floats
    variance: Floats
    corrected: NDArray[np.bool_]
    dropped: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Split:
    """Direct and indirect evidence on each pair of treatments (i < j in the order of ``Network.treatments``).

    All arrays have shape (m,), m = T (T - 1) / 2; NaN where a pair has no such evidence.

    - ``first``, ``second``: positions of the two treatments. Effects are first minus second.
    - ``studies``: how many studies compare them directly. ``share``: variance of the network estimate by that of the direct.
    - ``direct``, ``direct_se``, ``indirect``, ``indirect_se``: what each says alone, at the tau squared of the network.
    - ``difference``, ``difference_se``, ``statistic``, ``p_value``: direct minus indirect, and the normal test that it is 0.
    """

    first: Indices
    second: Indices
    studies: Indices
    share: Floats
    direct: Floats
    direct_se: Floats
    indirect: Floats
    indirect_se: Floats
    difference: Floats
    difference_se: Floats
    statistic: Floats
    p_value: Floats


@dataclass(frozen=True, kw_only=True)
class Inconsistency:
    """Cochran's Q of the network, parted into heterogeneity within designs and inconsistency between them.

    A design is the set of treatments that a study compares. ``designs`` names them; ``design_q``, ``design_df`` and
    ``design_p`` have shape (D,) and sum up to ``within_q`` and ``within_df``. ``between_q = total_q - within_q`` tests that
    designs agree, with common effects within them. ``random_q`` is the same test, ``random_tau2`` its (moment) tau squared,
    where effects vary within designs. A p-value without degrees of freedom is NaN.
    """

    designs: tuple[tuple[str, ...], ...]
    design_q: Floats
    design_df: Indices
    design_p: Floats
    total_q: float
    total_df: int
    total_p: float
    within_q: float
    within_df: int
    within_p: float
    between_q: float
    between_df: int
    between_p: float
    random_q: float
    random_p: float
    random_tau2: float


@dataclass(frozen=True, kw_only=True)
class Network:
    """What :func:`network` found for T treatments, on the scale of the effects.

    - ``treatments``: labels in sorted order; ``reference``: the position of the one to compare with.
    - ``estimate``, ``standard_error``, ``statistic``, ``p_value``, shape (T, T): the league table, row minus column; the
      normal test is NaN on the diagonal. ``interval``, shape (T, T, 2).
    - ``prediction_interval``, shape (T, T, 2): where the true effect of a new study lies, normal (as metafor's for z);
      ``prediction_interval_riley``: Student's t with ``q_df - 1`` degrees of freedom. NaN for ``common``, and the second
      also for ``q_df`` below 2.
    - ``tau2``: one variance of true contrasts for all comparisons; ``tau2_interval``, shape (2,): its Q-profile, NaN without
      degrees of freedom, 0 and 0 if effects are more alike than any tau squared makes probable.
    - ``q``, ``q_df``, ``q_p``: generalised Cochran's Q; ``i2``: tau2 / (tau2 + typical sampling variance);
      ``i2_q``: max(0, 1 - q_df / q). For ``common`` both come from Q.
    - ``p_score``, shape (T,): mean certainty that a treatment is better than the others, 0 to 1.
    - ``split``, ``inconsistency``: see their classes.
    - ``edges``, shape (E, 2): pairs with direct evidence; ``hat``, shape (m, E): how the network estimate of each pair of
      ``split`` is made of direct evidence on the edges, as flows of evidence; ``contribution``, shape (m, E): shares of
      information, rows sum to 1.
    - ``studies``, ``comparisons``: their numbers; ``at_boundary``: tau squared was estimated, and is 0; ``maxima``: local
      maxima of the likelihood among which the best was taken (0 for closed forms and roots); ``iterations``: evaluations.
    """

    treatments: tuple[str, ...]
    reference: int
    estimate: Floats
    standard_error: Floats
    statistic: Floats
    p_value: Floats
    interval: Floats
    prediction_interval: Floats
    prediction_interval_riley: Floats
    tau2: float
    tau2_interval: Floats
    q: float
    q_df: int
    q_p: float
    i2: float
    i2_q: float
    p_score: Floats
    split: Split
    inconsistency: Inconsistency
    edges: Indices
    hat: Floats
    contribution: Floats
    studies: int
    comparisons: int
    at_boundary: bool
    maxima: int
    iterations: int
    method: Method
    small_values: SmallValues
    level: float


def network(
    treatment1: Sequence[str],
    treatment2: Sequence[str],
    study: Sequence[Hashable],
    effect: ArrayLike,
    variance: ArrayLike,
    *,
    reference: str,
    small_values: SmallValues,
    method: Method = "REML",
    level: float = 0.95,
) -> Network:
    r"""Frequentist network meta-analysis of contrasts, studies with several arms included.

    .. math:: \hat\theta = (X'WX)^{-1} X'W z, \qquad W = \operatorname{diag}\frac{1}{v + \tau^2}

    over the independent contrasts z of all studies (see the module) [1]_, with one tau squared: 0 (``common``), by moments
    (``DL`` [2]_), the root of the generalised Q (``PM``), or of maximal (restricted) likelihood (``ML``, ``REML``; the
    global maximum, as :mod:`likelihood` finds it).

    Inconsistency: Q within and between designs [3]_; direct against indirect evidence by back-calculation [4]_,

    .. math::
        \frac{1}{V_\text{indirect}} = \frac{1}{V_\text{network}} - \frac{1}{V_\text{direct}}, \qquad
        \hat\theta_\text{indirect} = V_\text{indirect} \left(\frac{\hat\theta_\text{network}}{V_\text{network}} -
        \frac{\hat\theta_\text{direct}}{V_\text{direct}}\right),

    which takes both as independent (an approximation where studies have several arms). Ranking: P-scores [5]_. Evidence
    flow: the hat matrix, and contributions by shortest streams [6]_ (streams of one length in the order of the edges).

    Parameters
    ----------
    treatment1, treatment2, study
        Shape (m,): labels. A study with n arms has all its n (n - 1) / 2 comparisons.
    effect, variance
        Shape (m,): effect of treatment1 minus treatment2, and its sampling variance, above 0.
    reference
        A label of a treatment.
    small_values
        Whether a small effect is good (a harm, a symptom) or bad; for the P-scores alone.
    method
        metafor's ``FE``, ``EE`` and ``CE`` are ``common``.

    Raises
    ------
    ValueError
        A network in parts; a study without all its comparisons, or with one twice, or whose effects do not add up (by more
        than a tenth of a standard error) or whose variances cannot be those of one study; an unknown option or reference.

    References
    ----------
    .. [1] Rücker 2012, Research Synthesis Methods 3:312-324.
    .. [2] Jackson, White & Riley 2012, Statistics in Medicine 31:3805-3820.
    .. [3] Krahn, Binder & König 2013, BMC Medical Research Methodology 13:35; Higgins et al. 2012, Research Synthesis
       Methods 3:98-110.
    .. [4] König, Krahn & Binder 2013, Statistics in Medicine 32:5414-5429; Dias et al. 2010, Statistics in Medicine
       29:932-944.
    .. [5] Rücker & Schwarzer 2015, BMC Medical Research Methodology 15:58.
    .. [6] Papakonstantinou et al. 2018, F1000Research 7:610.
    """
    method = cast("Method", {"FE": "common", "EE": "common", "CE": "common"}.get(method, method))
    check_level(level)
    check_options(method=(method, get_args(Method)), small_values=(small_values, get_args(SmallValues)))
    graph = _graph(treatment1, treatment2, study, effect, variance)
    if reference not in graph.treatments:
        raise ValueError(f"reference is {reference!r}; it should be one of {', '.join(graph.treatments)}")
    parts = _independent_contrasts(graph)
    base = graph.treatments.index(reference)
    columns_kept = [i for i in range(len(graph.treatments)) if i != base]
    model = _Regression(effect=parts.effect, variance=parts.variance, design=parts.design[:, columns_kept])
    tau2, maxima, iterations = _tau2(model, method)
    fit = model.at(tau2)
    root = np.insert(fit.root, base, 0.0, axis=0)
    theta = np.insert(fit.coefficient, base, 0.0)
    estimate = theta[:, None] - theta[None, :]
    standard_error = np.sqrt(np.square(root[:, None, :] - root[None, :, :]).sum(axis=-1))
    statistic = _ratio(estimate, standard_error)
    q, df = model.at(0.0).q, model.df
    i2_q = np.nan if df == 0 else max(0.0, 1 - df / q) if q > df else 0.0
    quantile, riley = central_quantile(level), central_quantile(level, df - 1) if df > 1 else np.nan
    spread = np.where(standard_error > 0, np.sqrt(standard_error**2 + (np.nan if method == "common" else tau2)), 0.0)
    edges, hat = _hat(parts.design, 1 / (parts.variance + tau2), root)
    return Network(
        treatments=graph.treatments,
        reference=base,
        estimate=estimate,
        standard_error=standard_error,
        statistic=statistic,
        p_value=two_sided_ps(statistic, np.nan),
        interval=_around(estimate, quantile * standard_error),
        prediction_interval=_around(estimate, quantile * spread),
        prediction_interval_riley=_around(estimate, riley * spread),
        tau2=tau2,
        tau2_interval=_q_profile(model, level),
        q=q,
        q_df=df,
        q_p=chi2_upper(q, df),
        i2=i2_q if method == "common" else tau2 / (tau2 + model.typical),
        i2_q=i2_q,
        p_score=_p_score(estimate, standard_error, small_values),
        split=_split(graph, tau2, estimate, standard_error),
        inconsistency=_inconsistency(graph, parts, model, q),
        edges=edges,
        hat=hat,
        contribution=_contribution(len(graph.treatments), edges, hat),
        studies=len(graph.studies),
        comparisons=graph.effect.size,
        at_boundary=method != "common" and tau2 == 0,
        maxima=maxima,
        iterations=iterations,
        method=method,
        small_values=small_values,
        level=level,
    )


def contrasts_from_arms(
    study: Sequence[str],
    treatment: Sequence[str],
    *,
    total: ArrayLike,
    events: ArrayLike | None = None,
    mean: ArrayLike | None = None,
    sd: ArrayLike | None = None,
    measure: Measure = "OR",
    add: float = 0.5,
) -> Contrasts:
    r"""All pairwise contrasts of studies told arm by arm, of events (OR, RR, RD) or of means (MD).

    The effect of a contrast is the difference of two arm values (log odds, log risk, risk, mean) and its variance the sum of
    theirs, so that the contrasts of a study add up. Where an arm of a study has no event or no non-event, ``add`` goes to the
    events and to the non-events of **every** arm of that study (for RD: to its variances alone). Studies in which no arm, or
    every arm in full, has the event are dropped for OR and RR, and named.

    Parameters
    ----------
    study, treatment
        Shape (a,): one entry an arm; a treatment stands once in a study, and a study has two arms or more.
    total, events, mean, sd
        Shape (a,): people (above 0); events from 0 to total, or means with standard deviations above 0.

    Raises
    ------
    ValueError
        Counts that cannot be, a study with one arm, a treatment twice in a study, a measure without its columns.
    """
    check_options(measure=(measure, get_args(Measure)))
    if measure == "MD":
        if mean is None or sd is None:
            raise ValueError("measure MD needs mean and sd of every arm")
        (n, middle, spread) = columns(total=total, mean=mean, sd=sd)
        refuse(~(n > 0), "total", n, "more than 0 people")
        refuse(~(spread > 0), "sd", spread, "above 0")
        members = _members(study, treatment, n.size)
        value, variance, corrected, silent = middle, spread**2 / n, np.zeros(n.size, dtype=np.bool_), set[str]()
    else:
        if events is None:
            raise ValueError(f"measure {measure} needs events of every arm")
        (n, x) = columns(total=total, events=events)
        refuse(~(n > 0), "total", n, "more than 0 people")
        refuse(~((x >= 0) & (x <= n)), "events", x, "from 0 to the total of its arm")
        members = _members(study, treatment, n.size)
        value, variance, corrected, silent = _binary_arms(members, x, n, measure, add)
    rows = [(name, i, j) for name, arms in members.items() if name not in silent for i, j in combinations(arms, 2)]
    if not rows:
        raise ValueError("no study is left: in every study no arm, or every arm in full, has the event")
    first, second = (np.array([row[side] for row in rows]) for side in (1, 2))
    return Contrasts(
        measure=measure,
        treatment1=tuple(treatment[i] for i in first),
        treatment2=tuple(treatment[j] for j in second),
        study=tuple(name for name, _, _ in rows),
        effect=value[first] - value[second],
        variance=variance[first] + variance[second],
        corrected=corrected[first],
        dropped=tuple(name for name in members if name in silent),
    )


def _binary_arms(
    members: dict[str, list[int]], events: Floats, total: Floats, measure: Measure, add: float
) -> tuple[Floats, Floats, NDArray[np.bool_], set[str]]:
    """Return value and variance of each arm, which are corrected, and the studies that say nothing on a ratio."""
    rest = total - events
    corrected = np.zeros(total.size, dtype=np.bool_)
    silent = set[str]()
    for name, arms in members.items():
        none, full = (events[arms] == 0).all(), (rest[arms] == 0).all()
        if measure != "RD" and (none or full):
            silent.add(name)
        corrected[arms] = bool((events[arms] == 0).any() or (rest[arms] == 0).any())
    if corrected.any() and not add > 0:
        raise ValueError(f"row {int(np.argmax(corrected))} is of a study with a zero cell; add should be above 0, not {add}")
    formula = {"OR": counts.logit_proportion, "RR": counts.log_proportion}.get(measure, counts.raw_proportion)
    value, variance = formula(events=events + add * corrected, others=rest + add * corrected)
    return events / total if measure == "RD" else value, variance, corrected, silent


def _members(study: Sequence[str], treatment: Sequence[str], arms: int) -> dict[str, list[int]]:
    if not len(study) == len(treatment) == arms:
        raise ValueError(f"study has {len(study)}, treatment {len(treatment)} and total {arms} entries; each has one an arm")
    members: dict[str, list[int]] = {}
    for row, name in enumerate(study):
        members.setdefault(name, []).append(row)
    for name, rows in members.items():
        labels = [treatment[row] for row in rows]
        if len(rows) < 2 or len(set(labels)) < len(rows):
            raise ValueError(f"study {name} has the arms {', '.join(labels)}; it should have two or more, each treatment once")
    return members


@dataclass(frozen=True, kw_only=True)
class _Graph:
    """Checked input: treatments, for each row the positions of its two, and for each study its rows."""

    treatments: tuple[str, ...]
    first: Indices
    second: Indices
    studies: dict[Hashable, list[int]]
    effect: Floats
    variance: Floats


def _graph(
    treatment1: Sequence[str], treatment2: Sequence[str], study: Sequence[Hashable], effect: ArrayLike, variance: ArrayLike
) -> _Graph:
    y, v = columns(effect=effect, variance=variance)
    refuse(~(v > 0), "variance", v, "above 0")
    if not len(treatment1) == len(treatment2) == len(study) == y.size:
        found = f"treatment1 {len(treatment1)}, treatment2 {len(treatment2)}, study {len(study)}, effect {y.size}"
        raise ValueError(f"columns have lengths {found}; they should be of one length, with one value a comparison")
    if y.size == 0:
        raise ValueError("there is no comparison; a network needs at least one")
    for row, (one, other) in enumerate(zip(treatment1, treatment2, strict=True)):
        if one == other:
            raise ValueError(f"row {row} compares {one} with itself; it should compare two treatments")
    treatments = tuple(sorted({*treatment1, *treatment2}))
    position = {label: i for i, label in enumerate(treatments)}
    studies: dict[Hashable, list[int]] = {}
    for row, name in enumerate(study):
        studies.setdefault(name, []).append(row)
    graph = _Graph(
        treatments=treatments,
        first=np.array([position[label] for label in treatment1]),
        second=np.array([position[label] for label in treatment2]),
        studies=studies,
        effect=y,
        variance=v,
    )
    _check_connected(graph)
    return graph


def _check_connected(graph: _Graph) -> None:
    part = list(range(len(graph.treatments)))
    for i, j in zip(graph.first.tolist(), graph.second.tolist(), strict=True):
        old, new = part[j], part[i]
        part = [new if label == old else label for label in part]
    if len(set(part)) > 1:
        groups = [[t for t, own in zip(graph.treatments, part, strict=True) if own == label] for label in dict.fromkeys(part)]
        said = " | ".join(", ".join(group) for group in groups)
        raise ValueError(f"the network falls into {len(groups)} parts that no study joins: {said}; pool each part on its own")


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """Independent contrasts: effects and variances of shape (N,), design of shape (N, T), and the design each belongs to."""

    effect: Floats
    variance: Floats
    design: Floats
    kind: tuple[tuple[int, ...], ...]


def _independent_contrasts(graph: _Graph) -> _Parts:
    effects, variances, designs, kinds = [], [], [], []
    for name, rows in graph.studies.items():
        arms = sorted({*graph.first[rows].tolist(), *graph.second[rows].tolist()})
        n = len(arms)
        pairs = {frozenset(pair) for pair in zip(graph.first[rows].tolist(), graph.second[rows].tolist(), strict=True)}
        if len(pairs) != len(rows) or 2 * len(rows) != n * (n - 1):
            said = f"{len(rows)} comparisons, {len(pairs)} of them different, of its {n} treatments"
            raise ValueError(f"study {name} has {said}; it should have each of the {n * (n - 1) // 2} once")
        value, eigenvalues, vectors = _arms(graph, name, rows, arms)
        design = np.zeros((n - 1, len(graph.treatments)))
        design[:, arms] = np.sqrt(2) * vectors.T
        effects.append(np.sqrt(2) * vectors.T @ value)
        variances.append(2 * eigenvalues)
        designs.append(design)
        kinds += [tuple(arms)] * (n - 1)
    return _Parts(
        effect=np.concatenate(effects), variance=np.concatenate(variances), design=np.vstack(designs), kind=tuple(kinds)
    )


def _arms(graph: _Graph, name: Hashable, rows: list[int], arms: list[int]) -> tuple[Floats, Floats, Floats]:
    """Return the centred arm effects of a study, and the eigenvalues and eigenvectors of their covariance."""
    n = len(arms)
    i, j = np.searchsorted(arms, graph.first[rows]), np.searchsorted(arms, graph.second[rows])
    value, spread = np.zeros((n, n)), np.zeros((n, n))
    value[i, j], value[j, i] = graph.effect[rows], -graph.effect[rows]
    spread[i, j] = spread[j, i] = graph.variance[rows]
    centred = value.mean(axis=1)
    missed = np.abs(graph.effect[rows] - (centred[i] - centred[j]))
    if (missed > CLOSURE * np.sqrt(graph.variance[rows].min())).any():
        raise ValueError(
            f"the effects of study {name} do not add up: they miss by {missed.max():g}; A-B plus B-C should be A-C"
        )
    if n == 2:
        return centred, graph.variance[rows] / 2, np.array([[1.0], [-1.0]]) / np.sqrt(2)
    middle = np.eye(n) - 1 / n
    eigenvalues, vectors = np.linalg.eigh(-middle @ spread @ middle / 2)
    if not eigenvalues[1] > 1e-12 * eigenvalues[-1] or abs(abs(vectors[:, 0].sum()) - np.sqrt(n)) > 1e-3:
        raise ValueError(f"the variances of study {name} cannot be those of contrasts between the same {n} arms; check them")
    return centred, eigenvalues[1:], vectors[:, 1:]


@dataclass(frozen=True, kw_only=True)
class _Fit:
    """Coefficients, a root of their covariance (covariance = root root'), Q and leverages, at one tau squared."""

    coefficient: Floats
    root: Floats
    q: float
    leverage: Floats


@dataclass(frozen=True, kw_only=True)
class _Regression:
    """Independent effects of shape (N,) on a design of shape (N, p) without intercept."""

    effect: Floats
    variance: Floats
    design: Floats

    @property
    def df(self) -> int:
        return int(self.effect.size - self.design.shape[1])

    def at(self, tau2: float) -> _Fit:
        w = 1 / (self.variance + tau2)
        scale = np.sqrt(w)
        orthogonal, triangle = np.linalg.qr(scale[:, None] * self.design)
        root = np.linalg.inv(triangle)
        coefficient = root @ (orthogonal.T @ (scale * self.effect))
        residual = self.effect - self.design @ coefficient
        return _Fit(
            coefficient=coefficient,
            root=root,
            q=float(w @ residual**2),
            leverage=np.square(orthogonal).sum(axis=1),
        )

    def free_weight(self, tau2: float) -> float:
        """Trace of the residual weight matrix: sum of w (1 - leverage)."""
        return float((1 - self.at(tau2).leverage) @ (1 / (self.variance + tau2)))

    @property
    def typical(self) -> float:
        """Sampling variance of a typical contrast (NaN without degrees of freedom)."""
        return self.df / self.free_weight(0.0) if self.df else np.nan

    @property
    def analysis(self) -> Regression:
        """The same regression for :mod:`moments` and :mod:`likelihood`; each lead settles most of what is left open."""
        from scipy.linalg import qr  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

        _, order = qr((self.design / np.sqrt(self.variance)[:, None]).T, mode="r", pivoting=True)
        p = self.design.shape[1]
        design = self.design[order].T
        return Regression(
            effect=self.effect[order, None],
            variance=self.variance[order, None],
            design=design[:, :, None],
            along=np.linalg.solve(design[:, :p], design[:, p:])[:, :, None],
        )


def _tau2(model: _Regression, method: Method) -> tuple[float, int, int]:
    """Return tau squared, the local maxima among which it was chosen, and the evaluations of the likelihood."""
    if method == "common" or model.df == 0:
        return 0.0, 0, 0
    analysis = model.analysis
    if method in ("ML", "REML"):
        found = likelihood.maximise(analysis, method=method)
        return float(found.tau2[0]), int(found.maxima[0]), int(found.iterations[0])
    if method == "DL":
        return float(moments.general(analysis, 1 / analysis.variance)[0]), 0, 0
    return float(moments.tau2_at(analysis, np.array([float(model.df)]))[0][0]), 0, 0


def _q_profile(model: _Regression, level: float) -> Floats:
    if model.df == 0:
        return np.full(2, np.nan)
    tail = (1 - level) / 2
    targets = np.array([chi2_quantile(p, model.df) for p in (tail, 1 - tail)])
    return moments.tau2_at(model.analysis.take(np.array([0, 0])), targets)[0]


def _around(estimate: Floats, half: Floats) -> Floats:
    return np.stack((estimate - half, estimate + half), axis=-1)


def _p_score(estimate: Floats, standard_error: Floats, small_values: SmallValues) -> Floats:
    from scipy.special import ndtr  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

    better = ndtr(_ratio(estimate, standard_error) * (-1 if small_values == "good" else 1))
    scores: Floats = np.nansum(better, axis=1) / (estimate.shape[0] - 1)
    return scores


def _split(graph: _Graph, tau2: float, estimate: Floats, standard_error: Floats) -> Split:
    first, second = np.triu_indices(len(graph.treatments), 1)
    position = {pair: m for m, pair in enumerate(zip(first.tolist(), second.tolist(), strict=True))}
    turned = graph.first > graph.second
    low, high = np.where(turned, graph.second, graph.first), np.where(turned, graph.first, graph.second)
    pair = np.array([position[key] for key in zip(low.tolist(), high.tolist(), strict=True)])
    w = 1 / (graph.variance + tau2)
    total = _sums(pair, w, first.size)
    signed = np.where(turned, -graph.effect, graph.effect)
    weighted = _sums(pair, w * signed, first.size)
    direct = _ratio(weighted, total)
    network_w = 1 / standard_error[first, second] ** 2
    share = np.where(total > 0, np.minimum(total / network_w, 1.0), 0.0)
    left = np.where(share < 1 - 1e-8, network_w - total, 0.0)
    indirect = _ratio(network_w * estimate[first, second] - np.where(total > 0, total * np.nan_to_num(direct), 0.0), left)
    variances = _ratio(np.ones_like(total), total), _ratio(np.ones_like(left), left)
    difference, difference_se = direct - indirect, np.sqrt(variances[0] + variances[1])
    statistic = difference / difference_se
    return Split(
        first=first,
        second=second,
        studies=np.bincount(pair, minlength=first.size),
        share=share,
        direct=direct,
        direct_se=np.sqrt(variances[0]),
        indirect=indirect,
        indirect_se=np.sqrt(variances[1]),
        difference=difference,
        difference_se=difference_se,
        statistic=statistic,
        p_value=two_sided_ps(statistic, np.nan),
    )


def _inconsistency(graph: _Graph, parts: _Parts, model: _Regression, total_q: float) -> Inconsistency:
    designs = tuple(dict.fromkeys(sorted(parts.kind)))
    blocks = []
    for arms in designs:
        rows = np.array([kind == arms for kind in parts.kind])
        design = parts.design[rows][:, list(arms[1:])]
        blocks.append(_Regression(effect=parts.effect[rows], variance=parts.variance[rows], design=design))
    q, df = np.array([block.at(0.0).q for block in blocks]), np.array([block.df for block in blocks])
    within_q, within_df = float(q.sum()), int(df.sum())
    between_df = model.df - within_df
    between_q = max(0.0, total_q - within_q) if between_df else 0.0
    free = sum(block.free_weight(0.0) for block in blocks if block.df)
    tau2 = max(0.0, (within_q - within_df) / free) if within_df else 0.0
    random_q = max(0.0, model.at(tau2).q - sum(block.at(tau2).q for block in blocks)) if between_df else 0.0
    return Inconsistency(
        designs=tuple(tuple(graph.treatments[arm] for arm in arms) for arms in designs),
        design_q=q,
        design_df=df,
        design_p=np.array([chi2_upper(one, int(free)) for one, free in zip(q, df, strict=True)]),
        total_q=total_q,
        total_df=model.df,
        total_p=chi2_upper(total_q, model.df),
        within_q=within_q,
        within_df=within_df,
        within_p=chi2_upper(within_q, within_df),
        between_q=between_q,
        between_df=between_df,
        between_p=chi2_upper(between_q, between_df),
        random_q=random_q,
        random_p=chi2_upper(random_q, between_df),
        random_tau2=tau2 if within_df else np.nan,
    )


def _hat(design: Floats, w: Floats, root: Floats) -> tuple[Indices, Floats]:
    """Return the edges, and the flow of evidence along each (from its first to its second) for every pair of treatments."""
    conductance = -(design.T @ (w[:, None] * design))
    first, second = np.triu_indices(design.shape[1], 1)
    scale = np.abs(np.diag(conductance))
    seen = np.abs(conductance[first, second]) > 1e-12 * np.sqrt(scale[first] * scale[second])
    edges = np.column_stack((first[seen], second[seen]))
    along = root[edges[:, 0]] - root[edges[:, 1]]
    across = root[first] - root[second]
    hat: Floats = (across @ along.T) * conductance[edges[:, 0], edges[:, 1]]
    return edges, hat


def _contribution(treatments: int, edges: Indices, hat: Floats) -> Floats:
    """Share each pair's flow of evidence, stream by shortest stream, equally among the edges of the stream."""
    shares = np.zeros_like(hat)
    pairs = combinations(range(treatments), 2)
    for row, (source, sink) in enumerate(pairs):
        flow = hat[row].copy()
        while (stream := _shortest(treatments, edges, flow, source, sink)) is not None:
            size = float(np.abs(flow[stream]).min())
            flow[stream] -= np.sign(flow[stream]) * size
            shares[row, stream] += size / len(stream)
    whole: Floats = shares / shares.sum(axis=1, keepdims=True)
    return whole


def _shortest(treatments: int, edges: Indices, flow: Floats, source: int, sink: int) -> list[int] | None:
    """Return the edges of a shortest way along positive flow, or None where there is none left."""
    onward: list[list[tuple[int, int]]] = [[] for _ in range(treatments)]
    for edge in np.flatnonzero(np.abs(flow) > 1e-10).tolist():
        i, j = edges[edge] if flow[edge] > 0 else edges[edge][::-1]
        onward[int(i)].append((int(j), edge))
    came: dict[int, tuple[int, int]] = {}
    queue = deque([source])
    while queue and sink not in came:
        here = queue.popleft()
        for there, edge in onward[here]:
            if there not in came and there != source:
                came[there] = (here, edge)
                queue.append(there)
    if sink not in came:
        return None
    stream: list[int] = []
    here = sink
    while here != source:
        here, edge = came[here]
        stream.append(edge)
    return stream


def _sums(group: Indices, values: Floats, groups: int) -> Floats:
    return np.bincount(group, values, minlength=groups).astype(np.float64)


def _ratio(above: Floats, below: Floats) -> Floats:
    """Quotient, NaN where the divisor is 0."""
    quotient: Floats = np.divide(above, below, out=np.full(np.shape(below), np.nan), where=below > 0)
    return quotient
