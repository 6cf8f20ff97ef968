"""Effects and their sampling variances, from counts, means, correlations, or as a paper gives them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.engines.synthesis import correlations, counts, means

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Correct = Literal["only0", "all", "if0all", "none"]
"""Which rows get a continuity correction: those with a zero cell, all, all if any has one, none."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Effects:
    """Effects of k studies, ready to be pooled.

    ``measure`` is metafor's code (OR, SMD, PLO, ..., GEN); ``effect`` and ``variance`` (k,) are on the scale on which studies
    are pooled (log for ratios, logit for PLO, Fisher's z for ZCOR). ``corrected`` (k,) says which of them rest on a continuity
    correction, and ``rows`` (k,) from which rows of the input (counted from 0) they come: a row is missing only where a caller
    asked to drop it.
    """

    measure: str
    effect: Floats
    variance: Floats
    corrected: Flags
    rows: NDArray[np.intp]


class NoRowLeftError(ValueError):
    """Rows that say nothing were to be dropped, and that is all of them."""


@dataclass(frozen=True, kw_only=True)
class _Measure:
    """How a measure is computed.

    ``columns``: the sets of columns it takes. ``cells``: how many of these, from the first, are counts that get the continuity
    correction ``add``; with the other columns they are the arguments of ``formula``. ``above``: what a column, or the sum or
    ratio of two, must exceed.
    """

    columns: tuple[tuple[str, ...], ...]
    formula: Callable[..., tuple[Floats, Floats]]
    cells: int = 0
    add: float = 0.0
    vtypes: tuple[str, ...] = ("LS",)
    above: Mapping[str, float] = field(default_factory=dict)


_TABLE = (("a", "b", "c", "d"), ("a", "n1", "c", "n2"))
_SHARE = (("events", "total"),)
_RATE = (("events", "time"),)
_TWO_RATES = (("x1", "x2", "t1", "t2"),)
_GROUPS = (("m1", "sd1", "n1", "m2", "sd2", "n2"),)
_TWICE = (("m1", "sd1", "m2", "sd2", "n", "r"),)
_PAIR = (("r", "n"),)
_GIVEN = (("effect", "variance"), ("effect", "se"))
_HALF = 0.5


def _as_given(effect: Floats, variance: Floats) -> tuple[Floats, Floats]:
    return effect, variance


_MEASURES: Mapping[str, _Measure] = MappingProxyType(
    {
        "OR": _Measure(columns=_TABLE, formula=counts.log_odds_ratio, cells=4, add=_HALF),
        "RR": _Measure(columns=_TABLE, formula=counts.log_risk_ratio, cells=4, add=_HALF),
        "RD": _Measure(columns=_TABLE, formula=counts.risk_difference, cells=4, add=_HALF),
        "AS": _Measure(columns=_TABLE, formula=counts.arcsine_difference, cells=4),
        "PETO": _Measure(columns=_TABLE, formula=counts.peto, cells=4, add=_HALF),
        "PR": _Measure(columns=_SHARE, formula=counts.raw_proportion, cells=2, add=_HALF),
        "PLN": _Measure(columns=_SHARE, formula=counts.log_proportion, cells=2, add=_HALF),
        "PLO": _Measure(columns=_SHARE, formula=counts.logit_proportion, cells=2, add=_HALF),
        "PAS": _Measure(columns=_SHARE, formula=counts.arcsine_proportion, cells=2),
        "PFT": _Measure(columns=_SHARE, formula=counts.double_arcsine_proportion, cells=2),
        "IR": _Measure(columns=_RATE, formula=counts.raw_rate, cells=1, add=_HALF),
        "IRLN": _Measure(columns=_RATE, formula=counts.log_rate, cells=1, add=_HALF),
        "IRS": _Measure(columns=_RATE, formula=counts.root_rate, cells=1),
        "IRFT": _Measure(columns=_RATE, formula=counts.freeman_tukey_rate, cells=1),
        "IRR": _Measure(columns=_TWO_RATES, formula=counts.log_rate_ratio, cells=2, add=_HALF),
        "IRD": _Measure(columns=_TWO_RATES, formula=counts.rate_difference, cells=2, add=_HALF),
        "IRSD": _Measure(columns=_TWO_RATES, formula=counts.root_rate_difference, cells=2),
        "MD": _Measure(columns=_GROUPS, formula=means.mean_difference, vtypes=("LS", "HO")),
        "SMD": _Measure(
            columns=_GROUPS,
            formula=means.standardised_mean_difference,
            vtypes=("LS", "UB", "LS2", "AV"),
            above={"n1 + n2": 3},
        ),
        "SMDH": _Measure(
            columns=_GROUPS, formula=means.heteroscedastic_mean_difference, above={"n1 + n2": 3, "n1": 1, "n2": 1}
        ),
        "ROM": _Measure(
            columns=_GROUPS, formula=means.log_ratio_of_means, vtypes=("LS", "HO", "AV", "AVHO"), above={"m1 / m2": 0}
        ),
        "VR": _Measure(
            columns=(("sd1", "n1", "sd2", "n2"),),
            formula=means.log_variability_ratio,
            above={"n1": 1, "n2": 1, "sd1": 0, "sd2": 0},
        ),
        "CVR": _Measure(
            columns=_GROUPS,
            formula=means.log_coefficient_of_variation_ratio,
            above={"n1": 1, "n2": 1, "sd1": 0, "sd2": 0, "m1": 0, "m2": 0},
        ),
        "MC": _Measure(columns=_TWICE, formula=means.mean_change),
        "SMCC": _Measure(columns=_TWICE, formula=means.change_in_its_own_deviations, above={"n": 2}),
        "SMCR": _Measure(
            columns=(("m1", "sd1", "m2", "n", "r"),), formula=means.change_in_raw_deviations, above={"n": 2, "sd1": 0}
        ),
        "ROMC": _Measure(columns=_TWICE, formula=means.log_ratio_of_means_of_one_group, above={"m1 / m2": 0}),
        "COR": _Measure(columns=_PAIR, formula=correlations.raw_correlation, vtypes=("LS", "AV"), above={"n": 1}),
        "UCOR": _Measure(columns=_PAIR, formula=correlations.unbiased_correlation, vtypes=("LS", "UB", "AV"), above={"n": 3}),
        "ZCOR": _Measure(columns=_PAIR, formula=correlations.fisher_z, above={"n": 3}),
        "HR": _Measure(columns=(), formula=_as_given),
        "GEN": _Measure(columns=(), formula=_as_given),
    }
)

MEASURES: tuple[str, ...] = tuple(_MEASURES)
"""metafor's codes of the measures that :func:`effect_size` knows, and HR, which metafor calls GEN."""

_OTHER_NAMES = MappingProxyType({"events": "x", "total": "n", "time": "t", "effect": "y", "variance": "v"})
"""metafor's names, without the i, of columns that have another name here."""

_COUNT = "a count of 0 or more"
_PEOPLE = "more than 0 people"
_RULES: Mapping[str, tuple[Callable[[Floats], Flags], str]] = MappingProxyType(
    {
        **{name: (lambda x: x >= 0, _COUNT) for name in ("a", "b", "c", "d", "events", "x1", "x2")},
        **{name: (lambda x: x > 0, _PEOPLE) for name in ("n", "n1", "n2", "total")},
        **{name: (lambda x: x > 0, "above 0") for name in ("time", "t1", "t2", "se")},
        **{name: (lambda x: x >= 0, "0 or more") for name in ("sd1", "sd2")},
        "r": (lambda x: np.abs(x) < 1, "between -1 and 1, both excluded"),
        "variance": (lambda x: x > 0, "finite and above 0"),
    }
)


def effect_size(
    measure: str,
    *,
    add: float | None = None,
    to: Correct = "only0",
    drop00: bool = False,
    vtype: str = "LS",
    **given: ArrayLike,
) -> Effects:
    r"""Effects and sampling variances of k studies by one measure, with metafor's codes, formulas and defaults [1]_.

    ===========================  ==========================================  ======================================
    Columns                      Measures                                    What they are
    ===========================  ==========================================  ======================================
    a, b, c, d or a, n1, c, n2   OR RR RD AS PETO                            2x2 tables: a events, b others of n1
    events, total                PR PLN PLO PAS PFT                          proportions
    events, time                 IR IRLN IRS IRFT                            rates
    x1, x2, t1, t2               IRR IRD IRSD                                two rates: x events in time t
    m1, sd1, n1, m2, sd2, n2     MD SMD SMDH ROM CVR (VR without the means)  two groups
    m1, sd1, m2, sd2, n, r       MC SMCC ROMC (SMCR without sd2)             one group twice, correlated r
    r, n                         COR UCOR ZCOR                               correlations
    effect, variance or se       GEN, HR (log hazard ratio), any of these    effects as given, on the pooled scale
    ===========================  ==========================================  ======================================

    Formulas stand at the functions of :mod:`counts`, :mod:`means` and :mod:`correlations`.

    Parameters
    ----------
    measure
        metafor's code.
    add, to
        Continuity correction for counts: ``add`` to every cell (for rates, to the events) of the rows that ``to`` names. By
        default one half where a zero can do harm, and 0 for AS, PAS, PFT, IRS, IRFT and IRSD, which take it only on demand.
    drop00
        Leave out rows of 2x2 tables and of two rates where no arm, or every arm in full, has the event: they say nothing on
        a ratio.
    vtype
        Formula of the variance, where a measure has several: MD LS HO; SMD LS UB LS2 AV; ROM LS HO AV AVHO; COR LS AV;
        UCOR LS UB AV. The AV kinds average over the studies given.
    **given
        The columns, each of shape (k,), k >= 1, finite, under the names above or metafor's (``ai``, ``xi``, ``n1i``, ``yi``,
        ...). Counts may be fractions, as after :func:`~.conversions.effective_counts`.

    Raises
    ------
    ValueError
        A measure or column that is not known, is missing or is too much; numbers that cannot be; a row whose effect does not
        exist or has no variance above 0, even after the correction.

    References
    ----------
    .. [1] Viechtbauer 2010, Journal of Statistical Software 36(3), section 3.1; metafor 3.8-1, ``help(escalc)``.
    """
    known = _known(measure)
    names, arrays = _named(measure, given, wanted(measure))
    if vtype not in known.vtypes:
        raise ValueError(f"vtype is {vtype!r}; for {measure} it should be one of {', '.join(known.vtypes)}")
    k = next(iter(arrays.values())).size
    if names in _GIVEN:
        return _effects(measure, arrays["effect"], arrays["variance"] if "variance" in arrays else arrays["se"] ** 2)
    for name, least in known.above.items():
        value = _term(name, arrays)
        people = " people" if name.startswith("n") else ""
        refuse(~(value > least), name, value, f"more than {least:g}{people}")
    cells, others = _cells(names, arrays, known.cells)
    rows = _speaking(names, cells, k, drop00=drop00)
    amount = known.add if add is None else add
    cells, zero, corrected = _corrected({name: cell[rows] for name, cell in cells.items()}, rows.size, add=amount, to=to)
    options = {"vtype": vtype} if len(known.vtypes) > 1 else {}
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        effect, variance = known.formula(**cells, **{name: other[rows] for name, other in others.items()}, **options)
    bare = zero & ~corrected & ~_exists(effect, variance)
    if bare.any():
        row = rows[np.argmax(bare)]
        raise ValueError(
            f"row {row} has a zero cell, and to={to!r}, add={amount:g} corrects it not, so that it has no {measure}; "
            "to='only0', add=0.5 would"
        )
    return _effects(measure, effect, variance, corrected=corrected, rows=rows)


def wanted(measure: str) -> tuple[tuple[str, ...], ...]:
    """Return the sets of columns from which a measure can be computed, most detailed first: any one of them is enough."""
    return (*_known(measure).columns, *_GIVEN)


def variance_formulas(measure: str) -> tuple[str, ...]:
    """Return the formulas of the variance that a measure has, the usual one first."""
    return _known(measure).vtypes


def corrects(measure: str) -> bool:
    """Say whether a continuity correction is made for a measure without being asked for: where a zero can do harm."""
    return _known(measure).add > 0


def spellings(column: str) -> tuple[str, ...]:
    """Return the names by which a column goes, its own first, then metafor's."""
    short = (column, _OTHER_NAMES[column]) if column in _OTHER_NAMES else (column,)
    return (*short, *(f"{name}i" for name in short))


def arms(measure: str, **given: ArrayLike) -> Floats:
    """Return the counts of k studies as they are: what :func:`effect_size` takes for a measure of counts, or says is wrong.

    Shape (k, 2) for one arm: events, and people or person-time; (k, 4) for two arms: those of the first, then of the second.
    """
    known = _known(measure)
    if not known.cells:
        raise ValueError(f"{measure} is not a measure of counts")
    names, arrays = _named(measure, given, known.columns)
    cells, others = _cells(names, arrays, known.cells)
    if names in _TABLE:
        people = arrays.get("n1", cells["a"] + cells["b"]), arrays.get("n2", cells["c"] + cells["d"])
        return np.stack((cells["a"], people[0], cells["c"], people[1]), axis=1)
    if names in _TWO_RATES:
        return np.stack((cells["x1"], others["t1"], cells["x2"], others["t2"]), axis=1)
    return np.stack([arrays[name] for name in names], axis=1)


def check_level(level: float) -> None:
    """Refuse a confidence level that is not a share between 0 and 1."""
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; it should be a share between 0 and 1, such as 0.95")


def check_options(**options: tuple[object, Sequence[str]]) -> None:
    """Refuse an option, given with those that there are, that is none of them."""
    for name, (found, known) in options.items():
        if found not in known:
            raise ValueError(f"{name} is {found!r}; it should be one of {', '.join(known)}")


def columns(**columns: ArrayLike) -> list[Floats]:
    """Return each column as finite floats of one length, or say which is not."""
    arrays = {name: np.atleast_1d(np.asarray(column, dtype=np.float64)) for name, column in columns.items()}
    shapes = {name: array.shape for name, array in arrays.items()}
    if len(set(shapes.values())) > 1 or any(len(shape) != 1 for shape in shapes.values()):
        found = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"columns have shapes {found}; they should be of one length, with one value a study")
    for name, array in arrays.items():
        refuse(~np.isfinite(array), name, array, "a finite number")
    return list(arrays.values())


def studies(effect: ArrayLike, variance: ArrayLike) -> tuple[Floats, Floats]:
    """Return effects, and sampling variances above 0, as finite floats of one length, or say which is not."""
    y, v = columns(effect=effect, variance=variance)
    refuse(~(v > 0), "variance", v, "above 0")
    return y, v


def refuse(wrong: Flags, name: str, values: Floats, right: str) -> None:
    """Raise a ValueError that names the first wrong row, if there is one."""
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(f"{name} of row {row} is {values[row]:g}; it should be {right}")


def _known(measure: str) -> _Measure:
    check_options(measure=(measure, MEASURES))
    return _MEASURES[measure]


def _named(
    measure: str, given: Mapping[str, ArrayLike], sets: tuple[tuple[str, ...], ...]
) -> tuple[tuple[str, ...], dict[str, Floats]]:
    """Return which of the sets of columns was given, and its columns, checked."""
    known = {name for names in sets for name in names}
    found: dict[str, ArrayLike] = {}
    for name, column in given.items():
        own = next((one for one in known if name in spellings(one)), name)
        if own in found:
            raise ValueError(f"{measure} has two columns for {own}; one should go")
        found[own] = column
    for names in sets:
        if set(names) == set(found):
            arrays = dict(zip(names, columns(**{name: found[name] for name in names}), strict=True))
            _check(arrays)
            return names, arrays
    raise ValueError(_unfit(measure, sets, tuple(found)))


def _unfit(measure: str, sets: tuple[tuple[str, ...], ...], found: tuple[str, ...]) -> str:
    nearest = min(sets, key=lambda names: len(set(names) ^ set(found)))
    missing = [name for name in nearest if name not in found]
    spare = [name for name in found if name not in nearest]
    wrong = [f"{' and '.join(missing)} missing"] * bool(missing) + [f"{' and '.join(spare)} not used"] * bool(spare)
    right = " or ".join(f"({', '.join(names)})" for names in sets)
    return f"{measure} has columns ({', '.join(found)}), with {', '.join(wrong)}; they should be {right}"


def _check(arrays: Mapping[str, Floats]) -> None:
    if not next(iter(arrays.values())).size:
        raise ValueError("there is no row; at least one is needed")
    for name, array in arrays.items():
        if name in _RULES:
            holds, right = _RULES[name]
            refuse(~holds(array), name, array, right)
    for part, whole in (("events", "total"), ("a", "n1"), ("c", "n2")):
        if part in arrays and whole in arrays:
            refuse(arrays[part] > arrays[whole], part, arrays[part], f"from 0 to the {whole} of its row")


def _term(name: str, arrays: Mapping[str, Floats]) -> Floats:
    if " + " in name:
        one, other = name.split(" + ")
        return arrays[one] + arrays[other]
    if " / " in name:
        one, other = name.split(" / ")
        refuse(arrays[other] == 0, other, arrays[other], "not 0")
        return arrays[one] / arrays[other]
    return arrays[name]


def _cells(names: tuple[str, ...], arrays: Mapping[str, Floats], cells: int) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Return the counts that a correction changes, and the columns that it does not, by the formula's names."""
    if names in _TABLE:
        a, c = arrays["a"], arrays["c"]
        b = arrays["b"] if "b" in arrays else arrays["n1"] - a
        d = arrays["d"] if "d" in arrays else arrays["n2"] - c
        refuse(~(a + b > 0), "a + b", a + b, _PEOPLE)
        refuse(~(c + d > 0), "c + d", c + d, _PEOPLE)
        return {"a": a, "b": b, "c": c, "d": d}, {}
    if names in _SHARE:
        return {"events": arrays["events"], "others": arrays["total"] - arrays["events"]}, {}
    return {name: arrays[name] for name in names[:cells]}, {name: arrays[name] for name in names[cells:]}


def _speaking(names: tuple[str, ...], cells: Mapping[str, Floats], k: int, *, drop00: bool) -> NDArray[np.intp]:
    """Return the rows to keep."""
    if drop00 and names in _TABLE:
        silent = ((cells["a"] == 0) & (cells["c"] == 0)) | ((cells["b"] == 0) & (cells["d"] == 0))
    elif drop00 and names in _TWO_RATES:
        silent = (cells["x1"] == 0) & (cells["x2"] == 0)
    else:
        return np.arange(k)
    rows = np.flatnonzero(~silent)
    if rows.size == 0:
        raise NoRowLeftError("drop00 left no row: in every row no arm, or every arm in full, has the event")
    return rows


def _corrected(cells: Mapping[str, Floats], k: int, *, add: float, to: Correct) -> tuple[dict[str, Floats], Flags, Flags]:
    """Return the cells with ``add`` on the rows that ``to`` names, which rows have a zero cell, and which were corrected."""
    if not (np.isfinite(add) and add >= 0):
        raise ValueError(f"add is {add}; it should be 0 or more, such as 0.5")
    check_options(to=(to, get_args(Correct)))
    zero: Flags = np.any([np.zeros(k), *(cell == 0 for cell in cells.values())], axis=0)
    chosen: dict[str, Flags] = {
        "only0": zero,
        "all": np.full(k, fill_value=bool(cells)),
        "if0all": np.full(k, fill_value=zero.any()),
        "none": np.zeros(k, dtype=np.bool_),
    }
    rows = chosen[to] & (add > 0)
    return {name: cell + add * rows for name, cell in cells.items()}, zero, rows


def _exists(effect: Floats, variance: Floats) -> Flags:
    return np.isfinite(effect) & np.isfinite(variance) & (variance > 0)


def _effects(
    measure: str, effect: Floats, variance: Floats, *, corrected: Flags | None = None, rows: NDArray[np.intp] | None = None
) -> Effects:
    kept = np.arange(effect.size) if rows is None else rows
    lost = ~_exists(effect, variance)
    if lost.any():
        at = int(np.argmax(lost))
        raise ValueError(
            f"row {kept[at]} has no {measure}: its effect is {effect[at]:g} and its variance {variance[at]:g}; "
            "they should be finite, and the variance above 0"
        )
    return Effects(
        measure=measure,
        effect=effect,
        variance=variance,
        corrected=np.zeros(effect.size, dtype=np.bool_) if corrected is None else corrected,
        rows=kept,
    )
