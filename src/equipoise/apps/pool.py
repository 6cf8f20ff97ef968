"""``equipoise pool FILE.csv``: the meta-analysis of any table. What it needs is imported when it is called."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from equipoise import __version__
from equipoise.apps.terminal import progress, stop

if TYPE_CHECKING:
    from equipoise.apps.studies import Asked
    from equipoise.documents.analysis import Analysis


FIGURES = ("forest", "funnel", "radial", "baujat", "gosh", "cumulative", "leave-one-out", "curve")
"""Figures that --out can draw."""

FORMS = ("only0", "all", "if0all", "none")


def _pairs(text: str | None, option: str) -> dict[str, str]:
    """``a=x,b=y`` as a mapping."""
    found: dict[str, str] = {}
    for part in (text or "").split(","):
        name, sign, value = (word.strip() for word in part.partition("="))
        if not part.strip():
            continue
        if not (sign and name and value):
            raise typer.BadParameter(f"{option} holds {part.strip()!r}; should be name=column pairs, such as events=k,total=n")
        if name in found:
            raise typer.BadParameter(f"{option} names {name!r} twice; should name it once")
        found[name] = value
    return found


def _list(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in (text or "").split(",") if word.strip()))


def _figures(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    chosen = _list(text)
    unknown = [name for name in chosen if name not in FIGURES]
    if unknown or not chosen:
        raise typer.BadParameter(f"{text!r} names {', '.join(unknown) or 'no figure'}; should be some of {','.join(FIGURES)}")
    return chosen


def pool(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file: names of columns, then one line for each study.")],
    measure: Annotated[
        str | None,
        typer.Option("--measure", metavar="CODE", help="OR, RR, SMD, PLO, ZCOR, ... (metafor's codes); GEN for effects."),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns", metavar="LIST", help="Which column is what: events=k,total=n. Not needed for metafor's names."
        ),
    ] = None,
    study: Annotated[
        str | None, typer.Option("--study", metavar="COLUMN", help="Names of studies.", show_default=False)
    ] = None,
    method: Annotated[str, typer.Option("--method", metavar="NAME", help="common, DL, REML, ML, PM, ...")] = "REML",
    test: Annotated[str, typer.Option("--test", metavar="NAME", help="z, t, knapp-hartung (knha) or adhoc.")] = "knapp-hartung",
    level: Annotated[float, typer.Option("--level", metavar="SHARE", help="Of all intervals.")] = 0.95,
    by: Annotated[str | None, typer.Option("--by", metavar="COLUMN", help="Subgroups.", show_default=False)] = None,
    moderators: Annotated[
        str | None, typer.Option("--moderators", metavar="LIST", help="Regression on these columns; words become groups.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option("--cluster", metavar="COLUMN", help="Errors robust to dependence within its words.")
    ] = None,
    cumulative: Annotated[
        str | None, typer.Option("--cumulative", metavar="COLUMN", help="Add studies one by one, by this number.")
    ] = None,
    leave_one_out: Annotated[bool, typer.Option("--leave-one-out", help="The result without each study.")] = False,
    influence: Annotated[bool, typer.Option("--influence", help="How far each study moves the result.")] = False,
    small_study: Annotated[
        bool, typer.Option("--small-study", help="Egger, Begg, trim and fill, PET-PEESE, limit, selection models.")
    ] = False,
    uncorrected: Annotated[
        bool, typer.Option("--uncorrected", help="Counts without a continuity correction: Mantel-Haenszel, Peto, GLMM.")
    ] = False,
    add: Annotated[
        float | None, typer.Option("--add", metavar="NUMBER", help="Continuity correction.", show_default=False)
    ] = None,
    to: Annotated[str, typer.Option("--to", metavar="ROWS", help=f"Rows that get it: {', '.join(FORMS)}.")] = "only0",
    drop00: Annotated[
        bool, typer.Option("--drop00", help="Leave out rows in which no arm, or every arm in full, has the event.")
    ] = False,
    drop_missing: Annotated[
        bool, typer.Option("--drop-missing", help="Leave out rows with an empty cell, and name them.")
    ] = False,
    permutations: Annotated[
        int, typer.Option("--permutations", metavar="N", help="Permutation test; draws of the multiverse's null.")
    ] = 0,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Of all chance.")] = 1,
    multiverse: Annotated[
        Path | None,
        typer.Option(
            "--multiverse", metavar="YAML", help="Declared choices (docs/multiverse.md): run every one.", show_default=False
        ),
    ] = None,
    primary: Annotated[
        str | None, typer.Option("--primary", metavar="LIST", help="Option of a factor: method=REML; its first without it.")
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option("--threshold", metavar="NUMBER", help="What the multiverse's conclusions are about.", show_default=False),
    ] = None,
    bias: Annotated[
        str | None, typer.Option("--bias", metavar="LIST", help="Columns with judgements of risk of bias, for the forest plot.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write analysis.html, analysis.json and figures there.", show_default=False),
    ] = None,
    figures: Annotated[
        str | None,
        typer.Option("--figures", metavar="LIST", help=f"With --out: some of {','.join(FIGURES)}.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Pool a table of studies: the mean, its interval, how far studies differ, and what that cannot say."""
    drawn = _figures(figures)
    if drawn is not None and out is None:
        raise typer.BadParameter("--figures needs a folder; should come with --out DIR")
    if permutations < 0 or seed < 0:
        raise typer.BadParameter("--permutations and --seed should be 0 or more")
    if to not in FORMS:
        raise typer.BadParameter(f"--to is {to!r}; should be one of {', '.join(FORMS)}")
    pairs, chosen = _pairs(columns, "--columns"), _pairs(primary, "--primary")
    from equipoise.apps.studies import Asked

    asked = Asked(
        measure=measure,
        columns=pairs,
        study=study,
        method=method,
        test=test,
        level=level,
        by=by,
        moderators=_list(moderators),
        cluster=cluster,
        cumulative=cumulative,
        leave_one_out=leave_one_out or "leave-one-out" in (drawn or ()),
        influence=influence or "baujat" in (drawn or ()),
        small_study=small_study,
        uncorrected=uncorrected,
        radial="radial" in (drawn or ()),
        subsets="gosh" in (drawn or ()),
        bias=_list(bias),
        add=add,
        to=to,
        drop00=drop00,
        drop_missing=drop_missing,
        permutations=permutations,
        seed=seed,
        declaration=None if multiverse is None else _declaration(multiverse),
        primary=chosen,
        threshold=threshold,
    )
    made = _made(file, asked)
    if out is not None:
        _write(out, made, drawn)
    _answer(made, as_json=as_json, out=out)


def _declaration(path: Path) -> Mapping[str, object]:
    """The choices that a YAML file declares, every word a word."""
    from equipoise.records.text import written

    found, faults = written(path, str(path))
    if faults:
        stop("\n".join(map(str, faults)))
    if not isinstance(found, dict):
        stop(f"{path}: holds no choices; should have how and which, as docs/multiverse.md shows")
    return found


def _made(file: Path, asked: "Asked") -> "Analysis":
    from equipoise.apps.analysis import analysis
    from equipoise.intake.table import TableError, read_table

    try:
        table = read_table(file)
        if asked.declaration is None and not asked.permutations and not asked.small_study:
            return analysis(table, asked, version=__version__)
        with progress() as step:
            step("Computing")
            return analysis(table, asked, version=__version__)
    except TableError as refused:
        stop("\n".join(refused.faults))
    except (ValueError, ArithmeticError) as refused:
        stop(f"{file}: {refused}")


def _write(out: Path, made: "Analysis", drawn: tuple[str, ...] | None) -> None:
    from equipoise.apps.build import replace_folder
    from equipoise.outputs.analysis import analysis_json
    from equipoise.outputs.analysis_page import analysis_html, drawings
    from equipoise.outputs.plots import standalone

    try:
        shown = drawings(made, drawn)
    except ValueError as refused:
        stop(str(refused))
    files = {f"{name}.svg": standalone(plot).encode() for name, (plot, _) in shown.items()}
    files |= {"analysis.json": analysis_json(made).encode(), "analysis.html": analysis_html(made, shown).encode()}
    try:
        replace_folder(out, files)
    except OSError as fault:
        stop(f"{out} cannot be written: {fault.strerror or fault}. Nothing was changed.")


def _answer(made: "Analysis", *, as_json: bool, out: Path | None) -> None:
    from equipoise.outputs.analysis import analysis_json, analysis_text

    if as_json:
        typer.echo(analysis_json(made), nl=False)
        return
    text = analysis_text(made)
    if out is not None:
        text += f"\nPage, figures and numbers are in {out}\n"
    if not sys.stdout.isatty():
        typer.echo(text, nl=False)
        return
    title, _, rest = text.partition("\n")
    typer.echo(typer.style(title, bold=True))
    typer.echo(rest, nl=False)
