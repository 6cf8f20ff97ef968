"""YAML as text: every scalar a string, every value's line known, and nothing of YAML that a curator would not expect."""

from pathlib import Path
from typing import Any

import yaml

from equipoise.records.faults import Fault
from equipoise.records.forms import Steps

try:
    from yaml import CBaseLoader as _BaseLoader
except ImportError:  # a PyYAML built without libyaml reads the same, only slower
    from yaml import BaseLoader as _BaseLoader  # type: ignore[assignment]


DEEPEST = 20
"""Levels that a file may nest. Records need 7; libyaml would take the process with it at some ten thousands."""

_TAGS = {
    yaml.ScalarNode: "tag:yaml.org,2002:str",
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
    yaml.MappingNode: "tag:yaml.org,2002:map",
}


class _TooDeep(Exception):  # noqa: N818 - it never leaves this module
    """The line on which a file nests deeper than it may."""


class _Loader(_BaseLoader):
    """PyYAML's loader with no meaning given to any scalar, and a floor under its recursion."""

    depth = 0

    def descend_resolver(self, current_node: yaml.Node | None, current_index: Any) -> None:  # noqa: ARG002 - PyYAML calls it so
        self.depth += 1
        if self.depth > DEEPEST:
            raise _TooDeep(current_node.start_mark.line + 1 if current_node else 1)

    def ascend_resolver(self) -> None:
        self.depth -= 1

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:  # noqa: ARG002 - PyYAML calls it so
        return _TAGS[kind]


def decoded(path: Path, file: str) -> tuple[str | None, list[Fault]]:
    """The text of a file, without the byte order mark that some editors put first; or why there is none."""
    try:
        raw = path.read_bytes()
    except OSError as refused:
        return None, [Fault(file, 1, "", f"cannot be opened ({refused.strerror}); should be a file of text")]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as refused:
        line = raw.count(b"\n", 0, refused.start) + 1
        return None, [Fault(file, line, "", f"holds the byte 0x{raw[refused.start]:02x}; should be saved as UTF-8")]


def compose(text: str, file: str) -> tuple[yaml.Node | None, list[Fault]]:
    """The tree of one YAML document, or the fault that keeps it from being one."""
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as refused:
        return None, [_unparsed(refused, text, file)]
    except yaml.reader.ReaderError as refused:
        line = text.encode().count(b"\n", 0, refused.position) + 1
        return None, [Fault(file, line, "", f"holds the character U+{int(refused.character):04X}; should be plain text")]
    except _TooDeep as refused:
        return None, [Fault(file, refused.args[0], "", f"nests deeper than {DEEPEST} levels; should hold one record")]
    if node is None:
        return None, [Fault(file, 1, "", "is empty; should hold one record")]
    return node, []


def _unparsed(refused: yaml.MarkedYAMLError, text: str, file: str) -> Fault:
    mark = refused.problem_mark or refused.context_mark
    if mark is None:
        return Fault(file, 1, "", f"is not YAML: {refused.problem}")
    line = min(mark.line, text.count("\n")) + 1  # libyaml puts the end of a file on a line that is not there
    if text[mark.index : mark.index + 1] == "\t":
        return Fault(file, line, "", "has a tab before its first word; should have spaces")
    return Fault(file, line, "", f"is not YAML: {refused.problem or refused.context}")


def plain(root: yaml.Node, text: str, file: str) -> tuple[Any, list[Fault]]:
    """The tree as dicts, lists and strings, and a fault for each thing in it that is not as plain as that."""
    walk = _Plain(text, file)
    return walk.content(root, ()), walk.faults


class _Plain:
    """A walk through a tree.

    What carries an anchor is not entered, so that an alias of it costs nothing; one fault names the first.
    """

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.faults: list[Fault] = []
        self.may_have_signs = "&" in text or "!" in text
        self.anchored = False

    def content(self, node: yaml.Node, path: Steps) -> Any:
        if self.may_have_signs and self.signed(node, path):
            return ""
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.content(item, (*path, index)) for index, item in enumerate(node.value)]
        if not node.value.strip():
            self.fault(node, path, "is empty; should be left out, or say not-reported or not-applicable")
        return node.value

    def mapping(self, node: yaml.MappingNode, path: Steps) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key, value in node.value:
            word, text = key.value, value.value
            scalars = isinstance(word, str) and isinstance(text, str)
            if scalars and not self.may_have_signs and word not in data and text.strip():
                data[word] = text  # nothing to say of it and nothing to enter, as of most
                continue
            if not isinstance(key, yaml.ScalarNode):
                self.fault(key, path, "has a key that is not a word; should have words before each colon")
                continue
            here = (*path, key.value)
            if self.may_have_signs:
                self.signed(key, here)
            if key.value in data:
                self.fault(key, here, "is repeated; should stand once")
            data[key.value] = self.content(value, here)
        return data

    def signed(self, node: yaml.Node, path: Steps) -> bool:
        """Whether a node begins with ``&`` or ``!``, as no plain text does."""
        sign = self.text[node.start_mark.index : node.start_mark.index + 1]
        if sign == "!":
            self.fault(node, path, "has a YAML tag; should have none")
        elif sign == "&" and not self.anchored:
            self.anchored = True
            self.fault(node, path, "has a YAML anchor; should be written out wherever it is meant")
        return sign in ("&", "!")

    def fault(self, node: yaml.Node, path: Steps, message: str) -> None:
        self.faults.append(Fault(self.file, node.start_mark.line + 1, named(path), message))


def named(path: Steps) -> str:
    """A path as people write it: ``arms[0].events``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def locate(node: yaml.Node, path: Steps) -> tuple[int, str]:
    """The line of ``path`` and its name in the file; steps that the file does not have are passed over."""
    line, there = node.start_mark.line + 1, []
    for step in path:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == step:
                    node, line = value, key.start_mark.line + 1
                    there.append(step)
                    break
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and 0 <= step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
            there.append(step)
    return line, named(tuple(there))


def written(path: Path, file: str) -> tuple[Any, list[Fault]]:
    """A YAML file that is no record of the evidence, as dicts, lists and strings; or why it cannot be."""
    text, faults = decoded(path, file)
    if text is None:
        return None, faults
    node, faults = compose(text, file)
    return (None, faults) if node is None else plain(node, text, file)
