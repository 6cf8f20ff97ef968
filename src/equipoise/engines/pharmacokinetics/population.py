"""People who differ: typical parameters with three spreads that are never added into one, and draws of them."""

import math
from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from equipoise.engines.pharmacokinetics.disposition import Parameters
from equipoise.engines.pharmacokinetics.intakes import WIDEST_LOG_SD

Floats = NDArray[np.float64]
Level = Literal["people", "studies", "uncertainty", "content"]
LEVELS: tuple[Level, ...] = get_args(Level)
"""What may differ: people; studies and their products; what the typical value is known to; what is in a gram."""

MOST_PEOPLE = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Typical:
    """A typical value and standard deviations of its natural logarithm: between people, between studies, of the value itself.

    ``value`` is that of one study, the reference; ``studies_mean`` the mean effect of studies relative to it, as a logarithm,
    around which studies and their products differ by ``between_studies``.

    Raises
    ------
    ValueError
        A value that is not finite and above 0, a spread outside 0 to 3, or a mean outside -3 to 3.
    """

    value: float
    between_people: float = 0.0
    between_studies: float = 0.0
    studies_mean: float = 0.0
    uncertainty: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.value) and self.value > 0):
            raise ValueError(f"the typical value is {self.value}; should be finite and above 0")
        for name in ("between_people", "between_studies", "uncertainty"):
            if not 0 <= getattr(self, name) <= WIDEST_LOG_SD:
                raise ValueError(f"{name} is {getattr(self, name)}; should be a log-sd from 0 to {WIDEST_LOG_SD:.0f}")
        if not abs(self.studies_mean) <= WIDEST_LOG_SD:
            raise ValueError(
                f"studies_mean is {self.studies_mean}; should be a logarithm from -{WIDEST_LOG_SD:.0f} to {WIDEST_LOG_SD:.0f}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """A :class:`Typical` for each field of :class:`Parameters`; the record ``parameters/mitragynine-leaf`` has the same ids.

    The value of ``f`` is 1 by definition; its spreads are what CL, Q and the volumes share, all being over bioavailability. The
    effect of a study on ``f`` is one on exposure as a whole, such as release from a product, and is one on ``sp`` as well.
    """

    ka: Typical
    v1: Typical
    q: Typical
    v2: Typical
    cl: Typical
    km: Typical
    sp: Typical
    b: Typical
    f: Typical

    @property
    def typical(self) -> Parameters:
        """The parameters of the typical person of the reference study."""
        return Parameters(**{item.name: getattr(self, item.name).value for item in fields(self)})


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawn:
    """Parameters of people, and how each differs in what is in a gram (people,), in standard deviations of its logarithm.

    ``levels`` are those at which they differ; ``rng``: kind, seed and children of the generator, as it came in.
    """

    parameters: Parameters
    deviation: Floats
    levels: tuple[Level, ...]
    rng: str

    def content(self, log_sd: float) -> Floats:
        """Return the factor (people,) on what each has taken, of a product whose content is off by that much."""
        return np.exp((log_sd if "content" in self.levels else 0.0) * self.deviation)


def checked_levels(levels: Collection[str]) -> tuple[Level, ...]:
    """Return levels in their usual order, each once, or refuse one that does not exist."""
    unknown = sorted(set(levels) - set(LEVELS))
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not a level; should be of {', '.join(LEVELS)}")
    return tuple(level for level in LEVELS if level in levels)


def draw(
    population: Population,
    *,
    people: int,
    rng: np.random.Generator,
    levels: Collection[Level] = LEVELS,
) -> Drawn:
    r"""Draw people, each as one of another study who took another product: lognormal, with the spreads of the chosen levels.

    .. math:: \ln \theta_i = \ln \theta + \mu + \sum_{l} \sigma_{l} z_{il}

    with :math:`\mu` (``studies_mean``) as part of the level "studies", without which all are people of the reference study. The
    effect of a study on ``f``, :math:`\mu_f + \sigma_f z_f`, is added to ``sp``, which has its own beside it. All levels are
    drawn whichever are chosen, so that runs which differ in their levels have the same people. Deviations are otherwise
    independent between parameters; what clearance and volumes share is in ``f``.

    Raises
    ------
    ValueError
        A number of people outside 1 to 100,000, or an unknown level.
    """
    chosen = checked_levels(levels)
    if not 1 <= people <= MOST_PEOPLE:
        raise ValueError(f"there are {people:,} people; should be 1 to {MOST_PEOPLE:,}")
    said = _said(rng)
    names = [item.name for item in fields(population)]
    deviation = rng.standard_normal((len(names), 3, people))
    content = rng.standard_normal(people)
    spread_of = {"people": "between_people", "studies": "between_studies", "uncertainty": "uncertainty"}
    studied = "studies" in chosen
    effects = {}
    for name, by_level in zip(names, deviation, strict=True):
        typical: Typical = getattr(population, name)
        spreads = [getattr(typical, field) if level in chosen else 0.0 for level, field in spread_of.items()]
        effects[name] = np.asarray(spreads) @ by_level + (typical.studies_mean if studied else 0.0)
    if studied:
        of_study = deviation[names.index("f"), list(spread_of).index("studies")]
        effects["sp"] += population.f.studies_mean + population.f.between_studies * of_study
    values = {name: getattr(population, name).value * np.exp(effect) for name, effect in effects.items()}
    return Drawn(parameters=Parameters(**values), deviation=content, levels=chosen, rng=said)


def _said(rng: np.random.Generator) -> str:
    seeds = rng.bit_generator.seed_seq
    entropy, key = getattr(seeds, "entropy", None), getattr(seeds, "spawn_key", ())
    return f"{type(rng.bit_generator).__name__}, entropy {entropy}" + (f", child {key}" if key else "")
