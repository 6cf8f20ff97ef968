"""SBML says the same as the closed form, and is valid by libSBML's own check."""

import builtins
import dataclasses

import libsbml
import numpy as np
import pytest
import roadrunner

from equipoise.engines.pharmacokinetics import Parameters, concentrations, nmol, regular, schedule
from equipoise.outputs.sbml import Flow, SbmlError, leaf_model, write

NUMBERS = {"ka": 1.52, "v1": 618.0, "q": 199.0, "v2": 6880.0, "cl": 233.0, "km": 0.601, "sp": 3.75e-4, "b": 0.119, "f": 1.3}


def doses(taken):
    return list(zip(taken.time_h.tolist(), nmol(taken.mg).tolist(), strict=True))


@pytest.fixture
def text() -> str:
    return write(leaf_model(NUMBERS, doses(regular(39, every_h=8, days=15)), name="39 mg every 8 h"))


@pytest.mark.parametrize(
    "taken",
    [regular(39, every_h=8, days=15), schedule([(0.3, 20), (7.1, 5), (30, 60), (331.7, 12)])],
    ids=["regular", "irregular"],
)
def test_libroadrunner_reproduces_the_closed_form(taken):
    """To 1e-6 over 15 days, of each concentration above a millionth of the highest."""
    runner = roadrunner.RoadRunner(write(leaf_model(NUMBERS, doses(taken), name="test")))
    runner.timeCourseSelections = ["time", "mitragynine", "hydroxymitragynine"]
    runner.integrator.absolute_tolerance, runner.integrator.relative_tolerance = 1e-12, 1e-11
    runner.integrator.maximum_num_steps = 100_000
    # Between doses: at the moment of one a simulator may report either side.
    times = np.arange(0, 361) + 0.05
    found = np.array(runner.simulate(times=[0.0, *times.tolist()]))[1:]
    curves = concentrations(Parameters(**NUMBERS), taken, times)
    for column, curve in ((1, curves.mitragynine[0]), (2, curves.hydroxymitragynine[0])):
        assert found[:, column] == pytest.approx(curve, rel=1e-6, abs=1e-6 * curve.max())


def test_the_text_is_valid_level_3_version_2_with_all_units(text):
    document = libsbml.readSBMLFromString(text)
    assert (document.getLevel(), document.getVersion()) == (3, 2)
    document.checkConsistency()
    assert [document.getError(n).getMessage() for n in range(document.getNumErrors())] == []


def test_doses_are_events_and_the_one_at_0_h_an_initial_assignment(text):
    model = libsbml.readSBMLFromString(text).getModel()
    assert model.getNumEvents() == 44
    assert [model.getInitialAssignment(n).getSymbol() for n in range(model.getNumInitialAssignments())] == ["gut"]


def test_doses_of_one_moment_are_one_and_their_order_has_no_meaning():
    said = {
        write(leaf_model(NUMBERS, taken, name="test")) for taken in ([(8, 2.0), (0, 5.0)], [(0, 2), (8, 1), (0, 3), (8, 1)])
    }
    assert len(said) == 1


def test_doses_of_one_moment_all_count_in_a_simulator():
    runner = roadrunner.RoadRunner(write(leaf_model(NUMBERS, [(0, 100.0), (8, 60.0), (8, 40.0)], name="test")))
    runner.timeCourseSelections = ["time", "gut"]
    runner.integrator.absolute_tolerance, runner.integrator.relative_tolerance = 1e-12, 1e-11
    found = np.array(runner.simulate(times=[0.0, 8.5]))
    assert found[-1, 1] == pytest.approx(100 * (np.exp(-1.52 * 8.5) + np.exp(-1.52 * 0.5)), rel=1e-6)


@pytest.mark.parametrize(
    ("numbers", "taken", "said"),
    [
        ({"ka": 1.0}, [(0, 1)], "missing or unknown: b, cl"),
        (NUMBERS, [], "there should be a dose"),
        (NUMBERS, [(-1.0, 5.0)], "from 0 h on"),
        ({**NUMBERS, "ka": float("nan")}, [(0, 1)], "should be finite"),
    ],
)
def test_what_is_no_model_is_refused(numbers, taken, said):
    with pytest.raises(ValueError, match=said):
        leaf_model(numbers, taken, name="test")


def test_a_model_that_libsbml_refuses_is_not_written():
    model = leaf_model(NUMBERS, [(0, 1.0)], name="test")
    broken = dataclasses.replace(model, flows=(Flow(id="x", name="x", source="nowhere", target=None, rate="cl * nowhere"),))
    with pytest.raises(SbmlError, match="faults in mitragynine_leaf; the first"):
        write(broken)


def test_without_the_library_the_error_says_what_to_install(monkeypatch):
    there = builtins.__import__

    def missing(name, *rest, **more):
        if name == "libsbml":
            raise ModuleNotFoundError(name)
        return there(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(SbmlError, match=r"pip install 'equipoise\[sbml\]'"):
        write(leaf_model(NUMBERS, [(0, 1.0)], name="test"))
