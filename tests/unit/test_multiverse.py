"""Every cell of a declared grid is the analysis that it says, or has a reason; shares, verdict and null are as defined."""

import itertools
import json
import math
import re
import textwrap
from pathlib import Path

import numpy as np
import pytest
import yaml

from equipoise.engines.synthesis import effect_size, natural, null_curve, pool, specifications
from equipoise.engines.synthesis.declaration import MOST_SPECIFICATIONS, choices
from equipoise.engines.synthesis.multiverses import AGREEMENT, multiverse, summary
from equipoise.engines.synthesis.null_curve import null

TRIALS = {
    "study": ["a", "b", "c", "d", "e", "f", "g"],
    "a": [4, 6, 0, 62, 33, 8, 10],
    "n1": [123, 306, 60, 1355, 509, 254, 101],
    "c": [11, 29, 5, 248, 47, 10, 8],
    "n2": [139, 303, 62, 1287, 624, 300, 99],
    "bias": ["low", "high", "low", "some concerns", "low", "high", None],
    "country": ["US", "UK", "UK", "NO", "TH", "US", "NO"],
    "year": [1948, 1949, 1960, 1977, 1973, 1953, None],
}
WHICH = {
    "bias": {"all": "all", "low": {"bias": ["low"]}, "not high": {"bias": {"not": ["high"]}}},
    "country": {"all": "all", "not Norway": {"country": {"not": ["NO"]}}, "Thailand": {"country": ["TH"]}},
    "year": {"all": "all", "1950 to 1973": {"year": {"from": 1950, "to": "1973"}}},
}
HALVES = {
    "where zero": {"to": "only0", "add": 0.5},
    "everywhere": {"to": "all", "add": 0.5},
    "any": {"to": "if0all", "add": 0.5},
}
FIRST = {"bias": "all", "country": "all", "year": "all"}


def grid(measure=("OR",), method=("REML",), test=("knapp-hartung",), which=None, **how):
    return choices({"how": {"measure": list(measure), "method": list(method), "test": list(test), **how}, "which": which or {}})


def rows_of(declared, which):
    """Return which rows the options of WHICH take, in plain Python."""
    for i in range(len(declared["year"])):
        bias, country, year = declared["bias"][i], declared["country"][i], declared["year"][i]
        yield (
            {"all": True, "low": bias == "low", "not high": bias is not None and bias != "high"}[which["bias"]]
            and {"all": True, "not Norway": country != "NO", "Thailand": country == "TH"}[which["country"]]
            and (which["year"] == "all" or (year is not None and 1950 <= year <= 1973))
        )


def test_every_specification_is_its_own_call_of_pool():
    """All numbers of a grid against a loop, each study set with its own effects; continuity by if0all depends on the set."""
    methods, tests = ("REML", "DL", "common"), ("z", "t", "knapp-hartung", "adhoc")
    declared = grid(("OR", "PETO"), methods, tests, WHICH, continuity=HALVES)
    found = multiverse(TRIALS, declared, primary={"measure": "OR", "method": "DL", "test": "z", "continuity": "any", **FIRST})
    assert found.feasible.size == 2 * 3 * 4 * 3 * 18 == declared.specifications
    for at in range(found.feasible.size):
        taken = {factor: names[i] for factor, names, i in zip(found.factors, found.options, found.choice[at], strict=True)}
        rows = np.flatnonzero(list(rows_of(TRIALS, taken)))
        if rows.size == 0:
            assert found.reasons[found.reason[at]].startswith("no row is left by ")
            assert not found.feasible[at]
            assert math.isnan(found.estimate[at])
            continue
        cells = {name: np.array(TRIALS[name])[rows] for name in ("a", "n1", "c", "n2")}
        effects = effect_size(taken["measure"], **cells, **HALVES[taken["continuity"]])
        pooled = pool(effects.effect, effects.variance, method=taken["method"], test=taken["test"])
        assert found.sets[found.study_set[at]].nonzero()[0].tolist() == rows.tolist()
        assert found.k[at] == rows.size
        for ours, theirs in (
            (found.effect[at], pooled.estimate),
            (found.standard_error[at], pooled.standard_error),
            (found.estimate[at], natural("OR", pooled.estimate)),
            (found.interval[at], natural("OR", pooled.interval)),
            (found.p_value[at], pooled.p_value),
            (found.df[at], pooled.df),
        ):
            assert ours == pytest.approx(theirs, rel=1e-10, abs=1e-14, nan_ok=True)


def test_ways_to_the_same_analysis_are_counted_once():
    """Two tests of three study sets; the third set is one study, where all methods and tests are one; EB is PM."""
    which = {
        "country": {
            "all": "all",
            "no Mars": {"country": {"not": ["Mars"]}},
            "NO": {"country": ["NO"]},
            "TH": {"country": ["TH"]},
        }
    }
    declared = grid(method=("PM", "EB"), test=("z", "adhoc"), which=which)
    found = multiverse(TRIALS, declared, primary={"method": "PM", "test": "z", "country": "all"})
    assert found.sets.sum(axis=1).tolist() == [7, 2, 1]
    told = summary(found)
    assert (told.specifications, told.feasible, told.study_sets, told.analyses) == (16, 16, 3, 2 + 2 + 1)
    assert found.unmatched == ("country: no Mars: no row has country Mars",)


def test_a_correction_that_corrects_nothing_is_no_other_analysis():
    """Without a zero cell in the set, or for a measure that needs none, only0 with any amount is the same."""
    small = {"half": {"to": "only0", "add": 0.5}, "tenth": {"to": "only0", "add": 0.1}}
    which = {"zero": {"with": "all", "without": {"study": {"not": ["c"]}}}}
    declared = grid(("OR", "AS"), which=which, continuity=small)
    found = multiverse(TRIALS, declared, primary={"measure": "OR", "continuity": "half", "zero": "with"})
    assert summary(found).analyses == 3 + 2


def test_cells_that_cannot_be_have_their_reason():
    """An effect that is not defined, rows that drop00 leaves out, and a row without numbers; the others are not touched."""
    table = {"a": [0, 5, 3, 0], "n1": [10, 10, 10, 10], "c": [2, 4, None, 0], "n2": [10, 10, 10, 10], "s": list("wxyz")}
    which = {"s": {s: {"s": s.split()} for s in ("w", "x", "y", "z", "w x", "x z")}}
    fix = {"none": {"to": "none", "add": 0}, "drop": {"to": "only0", "add": 0.5, "drop00": True}}
    found = multiverse(table, grid(which=which, continuity=fix), primary={"continuity": "none", "s": "x"})
    why = dict(zip(itertools.product(fix, which["s"]), (found.reasons[one] for one in found.reason), strict=True))
    assert why["none", "w"].startswith("row 0 has a zero cell, and to='none'")
    assert why["none", "w x"] == why["none", "w"]
    assert why["none", "y"] == why["drop", "y"] == "c of row 2 is nan; it should be a finite number"
    assert why["drop", "z"] == "in every row no arm, or every arm in full, has the event, and drop00 leaves none"
    assert [cell for cell, reason in why.items() if not reason] == [
        ("none", "x"),
        ("drop", "w"),
        ("drop", "x"),
        ("drop", "w x"),
        ("drop", "x z"),
    ]
    assert found.k.tolist() == [0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 2, 1]
    assert found.sets.shape[0] == 3  # x, w, and w with x; x with z is x
    assert found.analysis[-1] == found.analysis[7] == found.analysis[1]


def test_no_row_at_all_is_a_multiverse_of_reasons():
    table = {"events": [], "total": [], "bias": []}
    found = multiverse(table, grid(("PLO", "PFT"), which={"bias": WHICH["bias"]}), primary={"measure": "PLO", "bias": "all"})
    told = summary(found)
    assert told.infeasible == (
        ("there is no row", 2),
        ("no row is left by bias: low", 2),
        ("no row is left by bias: not high", 2),
    )
    assert (told.feasible, told.study_sets, told.analyses, told.verdict.word) == (0, 0, 0, "cannot judge")
    assert told.verdict.because == "there is no row"
    assert np.isnan([*told.quantiles, *told.span, told.agree, told.above, told.opposite_sign, told.beyond]).all()


def test_a_row_may_come_as_an_effect_where_there_is_one_measure():
    """A printed log odds ratio beside a table; with two measures it is not known of which it is."""
    table = {"a": [4, None], "n1": [20, None], "c": [6, None], "n2": [20, None], "yi": [None, -0.5], "se": [None, 0.3]}
    found = multiverse(table, grid(test=("z",), method=("common",)), primary={})
    own = effect_size("OR", a=[4], n1=[20], c=[6], n2=[20])
    both = pool([own.effect[0], -0.5], [own.variance[0], 0.09], method="common", test="z")
    assert found.effect[0] == pytest.approx(both.estimate, rel=1e-14)
    two = multiverse(table, grid(("OR", "PETO")), primary={"measure": "OR"})
    assert two.reasons[two.reason[0]].startswith("a of row 1 is nan")


def test_effects_that_depend_on_their_neighbours_are_computed_in_each_set():
    """The variance AV of an SMD averages over the studies of the set."""
    rng = np.random.default_rng(7)
    table = {name: rng.uniform(1, 3, 5) for name in ("m1", "sd1", "m2", "sd2")} | {
        "n1": [9, 20, 40, 11, 8],
        "n2": [9, 22, 38, 12, 30],
    }
    table["year"] = [1, 2, 3, 4, 5]
    which = {"year": {"all": "all", "late": {"year": {"from": 3}}}}
    found = multiverse(table, grid(("SMD",), vtype=["LS", "AV"], which=which), primary={"vtype": "LS", "year": "all"})
    late = {name: np.asarray(table[name])[2:] for name in ("m1", "sd1", "m2", "sd2", "n1", "n2")}
    effects = effect_size("SMD", vtype="AV", **late)
    assert found.effect[3] == pytest.approx(pool(effects.effect, effects.variance).estimate, rel=1e-12)


# The declaration


def test_the_fingerprint_is_of_the_grid_and_not_of_its_order():
    """Turning mappings and lists around changes nothing, but for picks, which choose in turn; a word more or less does."""
    how = {"measure": ["OR", "RR"], "method": ["REML", "FE"], "continuity": HALVES}
    some = {"bias": ["low", "x"], "year": {"from": 2015}}
    largest = {"all": "all", "one": {"one_of": "study", "keep": [{"largest": "n1"}, "first"]}}
    which = {"bias": {"some": some}, "people": largest, "again": {"first": {"one_of": "country", "keep": "first"}}}
    one = choices({"how": how, "which": which})
    turned = {"measure": ["RR", "OR"], "method": ["common", "REML"], "continuity": dict(reversed(HALVES.items()))}
    bias = {"some": {"year": {"from": "2015.0"}, "bias": ["x", "low"]}}
    people = dict(reversed(largest.items()))
    same = choices({"which": {"people": people, "again": which["again"], "bias": bias}, "how": dict(reversed(turned.items()))})
    assert (same.canonical, same.declared) == (one.canonical, one.declared)
    assert len(one.declared) == 64
    assert json.loads(one.canonical)["which"]["bias"] == {
        "some": [["bias", "in", ["low", "x"]], ["year", "between", 2015.0, None]]
    }
    assert json.loads(grid(which={'"\\\n.': {"é": "all"}}).canonical)["which"] == {'"\\\n.': {"é": []}}
    other_hows = [how | {"method": ["REML"]}, how | {"test": ["z"]}, how | {"continuity": {"half": HALVES["any"]}}]
    first_only = {"one": {"one_of": "study", "keep": ["first", {"largest": "n1"}]}}
    other_whichs = [
        which | {"bias": {"some": some | {"bias": ["low"]}}},
        which | {"bias": {"some": some | {"bias": {"not": ["low", "x"]}}}},
        which | {"bias": {"some": some | {"year": {"to": 2015}}}},
        which | {"people": largest | first_only},
        dict(reversed(which.items())),
    ]
    others = [choices({"how": other, "which": which}) for other in other_hows]
    others += [choices({"how": how, "which": other}) for other in other_whichs]
    assert len({other.declared for other in [one, *others]}) == 1 + len(others)


def test_the_page_shows_a_declaration_that_can_be_read_and_the_thresholds_in_use():
    page = (Path(__file__).parents[2] / "docs" / "multiverse.md").read_text(encoding="utf-8")
    shown = yaml.safe_load(textwrap.dedent(re.search(r"\n((?:    [^\n]*\n)+)", page)[1]))
    read = choices(shown)
    assert read.specifications == 3 * 4 * 2 * 2 * 3 * 2 * 2 * 2 * 2 * 2
    assert {type(option.does).__name__ for factor in read.factors for option in factor.options} == {
        "str", "NoneType", "Continuity", "tuple", "OneOf",
    }  # fmt: skip
    assert f"at least **{AGREEMENT:.0%}** of the feasible specifications" in page
    assert f"at most {MOST_SPECIFICATIONS:,} specifications" in page


UNCLEAR_HOW = [
    ({}, "how names no measure; it should list at least one"),
    ({"measure": "OR"}, "how.measure is 'OR'; it should be a list"),
    ({"measure": []}, "how.measure is []; it should be a list of at least one word"),
    ({"measure": ["ODDS"]}, "how.measure lists 'ODDS'; it should be one of OR, RR"),
    ({"estimator": ["DL"]}, "how has 'estimator'; it should have no other keys than measure, method"),
    ({"method": ["GENQ"]}, "how.method lists 'GENQ'; it should be one of common, DL"),
    ({"method": ["FE", "common"]}, "how.method has 'common' twice"),
    ({"continuity": {"half": {"add": 0.5}}}, "how.continuity.half has add; it should say both to and add"),
    ({"continuity": {"half": {"to": "zero", "add": 1}}}, "how.continuity.half.to is 'zero'; it should be one of only0"),
    ({"continuity": {"half": {"to": "all", "add": -1}}}, "how.continuity.half.add is -1; it should be 0 or more"),
    ({"continuity": {"half": {"to": "all", "add": 1, "drop00": 2}}}, "how.continuity.half.drop00 is 2; it should be true"),
]
UNCLEAR_WHICH = [
    ({"method": {"x": "all"}}, "which has a factor 'method'; this word is kept"),
    ({"bias": {}}, "which.bias has no options"),
    ({"bias": {"low": "low"}}, "which.bias.low is 'low'; it should be all, conditions on columns, or one_of"),
    ({"bias": {"low": {"bias": "low"}}}, "which.bias.low.bias is 'low'; it should be a list"),
    ({"country": {"x": {"country": [False]}}}, "holds False; YAML reads words such as NO, off and yes so"),
    ({"y": {"x": {"year": {"since": 1}}}}, "which.y.x.year has since; it should be a list"),
    ({"y": {"x": {"year": {"from": "new"}}}}, "which.y.x.year.from is 'new'; it should be a number"),
    ({"y": {"x": {"year": {"from": 2, "to": 1}}}}, "which.y.x.year runs from 2 to 1"),
    ({"o": {"x": {"one_of": "s"}}}, "which.o.x has one_of; a pick should have one_of and keep"),
    ({"o": {"x": {"one_of": "s", "keep": "biggest"}}}, "which.o.x.keep holds 'biggest'; it should be first, last"),
    (
        {str(i): {str(j): "all" for j in range(10)} for i in range(7)},
        "10,000,000 specifications; it should have at most 1,000,000",
    ),
]


@pytest.mark.parametrize(
    ("declaration", "words"),
    [
        ({"measure": ["OR"]}, "the declaration has 'measure'; it should have no other keys than how, which"),
        *(({"how": ({"measure": ["OR"]} if how else {}) | how}, words) for how, words in UNCLEAR_HOW),
        *(({"how": {"measure": ["OR"]}, "which": which}, words) for which, words in UNCLEAR_WHICH),
    ],
)
def test_what_is_unclear_is_refused_with_place_and_cure(declaration, words):
    with pytest.raises(ValueError, match="should") as fault:
        choices(declaration)
    assert words in str(fault.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"primary": {"bias": "all"}}, "primary says nothing of test; it should be one of z, t"),
        ({"primary": {"bias": "some", "test": "z"}}, "primary has bias 'some'; it should be one of all, low"),
        ({"primary": {"biass": "all"}}, "primary names the factor 'biass'"),
        ({"table": {"a": [1], "n1": [2, 3]}}, "columns of lengths a 1, n1 2; they should be of one length"),
        ({"table": {"a": [1], "n1": [2], "bias": ["low"]}}, "for OR there should be (a, b, c, d) or (a, n1, c, n2)"),
        ({"table": TRIALS | {"bias": TRIALS["country"], "a": ["four", *TRIALS["a"][1:]]}}, "a of row 0 is 'four'"),
        ({"table": {k: v for k, v in TRIALS.items() if k != "bias"}}, "bias: low asks for the column 'bias'"),
        ({"threshold": -1.0}, "threshold is -1; for the odds ratio it should lie between 0 and inf"),
        ({"baseline": 0.1}, "baseline is 0.1, but all measures are read as odds ratio"),
        ({"level": 95}, "level is 95"),
    ],
)
def test_a_grid_that_does_not_fit_its_table_is_refused(change, words):
    declared = grid(test=("z", "t"), which={"bias": {"all": "all", "low": {"bias": ["low"]}}})
    asked = {"table": TRIALS, "primary": {"bias": "all", "test": "z"}} | change
    with pytest.raises(ValueError, match="should") as fault:
        multiverse(asked.pop("table"), declared, **asked)
    assert words in str(fault.value)


def test_measures_on_different_scales_are_refused_unless_a_baseline_brings_them_together():
    with pytest.raises(ValueError, match="read on different scales"):
        multiverse({"r": [0.1], "n": [9], "effect": [1], "se": [1]}, grid(("ZCOR", "GEN")), primary={"measure": "GEN"})


PEOPLE = {
    "study": ["a", "a", "b", "c", "c", "c"],
    "registry": ["x", "", "x", "", "", ""],
    "outcome": ["HAMD", "BDI", "BDI", "HAMD", "MADRS", "BDI"],
    "total": [50, 50, 80, 30, 31, None],
    "year": [2001, 2002, 2003, 2004, 2004, 2004],
    "effect": [1, 2, 3, 4, 5, 6],
    "variance": [1, 1, 1, 1, 1, 1],
}


@pytest.mark.parametrize(
    ("keep", "rows"),
    [
        ("first", [0, 2, 3]),
        ("last", [1, 2, 5]),
        ([{"largest": "total"}, "first"], [0, 2, 4]),
        ([{"smallest": "total"}, "last"], [1, 2, 3]),
        ([{"newest": "year"}, {"largest": "total"}], [1, 2, 4]),
        ([{"oldest": "year"}, "last"], [0, 2, 5]),
        ({"outcome": ["HAMD", "BDI"]}, [0, 2, 3]),
        ({"outcome": ["MADRS", "HAMD"]}, [0, 4]),
    ],
)
def test_one_row_of_each_study_is_kept_by_the_named_rule(keep, rows):
    declared = grid(("GEN",), which={"outcome": {"one": {"one_of": "study", "keep": keep}}})
    assert np.flatnonzero(multiverse(PEOPLE, declared, primary={}).sets[0]).tolist() == rows


def test_equals_that_no_rule_tells_apart_are_refused():
    declared = grid(("GEN",), which={"outcome": {"one": {"one_of": "study", "keep": {"largest": "total"}}}})
    with pytest.raises(ValueError, match=r"outcome: one: rows 0 and 1 of study a are equal by what keep says.*such as first"):
        multiverse(PEOPLE, declared, primary={})


def test_picks_choose_from_what_conditions_and_earlier_picks_leave():
    """Without HAMD, study a keeps its second row; the registry then has a row less to choose from."""
    pick = {"one": {"one_of": "study", "keep": "first"}}
    overlap = {"one": {"one_of": "registry", "keep": "first"}}
    no_hamd = {"no HAMD": {"outcome": {"not": ["HAMD"]}}}
    declared = grid(("GEN",), which={"outcome": pick, "overlap": overlap, "scale": no_hamd})
    assert np.flatnonzero(multiverse(PEOPLE, declared, primary={}).sets[0]).tolist() == [1, 2, 4]
    declared = grid(("GEN",), which={"overlap": overlap, "outcome": pick})
    assert np.flatnonzero(multiverse(PEOPLE, declared, primary={}).sets[0]).tolist() == [0, 3]


# What is read off


def test_a_readable_scale_brings_measures_of_tables_together():
    """At the controls' pooled risk, or at a given one; tests and conclusions stay those of the measure."""
    table = {name: TRIALS[name] for name in ("a", "n1", "c", "n2")}
    declared = grid(("OR", "RR", "RD", "AS"))
    found = multiverse(table, declared, primary={"measure": "OR"}, baseline=0.2)
    odds, risk, difference, arcsine = found.effect
    share = 0.25 * math.exp(odds) / (1 + 0.25 * math.exp(odds))
    angle = math.sin(math.asin(math.sqrt(0.2)) + arcsine) ** 2
    assert found.estimate == pytest.approx([share - 0.2, 0.2 * math.exp(risk) - 0.2, difference, angle - 0.2], rel=1e-13)
    alone = multiverse(table, grid(("AS",)), primary={})
    assert found.p_value[3] == pytest.approx(alone.p_value[0], rel=1e-12)
    controls = effect_size("PLO", events=TRIALS["c"], total=TRIALS["n2"])
    usual = multiverse(table, declared, primary={"measure": "OR"})
    assert usual.baseline == pytest.approx(natural("PLO", pool(controls.effect, controls.variance).estimate), rel=1e-12)
    at = multiverse(table, declared, primary={"measure": "OR"}, baseline=0.2, threshold=-0.05)
    for measure, p_value, odds_of_15 in ((0, at.p_value[0], math.log(0.15 / 0.85 * 4)), (1, at.p_value[1], math.log(0.75))):
        t = (at.effect[measure] - odds_of_15) / at.standard_error[measure]
        assert p_value == pytest.approx(
            pool([t, t], [2, 2], method="common", test="t").p_value if False else _p(t, 6), rel=1e-10
        )


def _p(t, df):
    from scipy.special import stdtr

    return 2 * stdtr(df, -abs(t))


def test_conclusion_and_p_value_are_about_the_threshold():
    """An interval that excludes a difference of 0.3 has p < 0.05 for it."""
    table = {"effect": [0.5, 0.6, 0.4], "se": [0.05, 0.06, 0.07], "s": list("xyz")}
    which = {"s": {"all": "all", **{s: {"s": [s]} for s in "xyz"}}}
    declared = grid(("GEN",), ("common",), ("z",), which)
    found = multiverse(table, declared, primary={"s": "all"}, threshold=0.35)
    assert found.conclusion.tolist() == [1, 1, 1, 0]
    assert ((found.p_value < 0.05) == (found.conclusion != 0)).all()
    assert found.p_value[3] == pytest.approx(_p(0.05 / 0.07, 1e12), rel=1e-6)
    told = summary(found)
    assert (told.above, told.below, told.unclear, told.beyond, told.opposite_sign) == (0.75, 0, 0.25, 1, 0)


@pytest.mark.parametrize(("measure", "threshold"), [("PLO", 0.3), ("PAS", 0.3), ("PFT", 0.3), ("PLN", 0.3), ("PR", 0.3)])
def test_a_threshold_of_a_proportion_is_taken_to_each_scale(measure, threshold):
    """The conclusion is that of the readable interval."""
    table = {"events": [20, 31, 45, 9], "total": [50, 60, 90, 40], "s": list("wxyz")}
    which = {"s": {"all": "all", **{s: {"s": [s]} for s in "wxyz"}}}
    found = multiverse(table, grid((measure,), which=which), primary={"s": "all"}, threshold=threshold)
    sides = np.where(found.interval[:, 0] > threshold, 1, np.where(found.interval[:, 1] < threshold, -1, 0))
    assert found.conclusion.tolist() == sides.tolist()
    assert {0, 1} <= set(sides.tolist())


def test_proportions_come_back_by_the_sizes_of_their_own_set():
    table = {"events": [20, 3, 45, 9], "total": [500, 12, 90, 40], "s": range(4)}
    which = {"s": {"all": "all", "two": {"s": {"to": 1}}}}
    found = multiverse(table, grid(("PLO", "PFT"), which=which), primary={"measure": "PLO", "s": "all"})
    for at, rows in ((2, slice(4)), (3, slice(2))):
        effects = effect_size("PFT", events=table["events"][rows], total=table["total"][rows])
        pooled = pool(effects.effect, effects.variance)
        assert found.interval[at] == pytest.approx(natural("PFT", pooled.interval, totals=table["total"][rows]), rel=1e-10)


def test_without_a_threshold_estimates_agree_that_lie_in_each_others_intervals():
    """With 50 of 100: 52 of 100, but not 90 of 100 (apart), 7 of 10 (too high) or 5500 of 10000 (whose interval is narrow)."""
    table = {"events": [50, 52, 90, 7, 5500], "total": [100, 100, 100, 10, 10000], "s": list("vwxyz")}
    which = {"s": {s: {"s": [s]} for s in "vwxyz"}}
    found = multiverse(table, grid(("PLO",), which=which), primary={"s": "v"})
    assert found.agrees.tolist() == [True, True, False, False, False]
    assert found.opposite.tolist() == [False, False, True, False, False]
    assert math.isnan(found.threshold)
    assert found.conclusion.tolist() == [0] * 5
    told = summary(found)
    assert told.agree == 0.4
    assert np.isnan([told.above, told.opposite_sign, told.beyond]).all()


def placed(values, variance=1e-6):
    """Return a table and a grid of two factors or more in which each cell is one study of a given effect, NaN for no study."""
    values = np.asarray(values, dtype=np.float64)
    cells = [index for index in np.ndindex(values.shape) if not math.isnan(values[index])]
    names = [f"f{axis}" for axis in range(values.ndim)]
    table = {name: [index[axis] for index in cells] for axis, name in enumerate(names)}
    table |= {"effect": [values[index] for index in cells], "variance": np.full(len(cells), variance)}
    which = {name: {f"o{at}": {name: [at]} for at in range(size)} for name, size in zip(names, values.shape, strict=True)}
    return table, grid(("GEN",), which=which), dict.fromkeys(names, "o0")


def test_variance_shares_of_an_additive_example_by_hand():
    """Effects a + b with a of 0, 6 (variance 9) and b of 0, 1, 5 (variance 14/3): shares 27/41 and 14/41."""
    table, declared, primary = placed([[0, 1, 5], [6, 7, 11]])
    told = summary(multiverse(table, declared, primary=primary))
    one, other = told.influences
    assert (one.first_order, one.total) == pytest.approx((27 / 41, 27 / 41), rel=1e-12)
    assert (other.first_order, other.total) == pytest.approx((14 / 41, 14 / 41), rel=1e-12)
    assert told.moves_most == "f0"
    assert other.median.tolist() == [3, 4, 8]
    assert other.feasible.tolist() == [2, 2, 2]


def test_an_interaction_is_in_the_total_share_alone():
    """Effects of 1 where two options differ and 0 where they are the same: neither moves the mean, each moves everything."""
    table, declared, primary = placed([[0, 1], [1, 0]])
    for one in summary(multiverse(table, declared, primary=primary)).influences:
        assert (one.first_order, one.total) == pytest.approx((0, 1), abs=1e-12)


def test_shares_are_of_feasible_cells():
    """Effects 0, 2, 4 and an empty cell: option means 1, 1, 4 have variance 2 of 8/3; by the other factor 2, 2, 2 have none."""
    table, declared, primary = placed([[0, 2], [4, math.nan]])
    found = multiverse(table, declared, primary=primary)
    one, other = summary(found).influences
    assert (one.first_order, one.total) == pytest.approx((2 / (8 / 3), (4 + 4) / 3 / (8 / 3)))
    assert (other.first_order, other.total) == pytest.approx((0, (1 + 1) / 3 / (8 / 3)), abs=1e-12)
    assert found.reasons[found.reason[3]] == "no row is left by f0: o1, f1: o1"


def test_ratios_are_decomposed_on_the_log_scale():
    """Hazard ratios 1, 2, 3 and 6 are additive in their logarithms."""
    table, _, primary = placed(np.log([[1, 2], [3, 6]]))
    which = {name: {f"o{at}": {name: [at]} for at in (0, 1)} for name in ("f0", "f1")}
    told = summary(multiverse(table, grid(("HR",), which=which), primary=primary))
    logs = math.log(3) ** 2, math.log(2) ** 2
    assert [one.total for one in told.influences] == pytest.approx([log / sum(logs) for log in logs], rel=1e-12)
    assert told.decomposed_on == "log"
    assert told.span == pytest.approx([1, 6])


def test_nothing_moves_where_all_estimates_are_equal():
    table, declared, primary = placed([[0.3, 0.3], [0.3, 0.3]])
    told = summary(multiverse(table, declared, primary=primary))
    assert told.moves_most == ""
    assert all(math.isnan(one.total) for one in told.influences)


N = math.nan
CONCLUSIONS = [
    # effects: 1 above, -1 below, 0 unclear; the primary is the first cell
    ([[1, 1], [1, 1]], "robust", "", ""),
    ([[1] * 5, [1, 1, 1, 1, 0]], "robust", "", ""),  # 9 of 10 agree, the tenth is unclear
    ([[1] * 5, [1, 1, 1, 0, 0]], "sensitive", "f1", "o3"),  # 8 of 10; holding f0 would do, but f1 moves the estimate more
    ([[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, -1]], "sensitive", "f1", "o3"),  # 11 of 12, but one is the opposite
    ([[1, 0, -1], [1, 0, 0]], "sensitive", "f1", "o1"),  # both other options flip it always; the first is named
    ([[1, 1, -1], [1, 0, 0]], "sensitive", "f1", "o2"),  # the option that flips it most often is named
    ([[1, 0], [0, 1]], "fragile", "", ""),  # holding one leaves half
    ([[1, -1], [-1, 1]], "fragile", "", ""),
    ([[0, 0], [0, 0]], "robust", "", ""),  # all unclear: also a conclusion
    ([[0, 1], [0, 1]], "sensitive", "f1", "o1"),  # nothing is the opposite of unclear
    ([[1, N], [N, 1]], "robust", "", ""),  # empty cells do not count
    ([[N, 1], [1, 1]], "cannot judge", "", ""),  # the primary cannot be
    ([[1, N], [N, N]], "cannot judge", "", ""),  # one analysis
]


@pytest.mark.parametrize(("effects", "word", "factor", "option"), CONCLUSIONS)
def test_the_verdict_names_the_decision_that_flips_the_conclusion(effects, word, factor, option):
    table, declared, primary = placed(effects)
    found = multiverse(table, declared, primary=primary)
    verdict = summary(found).verdict
    assert (verdict.word, verdict.factor, verdict.option) == (word, factor, option)
    assert verdict.feasible == np.isfinite(effects).sum()
    if word != "cannot judge":
        assert verdict.agree == (np.asarray(effects) == effects[0][0]).sum()
        assert verdict.opposite == ((np.asarray(effects) == -effects[0][0]) & (effects[0][0] != 0)).sum()
    if word == "sensitive":
        assert verdict.held_agree >= AGREEMENT * verdict.held_feasible


def test_of_two_factors_that_suffice_the_other_is_told_too():
    """Only a corner is unclear: holding either leaves 3 of 3."""
    effects = np.ones((3, 3))
    effects[1:, 1:] = 0
    table, declared, primary = placed(effects)
    verdict = summary(multiverse(table, declared, primary=primary)).verdict
    assert (verdict.factor, verdict.others) == ("f0", ("f1",))


# The null curve


def test_an_exact_sign_flip_test_counts_every_pattern():
    """Three studies, one specification: the mean, its z and its significance over all eight patterns, in plain Python."""
    y, v = np.array([0.9, 0.4, -0.1]), np.array([0.04, 0.09, 0.16])
    table = {"effect": y + 0.2, "variance": v}
    found = null(table, grid(("GEN",), ("common",), ("z",)), primary={}, rng=np.random.default_rng(1), threshold=0.2)
    assert (found.exact, found.draws, found.units) == (True, 8, 3)
    w = 1 / v / np.sum(1 / v)
    means = [abs(float(w @ (np.array(signs) * y))) for signs in itertools.product((1, -1), repeat=3)]
    z = np.array(means) * math.sqrt(np.sum(1 / v))
    assert found.observed == pytest.approx([means[0], float(z[0] > 1.96), z[0]], rel=1e-10)
    assert found.p_value.tolist() == [
        sum(m >= means[0] - 1e-12 for m in means) / 8,
        np.mean((z > 1.96) >= (z[0] > 1.96)),
        found.p_value[0],
    ]
    assert found.curve == pytest.approx([w @ y + 0.2])
    assert found.envelope[:, 0] == pytest.approx(
        0.2 + np.quantile(np.append(means, np.negative(means))[::1], [0.025, 0.975]), abs=0.06
    )


def test_exact_p_values_have_their_level():
    """Of all sign patterns of five studies, each taken as data, at most a share alpha has p <= alpha, and some just that."""
    y, v = np.array([1.0, 0.8, 0.55, 0.3, 0.12]), np.array([0.1, 0.2, 0.1, 0.4, 0.3])
    declared = grid(("GEN",), ("DL", "common"), ("z", "knapp-hartung"), {"s": {"all": "all", "not 0": {"s": {"not": ["0"]}}}})
    found = []
    for signs in itertools.product((1, -1), repeat=5):
        table = {"effect": y * signs, "variance": v, "s": range(5)}
        primary = {"method": "DL", "test": "z", "s": "all"}
        found.append(null(table, declared, primary=primary, rng=np.random.default_rng(1)).p_value)
    p_values = np.array(found)
    for alpha in np.arange(1, 33) / 32:
        assert (np.mean(p_values <= alpha + 1e-9, axis=0) <= alpha + 1e-9).all()
    assert np.mean(p_values[:, 0] <= 2 / 32 + 1e-9) == 2 / 32


def test_rows_of_one_study_turn_together():
    """Four rows of two studies have four patterns; two of them are at least as far as all positive."""
    table = {"effect": [1, 1.2, 0.8, 0.9], "variance": [0.1] * 4, "study": ["a", "a", "b", "b"]}
    found = null(table, grid(("GEN",)), primary={}, rng=np.random.default_rng(1))
    assert (found.units, found.draws) == (2, 4)
    assert found.p_value[0] == 0.5
    alone = null(table, grid(("GEN",)), primary={}, rng=np.random.default_rng(1), study="nobody")
    assert (alone.units, alone.p_value[0]) == (4, 2 / 16)


def test_statistics_count_specifications_and_the_side_of_the_median():
    """One up, three ways; one down, as significant; one unclear: three of five, and the mean of their z."""
    table = {"effect": [2.0, -3.0, 0.1], "variance": [0.25, 0.25, 0.25], "s": list("xyz")}
    up = {"x": {"s": ["x"]}, "also x": {"s": {"not": ["y", "z"]}}, "x again": {"s": ["x", "w"]}}
    declared = grid(("GEN",), which={"s": {**up, "y": {"s": ["y"]}, "z": {"s": ["z"]}}})
    found = null(table, declared, primary={"s": "x"}, rng=np.random.default_rng(1))
    assert found.observed == pytest.approx([2, 3 / 5, (3 * 4 - 6 + 0.2) / 5], rel=1e-12)
    assert found.curve.tolist() == [-3, 0.1, 2, 2, 2]


def test_a_sampled_p_value_is_never_zero():
    """An effect 30 standard errors from nothing is beyond all 19 draws, and counts among them."""
    table = {"effect": [3.0, 3.1], "variance": [0.01, 0.01]}
    found = null(
        table, grid(method=("common",), measure=("GEN",)), primary={}, rng=np.random.default_rng(1), kind="bootstrap", draws=19
    )
    assert found.p_value[0] == 1 / 20


@pytest.mark.parametrize("kind", ["sign-flip", "bootstrap"])
def test_sampled_curves_do_not_depend_on_how_many_are_held_at_once(kind, monkeypatch):
    declared = grid(("OR", "RR"), ("REML", "DL"), ("z", "knapp-hartung"), WHICH)
    asked = {"primary": {"measure": "OR", "method": "DL", "test": "z", **FIRST}, "kind": kind, "draws": 50}
    whole = null(TRIALS, declared, rng=np.random.default_rng(3), **asked)
    monkeypatch.setattr(null_curve, "DRAWN", 1000)
    parts = null(TRIALS, declared, rng=np.random.default_rng(3), **asked)
    assert parts.p_value.tolist() == whole.p_value.tolist()
    assert parts.envelope == pytest.approx(whole.envelope, rel=1e-6)
    assert whole.exact == (kind == "sign-flip" and 2**7 <= 50)
    assert (whole.p_value >= 1 / 51).all()
    assert (np.diff(whole.envelope, axis=1) >= 0).all()
    assert (whole.envelope[0] <= whole.envelope[1]).all()


def test_a_bootstrap_draw_is_a_normal_deviate_of_its_study_times_its_spread():
    """One draw against the formula: the same deviate for both rows of a study, and tau squared of the primary's rows."""
    y, v = np.array([0.5, -0.4, 0.9]), np.array([0.01, 0.02, 0.03])
    table = {"effect": y, "variance": v, "study": ["a", "b", "a"]}
    declared = grid(("GEN",), ("common",), ("z",))
    found = null(table, declared, primary={}, rng=np.random.default_rng(5), kind="bootstrap", draws=1)
    z = np.random.default_rng(5).standard_normal((1, 2))[0][[0, 1, 0]]
    drawn = z * np.sqrt(v + pool(y, v, method="REML").tau2)
    assert found.envelope[:, 0] == pytest.approx([np.sum(drawn / v) / np.sum(1 / v)] * 2, rel=1e-6)


def test_under_the_null_p_values_are_about_uniform():
    """150 data sets without effect, 59 draws each: near a tenth are at or below 0.1, for both kinds."""
    rng = np.random.default_rng(11)
    declared = grid(("GEN",), ("DL", "common"), ("z", "t"), {"s": {"all": "all", "half": {"s": {"to": 4}}}})
    primary = {"method": "DL", "test": "z", "s": "all"}
    v = rng.uniform(0.05, 0.3, 8)
    for kind in ("sign-flip", "bootstrap"):
        p_values = []
        for _ in range(150):
            table = {"effect": rng.normal(0, np.sqrt(v)), "variance": v, "s": range(8)}
            p_values.append(null(table, declared, primary=primary, rng=rng, kind=kind, draws=59).p_value[[0, 2]])
        assert (np.mean(np.array(p_values) <= 0.1, axis=0) > 0.04).all()
        assert (np.mean(np.array(p_values) <= 0.1, axis=0) < 0.18).all()


def test_a_null_needs_something_that_nothing_would_be():
    table = {"events": [5, 6], "total": [10, 20]}
    with pytest.raises(ValueError, match="there is no threshold on the proportion to test the curve against"):
        null(table, grid(("PLO",)), primary={}, rng=np.random.default_rng(1))
    assert null(table, grid(("PFT",)), primary={}, rng=np.random.default_rng(1), threshold=0.4).draws == 4
    with pytest.raises(ValueError, match="draws is 0; it should be at least 1"):
        null(table, grid(("PLO",)), primary={}, rng=np.random.default_rng(1), threshold=0.4, draws=0)
    with pytest.raises(ValueError, match="kind is 'flip'; it should be sign-flip or bootstrap"):
        null(table, grid(("PLO",)), primary={}, rng=np.random.default_rng(1), threshold=0.4, kind="flip")
    nobody = grid(("PLO",), which={"x": {"x": {"total": {"from": 99}}}})
    with pytest.raises(ValueError, match="no specification is feasible"):
        null(table, nobody, primary={}, rng=np.random.default_rng(1), threshold=0.4)


def test_a_search_that_does_not_end_is_a_reason_and_not_a_number(monkeypatch):
    """The estimator fails for sets with the first study; the others keep their numbers."""
    real = specifications.estimate_tau2

    def failing(model, method):
        if method == "REML" and (model.variance == 0.5).any():
            raise ArithmeticError("the score of tau squared keeps its secret")
        return real(model, method)

    table = {"effect": [1, 2, 3, 5], "variance": [0.5, 0.1, 0.1, 0.1], "s": range(4)}
    declared = grid(("GEN",), ("REML", "DL"), which={"s": {"all": "all", "not 0": {"s": {"not": [0]}}, "0": {"s": [0]}}})
    asked = {"primary": {"method": "DL", "s": "all"}}
    before = multiverse(table, declared, **asked)
    monkeypatch.setattr(specifications, "estimate_tau2", failing)
    found = multiverse(table, declared, **asked)
    assert found.feasible.tolist() == [False, True, True, True, True, True]
    assert found.reasons[found.reason[0]] == "REML does not converge: the score of tau squared keeps its secret"
    assert found.estimate[1:].tolist() == before.estimate[1:].tolist()
