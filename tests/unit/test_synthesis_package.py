"""What the package of the engine offers by name."""

import subprocess
import sys
from types import ModuleType

import pytest

from equipoise.engines import synthesis


def test_every_name_is_the_thing_and_no_module() -> None:
    assert dir(synthesis) == sorted(synthesis.__all__)
    offered = {name: getattr(synthesis, name) for name in synthesis.__all__}
    assert [name for name, thing in offered.items() if isinstance(thing, ModuleType)] == []


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'pools'"):
        _ = synthesis.pools


def test_pooling_does_not_load_the_other_models() -> None:
    """A command pays for what it uses: the first result of `equipoise pool` waits for this."""
    code = (
        "import sys; from equipoise.engines.synthesis import pool; "
        "print([name for name in sys.modules if name.endswith(('.networks', '.mixed_counts', '.levels', '.multiverses'))])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"  # noqa: S603
