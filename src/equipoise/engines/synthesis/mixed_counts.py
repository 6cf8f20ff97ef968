"""Random-effects models of the counts themselves, exact where cells are zero; :mod:`count_likelihood` fits them."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis.count_likelihood import (
    ITERATIONS,
    Best,
    Binomial,
    Family,
    Hypergeometric,
    Likelihood,
    Poisson,
    best_summit,
    climb,
    highest,
    log_choose,
    log_factorial,
)
from equipoise.engines.synthesis.distributions import central_quantile, chi2_quantile, chi2_upper, two_sided_p
from equipoise.engines.synthesis.effects import arms, check_level, check_options, effect_size
from equipoise.engines.synthesis.stratified import informative

Floats = NDArray[np.float64]
Measure = Literal["PLO", "IRLN", "OR", "IRR"]
Form = Literal["UM.FS", "UM.RS", "CM.AL", "CM.EL"]
Method = Literal["ML", "common"]
Test = Literal["z", "t"]

FORMS: dict[str, tuple[Form, ...]] = {
    "PLO": (),
    "IRLN": (),
    "OR": get_args(Form),
    "IRR": ("UM.FS", "UM.RS", "CM.EL"),
}
"""The models that each measure of two arms has; those of one arm have one, without a name."""

POINTS = 15
"""Points an axis of a quadrature along two axes: doubled, at most twice, while that changes the log-likelihood."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Mixed:
    """What :func:`glmm` found; NaN where a number does not exist.

    - ``estimate``, ``standard_error``, ``statistic``, ``p_value``, ``interval`` (2,): mean true effect, as log odds (PLO), log
      rate (IRLN), log odds ratio or log rate ratio; its standard error from the observed information of all parameters.
    - ``df``: NaN for ``z``, k - 1 for ``t``.
    - ``tau2``: variance of true effects, ``sigma2`` that of the studies' levels (UM.RS only); ``at_boundary``: tau2 is 0.
    - ``prediction_interval`` (2,): where the true effect of a new study lies; NaN for ``common``, where it cannot differ.
    - ``i2``, ``h2``: tau2 / (tau2 + s2) and (tau2 + s2) / s2 with s2 the sampling variance of a typical study, for which alone
      1/2 is added where a cell is 0: the model itself has no such number.
    - ``q_wald``, ``q_wald_p``, ``q_lrt``, ``q_lrt_p``, ``q_df``: tests that all studies share one effect, chi-squared with
      ``q_df`` degrees of freedom, from the model in which each study has its own. A study with a zero cell, whose own effect is
      infinite, counts in ``q_lrt`` with its likelihood, and in ``q_wald`` with weight 0.
    - ``log_likelihood``: with all constants, at the maximum; ``deviance``: twice how far it is below that of the model in which
      each study has an effect of its own. (lme4 calls minus half of this the log-likelihood where it takes several points, and
      metafor 3.8-1 then prints another number, from the conditional deviance.)
    - ``quadrature_error``: how much the log-likelihood changes where the quadrature is made twice as fine.
    - ``maxima``: local maxima seen, the best of which was taken; ``iterations``: of Newton's method, and of the grid.
    - ``k``: studies that were used: a table of two arms without an event, or with nothing else, is left out if ``drop00``.
    """

    estimate: float
    standard_error: float
    statistic: float
    p_value: float
    interval: Floats
    prediction_interval: Floats
    df: float
    tau2: float
    sigma2: float
    i2: float
    h2: float
    q_wald: float
    q_wald_p: float
    q_lrt: float
    q_lrt_p: float
    q_df: int
    log_likelihood: float
    deviance: float
    at_boundary: bool
    maxima: int
    iterations: int
    k: int
    points: int | None
    quadrature_error: float
    measure: str
    model: str
    method: str
    test: str
    level: float


def glmm(
    measure: Measure,
    *,
    model: Form | None = None,
    method: Method = "ML",
    test: Test = "z",
    level: float = 0.95,
    points: int | None = None,
    drop00: bool = True,
    **counts: ArrayLike,
) -> Mixed:
    r"""Pool counts by a generalised linear mixed model, without a correction of zero cells.

    True effects are normal, :math:`\theta_i \sim N(\mu, \tau^2)`. Given its effect the counts of a study are

    - PLO, IRLN: binomial with logit :math:`\theta_i`; Poisson with rate :math:`e^{\theta_i}` [1]_.
    - ``UM.FS``: binomial (OR) or Poisson (IRR) in both arms, with :math:`\alpha_i \pm \theta_i / 2` and a level
      :math:`\alpha_i` of each study's own [2]_ [3]_.
    - ``UM.RS``: the same, but :math:`\alpha_i \sim N(\gamma, \sigma^2)`, independent of the effects [2]_ [3]_.
    - ``CM.EL``: given all events of both arms the level falls out: Fisher's noncentral hypergeometric distribution (OR), or
      binomial with logit :math:`\theta_i + \ln(t_{1i} / t_{2i})` (IRR) [1]_.
    - ``CM.AL``: the first of these approximated, for rare events, by a binomial with logit :math:`\theta_i + \ln(n_{1i} /
      n_{2i})` [1]_.

    Parameters
    ----------
    measure
        PLO (log odds of one group), IRLN (log rate of one group), OR, IRR.
    model
        As above, for OR and IRR; by default CM.EL, which needs no assumption on the studies' levels.
    method
        ``ML``, maximum likelihood, or ``common``: tau2 is 0.
    test
        ``z``, or ``t`` with k - 1 degrees of freedom.
    level
        Of both intervals, between 0 and 1.
    points
        None: as many as leave no error to see (``quadrature_error``). Or points an axis of adaptive Gauss-Hermite quadrature,
        1 to 100, whatever error they leave: R metafor takes 7, and 1 (Laplace's approximation) for UM.RS.
    drop00
        Leave out tables of two arms in which nobody, or everybody, has the event. They say nothing of the effect, except, in
        UM.RS, through the studies' levels: there, ``False`` keeps them.
    counts
        Shape (k,): ``events, total`` (PLO), ``events, time`` (IRLN), ``a, b, c, d`` or ``a, n1, c, n2`` (OR), ``x1, t1, x2,
        t2`` (IRR); metafor's names are taken, too. Whole numbers for CM.EL with OR.

    Returns
    -------
    Mixed
        With one study its own effect, and nothing on heterogeneity. Where a zero cell makes every study's own effect minus
        infinity, or every one plus infinity (nobody has the event in any study, say, or no treated one), the estimate is so,
        too: its standard error and tau2 do not exist, and the finite bound of its interval is where the likelihood ratio of a
        common effect stands at the limit of chi-squared. Without a study that says anything all is NaN.

    Raises
    ------
    ValueError
        An unknown option, missing or superfluous columns, unequal lengths, counts that cannot be.
    ArithmeticError
        The likelihood has no maximum: it rises without end with tau2, as when nobody has the event in some studies, and
        everybody in all others.

    References
    ----------
    .. [1] Stijnen, Hamza & Özdemir 2010, Statistics in Medicine 29:3046-3067.
    .. [2] Turner, Omar, Yang, Goldstein & Thompson 2000, Statistics in Medicine 19:3417-3432.
    .. [3] Jackson, Law, Stijnen, Viechtbauer & White 2018, Statistics in Medicine 37:1059-1085.
    """
    check_level(level)
    form = _checked(measure, model, method=method, test=test, points=points)
    tables = arms(measure, **counts)
    if FORMS[measure] and (drop00 or form != "UM.RS"):
        tables = tables[informative(tables, rates=measure == "IRR")]
    if form == "CM.EL" and measure == "OR" and (tables != np.round(tables)).any():
        raise ValueError(
            "CM.EL sums over all tables that can be, so that counts should be whole numbers; CM.AL and UM.FS take others"
        )
    problem = Problem(measure=measure, form=form, tables=tables, points=points)
    k = len(tables)
    fit = problem.fit(common=method == "common") if k else Fit()
    df = np.nan if test == "z" or k < 2 else k - 1
    half = central_quantile(level, df) if k else np.nan
    statistic = fit.estimate / fit.standard_error
    interval, log_likelihood = fit.estimate + np.array([-1, 1]) * half * fit.standard_error, fit.log_likelihood
    if np.isinf(fit.estimate):
        interval, log_likelihood = problem.edge(fit.estimate, level)
    predicts = method == "ML" and k > 1
    several = np.isfinite(fit.q_lrt)
    return Mixed(
        estimate=fit.estimate,
        standard_error=fit.standard_error,
        statistic=statistic,
        p_value=two_sided_p(statistic) if np.isnan(df) else two_sided_p(statistic, k - 1),
        interval=interval,
        prediction_interval=fit.estimate
        + np.array([-1, 1]) * (half * np.hypot(fit.standard_error, np.sqrt(fit.tau2)) if predicts else np.nan),
        df=df,
        tau2=fit.tau2,
        sigma2=fit.sigma2,
        i2=fit.tau2 / (fit.tau2 + fit.typical),
        h2=(fit.tau2 + fit.typical) / fit.typical,
        q_wald=fit.q_wald,
        q_wald_p=chi2_upper(fit.q_wald, k - 1) if several else np.nan,
        q_lrt=fit.q_lrt,
        q_lrt_p=chi2_upper(fit.q_lrt, k - 1) if several else np.nan,
        q_df=max(k - 1, 0),
        log_likelihood=log_likelihood,
        deviance=fit.deviance,
        at_boundary=predicts and fit.tau2 == 0,
        maxima=fit.maxima,
        iterations=fit.iterations,
        k=k,
        points=points,
        quadrature_error=fit.quadrature_error,
        measure=measure,
        model=form,
        method=method,
        test=test,
        level=level,
    )


@dataclass(frozen=True, kw_only=True)
class Fit:
    """The numbers of a fit, before intervals; see :class:`Mixed`."""

    estimate: float = np.nan
    standard_error: float = np.nan
    tau2: float = np.nan
    sigma2: float = np.nan
    typical: float = np.nan
    q_wald: float = np.nan
    q_lrt: float = np.nan
    log_likelihood: float = np.nan
    deviance: float = np.nan
    quadrature_error: float = np.nan
    maxima: int = 0
    iterations: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """Tables of one measure, and the model that they are to have; columns x, n (or t), of two arms x1, n1, x2, n2."""

    measure: str
    form: str
    tables: Floats
    points: int | None

    @cached_property
    def likelihood(self) -> Likelihood:
        """Its likelihood."""
        x, n = self.tables[:, 0::2], self.tables[:, 1::2]
        if self.form == "CM.EL" and self.measure == "OR":
            terms = Hypergeometric.of(self.tables)
            observed = terms.first + (x[:, 0] - terms.count[terms.first]).astype(np.intp)
            return self._likelihood(terms, x[:, :1], np.zeros_like(x[:, :1]), terms.log_term[observed])
        if self.form.startswith("CM"):
            events = x.sum(axis=1, keepdims=True)
            odds = np.log(n[:, :1]) - np.log(n[:, 1:])
            return self._likelihood(Binomial(events), x[:, :1], odds, log_choose(events, x[:, :1]).sum(axis=1))
        if self.measure in ("PLO", "OR"):
            return self._likelihood(Binomial(n), x, np.zeros_like(x), log_choose(n, x).sum(axis=1))
        return self._likelihood(Poisson(), x, np.log(n), -log_factorial(x).sum(axis=1))

    def _likelihood(self, family: Family, statistic: Floats, offset: Floats, constant: Floats) -> Likelihood:
        one, halves = np.ones((1, 1)), np.array([[0.5], [-0.5]])
        both = np.concatenate((np.ones((2, 1)), halves), axis=1)
        arms, rs = self.form.startswith("UM"), self.form == "UM.RS"
        return Likelihood(
            family=family,
            statistic=statistic,
            offset=offset,
            constant=constant,
            fixed=both if arms else one,
            random=both if rs else halves if arms else one,
            nuisance=arms and not rs,
            points=self.points or POINTS if rs else self.points,
        )

    @cached_property
    def corrected(self) -> tuple[Floats, Floats]:
        """Effects and variances of single studies with 1/2 added where a cell is 0: to start from, and for I squared."""
        names = {"PLO": ("events", "total"), "IRLN": ("events", "time"), "OR": ("a", "n1", "c", "n2")}
        cells = dict(zip(names.get(self.measure, ("x1", "t1", "x2", "t2")), self.tables.T, strict=True))
        effects = effect_size(self.measure, **cells)
        return np.asarray(effects.effect), np.asarray(effects.variance)

    @cached_property
    def middle(self) -> float:
        """Common-effect mean of the corrected effects, from which searches start."""
        y, v = self.corrected
        return float((y / v).sum() / (1 / v).sum())

    @cached_property
    def own(self) -> tuple[Floats, Floats, float]:
        """Each study's own effect of highest likelihood, infinite where a cell is 0, its variance, and their log-likelihood."""
        if self.form == "CM.EL" and self.measure == "OR":
            return _own_conditional(self.likelihood)
        x, n = self.tables[:, 0::2], self.tables[:, 1::2]
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.measure in ("PLO", "OR") and self.form != "CM.AL":
                arms, variance = np.log(x) - np.log(n - x), 1 / x + 1 / (n - x)
            else:
                arms, variance = np.log(x) - np.log(n), 1 / x
            effect = arms[:, 0] - (arms[:, 1] if arms.shape[1] == 2 else 0)
        if self.form.startswith("CM"):
            height = _x_log(x, x / x.sum(axis=1, keepdims=True))
        elif self.measure in ("PLO", "OR"):
            height = _x_log(x, x / n) + _x_log(n - x, 1 - x / n)
        else:
            height = _x_log(x, x) - x
        return effect, variance.sum(axis=1), float((height.sum(axis=1) + self.likelihood.constant).sum())

    def start(self, effect: Floats, scales: Floats) -> Floats:
        """Parameters (T, k, q) for T mean effects and T rows of standard deviations."""
        x, n = self.tables[:, 0::2], self.tables[:, 1::2]
        rest = n - x if self.measure in ("PLO", "OR") else n - 0.5
        level = (np.log(x + 0.5) - np.log(rest + 0.5)).mean(axis=1)
        sets = np.ones((len(scales), len(level)))
        parts = [effect[:, None] * sets, *(column[:, None] * sets for column in scales.T)]
        if self.form.startswith("UM"):
            parts.insert(0, (level if self.form == "UM.FS" else level.mean()) * sets)
        return np.stack(parts, axis=-1)

    def typical(self) -> float:
        """Sampling variance of a typical study (Higgins & Thompson 2002, Statistics in Medicine 21:1539-1558)."""
        w = 1 / self.corrected[1]
        return float((len(w) - 1) * w.sum() / (w.sum() ** 2 - (w**2).sum())) if len(w) > 1 else np.nan

    def fit(self, *, common: bool) -> Fit:
        """Return the highest summit of all."""
        effect, _, _ = self.own
        telling = effect[~np.isnan(effect)]
        single = len(self.tables) == 1
        if telling.size == 0:
            return Fit()
        if np.isinf(telling).all() and (telling == telling[0]).all():
            return Fit(estimate=float(telling[0]))
        if np.isinf(telling).all() and not common and self.form != "UM.RS":
            raise ArithmeticError(
                "the likelihood rises without end with tau2: a zero cell makes each study's own effect infinite, upward in some"
                " and downward in others, so that nothing says how far effects differ; method='common' has an answer"
            )
        rs = self.form == "UM.RS"
        level = self._best(self.level_likelihood, (rs and not single,))
        q_wald, q_lrt = (np.nan, np.nan) if single else self._heterogeneity(level.height)
        best = level if common or single else self._heterogeneous()
        place = int(self.form.startswith("UM"))
        among = place - self.likelihood.nuisance
        scales = best.parameters[0, self.likelihood.fixed.shape[1] :]
        return Fit(
            estimate=float(best.parameters[0, place]),
            standard_error=float(np.sqrt(best.covariance[among, among])),
            tau2=np.nan if single else 0.0 if common else float(scales[-1] ** 2),
            sigma2=float(scales[0] ** 2) if rs and not single else np.nan,
            typical=self.typical(),
            q_wald=q_wald,
            q_lrt=q_lrt,
            log_likelihood=best.height,
            deviance=q_lrt + 2 * (level.height - best.height),
            quadrature_error=best.error,
            maxima=best.maxima,
            iterations=best.iterations,
        )

    @cached_property
    def level_likelihood(self) -> Likelihood:
        """The likelihood of a common effect: one axis, that of the studies' levels, where they are random."""
        return replace(self.likelihood, random=np.ones((2, 1)), points=None) if self.form == "UM.RS" else self.likelihood

    def _heterogeneous(self) -> Best:
        likelihood, moving = self.likelihood, (True,) * self.likelihood.random.shape[1]
        best = self._best(likelihood, moving)
        while self.points is None and best.error > 1e-8 and (likelihood.points or 4 * POINTS) < 4 * POINTS:
            likelihood = likelihood.finer
            finer = best_summit(likelihood, best.parameters[None].copy(), low=self.span[0], moving=moving)
            best = replace(finer, maxima=best.maxima, iterations=best.iterations + finer.iterations)
        return best

    @cached_property
    def span(self) -> tuple[float, float]:
        """Standard deviations between which a grid is laid: from what no study can see to beyond the range of the effects."""
        y, v = self.corrected
        return 0.2 * float(np.sqrt(v.min())), float(np.ptp(y)) + 2 * float(np.sqrt(v.max()))

    def _best(self, likelihood: Likelihood, moving: tuple[bool, ...]) -> Best:
        return highest(
            likelihood,
            lambda scales: self.start(np.full(len(scales), self.middle), scales),
            low=self.span[0],
            high=self.span[1],
            moving=moving,
        )

    def _heterogeneity(self, common: float) -> tuple[float, float]:
        """Wald's and the likelihood ratio statistic of equal effects, given the log-likelihood of a common effect."""
        if self.form == "UM.RS":
            return self._heterogeneity_at_random_levels(common)
        effect, variance, height = self.own
        finite = np.isfinite(effect)
        y, w = effect[finite], 1 / variance[finite]
        wald = float(w @ (y - w @ y / w.sum()) ** 2) if finite.any() else np.nan
        return wald, max(0.0, 2 * (height - common))

    def _heterogeneity_at_random_levels(self, common: float) -> tuple[float, float]:
        """The same where controls have random levels, and the treated of each study an effect of its own above them.

        Treated among whom none, or all, have the event fit an infinite effect with probability 1: their arm drops out.
        """
        x, n = self.tables[:, 0::2].copy(), self.tables[:, 1::2].copy()
        lost = (x[:, 0] == 0) | ((x[:, 0] == n[:, 0]) & (self.measure == "OR"))
        one = self.likelihood
        statistic, offset, family = one.statistic.copy(), one.offset.copy(), one.family
        statistic[lost, 0] = 0
        if self.measure == "OR":
            n[lost, 0] = 0
            family = Binomial(n)
        else:
            offset[lost, 0] = -800
        own = replace(
            one,
            family=family,
            statistic=statistic,
            offset=offset,
            fixed=np.array([[1.0, 1.0], [0.0, 1.0]]),
            random=np.ones((2, 1)),
            nuisance=True,
            points=None,
        )
        y, _ = self.corrected
        level = float(self.start(np.zeros(1), np.zeros((1, 2)))[0, 0, 0]) - float(y.mean()) / 2

        def start(scales: Floats) -> Floats:
            sets = np.ones((len(scales), len(y)))
            return np.stack((np.where(lost, 0, y) * sets, level * sets, scales * sets), axis=-1)

        best = highest(own, start, low=self.span[0], high=self.span[1], moving=(True,))
        _, _, bent = own.derivatives(best.parameters[None], np.ones(2, dtype=np.bool_))
        kept = ~lost
        reach = bent[0, kept, 0, 1:] / bent[0, kept, 0, :1]
        covariance = np.diag(1 / bent[0, kept, 0, 0]) + reach @ best.covariance @ reach.T
        contrast = best.parameters[kept, 0][1:] - best.parameters[kept, 0][:1]
        spread = covariance[1:, 1:] - covariance[1:, :1] - covariance[:1, 1:] + covariance[0, 0]
        wald = float(contrast @ np.linalg.solve(spread, contrast)) if kept.any() else np.nan
        return wald, max(0.0, 2 * (best.height - common))

    def edge(self, effect: float, level: float) -> tuple[Floats, float]:
        """Interval (2,) of a common effect that is infinite, and its log-likelihood.

        It ends where the likelihood ratio stands at the limit of chi-squared with 1 degree of freedom.
        """
        side = float(np.sign(effect))
        rs = self.form == "UM.RS"
        free = np.array([True, False, True] if rs else [False, False])

        def height(at: Floats) -> Floats:
            return climb(self.level_likelihood, self.start(at, np.full((at.size, 1), 0.5 * rs)), free=free).value

        near, far = self.middle - 30 * side, self.middle + 30 * side
        highest_of_all = float(height(np.array([far]))[0])
        limit = highest_of_all - chi2_quantile(1 - level, 1) / 2
        for _ in range(8):
            line = np.linspace(near, far, 33)
            place = max(int(np.argmax(height(line) > limit)), 1)
            near, far = float(line[place - 1]), float(line[place])
        return np.sort([(near + far) / 2, effect]), highest_of_all


def _own_conditional(likelihood: Likelihood) -> tuple[Floats, Floats, float]:
    """Conditional estimates of single tables, infinite where the treated have the fewest or most events that can be."""
    family = likelihood.family
    statistic = likelihood.statistic[:, 0]

    def moments(theta: Floats) -> list[Floats]:
        return [part[0, :, 0, 0] for part in family.moments(theta[None, :, None, None])]

    least, most = (moments(np.full(statistic.size, bound))[0] for bound in (-700.0, 700.0))
    theta = np.zeros(statistic.size)
    inner = (statistic > np.round(least)) & (statistic < np.round(most))
    for _ in range(ITERATIONS):
        mean, variance, _ = moments(theta)
        newton = np.where(inner, (statistic - mean) / variance, 0)
        theta = theta + np.sign(newton) * np.log1p(np.abs(newton))  # as for the mode: never beyond
        if np.abs(newton).max() < 1e-9:
            break
    else:
        raise ArithmeticError(f"the conditional odds ratio of a table was not found in {ITERATIONS} steps of Newton's method")
    cumulant = family.cumulant(theta[None, :, None, None])[0][0, :, 0, 0]
    height = np.where(inner, statistic * theta - cumulant + likelihood.constant, 0)
    ends = np.where(statistic < np.round(most), -np.inf, np.inf)
    return np.where(inner, theta, ends), np.where(inner, 1 / moments(theta)[1], np.inf), float(height.sum())


def _checked(measure: str, model: str | None, *, method: str, test: str, points: int | None) -> str:
    """Return the model's name, empty for one arm, or refuse the options."""
    check_options(measure=(measure, get_args(Measure)), method=(method, get_args(Method)), test=(test, get_args(Test)))
    if points is not None and not (isinstance(points, int) and 1 <= points <= 100):
        raise ValueError(f"points is {points!r}; it should be a whole number from 1 to 100, or None")
    forms = FORMS[measure]
    if not forms:
        if model is not None:
            raise ValueError(f"model is {model!r}; {measure} has but one model, so leave it out")
        return ""
    if model is not None and model not in forms:
        raise ValueError(f"model of {measure} is {model!r}; it should be one of {', '.join(forms)}")
    return model or "CM.EL"


def _x_log(x: Floats, share: Floats) -> Floats:
    return x * np.log(np.where(x > 0, share, 1))
