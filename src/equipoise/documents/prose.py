"""Chapter prose: a small part of Markdown as blocks, so that every output writes it in its own way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from equipoise.records.prose import MARK, marked

_COMMONMARK = MarkdownIt("commonmark")
_IN_LISTS = frozenset({"list_item_open", "list_item_close", "paragraph_open", "paragraph_close", "inline"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A run of text: plain, emphasised or strong, perhaps a link."""

    text: str
    mark: Literal["", "emph", "strong"] = ""
    href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph."""

    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading inside a chapter; the chapter's title is level 1, so ``level`` is 2 or 3."""

    level: int
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    """A list of short items."""

    items: tuple[tuple[Span, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The place where a finding stands."""

    finding: str


Block = Paragraph | Heading | Bullets | Shown


class ProseError(ValueError):
    """Prose uses something that chapters do not; ``line`` says where."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def blocks(markdown: str) -> tuple[Block, ...]:
    """The blocks of a chapter's Markdown.

    Raises
    ------
    ProseError
        A construct that chapters do not use (raw HTML, tables, images, code, nested lists, other headings), or a finding
        inside a paragraph.
    """
    return tuple(_blocks(_COMMONMARK.parse(markdown)))


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.type == "paragraph_open":
            yield from _paragraph(tokens[index + 1])
            index += 3
        elif token.type == "heading_open":
            if token.tag not in {"h2", "h3"}:
                right = "should be ## or ###, since the title of the chapter stands above"
                raise ProseError(_line(token), f"{token.tag} is not used in chapters; {right}")
            yield Heading(level=int(token.tag[1]), spans=_spans(tokens[index + 1]))
            index += 3
        elif token.type == "bullet_list_open":
            end = next(place for place in range(index, len(tokens)) if tokens[place].type == "bullet_list_close")
            for item in tokens[index + 1 : end]:
                if item.type == "bullet_list_open":
                    raise ProseError(_line(item), "a list in a list is not used in chapters; should be one list")
                if item.type not in _IN_LISTS:
                    raise ProseError(_line(item), f"{_named(item)} is not used in the lists of chapters; should be words")
            yield Bullets(items=tuple(_spans(item) for item in tokens[index:end] if item.type == "inline"))
            index = end + 1
        else:
            raise ProseError(_line(token), f"{_named(token)} is not used in chapters; should be a paragraph, heading or list")


def _named(token: Token) -> str:
    return token.type.removesuffix("_open").removesuffix("_close").replace("_", " ")


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def _paragraph(inline: Token) -> Iterator[Block]:
    marks = marked(inline.content)
    if marks and MARK.sub("", inline.content).strip():
        raise ProseError(_line(inline), f"{marks[0]!r} stands in a paragraph; should have an empty line before and after it")
    if marks:
        yield from (Shown(finding=mark) for mark in marks)
    else:
        yield Paragraph(spans=_spans(inline))


def _spans(inline: Token) -> tuple[Span, ...]:
    spans: list[Span] = []
    mark: Literal["", "emph", "strong"] = ""
    href: str | None = None
    for token in inline.children or ():
        match token.type:
            case "text" | "code_inline":
                spans.append(Span(text=token.content, mark=mark, href=href))
            case "softbreak" | "hardbreak":
                spans.append(Span(text=" ", mark=mark, href=href))
            case "em_open":
                mark = "emph"
            case "strong_open":
                mark = "strong"
            case "em_close" | "strong_close":
                mark = ""
            case "link_open":
                href = str(token.attrs["href"])
            case "link_close":
                href = None
            case other:
                found = other.replace("_", " ")
                raise ProseError(_line(inline), f"{found} is not used in chapters; should be text, emphasis or a link")
    return tuple(span for span in spans if span.text)


def plain(spans: Sequence[Span]) -> str:
    """The words alone."""
    return "".join(span.text for span in spans)
