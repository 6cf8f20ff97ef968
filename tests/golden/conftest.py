"""``pytest tests/golden --update-golden`` (``make golden``) writes the golden files again; read the diff before you keep it."""

from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="Write the golden files again.")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Return the comparison of a whole text with its golden file."""

    def compare(name: str, text: str) -> None:
        file = HERE / name
        if request.config.getoption("--update-golden", default=False):
            file.write_text(text, encoding="utf-8")
        assert file.is_file(), f"tests/golden/{name} is missing; `make golden` writes it"
        assert text == file.read_text(encoding="utf-8"), (
            f"tests/golden/{name} differs; if it should, `make golden` and read the diff"
        )

    return compare
