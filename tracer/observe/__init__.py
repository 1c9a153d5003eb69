"""Run scenarios and write down what really happened: the evidence that claims are judged by.

The only package that executes the analysed code, always in a subprocess, under the target's own interpreter. ``worker``
is what runs there; the modules beside it prepare the work folder, supervise the process and turn its log into a
``ScenarioRun``.
"""

from tracer.observe.renewal import renew_run
from tracer.observe.scenario import ALL_PASSES, Watch, observe_scenario
from tracer.observe.scope import Scope, ScopeRoot, find_scope

__all__ = ["ALL_PASSES", "Scope", "ScopeRoot", "Watch", "find_scope", "observe_scenario", "renew_run"]
