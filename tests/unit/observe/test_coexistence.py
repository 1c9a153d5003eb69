"""Programs that use the interpreter's hooks themselves: both see what they should, or the evidence says who did not."""

from __future__ import annotations

import importlib.util

import pytest

from tracer.observe import ALL_PASSES

HAS_COVERAGE = importlib.util.find_spec("coverage") is not None
needs_coverage = pytest.mark.skipif(not HAS_COVERAGE, reason="coverage is not installed")
EDGES = [("main:run", "f()", "main:f"), ("main:run", "g()", "main:g")]


def test_a_debuggers_trace_function_does_not_disturb_the_recording(observe_source):
    source = """
        import sys
        def f(): pass
        def g(): pass
        def run():
            seen = []
            def trace(frame, event, value):
                seen.append((frame.f_code.co_name, event))
                return trace
            sys.settrace(trace)
            f()
            sys.settrace(None)
            g()
            print(seen)
    """
    observed = observe_source(source, passes=("plain", "record"))
    calls = [edge for edge in observed.edges() if edge[2] in ("main:f", "main:g")]
    assert calls == EDGES
    assert (observed.run.identical, observed.run.partial) == (True, False)


def test_a_profile_function_runs_beside_the_recorder(observe_source):
    source = """
        import sys, threading
        def f(): pass
        def g(): pass
        def run():
            seen = []
            def profile(frame, event, value):
                if frame.f_code.co_name in "fg":
                    seen.append((frame.f_code.co_name, event))
            before = sys.getprofile()
            sys.setprofile(profile)
            f()
            print(sys.getprofile() is profile)
            sys.setprofile(before)
            g()
            threading.setprofile(profile)
            thread = threading.Thread(target=f)
            thread.start()
            thread.join()
            threading.setprofile(None)
            print(before, seen)
    """
    observed = observe_source(source, passes=("plain", "record"))
    calls = [edge for edge in observed.edges() if edge[2] in ("main:f", "main:g")]
    assert calls == EDGES
    assert (observed.run.identical, observed.run.partial) == (True, False)


def test_a_profiler_written_in_c_works_or_the_evidence_says_so(observe_source):
    source = """
        import cProfile
        def f(): pass
        def g(): pass
        def run():
            profiler = cProfile.Profile()
            profiler.enable()
            f()
            profiler.disable()
            g()
            print(sorted(entry.code.co_name for entry in profiler.getstats() if not isinstance(entry.code, str)))
    """
    observed = observe_source(source, passes=("plain", "record"))
    assert observed.run.outcome == "completed"
    assert observed.run.partial or observed.edges() == EDGES
    assert not observed.run.partial or "the profile function was replaced" in observed.run.reason


def test_taken_and_freed_monitoring_ids(observe_source):
    source = """
        import sys
        def f(): pass
        def g(): pass
        def run():
            if not hasattr(sys, "monitoring"):
                return f(), g()
            seen, monitoring = [], sys.monitoring
            mine = next(tool for tool in range(6) if monitoring.get_tool(tool) is None)
            monitoring.use_tool_id(mine, "mine")
            monitoring.register_callback(mine, monitoring.events.PY_START, lambda code, _: seen.append(code.co_name))
            monitoring.set_events(mine, monitoring.events.PY_START)
            f()
            monitoring.set_events(mine, 0)
            monitoring.free_tool_id(mine)
            g()
            print(seen)
    """
    observed = observe_source(source, passes=("plain", "record"))
    assert [edge[2] for edge in observed.edges()] == ["main:f", "main:g"]
    assert (observed.run.identical, observed.run.partial) == (True, False)


def test_losing_the_monitoring_id_is_said(observe_source):
    source = """
        import sys
        def f(): pass
        def run():
            if hasattr(sys, "monitoring"):
                for tool in range(6):
                    if sys.monitoring.get_tool(tool):
                        sys.monitoring.set_events(tool, 0)
                        sys.monitoring.free_tool_id(tool)
            f()
    """
    observed = observe_source(source)
    assert observed.run.outcome == "completed"
    assert observed.run.partial == (observed.edges() == [])
    assert not observed.run.partial or "took the recorder's tool id" in observed.run.reason


def test_without_a_free_monitoring_id_nothing_is_claimed(observe_files, python):
    taken = (
        "import sys\nif hasattr(sys, 'monitoring'):\n    [sys.monitoring.use_tool_id(n, 'taken') for n in range(6)]\n"
    )
    files = {"main.py": "def f(): pass\ndef run(): f()\n", "sitecustomize.py": taken}
    observed = observe_files(files, python=python)
    assert observed.run.outcome == "completed"
    assert observed.run.partial == (observed.edges() == [])
    assert not observed.run.partial or "every tool id of sys.monitoring is taken" in observed.run.reason


@needs_coverage
def test_a_program_that_measures_its_own_coverage(observe_files):
    source = """
        import coverage
        def f(): pass
        def g(): pass
        def run():
            measured = coverage.Coverage(data_file=None, include=["*main.py"], messages=False)
            measured.start()
            f()
            measured.stop()
            g()
            print(len(measured.get_data().lines(__file__)) > 0)
        """
    observed = observe_files({"main.py": source}, passes=ALL_PASSES)
    assert observed.edges() == EDGES
    assert (observed.run.identical, observed.run.partial, observed.run.executed) == (True, False, {})
    assert "lines not measured: the program measures its own coverage" in observed.run.reason


@needs_coverage
@pytest.mark.parametrize("restored", ["None", "before"])
def test_a_debugger_leaves_no_half_measured_lines(restored, observe_files):
    source = f"""
        import sys
        def f(): pass
        def run():
            before = sys.gettrace()
            sys.settrace(lambda *_: None)
            f()
            sys.settrace({restored})
        """
    run = observe_files({"main.py": source}, passes=ALL_PASSES).run
    assert run.executed == {}
    assert "lines not measured: the program set a trace function of its own" in run.reason
