"""Every defensible analysis of one question, as values: what was chosen, what came out, and whether the answer stood."""

from dataclasses import dataclass
from typing import Literal

Word = Literal["robust", "sensitive", "fragile", "cannot judge"]
Conclusion = Literal["above", "below", "unclear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One decision and its options.

    ``primary``: place of the option that the primary analysis takes. ``first_order`` and ``total``: shares (0 to 1) of the
    variance of the estimates that go with it, alone and with its interactions; None where there is one option, or where all
    estimates are equal. ``median`` and ``agree``: of each option the median estimate and the share of analyses that agree with
    the primary; None for an option without any.
    """

    factor: str
    options: tuple[str, ...]
    primary: int
    first_order: float | None
    total: float | None
    median: tuple[float | None, ...]
    agree: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """One analysis: ``options`` has the place of the option taken of each choice, ``studies`` counts them.

    ``value``, ``low``, ``high`` are in the unit of the multiverse. An infeasible one has none of them, and ``why``.
    ``study_set`` is the place of its results among those of the multiverse; ``conclusion`` on which side of the threshold its
    interval lies.
    """

    options: tuple[int, ...]
    studies: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    agrees: bool = False
    why: str | None = None
    study_set: int | None = None
    conclusion: Conclusion | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.why is None):
            raise ValueError("a specification has either a value or the reason why it has none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Null:
    """The curve against data in which nothing happens: ``draws`` of them (all there are, if ``exact``), and three p-values.

    ``low`` and ``high`` bound the central 95% of the drawn curves, at each feasible specification in the order of the curve.
    """

    kind: Literal["sign-flip", "bootstrap"]
    draws: int
    exact: bool
    p_median: float
    p_significant: float
    p_mean_z: float
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiverse:
    """A declared grid of choices and all its analyses.

    - ``declared``: SHA-256 of the grid; ``usual``: it is the usual one, since none was declared. ``choices``: with options.
    - ``specifications``: the feasible ones from the lowest to the highest value, and then the others; ``primary``: place of the
      one that stands as the result; ``infeasible``: reasons with their counts. ``quantiles`` are of the values.
    - ``threshold``: what the conclusion is about, in ``unit``, and ``why``; None where an analysis agrees if its value lies in
      the primary's interval, and the primary's in its own. ``baseline``: the risk at which risk differences are shown.
    - ``study_sets``, ``analyses``: how many distinct ones; ``sets``: the results of each study set, by record.
    - ``agree``, ``opposite``: how many feasible ones conclude as the primary, and the contrary. ``above``, ``below``,
      ``unclear``: shares (0 to 1) by conclusion, and ``opposite_sign`` of values on the other side of no effect than the
      primary's; None where there is no threshold, or no such side.
    - ``verdict``, ``said``: the word, and the sentence on it; ``decision``, ``option``: what flips a sensitive one;
      ``moves_most``: the choice that goes with most variance; ``details``: further sentences.
    - ``levels``: how many specifications have each certainty; ``kept``: the share (0 to 1) that has the primary's.

    Raises
    ------
    ValueError
        A primary that is not among the specifications, or a sensitive verdict without its decision.
    """

    declared: str
    unit: str
    threshold: float | None
    choices: tuple[Choice, ...]
    specifications: tuple[Specification, ...]
    primary: int
    study_sets: int
    analyses: int
    agree: int
    opposite: int
    quantiles: tuple[float, ...]
    verdict: Word
    said: str
    decision: str | None = None
    option: str | None = None
    moves_most: str | None = None
    null: Null | None = None
    levels: tuple[tuple[str, int], ...] = ()
    kept: float | None = None
    sets: tuple[tuple[str, ...], ...] = ()
    infeasible: tuple[tuple[str, int], ...] = ()
    above: float | None = None
    below: float | None = None
    unclear: float | None = None
    opposite_sign: float | None = None
    why: str | None = None
    usual: bool = False
    baseline: float | None = None
    details: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.primary < len(self.specifications):
            raise ValueError(f"the primary is number {self.primary} of {len(self.specifications)}; should be one of them")
        if self.verdict == "sensitive" and not self.decision:
            raise ValueError("the verdict is sensitive without the decision that flips it; should name it")

    @property
    def feasible(self) -> tuple[Specification, ...]:
        """Specifications with a value, from the lowest to the highest."""
        return tuple(one for one in self.specifications if one.value is not None)
