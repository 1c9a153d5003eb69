"""One file's bytes, read: the libcst tree, the ``ast`` tree beside it for positions, and the source's lines.

``ast`` gates first. libcst's native parser overflows the C stack on a few thousand nested or chained expressions and
takes gigabytes for a large literal, so a file that is broken, too deep or too large never reaches it. What is refused
is refused with a located problem, and keeps its ``ast`` tree where there is one. Nothing here runs the code it reads.
"""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from dataclasses import dataclass

import libcst as cst

from tracer.codec.recursion import recursion_room
from tracer.model.facts import Problem
from tracer.parse.depth import nests_deeper_than

# libcst's parser stands a few thousand levels, but decoding lowered code takes up to three C frames a level and Python
# 3.12.1 allows 1,500; of 20,000 installed files one is deeper (a table of polynomials).
MAX_DEPTH = 500
MAX_BYTES = 2_000_000
# What is larger or deeper than this is not even read for its definitions: time and memory get out of proportion, and
# Python versions differ in how deep a tree their own parser builds.
MAX_GATE_BYTES = 8_000_000
MAX_GATE_DEPTH = 2_500


@dataclass(frozen=True, slots=True)
class ParsedModule:
    """A file's two trees and its lines (UTF-8 bytes, without line ends); a tree is None where ``problems`` say why."""

    tree: cst.Module | None
    syntax: ast.Module | None
    lines: tuple[bytes, ...]
    problems: tuple[Problem, ...] = ()


def parse_module(source: bytes) -> ParsedModule:
    """Parse a file's bytes into both trees; whatever the bytes are, the answer is a ``ParsedModule``."""
    try:
        text = decode_source(source)
    except (SyntaxError, LookupError, ValueError) as error:
        return ParsedModule(None, None, tuple(source.split(b"\n")), (_encoding_problem(source, error),))
    lines = split_lines(text)
    if len(source) > MAX_GATE_BYTES:
        return ParsedModule(None, None, lines, (_size_problem(source),))
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return ParsedModule(None, None, lines, (Problem("syntax", "the source holds a null byte", line),))
    with recursion_room(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _parse_text(source, text, lines)


def _parse_text(source: bytes, text: str, lines: tuple[bytes, ...]) -> ParsedModule:
    try:
        syntax = ast.parse(text)
    except (RecursionError, MemoryError):
        return ParsedModule(None, None, lines, (_depth_problem(),))
    except SyntaxError as error:
        return ParsedModule(None, None, lines, (_syntax_problem(error),))
    except ValueError:
        return ParsedModule(None, None, lines, (Problem("syntax", "not valid Python syntax"),))
    if len(source) > MAX_BYTES:
        return ParsedModule(None, syntax, lines, (_size_problem(source),))
    if nests_deeper_than(MAX_DEPTH, syntax):
        kept = None if nests_deeper_than(MAX_GATE_DEPTH, syntax) else syntax
        return ParsedModule(None, kept, lines, (_depth_problem(),))
    try:
        return ParsedModule(cst.parse_module(text), syntax, lines)
    except (cst.ParserSyntaxError, cst.CSTValidationError) as error:
        message, line = "libcst cannot read this syntax, so its bodies are not read", getattr(error, "raw_line", 0)
        return ParsedModule(None, syntax, lines, (Problem("syntax", message, line),))


def decode_source(source: bytes) -> str:
    """Decode by byte order mark or PEP 263 cookie, else as UTF-8.

    Raises:
        SyntaxError, LookupError, ValueError: if the encoding is unknown or the bytes are not in it.
    """
    if b"coding" not in b"".join(source.split(b"\n", 2)[:2]):
        return source.decode("utf-8-sig")
    encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
    return source.decode(encoding)


def split_lines(text: str) -> tuple[bytes, ...]:
    """Split where Python's tokenizer does (LF, CRLF, CR, and not at a form feed), as UTF-8 bytes."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return tuple(text.encode("utf-8", "surrogatepass").split(b"\n"))


def _encoding_problem(source: bytes, error: Exception) -> Problem:
    if isinstance(error, UnicodeDecodeError):
        line = source.count(b"\n", 0, error.start) + 1
        return Problem("encoding", f"the bytes are not {error.encoding.upper()}", line)
    return Problem("encoding", "the declared encoding is unknown or does not fit the bytes", 1)


def _syntax_problem(error: SyntaxError) -> Problem:
    # Messages differ between Python versions and facts must not, so only the fact and its line are kept.
    if "too many nested" in (error.msg or "") or "too many statically nested" in (error.msg or ""):
        return _depth_problem()
    return Problem("syntax", "not valid Python syntax", error.lineno or 0)


def _depth_problem() -> Problem:
    return Problem("depth", f"nested deeper than {MAX_DEPTH} levels, so its bodies are not read")


def _size_problem(source: bytes) -> Problem:
    return Problem("size", f"{len(source)} bytes are more than {MAX_BYTES}, so its bodies are not read")
