"""Where control goes: exceptions and their handlers, ``with``, ``finally``, short circuits, loops and their ``else``.

Every case is also run: what the interpreter really calls must have been predicted, and what is said to happen must.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.link.test_walk import Case, plain
from tests.unit.link.walking import observe_edges, walk

CASES = {
    "suppress keeps the exceptions that it names": Case(
        """
from contextlib import suppress
def load(): ...
def after(): ...
def never(): ...
def main():
    with suppress(ValueError): raise ValueError
    load()
    with suppress(ValueError, LookupError): raise KeyError
    after()
    with suppress(ValueError): raise TypeError
    never()
""",
        {"main -> load", "main -> after"},
        raises={"TypeError in main"},
    ),
    "what suppress may have kept leaves the rest of the body open": Case(
        """
from contextlib import suppress
import json
def found(): ...
def fallback(): ...
def read(text):
    with suppress(ValueError): return json.loads(text)
    fallback()
def main(): read("{}")
""",
        {"main -> read", "read -> fallback ?"},
        guards={"fallback": {"suppress(ValueError) keeps an exception: undecided"}},
    ),
    "__exit__ decides whether an exception goes on": Case(
        """
class Keeps:
    def __enter__(self): return self
    def __exit__(self, kind, *rest): return kind is KeyError
class Logs:
    def __enter__(self): return self
    def __exit__(self, *rest): self.log()
    def log(self): ...
def load(): ...
def never(): ...
def main():
    with Keeps(): raise KeyError
    load()
    with Logs(): raise KeyError
    never()
""",
        {
            "main -> Keeps.__enter__ [Keeps]",
            "main -> Keeps.__exit__ [Keeps]",
            "main -> load",
            "main -> Logs.__enter__ [Logs]",
            "main -> Logs.__exit__ [Logs]",
            "Logs.__exit__ -> Logs.log [Logs]",
        },
        raises={"KeyError in main"},
    ),
    "a handler starts from where the body raised": Case(
        """
class Model:
    def __init__(self): self.ready = False
def ready(): ...
def other(): ...
def noted(): ...
def fail(log):
    log.append(1)
    raise ValueError
def main():
    model, log, stage = Model(), [], "new"
    try:
        model.ready = True
        stage = "loaded"
        fail(log)
    except ValueError:
        if model.ready: ready()
        else: other()
        if stage == "loaded" and log: noted()
""",
        {"main -> Model.__init__ [Model]", "main -> fail", "main -> ready ?", "main -> noted ?"},
        guards={"ready": {"except ValueError: true", "model.ready: true"}},
    ),
    "a handler starts from any state that the body may have left": Case(
        """
import os
class Model:
    def __init__(self): self.kind = "new"
def bad(): ...
def good(): ...
def two(): ...
def check(model):
    if os.environ.get("PATH"):
        model.kind = "bad"
        raise ValueError
def main():
    model, step = Model(), 1
    try:
        check(model)
        if os.environ.get("PATH"):
            step = 2
            raise KeyError
    except ValueError:
        if model.kind == "bad": bad()
        else: good()
    except KeyError:
        if step == 2: two()
""",
        {"main -> Model.__init__ [Model]", "main -> check", "main -> bad ?", "main -> good ?", "main -> two ?"},
        guards={
            "bad": {"except ValueError: undecided", 'model.kind == "bad": undecided'},
            "two": {"except KeyError: undecided", "step == 2: undecided"},
        },
    ),
    "finally runs behind a handler that raises": Case(
        """
def cleanup(): ...
def after(): ...
def main():
    try:
        try: raise ValueError
        except ValueError: raise KeyError
        finally: cleanup()
    except KeyError: after()
""",
        {"main -> cleanup", "main -> after ?"},
        guards={"after": {"except KeyError: true"}},
    ),
    "finally runs on the way to return and break": Case(
        """
class Model: ...
def cleanup(): ...
def training(): ...
def frozen(): ...
def evaluate(model):
    model.training = False
    try: return 1
    finally: model.training = True
def wait():
    while True:
        try: raise KeyError
        except KeyError: break
        finally: cleanup()
def main():
    model = Model()
    evaluate(model)
    if model.training: training()
    else: frozen()
    wait()
""",
        {"main -> evaluate", "main -> training ?", "main -> wait", "wait -> cleanup ?"},
        guards={"training": {"model.training: true"}},
    ),
    "a return in finally ends an exception": Case(
        """
def give():
    try: raise ValueError
    finally: return 1
def after(): ...
def main():
    give()
    after()
""",
        {"main -> give", "main -> after"},
    ),
    "else is not watched over": Case(
        """
def inner(): ...
def outer(): ...
def main():
    try:
        try: pass
        except KeyError: inner()
        else: raise KeyError
    except KeyError: outer()
""",
        {"main -> inner ?", "main -> outer ?"},
    ),
    "each handler has its exceptions": Case(
        """
import os
class Late(Exception): ...
def late(): ...
def key(): ...
def other(): ...
def fail():
    if os.environ.get("PATH"): raise Late
    raise KeyError
def main():
    try: fail()
    except Late: late()
    except LookupError: key()
    except TypeError: other()
""",
        {"main -> fail", "main -> late ?", "main -> key ?"},
        guards={"late": {"except Late: undecided"}, "key": {"except LookupError: undecided"}},
    ),
    "what a bare raise raises again": Case(
        """
class Early(Exception): ...
def caught(): ...
def other(): ...
def main():
    try:
        try: raise Early
        except Early: raise
    except KeyError: other()
    except Early: caught()
""",
        {"main -> caught ?"},
        guards={"caught": {"except Early: true"}},
    ),
    "what follows a body that returns is a handler's": Case(
        """
import json
def fallback(): ...
def read(text):
    try: return json.loads(text)
    except ValueError: pass
    fallback()
def main(): read("{")
""",
        {"main -> read", "read -> fallback ?"},
        guards={"fallback": {"except ValueError: undecided"}},
    ),
    "a short circuit is a branch": Case(
        """
import os
class Model:
    def __init__(self): self.kind = None
    def setup(self): self.kind = "x"
def none(): ...
def some(): ...
def main():
    model = Model()
    os.environ.get("UNSET_VARIABLE") and model.setup()
    if model.kind is None: none()
    else: some()
""",
        {"main -> Model.__init__ [Model]", "main -> Model.setup [Model] ?", "main -> none ?", "main -> some ?"},
        writes={"kind": ["Model in Model.__init__"]},
        guards={
            "Model.setup": {'os.environ.get("UNSET_VARIABLE"): undecided'},
            "none": {"model.kind is None: undecided"},
        },
    ),
    "a decided operand is no branch": Case(
        """
def first(): return 1
def second(): ...
def never(): ...
def main():
    first() and second()
    first() or never()
""",
        {"main -> first", "main -> second"},
    ),
    "elements of a comprehension over nobody knows what": Case(
        """
import os
def filtered(): ...
def mapped(): ...
def asked(): ...
def sure(each): ...
def main():
    unknown = os.environ.get("UNSET_VARIABLE")
    [filtered() for _ in [1] if unknown]
    {key: mapped() for key in (unknown or {})}
    any(asked() for _ in unknown or [])
    [sure(each) for each in [1, 2]]
""",
        {"main -> filtered ?", "main -> mapped ?", "main -> asked ?", "main -> sure"},
        guards={"filtered": {"unknown: undecided"}, "mapped": {"for key in unknown or {}: undecided"}},
    ),
    "a loop goes on until nothing changes": Case(
        """
import os
class A:
    def run(self): ...
class B:
    def run(self): ...
class Holder: ...
def main():
    a, b, c, d, e, f, g = A(), A(), A(), A(), A(), A(), B()
    for _ in os.listdir("/usr"):
        a.run()
        a, b, c, d, e, f = b, c, d, e, f, g
""",
        {"main -> A.run [A] ?", "main -> B.run [B] ?"},
    ),
    "a loop changes attributes from round to round": Case(
        """
import os
class A:
    def run(self): ...
class B:
    def run(self): ...
class Holder: ...
def main():
    holder = Holder()
    holder.now, holder.next = A(), B()
    for _ in os.listdir("/usr"):
        holder.now.run()
        holder.now = holder.next
""",
        {"main -> A.run [A] ?", "main -> B.run [B] ?"},
    ),
    "a break passes the loop's else by": Case(
        """
import os
def fallback(): ...
def known(): ...
def always(): ...
def main():
    for name in os.listdir("/"):
        if name: break
    else: fallback()
    for number in [1, 2]:
        if number == len(os.listdir("/")): break
    else: known()
    for number in [1, 2]: ...
    else: always()
""",
        {"main -> fallback ?", "main -> known ?", "main -> always"},
        guards={"fallback": {'no break in for name in os.listdir("/"): undecided'}},
    ),
    "a loop that is left before it raises": Case(
        """
import os
def after(): ...
def main():
    for number in [1, 2]:
        if os.environ.get("PATH"): break
        raise ValueError
    after()
    while True: raise KeyError
""",
        {"main -> after"},
        raises={"KeyError in main"},
    ),
    "a generator's with statement is in the middle of it": Case(
        """
from contextlib import contextmanager
class Model:
    def __init__(self): self.training = True
def trains(): ...
def frozen(): ...
def back(): ...
@contextmanager
def evaluating(model):
    model.training = False
    try: yield model
    finally:
        model.training = True
        model.restored = 1
def main():
    model = Model()
    with evaluating(model) as same:
        same.restored = 0
        if model.training: trains()
        else: frozen()
    if model.training: back()
""",
        {"main -> Model.__init__ [Model]", "main -> evaluating", "main -> frozen ?", "main -> back ?"},
        writes={"restored": ["Model in main"]},
        guards={"frozen": {"not model.training: false"}, "back": {"model.training: true"}},
    ),
    "a generator handles what its with statement raises": Case(
        """
from contextlib import contextmanager
def handle(): ...
def enter(): ...
def leave(): ...
def after(): ...
@contextmanager
def safe():
    try: yield
    except ValueError: handle()
@contextmanager
def logged(name):
    enter()
    yield name
    leave()
class Lock:
    @contextmanager
    def held(self):
        yield self
        self.free()
    def free(self): ...
    def use(self): ...
def give():
    with logged("a") as first, logged("a"): return first
def main():
    with safe(): raise ValueError
    after()
    give()
    with Lock().held() as lock: lock.use()
    with safe(): raise KeyError
    give()
""",
        {
            "main -> safe",
            "safe -> handle ?",
            "main -> after",
            "main -> give",
            "give -> logged",
            "logged -> enter",
            "logged -> leave",
            "main -> Lock.held [Lock]",
            "main -> Lock.use [Lock]",
            "Lock.held -> Lock.free [Lock]",
        },
        raises={"KeyError in main"},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_control_flow(case: Case, tmp_path: Path) -> None:
    found = walk(tmp_path, case.source)
    assert found.edges == case.edges
    assert found.raises == case.raises
    assert {name: found.first_writes(name) for name in case.writes} == case.writes
    assert {name: found.guards_of(name) for name in case.guards} == case.guards
    assert found.trace.bounds == ()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_run_goes_the_same_way(case: Case, tmp_path: Path) -> None:
    predicted = {plain(edge) for edge in walk(tmp_path, case.source).edges}
    observed = {plain(edge) for edge in observe_edges(case.source)}
    assert observed <= predicted
    assert {plain(edge) for edge in case.edges if not edge.endswith("?")} <= observed
