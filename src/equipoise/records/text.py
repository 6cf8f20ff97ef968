"""YAML as text: every scalar a string, every value's line known, and nothing of YAML that a curator would not expect."""

from collections.abc import Iterator
from typing import Any

import yaml

from equipoise.records.evidence import Fault

Path = tuple[str | int, ...]

try:
    from yaml import CBaseLoader as _Loader
except ImportError:  # a PyYAML built without libyaml reads the same, only slower
    from yaml import BaseLoader as _Loader  # type: ignore[assignment]

_PLAIN = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}


def compose(text: str, file: str) -> tuple[yaml.Node | None, list[Fault]]:
    """The tree of one YAML document, or the faults that keep it from being one."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        found = f"is not YAML: {fault.problem or fault.context}"
        return None, [Fault(file, mark.line + 1 if mark else 1, "", found)]
    except (yaml.YAMLError, RecursionError) as fault:
        return None, [Fault(file, 1, "", f"is not YAML: {fault}")]
    if node is None:
        return None, [Fault(file, 1, "", "is empty; should hold one record")]
    faults = list(_oddities(node, file))
    return (None if faults else node), faults


def _oddities(root: yaml.Node, file: str) -> Iterator[Fault]:
    """Repeated keys, keys that are not plain text, aliases, tags and empty values."""
    seen: set[int] = set()
    waiting: list[tuple[yaml.Node, str]] = [(root, "")]
    while waiting:
        node, path = waiting.pop()
        line = node.start_mark.line + 1
        if id(node) in seen:
            yield Fault(file, line, path, "is a YAML alias; should be written out")
            continue
        seen.add(id(node))
        if node.tag not in _PLAIN:
            yield Fault(file, line, path, f"has the YAML tag {node.tag}; should have none")
        elif isinstance(node, yaml.MappingNode):
            keys: set[str] = set()
            for key, value in node.value:
                name = key.value if isinstance(key, yaml.ScalarNode) else "?"
                here = f"{path}.{name}" if path else name
                if not isinstance(key, yaml.ScalarNode):
                    yield Fault(file, key.start_mark.line + 1, path, "has a key that is not a word")
                elif name in keys:
                    yield Fault(file, key.start_mark.line + 1, here, "is repeated; should stand once")
                keys.add(name)
                waiting.append((value, here))
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend((item, f"{path}[{index}]") for index, item in enumerate(node.value))
        elif isinstance(node, yaml.ScalarNode) and not node.value.strip():
            yield Fault(file, line, path, "is empty; leave it out, or say not-reported or not-applicable")


def plain(node: yaml.Node) -> Any:
    """The node as dicts, lists and strings."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [plain(item) for item in node.value]
    return node.value


def locate(node: yaml.Node, path: Path) -> tuple[int, str]:
    """The line of ``path`` and its name in the file (``arms[0].events``); steps that the file does not have are passed over."""
    line, name = node.start_mark.line + 1, ""
    for step in path:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == step:
                    node, line, name = value, key.start_mark.line + 1, f"{name}.{step}" if name else str(step)
                    break
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and 0 <= step < len(node.value):
            node = node.value[step]
            line, name = node.start_mark.line + 1, f"{name}[{step}]"
    return line, name
