"""Effects by every measure, their way back to the scale people read, and what is refused."""

import math
from pathlib import Path

import numpy as np
import pytest

from equipoise.engines.synthesis import MEASURES, effect_size, natural, pool, readable, wanted
from equipoise.engines.synthesis.effects import arms, corrects, spellings, variance_formulas
from equipoise.engines.synthesis.means import bias_correction
from equipoise.engines.synthesis.scales import SCALES

GROUPS = {
    "m1": [5.1, 6, 2],
    "sd1": [1.2, 2, 0.9],
    "n1": [12, 30, 7],
    "m2": [4, 6.5, 3.5],
    "sd2": [1.5, 2.4, 1.1],
    "n2": [10, 25, 9],
}
TWICE = {
    "m1": [5.1, 6, 2],
    "sd1": [1.2, 2, 0.9],
    "m2": [4, 6.5, 3.5],
    "sd2": [1.5, 2.4, 1.1],
    "n": [12, 30, 7],
    "r": [0.3, 0.7, -0.2],
}
WITHOUT_MEANS = {name: GROUPS[name] for name in ("sd1", "n1", "sd2", "n2")}
WITHOUT_SD2 = {name: TWICE[name] for name in ("m1", "sd1", "m2", "n", "r")}
PAIRS = {"r": [0.5, -0.2, 0.9], "n": [28, 103, 8]}
ZEROS = {"a": [0, 0, 5, 10], "b": [10, 10, 5, 0], "c": [3, 0, 2, 10], "d": [7, 10, 8, 0]}
SHARES = {"events": [0, 3, 9], "total": [12, 10, 9]}
RATES = {"events": [0, 3, 9], "time": [120, 10, 9.5]}
TWO_RATES = {"x1": [0, 3, 9, 0], "t1": [120, 10, 9.5, 50], "x2": [4, 0, 7, 0], "t2": [110, 12, 9, 60]}
ALL = {"to": "all", "add": 0.5}
DROP = {"to": "if0all", "add": 0.25, "drop00": True}

METAFOR = [  # escalc(measure, <columns>i, <options>) of metafor 3.8-1, R 4.2.2: yi, vi
    ("PETO", ZEROS, {}, [-1.75, 0, 1.25274725274725, 0], [1.166666666666667, 4, 0.835164835164835, 4]),
    ("AS", ZEROS, {}, [-0.579639740363704, 0, 0.321750554396642, 0], [0.05] * 4),
    (
        "AS",
        ZEROS,
        {"add": 0.5},
        [-0.384464063341573, 0, 0.321750554396642, 0],
        [0.0454545454545455, 0.0454545454545455, 0.05, 0.0454545454545455],
    ),
    ("MD", GROUPS, {}, [1.1, -0.5, -1.5], [0.345, 0.363733333333333, 0.25015873015873]),
    ("MD", GROUPS, {"vtype": "HO"}, [1.1, -0.5, -1.5], [0.330825, 0.351778616352201, 0.263764172335601]),
    *(
        ("SMD", GROUPS, {"vtype": vtype}, [0.787706216800276, -0.225041135561496, -1.391352247945002], variance)
        for vtype, variance in {
            "LS": [0.1974351761511925, 0.0737937289032861, 0.3144639126514293],
            "UB": [0.2003231454986878, 0.0738273809557682, 0.3328829769467831],
            "LS2": [0.1837470119167050, 0.0717216148619308, 0.2874337897760073],
            "AV": [0.1841206392773943, 0.0736482557109577, 0.2550507996413378],
        }.items()
    ),
    (
        "SMDH",
        GROUPS,
        {},
        [0.779012687642548, -0.223118717415805, -1.410894669164144],
        [0.2065267566049859, 0.0757477034203355, 0.316976038468047],
    ),
    *(
        ("ROM", GROUPS, {"vtype": vtype}, [0.2429461786103894, -0.0800427076735364, -0.5596157879354228], variance)
        for vtype, variance in {
            "LS": [0.01867611014994233, 0.00915695814157353, 0.03990362811791383],
            "HO": [0.01705955521914648, 0.00898316979478083, 0.04651198574667963],
            "AV": [0.02176569025559567, 0.00870627610223827, 0.02952570089077690],
            "AVHO": [0.02141222324261845, 0.00856488929704738, 0.02966195427548875],
        }.items()
    ),
    (
        "VR",
        WITHOUT_MEANS,
        {},
        [-0.23324456141522, -0.185913510816943, -0.179837362128818],
        [0.101010101010101, 0.0380747126436782, 0.145833333333333],
    ),
    (
        "CVR",
        GROUPS,
        {},
        [-0.476190740025609, -0.105870803143407, 0.379778425806605],
        [0.1196862111600433, 0.0472316707852517, 0.1857369614512472],
    ),
    ("MC", TWICE, {}, [1.1, -0.5, -1.5], [0.2175, 0.101333333333333, 0.345142857142857]),
    (
        "SMCC",
        TWICE,
        {},
        [0.633193738483236, -0.2792778053618, -0.838254633406696],
        [0.1000389296022657, 0.0346332682094617, 0.1930479164591281],
    ),
    (
        "SMCR",
        WITHOUT_SD2,
        {},
        [0.852463159144463, -0.243468746149181, -1.447711146379022],
        [0.1469455599041066, 0.0209879505058576, 0.4925619688107187],
    ),
    (
        "ROMC",
        TWICE,
        {},
        [0.2429461786103894, -0.0800427076735364, -0.5596157879354228],
        [0.01192059544405998, 0.00250449265833881, 0.05112099125364433],
    ),
    ("PR", SHARES, {}, [0.0384615384615385, 0.3, 0.95], [0.00284478834774693, 0.021, 0.00475]),
    ("PR", SHARES, ALL, [0.0384615384615385, 0.3181818181818182, 0.95], [0.00284478834774693, 0.01972201352366642, 0.00475]),
    (
        "PLN",
        SHARES,
        ALL,
        [-3.2580965380214821, -1.1451323043030026, -0.0512932943875506],
        [1.92307692307692313, 0.19480519480519479, 0.00526315789473684],
    ),
    (
        "PLO",
        SHARES,
        {},
        [-3.218875824868201, -0.847297860387204, 2.944438979166439],
        [2.08, 0.476190476190476, 2.105263157894737],
    ),
    ("PAS", SHARES, {}, [0, 0.579639740363704, 1.570796326794897], [0.0208333333333333, 0.025, 0.0277777777777778]),
    (
        "PFT",
        SHARES,
        {},
        [0.140517450751407, 0.59837604638664, 1.409921049596575],
        [0.02, 0.0238095238095238, 0.0263157894736842],
    ),
    ("PFT", SHARES, ALL, [0.261799387799149, 0.614784241785797, 1.274257314089948], [0.0185185185185185, 1 / 46, 1 / 42]),
    ("IR", RATES, {}, [0.00416666666666667, 0.3, 0.94736842105263153], [3.47222222222222e-05, 0.03, 0.0997229916897507]),
    (
        "IRLN",
        RATES,
        {},
        [-5.4806389233419912, -1.2039728043259361, -0.0540672212702758],
        [2, 0.333333333333333, 0.111111111111111],
    ),
    (
        "IRS",
        RATES,
        {},
        [0, 0.547722557505166, 0.973328526784575],
        [0.00208333333333333, 0.025, 0.02631578947368421],
    ),
    (
        "IRFT",
        RATES,
        {},
        [0.0456435464587638, 0.5900890447694209, 0.9996534394348646],
        [0.00208333333333333, 0.025, 0.02631578947368421],
    ),
    (
        "IRR",
        TWO_RATES,
        {},
        [-2.284235954325849, 2.128231705849268, 0.19724720701063, 0.182321556793955],
        [2.222222222222222, 2.285714285714286, 0.253968253968254, 4],
    ),
    (
        "IRR",
        TWO_RATES,
        DROP,
        [-2.920224721045846, 2.747270914255492, 0.189554861387475],
        [4.235294117647059, 4.307692307692307, 0.246039142590867],
    ),
    (
        "IRD",
        TWO_RATES,
        {},
        [-0.03674242424242424, 0.30833333333333329, 0.16959064327485374, 0.00166666666666667],
        [0.000406623048668503, 0.03847222222222222, 0.186142744776170432, 0.000338888888888889],
    ),
    (
        "IRSD",
        TWO_RATES,
        {},
        [-0.1906925178491184, 0.5477225575051661, 0.0914114230963783, 0],
        [0.00435606060606061, 0.04583333333333334, 0.05409356725146199, 0.00916666666666667],
    ),
    (
        "IRD",
        TWO_RATES,
        DROP,
        [-0.0365530303030303, 0.3041666666666667, 0.1681286549707602],
        [0.000368600780532599, 0.034236111111111113, 0.19199924763174997],
    ),
    (
        "IRSD",
        TWO_RATES,
        DROP,
        [-0.1509178018179603, 0.4257501452521626, 0.0892269142101796],
        [0.00435606060606061, 0.04583333333333334, 0.05409356725146199],
    ),
    (
        "IRS",
        RATES,
        {"to": "if0all", "add": 0.5},
        [0.0645497224367903, 0.5916079783099616, 1],
        [0.00208333333333333, 0.025, 0.02631578947368421],
    ),
    (
        "IRFT",
        RATES,
        {"to": "if0all", "add": 0.5},
        [0.0881765606558899, 0.6312141857799493, 1.0256574830378469],
        [0.00208333333333333, 0.025, 0.02631578947368421],
    ),
    ("COR", PAIRS, {}, [0.5, -0.2, 0.9], [0.02083333333333333, 0.00903529411764706, 0.00515714285714285]),
    ("COR", PAIRS, {"vtype": "AV"}, [0.5, -0.2, 0.9], [0.03703565685908392, 0.00980355622740457, 0.14285181931360938]),
    *(
        ("UCOR", PAIRS, {"vtype": vtype}, [0.507699420031387, -0.200971232097626, 0.915078345821987], variance)
        for vtype, variance in {
            "LS": [0.02040452391823899, 0.00902796504205188, 0.00377843487879871],
            "UB": [0.02207473043506702, 0.00928799923338165, 0.00385512734408144],
            "AV": [0.03703435650070224, 0.00980321201489177, 0.14284680364556576],
        }.items()
    ),
    ("ZCOR", PAIRS, {}, [0.549306144334055, -0.202732554054082, 1.47221948958322], [0.04, 0.01, 0.2]),
]


@pytest.mark.parametrize(("measure", "columns", "options", "effect", "variance"), METAFOR)
def test_metafor_agrees(measure, columns, options, effect, variance):
    found = effect_size(measure, **columns, **options)
    assert found.effect == pytest.approx(effect, rel=1e-12, abs=1e-15)
    assert found.variance == pytest.approx(variance, rel=1e-12)
    assert found.measure == measure


def test_two_by_two_measures_of_one_table():
    """4 of 123 vaccinated and 11 of 139 controls (Aronson 1948), by hand; totals in place of non-events change nothing."""
    by_hand = {
        "OR": (math.log(4 * 128 / (119 * 11)), 1 / 4 + 1 / 119 + 1 / 11 + 1 / 128),
        "RR": (math.log(4 / 123 / (11 / 139)), 1 / 4 - 1 / 123 + 1 / 11 - 1 / 139),
        "RD": (4 / 123 - 11 / 139, 4 * 119 / 123**3 + 11 * 128 / 139**3),
    }
    for measure, expected in by_hand.items():
        for table in ({"a": [4], "b": [119], "c": [11], "d": [128]}, {"ai": [4], "n1i": [123], "ci": [11], "n2i": [139]}):
            found = effect_size(measure, **table)
            assert (found.effect[0], found.variance[0]) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(
    ("to", "corrected"),
    [("only0", [True, False]), ("all", [True, True]), ("if0all", [True, True]), ("none", [False, False])],
)
def test_the_rows_to_correct_follow_metafor_s_rules(to, corrected):
    found = effect_size("RD", a=[0, 3], b=[9, 7], c=[2, 4], d=[8, 6], to=to)
    assert found.corrected.tolist() == corrected
    assert found.effect[1] == pytest.approx(-0.1 if not corrected[1] else 3.5 / 11 - 4.5 / 11)


def test_a_dropped_row_is_no_reason_to_correct_the_others():
    found = effect_size("OR", a=[0, 5], b=[10, 5], c=[0, 2], d=[10, 8], to="if0all", drop00=True)
    assert (found.rows.tolist(), found.corrected.tolist()) == ([1], [False])
    assert found.effect == pytest.approx([math.log(4)])


def test_a_row_where_nobody_or_everybody_has_the_event_stays_unless_dropped():
    table = {"a": [0, 4, 50], "b": [50, 119, 0], "c": [0, 11, 50], "d": [50, 128, 0]}  # nobody, some, everybody
    assert effect_size("OR", **table).effect[::2] == pytest.approx([0, 0], abs=1e-14)
    assert effect_size("RR", **table, drop00=True).rows.tolist() == [1]


@pytest.mark.parametrize(
    ("measure", "ours", "theirs"),
    [
        ("PLO", {"events": [3], "total": [9]}, {"xi": [3], "ni": [9]}),
        ("IRLN", {"events": [3], "time": [9]}, {"x": [3], "t": [9]}),
        ("IRR", {"x1": [3], "t1": [9], "x2": [2], "t2": [8]}, {"x1i": [3], "t1i": [9], "x2i": [2], "t2i": [8]}),
        ("ZCOR", {"r": [0.3], "n": [9]}, {"ni": [9], "ri": [0.3]}),
        ("GEN", {"effect": [3], "variance": [9]}, {"yi": [3], "vi": [9]}),
        ("SMD", {"effect": [3], "variance": [9]}, {"yi": [3], "sei": [3]}),
    ],
)
def test_metafor_s_names_of_columns_are_understood(measure, ours, theirs):
    one, other = effect_size(measure, **ours), effect_size(measure, **theirs)
    assert (one.effect, one.variance) == (other.effect, other.variance)


def test_what_is_said_of_measures_is_what_they_do():
    """Formulas of the variance are taken, and no other; a zero is corrected where that is said, and nowhere else."""
    assert [measure for measure in MEASURES if len(variance_formulas(measure)) > 1] == ["MD", "SMD", "ROM", "COR", "UCOR"]
    samples = {
        "m1": GROUPS,
        "m2": TWICE,
        "r": PAIRS,
        "a": ZEROS,
        "events": SHARES | RATES,
        "x1": TWO_RATES,
        "sd1": WITHOUT_MEANS,
    }
    for measure in MEASURES[:-2]:
        first = wanted(measure)[0]
        columns = {**samples[first[0]], **(TWICE if "r" in first and "m1" in first else {})}
        columns = {name: columns[name] for name in first}
        for vtype in variance_formulas(measure):
            assert (effect_size(measure, **columns, vtype=vtype).variance > 0).all()
        with pytest.raises(ValueError, match=f"should be one of {', '.join(variance_formulas(measure))}$"):
            effect_size(measure, **columns, vtype="?")
        assert effect_size(measure, **columns).corrected.any() == corrects(measure)
    with pytest.raises(ValueError, match="measure is 'XX'"):
        corrects("XX")


def test_counts_of_arms_are_events_and_people_in_one_order():
    assert arms("OR", **ZEROS).tolist() == [[0, 10, 3, 10], [0, 10, 0, 10], [5, 10, 2, 10], [10, 10, 10, 10]]
    assert arms("PETO", ai=[1], n1i=[3], ci=[2], n2i=[5]).tolist() == [[1, 3, 2, 5]]
    assert arms("IRR", **TWO_RATES).tolist()[0] == [0, 120, 4, 110]
    assert (arms("PLO", x=[3], n=[10]).tolist(), arms("IRLN", xi=[30], ti=[10]).tolist()) == ([[3, 10]], [[30, 10]])
    assert spellings("total") == ("total", "n", "totali", "ni")
    with pytest.raises(ValueError, match=r"effect and variance not used; they should be \(events, total\)$"):
        arms("PLO", effect=[1], variance=[1])
    with pytest.raises(ValueError, match="MD is not a measure of counts"):
        arms("MD", **GROUPS)


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_says_what_it_wants_has_a_scale_and_stands_in_the_manual(measure):
    manual = (Path(__file__).parents[2] / "docs" / "effects.md").read_text(encoding="utf-8")
    assert wanted(measure)[-2:] == (("effect", "variance"), ("effect", "se"))
    assert f"| {measure} |" in manual
    assert SCALES[measure].unit in manual


def test_the_exact_bias_correction_is_a_ratio_of_gamma_functions_and_loses_no_digit_where_they_overflow():
    assert bias_correction(np.array([10.0])) == pytest.approx([math.gamma(5) / math.sqrt(5) / math.gamma(4.5)], rel=1e-14)
    assert 1 - bias_correction(np.array([1e6])) == pytest.approx([3 / (4e6 - 1)], rel=1e-6)


BACK = [  # transf.*(values) of metafor 3.8-1
    ("PFT", [0.1, 0.3, 0.9, 1.5, 1.2], [12], [0, 0.0571112128334336, 0.6226832761653996, 1, 0.8968230734193634]),  # ipft
    ("PFT", [0.6, 0.7], [11, 17, 21, 6], [0.303126212307316, 0.407615282430903]),  # ipft.hm
    ("IRFT", [0.01, 0.3, 0.9, 1.5], [12], [0, 0.0531558641975309, 0.7688691700960220, 2.2085262345679015]),  # iirft
    ("PAS", [-0.1, 0.3, 1.7], None, [0, 0.0873321925451608, 1]),  # iarcsin
    ("IRS", [-0.1, 0.3], None, [0, 0.09]),  # isqrt
]


@pytest.mark.parametrize(("measure", "values", "totals", "expected"), BACK)
def test_metafor_takes_values_back_alike(measure, values, totals, expected):
    assert natural(measure, values, totals=totals) == pytest.approx(expected, rel=1e-12, abs=1e-15)


TABLE = {"a": [4], "n1": [30], "c": [11], "n2": [33]}
RATE = {"events": [4], "time": [30]}
TWO = {"x1": [4], "t1": [30], "x2": [11], "t2": [33]}
SHARE = {"events": [4], "total": [30]}
PAIR = {"r": [-0.4], "n": [30]}
LOG = {"effect": [math.log(0.8)], "variance": [0.1]}


@pytest.mark.parametrize(
    ("measure", "columns", "expected"),
    [
        ("OR", TABLE, 4 * 22 / (26 * 11)),
        ("RR", TABLE, 4 / 30 / (11 / 33)),
        ("RD", TABLE, 4 / 30 - 11 / 33),
        *((measure, SHARE, 4 / 30) for measure in ("PR", "PLN", "PLO", "PAS", "PFT")),
        *((measure, RATE, 4 / 30) for measure in ("IR", "IRLN", "IRS", "IRFT")),
        ("IRR", TWO, 4 / 30 / (11 / 33)),
        ("IRD", TWO, 4 / 30 - 11 / 33),
        *((measure, LOG, 0.8) for measure in ("ROM", "VR", "CVR", "ROMC", "HR", "PETO")),
        ("COR", PAIR, -0.4),
        ("ZCOR", PAIR, -0.4),
    ],
)
def test_one_study_comes_back_as_what_it_was(measure, columns, expected):
    found = effect_size(measure, **columns)
    assert natural(measure, found.effect, totals=[30]) == pytest.approx([expected], rel=1e-12)


@pytest.mark.parametrize("measure", MEASURES)
def test_every_way_back_keeps_the_order_the_ends_and_what_is_not_a_number(measure):
    values = np.concatenate([np.linspace(-900, 900, 37), np.linspace(-4, 4, 4001)])
    values.sort()
    back = natural(measure, values, totals=[7, 40])
    assert (back[1:] >= back[:-1]).all()
    assert back.min() >= SCALES[measure].low
    assert back.max() <= SCALES[measure].high
    assert np.isnan(natural(measure, [np.nan], totals=[7, 40])).all()


@pytest.mark.parametrize(
    ("measure", "low", "high"),
    [
        ("PR", 0, 1),
        ("PLN", 0, 1),
        ("RD", -1, 1),
        ("COR", -1, 1),
        ("UCOR", -1, 1),
        ("IR", 0, math.inf),
        ("MD", -math.inf, math.inf),
    ],
)
def test_what_lies_beyond_a_scale_becomes_its_end(measure, low, high):
    assert natural(measure, [-math.inf, math.inf]).tolist() == [low, high]


def test_the_smallest_groups_that_have_an_effect_have_one():
    for measure, columns in {
        "SMCC": TWICE | {"n": [3] * 3},
        "SMCR": WITHOUT_SD2 | {"n": [3] * 3},
        "ZCOR": PAIRS | {"n": [4] * 3},
    }.items():
        assert np.isfinite(effect_size(measure, **columns).effect).all()
    for measure, columns in {"VR": WITHOUT_MEANS, "CVR": GROUPS, "SMD": GROUPS, "SMDH": GROUPS}.items():
        assert np.isfinite(effect_size(measure, **(columns | {"n1": [2] * 3, "n2": [2] * 3})).effect).all()


def test_bounds_are_transformed_one_by_one():
    pooled = pool([0.1, 0.9, 0.4], [0.04, 0.09, 0.01])
    shown = readable(pooled, "OR")
    assert (shown.measure, shown.unit, shown.level, shown.warning) == ("OR", "odds ratio", 0.95, None)
    for field in ("estimate", "interval", "prediction_interval", "prediction_interval_riley"):
        assert getattr(shown, field) == pytest.approx(np.exp(getattr(pooled, field)))
    assert np.isnan(readable(pool([0.1], [0.04]), "RD").prediction_interval).all()


def test_each_analysis_of_a_batch_has_its_own_typical_size():
    """Freeman-Tukey, all studies and all but the first; the harmonic means of their people serve, and the reader is warned."""
    events, total = np.array([3.0, 6, 10, 1]), np.array([11.0, 17, 21, 6])  # Miller 1978
    effects = effect_size("PFT", events=events, total=total)
    mask = np.array([[True] * 4, [False, True, True, True]])
    batch = pool(np.tile(effects.effect, (2, 1)), np.tile(effects.variance, (2, 1)), mask=mask, test="z")
    shown = readable(batch, "PFT", totals=np.where(mask, total, np.nan))
    for one, taking in zip(range(2), mask, strict=True):
        alone = pool(effects.effect[taking], effects.variance[taking], test="z")
        expected = readable(alone, "PFT", totals=total[taking])
        assert shown.estimate[one] == pytest.approx(expected.estimate, rel=1e-9)
        assert shown.interval[one] == pytest.approx(expected.interval, rel=1e-9)
    assert "harmonic mean" in shown.warning


@pytest.mark.parametrize(
    ("measure", "columns", "message"),
    [
        ("PLO", {"events": [3], "total": [2]}, "events of row 0 is 3; it should be from 0 to the total"),
        ("PLO", {"events": [1, -1], "total": [2, 2]}, "events of row 1 is -1; it should be a count of 0 or more"),
        ("PLO", {"events": [0], "total": [0]}, "total of row 0 is 0; it should be more than 0 people"),
        ("PLO", {"events": [1, 2], "total": [5]}, r"columns have shapes events \(2,\), total \(1,\); they should be"),
        ("PLO", {"events": [[1]], "total": [[5]]}, "with one value a study"),
        ("PLO", {"events": [], "total": []}, "there is no row; at least one is needed"),
        ("PLO", {"events": [np.nan], "total": [5]}, "events of row 0 is nan; it should be a finite number"),
        ("PLO", {"events": [0], "total": [5], "to": "none"}, "row 0 has a zero cell, and to='none', add=0.5 corrects it not"),
        ("PLO", {"events": [0], "total": [5], "add": 0}, "so that it has no PLO; to='only0', add=0.5 would"),
        ("PLO", {"events": [1], "total": [5], "add": -1}, "add is -1; it should be 0 or more"),
        ("PLO", {"events": [1], "total": [5], "to": "some"}, "to is 'some'; it should be one of only0, all, if0all, none"),
        ("PETO", {"a": [1, 0], "n1": [9, 9], "c": [1, 0], "n2": [9, 9], "add": 0}, "row 1 has a zero cell"),
        ("OR", {"a": [1], "b": [2], "c": [-3], "d": [4]}, "c of row 0 is -3; it should be a count of 0 or more"),
        ("OR", {"a": [0], "b": [50], "c": [0], "d": [50], "drop00": True}, "drop00 left no row"),
        ("RR", {"a": [0], "b": [0], "c": [3], "d": [4]}, r"a \+ b of row 0 is 0; it should be more than 0 people"),
        ("ZCOR", {"r": [1], "n": [10]}, "r of row 0 is 1; it should be between -1 and 1"),
        ("ZCOR", {"r": [0.5], "n": [3]}, "n of row 0 is 3; it should be more than 3 people"),
        ("ROM", GROUPS | {"m2": [4, -1, 3]}, "m1 / m2 of row 1 is -6; it should be more than 0"),
        ("ROM", GROUPS | {"m2": [4, 0, 3]}, "m2 of row 1 is 0; it should be not 0"),
        ("SMD", GROUPS | {"n1": [1, 2, 2], "n2": [2, 2, 2]}, r"n1 \+ n2 of row 0 is 3; it should be more than 3 people"),
        ("MD", GROUPS | {"sd1": [0, 1, 1], "sd2": [0, 1, 1]}, "row 0 has no MD: its effect is 1.1 and its variance 0"),
        ("MD", GROUPS | {"vtype": "UB"}, "vtype is 'UB'; for MD it should be one of LS, HO"),
        ("GEN", {"effect": [1, 2], "variance": [0.1, 0]}, "variance of row 1 is 0; it should be finite and above 0"),
        ("HZ", {"effect": [1]}, "measure is 'HZ'; it should be one of OR, RR"),
        ("OR", {"a": [1], "b": [1], "c": [1]}, r"OR has columns \(a, b, c\), with d missing; they should be \(a, b, c, d\) or"),
        ("PLO", {"events": [1], "n": [1], "m": [1]}, r"PLO has columns \(events, total, m\), with m not used"),
        ("PLO", {"events": [1], "xi": [1], "n": [1]}, "PLO has two columns for events; one should go"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_what_would_be_right(measure, columns, message):
    with pytest.raises(ValueError, match=message):
        effect_size(measure, **columns)


@pytest.mark.parametrize(
    ("measure", "totals", "message"),
    [
        ("HZ", None, "measure is 'HZ'; it should be one of OR"),
        ("PFT", None, "PFT has no totals; the people of each study should be given"),
        ("IRFT", [3, 0], r"totals of shape \(2,\) do not give the person-time of each study; they should be above 0"),
    ],
)
def test_no_way_back_without_a_scale_or_its_sizes(measure, totals, message):
    with pytest.raises(ValueError, match=message):
        natural(measure, [0.3], totals=totals)
