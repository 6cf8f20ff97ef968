"""What stands in docs/ is what the program says."""

import json
from pathlib import Path

from equipoise.outputs.json import SCHEMA
from equipoise.records.reader import schemas

DOCS = Path(__file__).parents[2] / "docs"


def test_the_schemas_in_docs_are_those_of_the_reader() -> None:
    """Run `make docs` after a change of a record kind."""
    kept = {path.name.removesuffix(".schema.json"): json.loads(path.read_text()) for path in (DOCS / "schemas").glob("*.json")}
    assert kept == {**schemas(), "monograph": json.loads(SCHEMA.read_text())}
