"""A meta-analysis as one calm screen of text, and as JSON; ``schemas/analysis.schema.json`` is the contract of the latter."""

import math
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from equipoise.documents.analysis import Analysis, Coefficient, Mean, Regression, Scale, SmallStudies, Span, Study
from equipoise.outputs.phrases import counted, upper_first
from equipoise.outputs.plain import dumped, plain
from equipoise.values.multiverse import Choice, Multiverse

SCHEMA_VERSION = "1.0"
SCHEMA = Path(__file__).parent / "schemas" / "analysis.schema.json"

WIDTH = 96
MOST = 30
"""Studies that a screen shows; of more, the heaviest ten."""
HEAVIEST = 10
MANY = 4
"""Options that a line names; of more, the lowest and the highest."""

TESTS = {"z": "z-test", "t": "t-test", "knapp-hartung": "Knapp-Hartung", "adhoc": "Knapp-Hartung with a floor"}
_NAMES = {"common": "a common effect"}
_COLUMN = 18


def analysis_json(analysis: Analysis) -> str:
    """Every number at full precision, with the options, the version and the hashes that are needed to compute it again."""
    data = {"schema_version": SCHEMA_VERSION, **plain(analysis)}
    data["options"] = dict(analysis.options)
    data["source"]["columns"] = dict(analysis.source.columns)
    for study in data["studies"]:
        study["counts"] = dict(study["counts"])
    return dumped(data)


def analysis_text(analysis: Analysis) -> str:
    """What was pooled, the result, the studies, every look that was asked for, and what cannot be said."""
    parts = [[title(analysis)], list(result(analysis)), list(_table(analysis)), *looks(analysis), list(_notes(analysis))]
    return "\n\n".join("\n".join(line.rstrip() for line in part) for part in parts if part) + "\n"


def looks(analysis: Analysis) -> list[list[str]]:
    """Everything that was asked for beyond the mean: lines of text, the first of each a heading."""
    parts = [
        list(_subgroups(analysis)),
        list(_regression(analysis)),
        list(_clustered(analysis)),
        list(_uncorrected(analysis)),
        list(_steps("Cumulative", analysis, cumulative=True)),
        list(_steps("Leaving one out", analysis, cumulative=False)),
        list(_influence(analysis)),
        list(_small_studies(analysis)),
        list(_multiverse(analysis)),
    ]
    return [part for part in parts if part]


# Words.


def said(value: float | None, scale: Scale) -> str:
    """A readable number as a reader needs it: percent for proportions, else three digits or so."""
    if value is None:
        return "–"
    if scale.unit != "proportion":
        return figure(value)
    percent = 100 * value
    return f"{percent:.1f}%" if percent >= 0.1 or percent == 0 else f"{percent:.2g}%"


def figure(value: float | None) -> str:
    """A number with two decimals, more where it is small and fewer where it is large."""
    if value is None:
        return "–"
    size = float(f"{abs(value):.2g}")
    if value == 0:
        return "0"
    if size >= 1e6 or size < 1e-4:
        return f"{value:.3g}"
    digits = 0 if size >= 1000 else 1 if size >= 100 else 2
    return f"{value:,.{digits if size >= 0.095 else 1 - math.floor(math.log10(size))}f}"


def reach(bounds: Span, scale: Scale) -> str:
    """``0.32 to 0.71``; a bound that does not exist is a dash."""
    return f"{said(bounds[0], scale)} to {said(bounds[1], scale)}"


def chance(p: float | None) -> str:
    """``p = 0.034``, ``p < 0.001``."""
    if p is None:
        return "p does not exist"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def bare(p: float | None) -> str:
    """``0.034``, ``< 0.001``."""
    return "–" if p is None else chance(p).removeprefix("p ").removeprefix("= ")


def percent(share: float | None) -> str:
    """A share of 0 to 1 as ``43%``; a dash where it does not exist."""
    return "–" if share is None else f"{100 * share:.0f}%"


def level_words(level: float) -> str:
    """``95%``."""
    return f"{100 * level:g}%"


def tested(statistic: float | None, df: float | None, p: float | None) -> str:
    """``t = -4.04 on 12 df, p = 0.002``."""
    if statistic is None:
        return "no test: the standard error is 0"
    return f"z = {figure(statistic)}, {chance(p)}" if df is None else f"t = {figure(statistic)} on {df:.3g} df, {chance(p)}"


def spread(mean: Mean) -> str:
    """Tau squared with its interval, I squared and Q."""
    between = "" if None in mean.tau2_interval else f" ({figure(mean.tau2_interval[0])} to {figure(mean.tau2_interval[1])})"
    return f"tau² {figure(mean.tau2)}{between}{_beside_tau2(mean)}"


def _beside_tau2(found: Mean | Regression) -> str:
    share = "" if found.i2 is None else f", I² {percent(found.i2)}"
    q = "" if found.q is None else f", Q {figure(found.q)} on {found.q_df:.0f} df, {chance(found.q_p_value)}"
    return f"{share}{q}"


def how(analysis: Analysis) -> str:
    """The model and the test in words."""
    return f"{_NAMES.get(analysis.method, analysis.method)}, {TESTS[analysis.test]}"


# Parts.


def title(analysis: Analysis) -> str:
    """What was pooled, and how, in one line."""
    name, scale = Path(analysis.source.file).name, analysis.scale
    unit = "effect as given" if scale.measure == "GEN" else f"{scale.unit} ({scale.measure})"
    return f"{name}: {counted(len(analysis.studies))}, {unit}, {how(analysis)}"


def _line(name: str, words: str) -> str:
    return f"  {name:<{_COLUMN}}{words}"


def result(analysis: Analysis) -> Iterator[str]:
    """The pooled result, what a new study may show, and how far studies differ."""
    mean, scale, level = analysis.mean, analysis.scale, level_words(analysis.level)
    yield _line(
        upper_first(scale.unit), f"{said(mean.value, scale)}   ({level} confidence interval {reach(mean.interval, scale)})"
    )
    if mean.prediction_interval[0] is not None:
        yield _line("A new study", f"{reach(mean.prediction_interval, scale)}   ({level} prediction interval)")
    if scale.null is not None:
        yield _line(f"Against {scale.null:g}", tested(mean.statistic, mean.df, mean.p_value))
    if analysis.permuted is not None:
        found = analysis.permuted
        kind = "all sign flips" if found.exact else f"{found.permutations:,} sign flips"
        yield _line("By permutation", f"{chance(found.p_value)} ({kind})")
    if mean.q is not None:
        yield _line("Differences", spread(mean))


def _columns(rows: Sequence[Sequence[str]], *, left: int = 1) -> Iterator[str]:
    """Rows of words under each other; the first ``left`` columns begin, the others end, at one place."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell.ljust(width) if at < left else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  " + "  ".join(cells)


def _short(text: str, room: int = 38) -> str:
    return text if len(text) <= room else f"{text[: room - 1].rstrip()}…"


def arms(study: Study) -> tuple[tuple[str, float, float], ...]:
    """Each arm of a study of counts as a heading, its events, and its people or person-time; none of another study."""
    match dict(study.counts):
        case {"events": events, "total": total}:
            return (("Events", events, total),)
        case {"events": events, "time": time}:
            return (("Events/time", events, time),)
        case {"a": a, "n1": n1, "c": c, "n2": n2}:
            return (("Treated", a, n1), ("Control", c, n2))
        case {"a": a, "b": b, "c": c, "d": d}:
            return (("Treated", a, a + b), ("Control", c, c + d))
        case {"x1": x1, "t1": t1, "x2": x2, "t2": t2}:
            return (("Treated", x1, t1), ("Control", x2, t2))
    return ()


def _table(analysis: Analysis) -> Iterator[str]:
    shown = list(analysis.studies)
    if len(shown) > MOST:
        shown = sorted(shown, key=lambda study: -(study.weight or 0))[:HEAVIEST]
    rows = [("Study", "", upper_first(analysis.scale.unit), f"{level_words(analysis.level)} interval", "Weight")]
    rows += [
        (
            _short(study.label) + ("*" if study.corrected else ""),
            " v ".join(f"{events:g}/{whole:g}" for _, events, whole in arms(study)),
            said(study.value, analysis.scale),
            reach(study.interval, analysis.scale),
            "–" if study.weight is None else f"{100 * study.weight:.1f}%",
        )
        for study in shown
    ]
    if not any(row[1] for row in rows):
        rows = [(row[0], *row[2:]) for row in rows]  # type: ignore[misc]
    yield from _columns(rows)
    if len(shown) < len(analysis.studies):
        yield f"  the {len(shown)} heaviest of {len(analysis.studies)} studies; --json and --out have all"


def _subgroups(analysis: Analysis) -> Iterator[str]:
    found, scale = analysis.subgroups, analysis.scale
    if found is None:
        return
    yield f"By {found.column}, each group with its own tau²"
    rows = [("Group", "Studies", upper_first(scale.unit), f"{level_words(analysis.level)} interval", "tau²", "I²")]
    rows += [
        (
            _short(group.name or "(empty)"),
            str(group.mean.studies),
            said(group.mean.value, scale),
            reach(group.mean.interval, scale),
            figure(group.mean.tau2),
            percent(group.mean.i2),
        )
        for group in found.groups
    ]
    yield from _columns(rows)
    if found.q_between is None:
        yield "  No test between groups: there is one group, or a group has no standard error."
    else:
        yield f"  Between groups: Q {figure(found.q_between)} on {found.df} df, {chance(found.p_value)}"


_EFFECTS = {"log": "on the log scale", "logit": "on the log odds scale", "linear": "", "own": "on the scale of the transform"}


def _coefficients(found: Sequence[Coefficient], level: float, extra: Sequence[float | None] = ()) -> Iterator[str]:
    statistic = "z" if all(one.df is None for one in found) else "t"
    rows = [["", "Estimate", "SE", f"{level_words(level)} interval", statistic, "df", "p"]]
    for one in found:
        low, high = one.interval
        df = "" if one.df is None else f"{one.df:.3g}"
        rows.append(
            [
                _short(one.name),
                figure(one.estimate),
                figure(one.standard_error),
                f"{figure(low)} to {figure(high)}",
                figure(one.statistic),
                df,
                bare(one.p_value),
            ]
        )
    if extra:
        rows[0].append("p, permuted")
        for row, permuted in zip(rows[1:], extra, strict=True):
            row.append(bare(permuted))
    yield from _columns(rows)


def _regression(analysis: Analysis) -> Iterator[str]:
    found = analysis.regression
    if found is None:
        return
    where = _EFFECTS[analysis.scale.pooled_on]
    yield f"Regression on {', '.join(found.moderators)}{f', {where}' if where else ''}"
    yield from _coefficients(found.coefficients, analysis.level, found.permutation_p_values)
    for name, reference in found.references:
        yield f"  {name} is compared with {reference!r}."
    if found.qm is not None:
        df = f"F({found.qm_df:g}, {found.qm_df2:g})" if found.qm_df2 is not None else f"chi² on {found.qm_df:g} df"
        yield f"  All moderators: {df} = {figure(found.qm)}, {chance(found.qm_p_value)}"
    accounted = "" if found.r2 is None else f"; moderators account for {percent(found.r2)} of tau²"
    yield f"  What is left: tau² {figure(found.tau2)}{_beside_tau2(found)}{accounted}"


def _clustered(analysis: Analysis) -> Iterator[str]:
    found = analysis.clustered
    if found is None:
        return
    yield f"Robust to dependence within {found.column} ({counted(found.clusters, 'cluster', 'clusters')}, CR2, Satterthwaite)"
    if len(found.coefficients) > 1:
        yield from _coefficients(found.coefficients, analysis.level)
        return
    (mean,) = found.coefficients
    interval = f"{level_words(analysis.level)} interval {reach(found.interval, analysis.scale)}"
    words = f"{said(found.value, analysis.scale)}   ({interval})"
    yield _line(upper_first(analysis.scale.unit), words)
    yield _line("Test", tested(mean.statistic, mean.df, mean.p_value))


def _uncorrected(analysis: Analysis) -> Iterator[str]:
    if not analysis.uncorrected:
        return
    yield "Counts without a continuity correction"
    for one in analysis.uncorrected:
        if one.failed:
            yield _line(one.name, one.failed)
            continue
        value = f"{said(one.value, analysis.scale)} ({reach(one.interval, analysis.scale)}), {counted(one.studies)}"
        between = "" if one.tau2 is None else f", tau² {figure(one.tau2)}"
        test = "" if analysis.scale.null is None else f", {chance(one.p_value)}"
        yield f"  {one.name:<26}{value}{between}{test}"


def _steps(title: str, analysis: Analysis, *, cumulative: bool) -> Iterator[str]:
    steps = analysis.cumulative if cumulative else analysis.leave_one_out
    if not steps:
        return
    yield f"{title} by {analysis.cumulative_by}" if cumulative else title
    rows = [
        (
            "Adding" if cumulative else "Without",
            upper_first(analysis.scale.unit),
            f"{level_words(analysis.level)} interval",
            "tau²",
            "I²",
        )
    ]
    rows += [
        (
            _short(step.label),
            said(step.value, analysis.scale),
            reach(step.interval, analysis.scale),
            figure(step.tau2),
            percent(step.i2),
        )
        for step in steps
    ]
    yield from _columns(rows)


def _influence(analysis: Analysis) -> Iterator[str]:
    if not analysis.influence:
        return
    yield "Influence of each study (! a flag for the eye, no reason to leave a study out)"
    rows: list[tuple[str, ...]] = [("Study", "rstudent", "DFFITS", "Cook", "cov ratio", "tau² without", "hat", "")]
    rows += [
        (
            _short(one.label),
            *(figure(value) for value in (one.rstudent, one.dffits, one.cook, one.cov_ratio, one.tau2_deleted, one.hat)),
            "!" if one.influential else "",
        )
        for one in analysis.influence
    ]
    yield from _columns(rows)


def _small_studies(analysis: Analysis) -> Iterator[str]:
    found = analysis.small_studies
    if found is None:
        return
    yield f"Small studies against large ones ({counted(found.studies)})"
    if found.caution:
        yield from _wrapped(found.caution)
    yield from _asymmetry(found, analysis)
    rows = [
        (
            f"Trim and fill {one.estimator}",
            f"{counted(one.missing)} filled in on the {one.side}",
            said(one.value, analysis.scale),
            reach(one.interval, analysis.scale),
            "",
        )
        for one in found.filled
    ]
    rows += [
        (
            upper_first(one.name),
            one.detail,
            said(one.value, analysis.scale),
            reach(one.interval, analysis.scale),
            chance(one.p_value),
        )
        for one in found.adjusted
    ]
    if rows:
        favoured = f" (significant ones {found.favoured} more often)" if found.favoured else ""
        yield f"  If studies were seen by their results{favoured}, the mean might be"
        yield from _columns(
            [("", "", upper_first(analysis.scale.unit), f"{level_words(analysis.level)} interval", ""), *rows], left=2
        )
    reasons: dict[str, list[str]] = {}
    for name, why in found.failed:
        reasons.setdefault(why, []).append(name)
    for why, names in reasons.items():
        yield from _wrapped(f"{'; '.join(names)}: {why}.", first="  Not computed: ")


def _asymmetry(found: SmallStudies, analysis: Analysis) -> Iterator[str]:
    rows = [("Egger", "", "", "An endless study")] if found.regressions else []
    rows += [
        (
            f"  {one.model}, on the {one.predictor}",
            f"{'z' if one.df is None else 't'} = {figure(one.statistic)}",
            chance(one.p_value),
            f"{said(one.limit, analysis.scale)} ({reach(one.limit_interval, analysis.scale)})",
        )
        for one in found.regressions
    ]
    if found.ranks is not None:
        kind = "exact" if found.ranks.exact else "normal, for ties"
        rows.append((f"Begg's ranks ({kind})", f"tau = {figure(found.ranks.tau)}", chance(found.ranks.p_value), ""))
    if rows:
        yield from _columns(rows)


def _multiverse(analysis: Analysis) -> Iterator[str]:
    found = analysis.multiverse
    if found is None:
        return
    yield "Every declared analysis"
    yield from _wrapped(found.said)
    yield from _wrapped(" ".join(curve_words(found, analysis.scale)))
    rows = [("Choice", "Primary", "Variance", "Options: median, share that agrees")]
    rows += [
        (
            _short(choice.factor, 24),
            _short(choice.options[choice.primary], 24),
            percent(choice.total),
            _options(choice, found),
        )
        for choice in found.choices
        if len(choice.options) > 1
    ]
    if len(rows) > 1:
        yield from _columns(rows, left=4)
    yield f"  Grid {found.declared}"


def _options(choice: Choice, found: Multiverse) -> str:
    """Each option with its median and the share that agrees, or of many the two ends."""
    rows = list(zip(choice.options, choice.median, choice.agree, strict=True))
    if len(rows) > MANY:
        rows = sorted((row for row in rows if row[1] is not None), key=lambda row: row[1] or 0.0)
        rows = [rows[0], rows[-1]] if rows else []
    words = [f"{_short(option, 20)} {universe_said(middle, found)}, {percent(agree)}" for option, middle, agree in rows]
    return "; ".join(words) if len(rows) == len(choice.options) else f"{len(choice.options)}, from {' to '.join(words)}"


def universe_said(value: float | None, found: Multiverse) -> str:
    """A number on the scale that all specifications share."""
    return said(value, Scale(measure="", unit=found.unit, null=None, ratio=False, pooled_on="linear"))


def curve_words(found: Multiverse, scale: Scale) -> Iterator[str]:
    """The specification curve in sentences."""
    there = found.feasible
    lost = len(found.specifications) - len(there)
    every = counted(len(found.specifications), "specification", "specifications")
    different = counted(found.analyses, "distinct analysis", "distinct analyses")
    sets = counted(found.study_sets, "set", "sets")
    yield f"{every} of {sets} of rows, {different}{f', {lost:,} cannot be made' if lost else ''}."
    if there:
        low, quarter, middle, three, high = (universe_said(value, found) for value in found.quantiles)
        unit = "" if found.unit == scale.unit else f" ({found.unit})"
        yield f"Estimates{unit} run from {universe_said(there[0].value, found)} to {universe_said(there[-1].value, found)},"
        yield f"half of them from {quarter} to {three}, the median {middle}, 95% from {low} to {high}."
        if found.primary < len(there):
            yield f"The primary is number {found.primary + 1:,} of {len(there):,} from below."
    if found.moves_most:
        yield f"What moves the estimate most is {found.moves_most}."
    if found.null is not None:
        drawn = found.null
        kind = f"all {drawn.draws:,} sign flips" if drawn.exact else f"{drawn.draws:,} sign flips of studies"
        yield f"Against data in which nothing happens ({kind}): median {chance(drawn.p_median)}, significant share "
        yield f"{chance(drawn.p_significant)}, mean z {chance(drawn.p_mean_z)}."
    yield "A multiverse is no estimate, and its shares are no probabilities."


def _notes(analysis: Analysis) -> Iterator[str]:
    if analysis.notes:
        yield "Mind"
        for note in analysis.notes:
            yield from _wrapped(note, first="  - ", rest="    ")


def _wrapped(text: str, *, first: str = "  ", rest: str = "  ") -> list[str]:
    return textwrap.wrap(" ".join(text.split()), WIDTH, initial_indent=first, subsequent_indent=rest)
