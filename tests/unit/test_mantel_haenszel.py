"""Mantel-Haenszel and Peto against R metafor, at zero cells and at the edges."""

import numpy as np
import pytest

from equipoise.engines.synthesis.stratified import mantel_haenszel, peto

BCG = (  # vaccinated with and without tuberculosis, controls with and without; Colditz et al. 1994, JAMA 271:698-702
    (4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27),
    (119, 300, 228, 13536, 5036, 1361, 2537, 87886, 7470, 1699, 50448, 2493, 16886),
    (11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29),
    (128, 274, 209, 12619, 5761, 1079, 619, 87892, 7232, 1600, 27197, 2338, 17825),
)
STROKE = {  # strokes and patient-years on warfarin and on placebo; Hart et al. 1999, Annals of Internal Medicine 131:492-501
    "x1": (9, 8, 3, 6, 7, 20),
    "t1": (413, 263, 487, 237, 489, 507),
    "x2": (19, 19, 13, 9, 23, 50),
    "t2": (398, 245, 435, 241, 483, 405),
}
SPARSE = {  # made up: four single zeros, one table without an event
    "a": (0, 9, 0, 1, 6, 0, 7),
    "n1": (20, 35, 50, 60, 41, 30, 80),
    "c": (3, 2, 0, 9, 0, 1, 12),
    "n2": (22, 33, 48, 58, 44, 15, 81),
}


def bcg() -> dict[str, tuple[int, ...]]:
    return dict(zip("abcd", BCG, strict=True))


@pytest.mark.parametrize(
    ("found", "expected"),
    [  # rma.mh(measure, ...), rma.peto(...): estimate, se, Q, its p, I squared in percent; metafor 3.8-1, R 4.2.2
        (mantel_haenszel("OR", **bcg()), (-0.473410988389, 0.0410077784042, 163.942579569, 8.249452551e-29, 92.6803640448)),
        (mantel_haenszel("RR", **bcg()), (-0.453709604684, 0.0393373668713, 152.567553587, 1.70758753152e-26, 92.1346316973)),
        (
            mantel_haenszel("RD", **bcg()),
            (-0.00328818183261, 0.000286656748527, 386.775941837, 2.38206256506e-75, 96.8974285363),
        ),
        (peto(**bcg()), (-0.474446310941, 0.0406590807446, 167.730167511, 1.38975434718e-29, 92.8456519313)),
        (mantel_haenszel("IRR", **STROKE), (-1.02957459694, 0.162094900339, 2.96854815463, 0.704834957821, 0)),
        (mantel_haenszel("IRD", **STROKE), (-0.039351346851, 0.00610498387087, 12.532034473, 0.028181888578, 60.1022482762)),
        (
            mantel_haenszel("OR", **SPARSE),
            (-0.1863955186278, 0.2934722194503, 16.35113012651, 0.005909908126162, 69.42107388716),
        ),
        (
            mantel_haenszel("RR", **SPARSE),
            (-0.1735412874764, 0.2718916526159, 15.30057553475, 0.009152345280369, 67.32149069396),
        ),
        (
            mantel_haenszel("RD", **SPARSE),
            (-0.01423577212989, 0.02238709965305, 23.17474321185, 0.0003125629016211, 78.42478790685),
        ),
        (peto(**SPARSE), (-0.1943105172265, 0.298767191293, 24.70383658857, 0.0001589284400593, 79.76022881275)),
    ],
)
def test_metafor_agrees(found, expected):
    assert (found.estimate, found.standard_error, found.q, found.q_p, 100 * found.i2) == pytest.approx(expected, rel=1e-10)
    assert found.interval == pytest.approx(found.estimate + np.array([-1, 1]) * 1.959963984540054 * found.standard_error)
    assert found.statistic == pytest.approx(found.estimate / found.standard_error)


def test_the_tests_of_tables_are_those_of_metafor():
    """rma.mh 3.8-1: MH, MHp (corrected by default), BD, TA and TAp, with a double-zero table counted nowhere."""
    r = mantel_haenszel("OR", **SPARSE)
    assert (r.cmh, r.breslow_day, r.tarone) == pytest.approx((0.2509917338954, 25.11694367235, 25.115765283), rel=1e-10)
    assert (r.tarone_p, r.q_df, r.k, r.k_informative) == pytest.approx((0.0001323421356295, 5, 7, 6), rel=1e-10)
    assert mantel_haenszel("OR", **SPARSE, continuity=False).cmh == pytest.approx(0.4229867924736, rel=1e-10)
    rates = mantel_haenszel("IRR", **STROKE)
    assert (rates.cmh, rates.cmh_p) == pytest.approx((43.0656382801, 5.29338144839e-11), rel=1e-9)
    assert np.isnan((rates.tarone, mantel_haenszel("RR", **SPARSE).cmh)).all()


@pytest.mark.xfail(strict=True, reason="metafor 3.8-1 corrects beyond the distance itself: 0.091 where observed = expected")
def test_metafor_corrects_continuity_below_zero():
    assert mantel_haenszel("OR", a=[5, 5], n1=[10, 11], c=[5, 5], n2=[10, 11]).cmh == pytest.approx(0.091095890411)


def test_a_double_zero_table_changes_a_ratio_not_at_all_and_a_difference_towards_none():
    full = {name: np.delete(column, 2) for name, column in SPARSE.items()}
    for found, without in (
        (mantel_haenszel("OR", **SPARSE), mantel_haenszel("OR", **full)),
        (mantel_haenszel("RR", **SPARSE), mantel_haenszel("RR", **full)),
        (peto(**SPARSE), peto(**full)),
    ):
        assert (found.estimate, found.standard_error) == pytest.approx((without.estimate, without.standard_error), rel=1e-13)
        assert found.weights[2] == 0
    assert abs(mantel_haenszel("RD", **SPARSE).estimate) < abs(mantel_haenszel("RD", **full).estimate)


def test_a_table_in_which_everybody_has_the_event_counts_for_a_risk_ratio_and_never_for_heterogeneity():
    """rma.mh(measure = "RR", ...) of metafor 3.8-1: it draws the ratio of risks to 1."""
    tables = {"a": [10, 4], "n1": [10, 11], "c": [10, 2], "n2": [10, 11]}
    r = mantel_haenszel("RR", **tables)
    assert (r.estimate, r.standard_error) == pytest.approx((0.154150679827, 0.16448792374), rel=1e-10)
    assert (r.k, r.k_informative, r.q_df, np.isnan(r.q)) == (2, 1, 0, True)
    assert mantel_haenszel("OR", **tables).estimate == pytest.approx(np.log(4 * 9 / 14))


@pytest.mark.parametrize("measure", ["OR", "RR", "RD", "IRR", "IRD", "PETO"])
def test_arms_that_change_places_flip_the_sign_alone(measure):
    table = STROKE if measure.startswith("I") else SPARSE
    swap = {"a": "c", "c": "a", "n1": "n2", "n2": "n1", "x1": "x2", "x2": "x1", "t1": "t2", "t2": "t1"}
    other = {swap[name]: column for name, column in table.items()}
    one, two = (peto(**t) if measure == "PETO" else mantel_haenszel(measure, **t) for t in (table, other))
    assert one.estimate == pytest.approx(-two.estimate, rel=1e-12)
    for field in ("standard_error", "q", "p_value", "cmh", "breslow_day", "tarone"):
        assert getattr(one, field) == pytest.approx(getattr(two, field), rel=1e-9, nan_ok=True), field


@pytest.mark.parametrize(
    ("measure", "ratios"),
    [
        ("OR", lambda a, n1, c, n2: a * (n2 - c) / (n1 - a) / c),
        ("RR", lambda a, n1, c, n2: a / n1 / (c / n2)),
        ("RD", lambda a, n1, c, n2: a / n1 - c / n2),
    ],
)
def test_weights_make_the_estimate_of_the_studies(measure, ratios):
    a, b, c, d = (np.array(column, dtype=float) for column in BCG)
    r = mantel_haenszel(measure, **bcg())
    mean = r.weights @ ratios(a, a + b, c, c + d)
    assert r.estimate == pytest.approx(mean if measure == "RD" else np.log(mean), rel=1e-12)
    assert r.weights.sum() == pytest.approx(1)


def test_one_table_is_itself_and_says_nothing_of_heterogeneity():
    """Its Robins-Breslow-Greenland variance is Woolf's: the sum of 1 / cells."""
    r = mantel_haenszel("OR", a=4, b=16, c=10, d=8)
    assert r.estimate == pytest.approx(np.log(4 * 8 / 160), rel=1e-14)
    assert r.standard_error == pytest.approx(np.sqrt(1 / 4 + 1 / 16 + 1 / 10 + 1 / 8), rel=1e-14)
    assert np.isnan((r.q, r.q_p, r.i2, r.h2, r.breslow_day, r.tarone_p)).all()


def test_tables_of_one_odds_ratio_fit_it_exactly():
    """Odds ratio 6 in each: Breslow and Day's test finds no distance, on either side of 1."""
    for tables in ((6, 10, 4, 40), (3, 1, 2, 4), (60, 20, 30, 60)), ((4, 40, 6, 10), (2, 4, 3, 1), (30, 60, 60, 20)):
        r = mantel_haenszel("OR", **dict(zip("abcd", np.transpose(tables), strict=True)))
        assert abs(r.estimate) == pytest.approx(np.log(6))
        assert (r.breslow_day, r.tarone) == pytest.approx((0, 0), abs=1e-20)


def test_no_event_in_one_arm_of_any_study_is_an_infinite_ratio_that_still_has_a_test():
    r = mantel_haenszel("OR", a=[0, 0], n1=[10, 11], c=[3, 2], n2=[10, 11])
    assert r.estimate == -np.inf
    assert np.isnan((r.standard_error, *r.interval, r.p_value, r.q)).all()
    assert (r.cmh, r.cmh_p) == pytest.approx((3.4866193337, 0.0618671), rel=1e-5)  # rma.mh 3.8-1
    assert peto(a=[0, 0], n1=[10, 11], c=[3, 2], n2=[10, 11]).estimate < 0
    for nothing in (mantel_haenszel("RR", a=0, n1=10, c=0, n2=9), peto(a=0, n1=10, c=0, n2=9)):
        assert np.isnan((nothing.estimate, nothing.p_value, *nothing.weights)).all()
        assert nothing.k_informative == 0


@pytest.mark.parametrize(
    ("measure", "columns", "sentence"),
    [
        ("SMD", {}, "measure is 'SMD'; it should be one of OR, RR, RD, IRR, IRD"),
        ("OR", {"a": [1], "b": [2]}, "with c and d missing; they should be (a, b, c, d) or (a, n1, c, n2)"),
        ("OR", {"effect": [1], "variance": [2]}, "effect and variance not used; they should be (a, b, c, d) or (a, n1, c, n2)"),
        ("IRR", SPARSE, "they should be (x1, x2, t1, t2)"),
        ("OR", SPARSE | {"ai": (1,) * 7}, "OR has two columns for a; one should go"),
        ("OR", SPARSE | {"a": [1, 2]}, "columns have shapes"),
        ("RR", SPARSE | {"n1": (20, 35, 50, 60, 5, 30, 80)}, "a of row 4 is 6; it should be from 0 to the n1 of its row"),
        ("RD", SPARSE | {"c": (3, 2, -1, 9, 0, 1, 12)}, "c of row 2 is -1; it should be a count of 0 or more"),
        ("RD", SPARSE | {"n2": (22, 33, 0, 58, 44, 15, 81)}, "n2 of row 2 is 0; it should be more than 0 people"),
        ("IRR", STROKE | {"t2": (398, 245, 435, 0, 483, 405)}, "t2 of row 3 is 0; it should be above 0"),
        ("OR", {"a": [np.nan], "b": [2], "c": [1], "d": [1]}, "a of row 0 is nan; it should be a finite number"),
        ("OR", {"a": [], "b": [], "c": [], "d": []}, "there is no row; at least one is needed"),
    ],
)
def test_what_cannot_be_has_its_sentence(measure, columns, sentence):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the sentence is compared below
        mantel_haenszel(measure, **columns)
    assert sentence in str(error.value)
