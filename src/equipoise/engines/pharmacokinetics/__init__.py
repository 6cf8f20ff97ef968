"""Concentrations over time after a reported intake, in one person or a population.

For a reader with a person's report: make a :class:`Schedule` by :func:`schedule` or :func:`regular`, and ask
``exposure(taken, population, rng=np.random.default_rng(seed))`` for medians and intervals, or ``profile(parameters, taken)``
for each person. Concentrations are nM in plasma; :func:`ng_per_ml` converts. It describes what was taken, and proposes nothing.
"""

from equipoise.engines.pharmacokinetics.agreement import Agreement, consistent
from equipoise.engines.pharmacokinetics.disposition import Curves, Nearby, Parameters, concentrations, nearby
from equipoise.engines.pharmacokinetics.exposures import AnalyteExposure, Exposure, Summary, exposed, exposure
from equipoise.engines.pharmacokinetics.inactivation import Inactivation
from equipoise.engines.pharmacokinetics.intakes import Content, Schedule, UnsupportedError, regular, schedule
from equipoise.engines.pharmacokinetics.molar import (
    HYDROXYMITRAGYNINE,
    MITRAGYNINE,
    molar_mass,
    nanomolar,
    ng_per_ml,
    nmol,
)
from equipoise.engines.pharmacokinetics.population import LEVELS, Drawn, Level, Population, Typical, draw
from equipoise.engines.pharmacokinetics.profiles import OFFSETS, Analyte, Profile, area, profile
from equipoise.engines.pharmacokinetics.terminal import Sampling, studied_half_life

__all__ = [
    "HYDROXYMITRAGYNINE",
    "LEVELS",
    "MITRAGYNINE",
    "OFFSETS",
    "Agreement",
    "Analyte",
    "AnalyteExposure",
    "Content",
    "Curves",
    "Drawn",
    "Exposure",
    "Inactivation",
    "Level",
    "Nearby",
    "Parameters",
    "Population",
    "Profile",
    "Sampling",
    "Schedule",
    "Summary",
    "Typical",
    "UnsupportedError",
    "area",
    "concentrations",
    "consistent",
    "draw",
    "exposed",
    "exposure",
    "molar_mass",
    "nanomolar",
    "nearby",
    "ng_per_ml",
    "nmol",
    "profile",
    "regular",
    "schedule",
    "studied_half_life",
]
