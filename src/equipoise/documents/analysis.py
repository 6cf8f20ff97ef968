"""One meta-analysis of a table, as numbers and words in an order: what every output of ``equipoise pool`` is made from.

A number that does not exist is None. Shares lie between 0 and 1. *Readable* numbers are on the scale that people read (ratios,
proportions, differences); *effects* are on the scale on which studies are pooled (logarithms of ratios, log odds, ...).
"""

from dataclasses import dataclass
from typing import Literal

from equipoise.values.multiverse import Multiverse

Span = tuple[float | None, float | None]
"""Low and high bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The table: its file, the SHA-256 of the bytes, its rows, the column of each name, and the rows that were left out."""

    file: str
    sha256: str
    rows: int
    columns: tuple[tuple[str, str], ...]
    study: str | None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What the numbers are: metafor's code, the unit that people read, where nothing differs, and how effects are measured.

    ``unit`` is ``proportion``, ``odds ratio``, ...; ``null`` None where there is no "no effect"; ``ratio`` whether readable
    numbers are ratios. ``pooled_on`` is how readable numbers became effects; other transforms are ``own``.
    """

    measure: str
    unit: str
    null: float | None
    ratio: bool
    pooled_on: Literal["linear", "log", "logit", "own"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One row: its ``line`` in the file, its effect, the same readable, and its share of the weight.

    ``counts`` are the cells it came from, as (name, number). ``corrected``: the effect rests on a continuity correction.
    ``bias``: a judgement for each of the analysis's ``domains``, empty where there is none.
    """

    label: str
    line: int
    effect: float
    variance: float
    value: float | None
    interval: Span
    weight: float | None
    corrected: bool
    counts: tuple[tuple[str, float], ...] = ()
    group: str | None = None
    bias: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """A pooled result of ``studies``.

    ``value``, ``interval``, ``prediction_interval`` (a new study's true effect, with k - 1 degrees of freedom, or normal) and
    ``prediction_interval_riley`` (with k - 2) are readable; those that begin with ``effect`` are not. ``statistic``,
    ``df`` (None: normal) and ``p_value`` test an effect of 0.
    """

    studies: int
    value: float | None
    interval: Span
    prediction_interval: Span
    prediction_interval_riley: Span
    effect: float | None
    effect_standard_error: float | None
    effect_interval: Span
    effect_prediction_interval: Span
    statistic: float | None
    df: float | None
    p_value: float | None
    tau2: float | None
    tau2_interval: Span
    i2: float | None
    i2_q: float | None
    h2: float | None
    q: float | None
    q_df: float | None
    q_p_value: float | None
    at_boundary: bool
    maxima: int
    iterations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A subgroup and its own mean, with its own tau squared."""

    name: str
    mean: Mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroups:
    """A mean for each word of ``column``, and the test that all groups have one mean."""

    column: str
    groups: tuple[Group, ...]
    q_between: float | None
    df: int
    p_value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """A coefficient of a regression, on the scale of effects."""

    name: str
    estimate: float | None
    standard_error: float | None
    interval: Span
    statistic: float | None
    df: float | None
    p_value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """Effects on moderators: the intercept first. ``moderators`` are columns; words became ``name: word`` against a reference.

    ``qm`` tests all moderators at once; ``r2`` is the share of tau squared that they account for.
    """

    moderators: tuple[str, ...]
    references: tuple[tuple[str, str], ...]
    coefficients: tuple[Coefficient, ...]
    studies: int
    tau2: float | None
    i2: float | None
    r2: float | None
    q: float | None
    q_df: float | None
    q_p_value: float | None
    qm: float | None
    qm_df: float | None
    qm_df2: float | None
    qm_p_value: float | None
    permutation_p_values: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The result after one more study, or without one; readable."""

    label: str
    studies: int
    value: float | None
    interval: Span
    p_value: float | None
    tau2: float | None
    i2: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How far one study moves the result: deletion diagnostics, and its place in Baujat's plot."""

    label: str
    rstudent: float | None
    dffits: float | None
    cook: float | None
    cov_ratio: float | None
    tau2_deleted: float | None
    q_deleted: float | None
    hat: float | None
    dfbetas: float | None
    influential: bool
    contribution: float | None
    influence: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asymmetry:
    """A regression test of the funnel: effects on ``predictor`` by ``model``; ``limit`` (readable) of an endless study."""

    model: str
    predictor: str
    slope: float | None
    intercept: float | None
    statistic: float | None
    df: float | None
    p_value: float | None
    limit: float | None
    limit_interval: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranks:
    """Begg's rank test."""

    tau: float | None
    p_value: float | None
    exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """Trim and fill: studies invented on a side, their effects and standard errors, and the mean with them (readable)."""

    estimator: str
    missing: int
    side: str
    points: tuple[tuple[float, float], ...]
    effect: float | None
    value: float | None
    interval: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """A mean adjusted for small-study effects or selection, readable; ``p_value`` of the adjustment where it has a test."""

    name: str
    value: float | None
    interval: Span
    p_value: float | None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallStudies:
    """Whether small studies differ from large ones. ``failed``: what could not be computed, and why.

    ``favoured``: the side on which selection models let significant effects be seen more often; None where
    no value is "no effect", and they are not used.
    """

    studies: int
    caution: str | None
    favoured: str | None
    regressions: tuple[Asymmetry, ...]
    ranks: Ranks | None
    filled: tuple[Filled, ...]
    adjusted: tuple[Adjusted, ...]
    failed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clustered:
    """The mean, or the regression, with errors that are robust to dependence within the words of ``column`` (CR2)."""

    column: str
    clusters: int
    coefficients: tuple[Coefficient, ...]
    value: float | None
    interval: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Permuted:
    """A permutation test of the mean, or of all moderators."""

    p_value: float | None
    permutations: int
    exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncorrected:
    """A mean of counts without a continuity correction, readable; ``tau2`` None where the model has one common effect."""

    name: str
    studies: int
    value: float | None
    interval: Span
    p_value: float | None
    tau2: float | None = None
    failed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subsets:
    """Pools of subsets of the studies: effects, and I squared as shares. ``complete``: all subsets of two or more."""

    effects: tuple[float, ...]
    i2: tuple[float, ...]
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Galbraith:
    """The radial plot: precision and standardised effect of each study, the slope of the mean, and half the band about it."""

    points: tuple[tuple[float, float], ...]
    slope: float
    half_band: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """A table pooled, and every look that was asked for. ``options`` and ``source`` are what is needed to compute it again.

    ``notes``: what the numbers rest on and what they cannot say.
    """

    version: str
    source: Source
    options: tuple[tuple[str, str | float | bool | None], ...]
    scale: Scale
    level: float
    method: str
    test: str
    studies: tuple[Study, ...]
    mean: Mean
    notes: tuple[str, ...]
    subgroups: Subgroups | None = None
    regression: Regression | None = None
    clustered: Clustered | None = None
    permuted: Permuted | None = None
    uncorrected: tuple[Uncorrected, ...] = ()
    cumulative: tuple[Step, ...] = ()
    cumulative_by: str | None = None
    leave_one_out: tuple[Step, ...] = ()
    influence: tuple[Moved, ...] = ()
    small_studies: SmallStudies | None = None
    radial: Galbraith | None = None
    subsets: Subsets | None = None
    domains: tuple[str, ...] = ()
    multiverse: Multiverse | None = None
