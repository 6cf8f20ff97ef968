"""What kratom does to the exposure of a medicine: the mechanistic static model and the dynamic enzyme-turnover model.

Say what the perpetrator does to each enzyme (:class:`Kinetics`) and what the victim owes to them (:class:`Victim`), make a
:func:`grid` and the perpetrator's concentrations in gut and liver on it (:func:`course`), and ask :func:`turnover`; or make the
largest concentrations (:func:`wall`, :func:`inlet`) and ask :func:`static`. Draws are given as arrays of shape (draws,):
:func:`fractions` and :func:`positives` make them. :func:`agreement` sets a prediction beside a trial, :func:`grade` says how
likely the kinds of evidence make an interaction.
"""

from equipoise.engines.interactions.agreement import Agreement, agreement
from equipoise.engines.interactions.basic import Basic, induction, reversible, time_dependent, transporter
from equipoise.engines.interactions.concentrations import Course, course, grid, inlet, lumen, middles, wall
from equipoise.engines.interactions.kinetics import CYP3A, Kinetics, Victim
from equipoise.engines.interactions.likelihood import (
    KINDS,
    LIKELIHOODS,
    SEVERITIES,
    Evidence,
    Grade,
    Warned,
    foremost,
    grade,
)
from equipoise.engines.interactions.static import CUT_OFF, Static, static
from equipoise.engines.interactions.turnover import Turnover, turnover
from equipoise.engines.interactions.uncertainty import Spread, fractions, log_sd, positives, spread, within_one

__all__ = [
    "CUT_OFF",
    "CYP3A",
    "KINDS",
    "LIKELIHOODS",
    "SEVERITIES",
    "Agreement",
    "Basic",
    "Course",
    "Evidence",
    "Grade",
    "Kinetics",
    "Spread",
    "Static",
    "Turnover",
    "Victim",
    "Warned",
    "agreement",
    "course",
    "foremost",
    "fractions",
    "grade",
    "grid",
    "induction",
    "inlet",
    "log_sd",
    "lumen",
    "middles",
    "positives",
    "reversible",
    "spread",
    "static",
    "time_dependent",
    "transporter",
    "turnover",
    "wall",
    "within_one",
]
