"""Walking a folder without scenarios: modules, also as programs, then what nothing reached."""

from __future__ import annotations

from pathlib import Path

from tests.unit.link.walking import facts_of, libraries, spell, spell_edge
from tracer.codec.recursion import recursion_room
from tracer.link.program import link_folder
from tracer.model.program import EntryTrace

SOURCE = """
class Config:
    def __init__(self, hidden): self.hidden = hidden
class Model:
    def __init__(self, config: Config): self.config = config
    def size(self): return self.config.hidden
def unused(model: Model): return model.size()
def build(): return Model(Config(8))
if __name__ == "__main__":
    build().size()
"""


def walk_folder(folder: Path, source: str, *starts: str) -> EntryTrace:
    (folder / "app.py").write_text(source)
    with recursion_room():
        program, _ = link_folder(("app",), folder, libraries(), facts_of, starts=starts)
    return program.traces["source"]


def test_a_module_is_also_walked_as_a_program(tmp_path: Path) -> None:
    edges = walk_folder(tmp_path, SOURCE).edges()
    assert {spell_edge(edge) for edge in edges} == {
        "<top> -> build ?",
        "<top> -> Model.size [Model] ?",
        "build -> Config.__init__ [Config]",
        "build -> Model.__init__ [Model]",
        "unused -> Model.size [Model]",
    }
    assert {guard.text for edge in edges for guard in edge.guards} == {'__name__ == "__main__"'}


def test_a_chain_begins_in_the_code(tmp_path: Path) -> None:
    trace = walk_folder(tmp_path, SOURCE, "app:build")
    (first,) = [first for first in trace.first_writes if first.attribute == "hidden"]
    assert [spell(edge.callee) for edge in first.chain] == ["Config.__init__"]


COMMAND_LINE = """
import argparse, sys
def narrow(): ...
def wide(): ...
def after(): ...
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--sight", default="narrow")
    arguments = parser.parse_args()
    if arguments.sight == "narrow": narrow()
    else: wide()
    if len(sys.argv) > 1: after()
if __name__ == "__main__": main()
"""


def test_nobody_knows_the_command_line_of_a_folder(tmp_path: Path) -> None:
    calls = {spell_edge(edge) for edge in walk_folder(tmp_path, COMMAND_LINE).edges()}
    assert {"main -> narrow ?", "main -> wide ?", "main -> after ?"} <= calls
