"""Where the evidence and the chapters stand: in a checkout of the project, in the installed package, or where the user says."""

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent


def shipped() -> tuple[Path, Path]:
    """The evidence and chapters that come with this copy of the program."""
    checkout = _PACKAGE.parent.parent
    root = checkout if (checkout / "pyproject.toml").is_file() and (checkout / "evidence").is_dir() else _PACKAGE / "_data"
    return root / "evidence", root / "chapters"


def folders(evidence: Path | None) -> tuple[Path, Path]:
    """The evidence that the user names, and its chapters; without a name the shipped ones."""
    return shipped() if evidence is None else (evidence, beside(evidence))


def beside(evidence: Path) -> Path:
    """The chapters for an evidence folder: ``chapters`` in it, else beside it, else the shipped ones."""
    for folder in (evidence / "chapters", evidence.parent / "chapters"):
        if folder.is_dir():
            return folder
    return shipped()[1]
