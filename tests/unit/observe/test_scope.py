"""Which files are in scope, decided without running anything."""

from __future__ import annotations

import pytest

from tracer.model.targets import Scenario, Target
from tracer.observe.scope import ScopeRoot, find_scope, scope_of_scenario


@pytest.fixture
def base(tmp_path):
    for name in (
        "src/pkg/__init__.py",
        "src/pkg/scenarios.py",
        "src/other.py",
        "src/tools/demo.py",
        "site/lib/__init__.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


TARGET = Target("t", "src", ("pkg", "absent"), follow=("lib",))


def test_packages_and_followed_libraries(base):
    assert find_scope(TARGET, base, [base / "site"]).roots == (
        ScopeRoot(base / "src/pkg", "pkg", "pkg"),
        ScopeRoot(base / "site/lib", "lib", "lib", followed=True),
    )


@pytest.mark.parametrize(
    ("scenario", "added"),
    [
        (Scenario("s", "t", entry="pkg.scenarios:go"), []),
        (Scenario("s", "t", entry="other:go"), [("other.py", "other")]),
        (Scenario("s", "t", script="src/tools/demo.py"), [("tools/demo.py", "tools.demo")]),
    ],
)
def test_a_scenarios_own_module_is_in_scope(scenario, added, base):
    scope = find_scope(TARGET, base, [base / "site"])
    roots = scope_of_scenario(scope, scenario, TARGET, base).roots
    assert [(root.display, root.module) for root in roots[len(scope.roots) :]] == added


def test_files_are_found_by_how_they_are_shown(base):
    scope = find_scope(TARGET, base)
    assert scope.find_file("pkg/scenarios.py") == base / "src/pkg/scenarios.py"
    assert scope.find_file("pkgs/x.py") is None
    assert scope.find_display(base / "src/pkg/scenarios.py") == "pkg/scenarios.py"
    assert scope.find_display(base / "src/pkgs.py") is None
