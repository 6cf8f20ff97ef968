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

    Raises
    ------
    ValueError
        A value that is not finite and above 0, or a spread outside 0 to 3.
    """

    value: float
    between_people: float = 0.0
    between_studies: float = 0.0
    uncertainty: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.value) and self.value > 0):
            raise ValueError(f"the typical value is {self.value}; should be finite and above 0")
        for name in ("between_people", "between_studies", "uncertainty"):
            if not 0 <= getattr(self, name) <= WIDEST_LOG_SD:
                raise ValueError(f"{name} is {getattr(self, name)}; should be a log-sd from 0 to {WIDEST_LOG_SD:.0f}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """A :class:`Typical` for each field of :class:`Parameters`; the record ``parameters/mitragynine-leaf`` has the same ids.

    The value of ``f`` is 1 by definition; its spreads are what CL, Q and the volumes share, all being over bioavailability.
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
        """The parameters of the typical person."""
        return Parameters(**{item.name: getattr(self, item.name).value for item in fields(self)})


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawn:
    """Parameters of people and the factor (people,) on what each has taken, since the content of a product is not known."""

    parameters: Parameters
    content: Floats


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
    content_log_sd: float = 0.0,
) -> Drawn:
    r"""Draw people, each as one of another study who took another product: lognormal, with the spreads of the chosen levels.

    .. math:: \ln \theta_i = \ln \theta + \sum_{l} \sigma_{l} z_{il}

    All levels are drawn whichever are chosen, so that runs which differ in their levels have the same people. A person's
    deviations are independent between parameters; what they share is in ``f``.

    Raises
    ------
    ValueError
        A number of people outside 1 to 100,000, or an unknown level.
    """
    chosen = checked_levels(levels)
    if not 1 <= people <= MOST_PEOPLE:
        raise ValueError(f"there are {people:,} people; should be 1 to {MOST_PEOPLE:,}")
    names = [item.name for item in fields(population)]
    deviation = rng.standard_normal((len(names), 3, people))
    content = rng.standard_normal(people)
    spread_of = {"people": "between_people", "studies": "between_studies", "uncertainty": "uncertainty"}
    values = {}
    for name, by_level in zip(names, deviation, strict=True):
        typical: Typical = getattr(population, name)
        spreads = [getattr(typical, field) if level in chosen else 0.0 for level, field in spread_of.items()]
        values[name] = typical.value * np.exp(np.asarray(spreads) @ by_level)
    width = content_log_sd if "content" in chosen else 0.0
    return Drawn(parameters=Parameters(**values), content=np.exp(width * content))
