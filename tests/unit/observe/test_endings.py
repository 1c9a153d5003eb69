"""However a run ends, what it had shown until then is kept, and how it ended is said."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

EDGE = [("main:run", "f()", "main:f")]


def _program(*last: str) -> str:
    return "\n".join(
        ["import os, sys, time", "def f(): pass", "def run():", "    f()", *(f"    {line}" for line in last)]
    )


@pytest.mark.parametrize(
    ("last", "outcome", "reason"),
    [
        ("os._exit(3)", "killed", "the process left with status 3 in the middle of the run"),
        ("os.kill(os.getpid(), 9)", "killed", "ended by signal 9"),
        ("import ctypes; ctypes.string_at(0)", "killed", "ended by signal 11"),
        ("os.abort()", "killed", "ended by signal 6"),
        ("time.sleep(60)", "timeout", "stopped at its timeout limit"),
        ("while True: pass", "timeout", "stopped at its timeout limit"),
    ],
)
def test_a_run_that_is_cut_off_is_partial(last, outcome, reason, observe_source):
    observed = observe_source(_program(last), timeout=3)
    assert (observed.run.outcome, observed.run.reason, observed.run.partial) == (outcome, reason, True)
    assert observed.edges() == EDGE


def test_counts_survive_a_kill(observe_source):
    run = observe_source(_program("for _ in range(99): f()", "os._exit(1)")).run
    assert [edge.count for edge in run.edges] == [1, 99]


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="daemons are only found where there is a /proc")
def test_a_daemon_of_the_run_ends_with_it(observe_files, tmp_path):
    daemon = """
        import os, time
        def run():
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    time.sleep(60)
                os._exit(0)
            os.wait()
    """
    assert observe_files({"main.py": daemon}).run.outcome == "completed"
    assert not processes_of(tmp_path / "work")


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells a process that its parent is gone")
def test_a_run_ends_with_the_process_that_started_it(tmp_path):
    (tmp_path / "main.py").write_text("import time\ndef run(): time.sleep(60)\n")
    starter = subprocess.Popen([sys.executable, "-c", START, str(tmp_path)])
    deadline = time.monotonic() + 30
    while not processes_of(tmp_path / "work") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_of(tmp_path / "work")
    starter.kill()
    starter.wait()
    while processes_of(tmp_path / "work") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not processes_of(tmp_path / "work")


START = """
import sys
from pathlib import Path
from tracer.model.targets import Scenario, Target
from tracer.observe import Watch, find_scope, observe_scenario
folder = Path(sys.argv[1])
target = Target("target", ".", ("main",))
observe_scenario(Scenario("case", "target", entry="main:run"), target, base=folder, scope=find_scope(target, folder),
                 symbols=lambda *_: None, work=folder / "work", python=Path(sys.executable), passes=("record",))
"""


def processes_of(work: Path) -> list[int]:
    """The processes whose current folder lies in a scenario's work folder."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if place.readlink().is_relative_to(work):
                found.append(int(place.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is only limited where there is a /proc")
def test_a_run_over_its_memory_limit_is_stopped(observe_source):
    observed = observe_source(_program("kept = bytearray(b'x') * (1 << 29)", "time.sleep(20)"), memory=200)
    assert (observed.run.outcome, observed.run.partial) == ("memory", True)
    assert observed.edges() == EDGE


def test_an_exception_is_evidence_with_its_stack(observe_source):
    observed = observe_source(
        """
        class Oops(Exception): pass
        def g(): raise Oops("no tower")
        def run():
            [g() for _ in "a"]
        """
    )
    run = observed.run
    assert (run.outcome, run.partial) == ("raised", False)
    assert (run.exception.type, run.exception.message) == ("main:Oops", "no tower")
    assert [(f.symbol, observed.text(f.path, f.span)) for f in run.exception.stack] == [
        ("main:run", "g()"),
        ("main:g", 'raise Oops("no tower")'),
    ]


def test_a_builtin_exception_goes_by_its_name(observe_source):
    run = observe_source("def run():\n    None.is_loaded\n").run
    assert run.exception.type == "AttributeError"
    assert run.exception.message == "'NoneType' object has no attribute 'is_loaded'"


@pytest.mark.parametrize(("code", "outcome"), [("0", "completed"), ("None", "completed"), ("2", "raised")])
def test_leaving_by_sys_exit(code, outcome, observe_source):
    assert observe_source(_program(f"sys.exit({code})")).run.outcome == outcome


def test_running_out_of_stack_is_survived(observe_source):
    source = """
        def f(n): f(n + 1)
        def g(): pass
        def run():
            try: f(0)
            except RecursionError: g(); print("survived")
    """
    observed = observe_source(source, passes=("plain", "record"))
    run = observed.run
    assert (run.outcome, run.identical) == ("completed", True)
    assert observed.edges()[:2] == [("main:run", "f(0)", "main:f"), ("main:f", "f(n + 1)", "main:f")]
    was_g_seen = observed.edges()[2:] == [("main:run", "g()", "main:g")]
    assert was_g_seen != run.partial
    assert was_g_seen or "when the stack ran out" in run.reason


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("absent:run", "there is no module 'absent' to call 'absent:run' in"),
        ("main:absent", "main has no function 'absent'"),
    ],
)
def test_an_entry_that_is_not_there_fails(entry, reason, observe_source):
    run = observe_source(_program(), entry=entry).run
    assert (run.outcome, run.reason) == ("failed", reason)


def test_an_interpreter_that_is_not_there_fails(observe_files, tmp_path):
    run = observe_files({"main.py": _program()}, python=tmp_path / "nowhere").run
    assert run.outcome == "failed"
    assert "interpreter cannot be started" in run.reason


def test_a_setup_that_fails_says_so(observe_files):
    run = observe_files(
        {"main.py": _program(), "prepare.py": "def go(): raise OSError('no room')\n"}, setup="prepare:go"
    ).run
    assert (run.outcome, run.reason) == ("failed", "setup ended with status 1: OSError: no room")


def test_children_do_not_outlive_the_run(observe_files, tmp_path):
    sign = tmp_path / "alive"
    child = f"import time, pathlib; time.sleep(4); pathlib.Path({str(sign)!r}).touch()"
    body = f"    subprocess.Popen([sys.executable, '-c', {child!r}])\n    time.sleep(60)\n"
    source = f"import subprocess, sys, time\ndef run():\n{body}"
    assert observe_files({"main.py": source}, timeout=1).run.outcome == "timeout"
    time.sleep(4)
    assert not sign.exists()


def test_a_forked_child_writes_nothing(observe_source):
    observed = observe_source(
        """
        import os, warnings
        def parent(): pass
        def child(): pass
        def run():
            number = os.fork()
            if number == 0:
                child()
                os._exit(0)
            os.waitpid(number, 0)
            parent()
        """
    )
    assert observed.edges() == [("main:run", "parent()", "main:parent")]
    assert observed.run.outcome == "completed"


def test_the_network_is_out_of_reach(observe_source):
    run = observe_source(
        """
        import socket
        def run():
            with socket.socket() as plug:
                plug.connect(("192.0.2.1", 80))
        """
    ).run
    assert (run.exception.type, run.exception.message) == (
        "OSError",
        "[Errno 101] a scenario has no network: 192.0.2.1",
    )


@pytest.mark.skipif(sys.platform != "linux", reason="error numbers differ")
def test_a_socket_to_this_machine_works(observe_source):
    source = """
        import socket
        def run():
            with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
                pass
    """
    assert observe_source(source).run.outcome == "completed"
