"""The command line. Every command takes --json, --evidence and --as-of; exit 0 good, 1 an error the user can mend, 2 usage."""

import atexit
import gc
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from equipoise import __version__
from equipoise.apps.assess import assess
from equipoise.apps.build import replace_folder
from equipoise.apps.clock import today
from equipoise.apps.exposure import exposure
from equipoise.apps.interactions import interactions
from equipoise.apps.law import law
from equipoise.apps.options import AsOf, Folder, Json
from equipoise.apps.pool import pool
from equipoise.apps.product import product
from equipoise.apps.serve import serve
from equipoise.apps.terminal import progress, reading, refuse, stop
from equipoise.records import places
from equipoise.records.evidence import KINDS, Evidence
from equipoise.records.faults import EvidenceError, Fault
from equipoise.records.topic import Topic

if TYPE_CHECKING:  # what a command needs is imported by that command, so that the others start fast
    from equipoise.documents.monograph import Monograph

DEFAULT_TOPIC = "kratom-depression"
REFUSED = "in the evidence; nothing was written"

app = typer.Typer(
    name="equipoise",
    help="A living, computable monograph: kratom for depression, a balanced perspective.",
    no_args_is_help=True,
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"max_content_width": 100},
)
evidence_app = typer.Typer(
    help="The records behind the findings: check them, list them, and the schemas editors use.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(evidence_app, name="evidence")


def _fault_record(fault: Fault) -> dict[str, object]:
    return {"file": fault.file, "line": fault.line, "field": fault.field, "message": fault.message}


def _ready_to_compute() -> None:
    """Import what computes findings: about as long as a second process parses the evidence."""
    import scipy.special  # type: ignore[import-untyped]  # noqa: F401

    import equipoise.documents.monograph  # noqa: F401


def _checked(
    evidence: Path | None, as_of: date, *, freshness: bool, meanwhile: Callable[[], None] | None = None
) -> tuple[Evidence, tuple[Fault, ...]]:
    """The evidence and its faults, of a day on which all of it had been read."""
    from equipoise.records.rules import check

    with reading(evidence, REFUSED):
        read, faults = check(*places.folders(evidence), as_of, freshness=freshness, meanwhile=meanwhile)
    days = (record.extracted.date for _, record in read.records())
    newest = max((day for day in days if day <= today()), default=as_of)  # a later day is a fault, which names its file
    if newest > as_of:
        stop(f"--as-of {as_of}: the evidence was read up to {newest}; give that day or a later one.")
    return read, faults


def _sound(evidence: Path | None, as_of: date, meanwhile: Callable[[], None] | None = None) -> Evidence:
    read, faults = _checked(evidence, as_of, freshness=False, meanwhile=meanwhile)
    if faults:
        refuse(faults, REFUSED)
    return read


def _say(text: str) -> None:
    """Print a finding: with a little weight and colour on a terminal, and plain to anything else."""
    if not sys.stdout.isatty():
        typer.echo(text, nl=False)
        return
    from rich.console import Console
    from rich.text import Text

    shown = Text(text)
    shown.stylize("bold", 0, text.find("\n\n"))
    shown.highlight_regex(r"(?m)^(?:Question|Number|Certainty|Other analyses|Sources|Caveats|Compute it again)\b", "dim")
    shown.highlight_regex(r"[●○]+", "green")
    Console().print(shown, end="", soft_wrap=True)


@evidence_app.command("check")
def evidence_check(as_json: Json = False, evidence: Folder = None, as_of: AsOf = None) -> None:
    """Apply every curation rule to every file, and name each fault with its file, line and field."""
    day = as_of or today()
    with progress() as step:
        step("Reading and checking")
        read, faults = _checked(evidence, day, freshness=True, meanwhile=_ready_to_compute)
    if not faults:
        from equipoise.documents.monograph import monograph as monograph_document

        for topic in read.topics.values():
            try:
                monograph_document(read, topic, day)
            except EvidenceError as refused:
                faults += refused.faults
    counts = {kind: len(getattr(read, kind)) for kind in KINDS}
    if as_json:
        typer.echo(
            json.dumps({"as_of": str(day), "records": counts, "faults": [_fault_record(fault) for fault in faults]}, indent=1)
        )
    else:
        for fault in faults:
            typer.echo(str(fault), err=True)
        total = ", ".join(f"{number} {kind}" for kind, number in counts.items())
        typer.echo(f"{total}: {len(faults) or 'no'} fault{'' if len(faults) == 1 else 's'}.")
    if faults:
        raise typer.Exit(1)


@evidence_app.command("list")
def evidence_list(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of {', '.join(KINDS)}.")],
    as_json: Json = False,
    evidence: Folder = None,
    as_of: AsOf = None,
) -> None:
    """List the records of one kind: references, studies, searches, positions, helplines, corrections, law or topics."""
    if kind not in KINDS:
        raise typer.BadParameter(f"{kind!r} is not a kind of record; should be one of {', '.join(KINDS)}")
    records = getattr(_sound(evidence, as_of or today()), kind)
    if as_json:
        from equipoise.outputs.plain import plain

        typer.echo(json.dumps([plain(record) for record in records.values()], ensure_ascii=False, indent=1))
        return
    from equipoise.outputs.text import table

    typer.echo(table(kind, records.values()), nl=False)


@evidence_app.command("schema")
def evidence_schema(
    kind: Annotated[str | None, typer.Argument(metavar="KIND", help="One kind; all without it.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write a file for each kind there.")] = None,
    as_json: Json = False,
    evidence: Folder = None,
    as_of: AsOf = None,
) -> None:
    """The JSON Schemas of the evidence files, for editors, of monograph.json, and of what other commands say with --json."""
    from equipoise.outputs.assessment import SCHEMA as ASSESSMENT
    from equipoise.outputs.exposure import SCHEMA as EXPOSURE
    from equipoise.outputs.interactions import SCHEMA as INTERACTIONS
    from equipoise.outputs.json import SCHEMA
    from equipoise.outputs.law import SCHEMA as LAW
    from equipoise.outputs.product import SCHEMA as PRODUCT
    from equipoise.records.reader import schemas

    answers = {
        "monograph": SCHEMA,
        "law-answer": LAW,
        "interactions-answer": INTERACTIONS,
        "exposure-answer": EXPOSURE,
        "product-answer": PRODUCT,
        "assessment": ASSESSMENT,
    }
    made = {**schemas(), **{name: json.loads(path.read_text(encoding="utf-8")) for name, path in answers.items()}}
    if kind is not None and kind not in made:
        raise typer.BadParameter(f"{kind!r} has no schema; should be one of {', '.join(made)}")
    chosen = made if kind is None else {kind: made[kind]}
    if out is None:
        typer.echo(json.dumps(chosen if kind is None else chosen[kind], ensure_ascii=False, indent=1))
        return
    files = {f"{name}.schema.json": json.dumps(schema, ensure_ascii=False, indent=1) + "\n" for name, schema in chosen.items()}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (out / name).write_text(text, encoding="utf-8")
    except OSError as fault:
        stop(f"{out} cannot be written: {fault.strerror or fault}.")
    typer.echo(json.dumps({"out": str(out), "files": list(files)}, indent=1) if as_json else f"{len(files)} schemas in {out}")


def _topic(evidence: Evidence, name: str | None) -> Topic:
    """The named topic; without a name the default one where the evidence has it, else its first."""
    if name is None:
        name = DEFAULT_TOPIC if DEFAULT_TOPIC in evidence.topics or not evidence.topics else next(iter(evidence.topics))
    if name not in evidence.topics:
        known = ", ".join(evidence.topics) or "none"
        stop(f"{name!r} is not a topic of this evidence; it has {known}.")
    return evidence.topics[name]


def _document(evidence: Path | None, name: str | None, as_of: date) -> "Monograph":
    read = _sound(evidence, as_of, _ready_to_compute)
    from equipoise.documents.monograph import monograph as monograph_document

    try:
        return monograph_document(read, _topic(read, name), as_of)
    except EvidenceError as refused:
        refuse(refused.faults, REFUSED)


def _html(document: "Monograph") -> dict[str, bytes]:
    from equipoise.outputs.html import site

    return site(document)


def _pdf(document: "Monograph") -> Callable[[], dict[str, bytes]]:
    from equipoise.outputs.pdf import typeset, words

    data = words(document)
    return lambda: {"monograph.pdf": typeset(data, document.as_of)}


def _json(document: "Monograph") -> dict[str, bytes]:
    from equipoise.outputs.json import monograph_json

    return {"monograph.json": monograph_json(document).encode()}


def _text(document: "Monograph") -> dict[str, bytes]:
    from equipoise.outputs.text import monograph_text

    return {"monograph.txt": monograph_text(document).encode()}


def _fhir(document: "Monograph") -> dict[str, bytes]:
    from equipoise.outputs.fhir import monograph_fhir

    return {"monograph.fhir.json": monograph_fhir(document).encode()}


WRITERS: Mapping[str, Callable[["Monograph"], dict[str, bytes]]] = {
    "html": _html,
    "json": _json,
    "text": _text,
    "fhir": _fhir,
}
FORMATS = ("html", "pdf", "json", "text", "fhir")


def _written(document: "Monograph", chosen: Sequence[str]) -> dict[str, bytes]:
    """The files of the formats; Typst, which leaves the interpreter to the others, begins before them."""
    with ThreadPoolExecutor(1) as beside:
        pdf = beside.submit(_pdf(document)) if "pdf" in chosen else None
        made = {name: WRITERS[name](document) for name in chosen if name in WRITERS}
        if pdf is not None:
            made["pdf"] = pdf.result()
    return {file: held for name in chosen for file, held in made[name].items()}


def _formats(text: str) -> list[str]:
    chosen = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    unknown = [name for name in chosen if name not in FORMATS]
    if unknown or not chosen:
        raise typer.BadParameter(f"{text!r} names {', '.join(unknown) or 'no format'}; should be some of {','.join(FORMATS)}")
    return chosen


@app.command("monograph")
def monograph(
    topic: Annotated[
        str | None,
        typer.Argument(metavar="TOPIC", help=f"A topic of the evidence; {DEFAULT_TOPIC} without it.", show_default=False),
    ] = None,
    out: Annotated[
        Path,
        typer.Option("--out", metavar="DIR", help="Where to put it; an earlier build there is replaced whole, at the end."),
    ] = Path("build/monograph"),
    formats: Annotated[
        str, typer.Option("--format", metavar="LIST", help="Some of html,pdf,json,text,fhir.")
    ] = "html,pdf,json,text",
    as_json: Json = False,
    evidence: Folder = None,
    as_of: AsOf = None,
) -> None:
    """Build the monograph: every finding computed from its records, set in chapters, in every format."""
    chosen = _formats(formats)
    with progress() as step:
        step("Reading and computing")
        document = _document(evidence, topic, as_of or today())
        step(f"Writing {', '.join(chosen)}")
        files = _written(document, chosen)
        step("Putting the build in place")
        try:
            replace_folder(out, files)
        except OSError as fault:
            stop(f"{out} cannot be written: {fault.strerror or fault}. Nothing was changed.")
    size = sum(map(len, files.values()))
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "topic": document.id,
                    "as_of": str(document.as_of),
                    "out": str(out),
                    "files": {name: len(held) for name, held in files.items()},
                },
                indent=1,
            )
        )
    else:
        held = f"{len(document.findings)} findings in {len(document.chapters)} chapters"
        typer.echo(f"{document.title}: {held}, {len(files)} files, {size / 1e6:.1f} MB in {out}")


@app.command("show")
def show(
    finding: Annotated[
        str, typer.Argument(metavar="FINDING", help="The id of a finding, as it stands in its block on the page.")
    ],
    topic: Annotated[str | None, typer.Option("--topic", metavar="TOPIC", show_default=False)] = None,
    as_json: Json = False,
    evidence: Folder = None,
    as_of: AsOf = None,
) -> None:
    """One finding: its sentence, number, certainty and why, sources, and how to compute it again."""
    document = _document(evidence, topic, as_of or today())
    if finding not in document.findings:
        from difflib import get_close_matches

        near = ", ".join(get_close_matches(finding, document.findings, n=3))
        stop(f"{finding!r} is not a finding of {document.id}." + (f" Near: {near}." if near else ""))
    if as_json:
        from equipoise.outputs.json import finding_json

        typer.echo(finding_json(document.findings[finding]), nl=False)
        return
    from equipoise.outputs.text import finding_text

    _say(finding_text(document.findings[finding], document))


app.command("pool")(pool)
app.command("law")(law)
app.command("exposure")(exposure)
app.command("interactions")(interactions)
app.command("product")(product)
app.command("assess")(assess)
app.command("serve")(serve)


@app.callback()
def equipoise(version: Annotated[bool, typer.Option("--version", help="Say the version and stop.")] = False) -> None:
    """A living, computable monograph: kratom for depression, a balanced perspective."""
    if version:
        typer.echo(f"equipoise {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line.

    What a command makes it keeps to its end, so that looking for rubbish often only costs time. Its matrices are small, so that
    a second thread of OpenBLAS has nothing to do but to keep a core busy; it reads the variable when NumPy is imported.
    """
    gc.set_threshold(10_000_000)
    atexit.register(gc.freeze)  # Python looks for rubbish once more when it ends
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    app()


if __name__ == "__main__":
    main()
