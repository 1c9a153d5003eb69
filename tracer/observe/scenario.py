"""Observe one scenario: up to three runs from the same folder, and the evidence they give together.

``plain`` runs the program as it is, ``record`` with the recorder, ``coverage`` under coverage.py. The first two must
put out the same bytes; the third tells what was executed, which an edge recorder cannot see of calls into C code. It
counts only if it took the same way as the second: otherwise the scenario is reported as not reproducible.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tracer.model.evidence import ScenarioRun
from tracer.model.names import SymbolId
from tracer.model.targets import Scenario, Target
from tracer.observe.agreement import find_disagreement
from tracer.observe.assembly import Assembly, SymbolLookup
from tracer.observe.preparation import SetupError, prepare_folder, reset_folder
from tracer.observe.process import Ending, run_worker, scenario_environment
from tracer.observe.rows import Rows, read_rows
from tracer.observe.scope import Scope, scope_of_scenario

PLAIN, RECORD, COVERAGE = "plain", "record", "coverage"
ALL_PASSES = (PLAIN, RECORD, COVERAGE)


@dataclass(frozen=True, slots=True)
class Watch:
    """What to record beyond calls: names of attributes, functions whose first stack, functions whose results matter.

    Functions are symbols or the tail of a qualified name (``Class.method``). None stands for all.
    """

    attributes: tuple[str, ...] | None = ()
    flows: tuple[str, ...] | None = None
    returns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Pass:
    """One finished run: what it left in the log, and how its process ended."""

    rows: Rows
    ending: Ending

    @property
    def outcome(self) -> tuple[str, str]:
        """The run's outcome and the reason, as ``ScenarioRun`` has them."""
        said = self.rows.find("outcome")
        if self.ending.limit is not None:
            return (self.ending.limit, f"stopped at its {self.ending.limit} limit")
        if said is not None:
            return (said[0], said[1])
        if self.rows.find("start") is None:
            return ("failed", f"the recorder did not start (status {self.ending.status})")
        if self.ending.status < 0:
            return ("killed", f"ended by signal {-self.ending.status}")
        return ("killed", f"the process left with status {self.ending.status} in the middle of the run")

    @property
    def is_partial(self) -> bool:
        """Whether the log stops before the run did, or the recorder missed something."""
        return self.rows.find("end") is None or bool(self.rows.of("fault"))

    @property
    def result(self) -> tuple[object, ...]:
        """What must be the same with and without a recorder."""
        exception = self.rows.find("exception")
        return (self.outcome, exception[:2] if exception else None, self.ending.status, self.ending.output)


def observe_scenario(
    scenario: Scenario,
    target: Target,
    *,
    base: Path,
    scope: Scope,
    symbols: SymbolLookup,
    work: Path,
    python: Path,
    device: str = "cpu",
    watch: Watch = Watch(),
    passes: tuple[str, ...] = ALL_PASSES,
    configured: Mapping[str, str] = MappingProxyType({}),
) -> ScenarioRun:
    """Run the scenario under ``python`` and return what was seen; a run that goes wrong is evidence, too.

    ``base`` is the folder that the target's paths are relative to; ``work`` is a folder of this scenario's own;
    ``symbols`` names the definition at (path, first line, qualified name); ``configured`` is what the run is then said
    to be evidence of. Runs the analysed code.
    """
    runner = _Runner(scenario, target, base, scope_of_scenario(scope, scenario, target, base), work, python, device)
    watched = None if watch.attributes is None else tuple(sorted(watch.attributes))
    empty = ScenarioRun(
        scenario.name, scenario.target, device, python="", outcome="failed", configured=configured, watched=watched
    )
    try:
        runner.prepare()
        done = _run_passes(runner, watch, passes)
    except SetupError as error:
        return replace(empty, reason=runner.mask(str(error)))
    except OSError as error:
        return replace(empty, reason=f"the environment's interpreter cannot be started: {error.strerror}")
    run = replace(empty, outcome=done[passes[0]].outcome[0], reason=done[passes[0]].outcome[1])
    if RECORD in done:
        run = _evidence_of(done[RECORD], run, symbols, runner.main_module(symbols))
    if RECORD in done and PLAIN in done:
        run = replace(run, identical=done[RECORD].result == done[PLAIN].result)
    if COVERAGE in passes:
        run = _with_coverage(run, done.get(COVERAGE), _why_not_reproducible(done))
    return run


def _run_passes(runner: _Runner, watch: Watch, passes: tuple[str, ...]) -> dict[str, _Pass]:
    """Run the passes in order; lines are measured only of a run that ends by itself."""
    done: dict[str, _Pass] = {}
    for mode in passes:
        if mode == COVERAGE and any(run.outcome[0] not in ("completed", "raised") for run in done.values()):
            continue
        done[mode] = runner.run(mode, watch)
    return done


def _evidence_of(recorded: _Pass, run: ScenarioRun, symbols: SymbolLookup, main: SymbolId | None) -> ScenarioRun:
    rows = recorded.rows
    outcome, reason = recorded.outcome
    faults = [row[0] for row in rows.of("fault")]
    assembly = Assembly(rows, symbols, main)
    start = rows.find("start")
    return replace(
        run,
        python=start[0] if start is not None else "",
        outcome=outcome,
        reason="; ".join(filter(None, [reason, *faults])),
        partial=recorded.is_partial,
        exception=assembly.exception(),
        libraries=dict(sorted((name, version) for name, version in rows.of("library"))),
        files=assembly.files(),
        edges=assembly.edges(),
        flows=assembly.flows(),
        writes=assembly.writes(),
        reads=assembly.reads(),
        created=assembly.created(),
        classes=assembly.classes(),
        returns=assembly.returns(),
    )


def _why_not_reproducible(done: Mapping[str, _Pass]) -> str:
    """What the recorded and the measured pass do not agree on; empty where they agree or cannot be compared."""
    recorded, covered = done.get(RECORD), done.get(COVERAGE)
    if recorded is None or covered is None or covered.rows.find("uncovered") is not None:
        return ""
    if recorded.result != covered.result:
        return "it ended or printed otherwise"
    if recorded.is_partial:
        return ""
    return find_disagreement(recorded.rows, covered.rows) or ""


def _with_coverage(run: ScenarioRun, covered: _Pass | None, difference: str) -> ScenarioRun:
    """Add the executed lines and arcs of the files that the run speaks of, or why there are none."""
    if covered is None:
        return replace(run, reason=_join(run.reason, "lines not measured: the run did not end by itself"))
    missing = covered.rows.find("uncovered")
    if missing is not None:
        return replace(run, reason=_join(run.reason, f"lines not measured: {missing[0]}"))
    if difference:
        said = f"not reproducible: a second run took another way ({difference}); its lines are not used"
        return replace(run, reason=_join(run.reason, said))
    rows = {row[0]: row for row in covered.rows.of("covered") if not run.files or row[0] in run.files}
    return replace(
        run,
        executed={path: tuple(rows[path][2]) for path in sorted(rows)},
        arcs={path: tuple((start, end) for start, end in rows[path][3]) for path in sorted(rows)},
    )


def _join(*parts: str) -> str:
    return "; ".join(filter(None, parts))


class _Runner:
    """Runs the passes of one scenario, each from the prepared folder."""

    def __init__(
        self, scenario: Scenario, target: Target, base: Path, scope: Scope, work: Path, python: Path, device: str
    ) -> None:
        self._scenario = scenario
        self._scope = scope
        self._base = base.resolve()
        self._root = (base / target.root).resolve()
        self._work = work.resolve()
        self._python = python
        self._environment = scenario_environment((self._root,), device)
        self._prepared: Path | None = None

    def prepare(self) -> None:
        """Make the folder that every pass starts from; raises ``SetupError``."""
        self._prepared = prepare_folder(
            self._scenario, self._scope, self._base, self._root, self._work, self._python, self._run_setup
        )

    def run(self, mode: str, watch: Watch) -> _Pass:
        """Run one pass."""
        folder = reset_folder(self._work, self._prepared)
        return self._run(mode, watch, folder, self._scenario.entry, self._script())

    def main_module(self, symbols: SymbolLookup) -> SymbolId | None:
        """The module that a script's ``__main__`` is."""
        script = self._script()
        display = None if script is None else self._scope.find_display(Path(script))
        if display is None:
            return None
        return symbols(display, 1, "<module>") or display.removesuffix(".py").replace("/", ".")

    def mask(self, text: str) -> str:
        """``text`` without this machine's folders."""
        for folder, label in self._masks():
            text = re.sub(rf"(?<![\w.-]){re.escape(folder)}(?![\w.-])", label, text)
        return text

    def _run_setup(self, folder: Path) -> Ending:
        return self._run(PLAIN, Watch(), folder, self._scenario.setup, None, name="setup").ending

    def _run(
        self, mode: str, watch: Watch, folder: Path, entry: str | None, script: str | None, name: str = ""
    ) -> _Pass:
        files = self._work / (name or mode)
        log, counts = files / "log", files / "counts"
        for stale in (log, counts):
            stale.unlink(missing_ok=True)
        ending = run_worker(
            self._python,
            self._request(mode, watch, entry, script) | {"log": str(log), "counts": str(counts)},
            files=files,
            folder=folder,
            environment=self._environment,
            timeout=self._scenario.timeout,
            memory=self._scenario.memory,
        )
        return _Pass(read_rows(log, counts), ending)

    def _request(self, mode: str, watch: Watch, entry: str | None, script: str | None) -> dict[str, Any]:
        return {
            "mode": mode,
            "entry": entry,
            "script": script,
            "argv": self._scenario.argv,
            "seed": self._scenario.seed,
            "roots": [asdict(root) | {"location": str(root.location)} for root in self._scope.roots],
            "attributes": watch.attributes,
            "flows": watch.flows,
            "returns": watch.returns,
            "masks": self._masks(),
        }

    def _masks(self) -> list[tuple[str, str]]:
        folders = [(self._work / "run", "<work>"), (self._root, "<root>"), (Path.home(), "~")]
        named = [(str(folder), label) for folder, label in folders if folder.name]
        return sorted(named, key=lambda mask: -len(mask[0]))

    def _script(self) -> str | None:
        return None if self._scenario.script is None else str((self._base / self._scenario.script).resolve())
