"""A report as text, JSON, GitHub annotations or SARIF 2.1.0.

Every renderer takes the same findings and returns one string that ends in a newline (or is empty). Nothing is measured
or decided here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tracer.judge.report import ERROR, GAPS, RULES, Finding

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def format_text(findings: Sequence[Finding]) -> str:
    """One paragraph per finding, its place first, so that terminals and editors can jump to it."""
    return "".join(_paragraph(finding) for finding in findings)


def format_json(findings: Sequence[Finding]) -> str:
    """One JSON object: ``{"schema": 1, "findings": [...], "errors": N}``."""
    report = {
        "schema": 1,
        "findings": [_as_json(finding) for finding in findings],
        "errors": sum(finding.level == ERROR for finding in findings),
    }
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def format_github(findings: Sequence[Finding]) -> str:
    """One workflow command per finding, shown by GitHub beside the line."""
    return "".join(_workflow_command(finding) for finding in findings)


def format_sarif(findings: Sequence[Finding]) -> str:
    """A SARIF 2.1.0 log with one run; a claim's key is the result's fingerprint, so moved lines stay one alert."""
    used = {finding.rule for finding in findings}
    rules = [{"id": rule, "shortDescription": {"text": text}} for rule, text in RULES.items() if rule in used]
    driver = {"name": "tracer", "rules": rules}
    run = {"tool": {"driver": driver}, "results": [_sarif_result(finding) for finding in findings]}
    return (
        json.dumps({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"
    )


FORMATS: Mapping[str, Callable[[Sequence[Finding]], str]] = {
    "text": format_text,
    "json": format_json,
    "github": format_github,
    "sarif": format_sarif,
}


def _paragraph(finding: Finding) -> str:
    place = f"{finding.path}:{finding.line}: " if finding.path else ""
    lines = [f"{place}{finding.level}: {finding.message}"]
    if finding.rule not in GAPS:
        lines.append(f"    claim: {finding.key}")
    if finding.before:
        lines.append(f"    claimed: {_joined(finding.before)}")
    if finding.after:
        lines.append(f"    now: {_joined(finding.after)}")
    if finding.pages:
        lines.append(f"    stated on: {', '.join(finding.pages)}")
    if finding.advice:
        lines.append(f"    to do: {finding.advice}")
    return "\n".join(lines) + "\n"


def _joined(values: tuple[str, ...]) -> str:
    return " | ".join(values)


def _as_json(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "level": finding.level,
        "claim": None if finding.rule in GAPS else finding.key,
        "message": finding.message,
        "path": finding.path,
        "line": finding.line or None,
        "before": finding.before,
        "after": finding.after,
        "pages": finding.pages,
        "advice": finding.advice,
    }


def _workflow_command(finding: Finding) -> str:
    command = "error" if finding.level == ERROR else "notice"
    fields = {"file": finding.path, "line": finding.line or None, "title": f"tracer: {finding.rule}"}
    properties = ",".join(f"{name}={_escaped(str(value), ',:')}" for name, value in fields.items() if value)
    pages = f" (stated on {', '.join(finding.pages)})" if finding.pages else ""
    return f"::{command} {properties}::{_escaped(f'{finding.message}{pages}. To do: {finding.advice}')}\n"


def _escaped(text: str, more: str = "") -> str:
    for character in ("%", "\r", "\n", *more):
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _sarif_result(finding: Finding) -> dict[str, Any]:
    pages = f" Stated on {', '.join(finding.pages)}." if finding.pages else ""
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": finding.level,
        "message": {"text": f"{finding.message}.{pages} To do: {finding.advice}."},
        "partialFingerprints": {"claim/v1": finding.key},
    }
    if finding.path:
        region = {"startLine": max(finding.line, 1)}
        location = {"artifactLocation": {"uri": finding.path}, "region": region}
        result["locations"] = [{"physicalLocation": location}]
    return result
