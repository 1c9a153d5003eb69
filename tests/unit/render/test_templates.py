from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from tracer.errors import TargetError
from tracer.model.verdicts import OUTCOMES
from tracer.render.badges import MEANINGS, SYMBOLS, badge
from tracer.render.escape import Markdown
from tracer.render.templates import find_templates, make_environment


def make_folder(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in ("README.md", "page.md.jinja"):
        (folder / name).touch()
    return folder


def test_a_checkouts_templates_come_before_the_packaged_ones(tmp_path: Path) -> None:
    packaged = make_folder(tmp_path / "tracer" / "_templates")
    assert find_templates(tmp_path / "tracer") == packaged
    checkout = make_folder(tmp_path / "templates")
    assert find_templates(tmp_path / "tracer") == checkout


def test_an_installation_without_templates_says_so(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="install tracer again"):
        find_templates(tmp_path / "tracer")


def test_everything_printed_is_escaped_once(tmp_path: Path) -> None:
    environment = make_environment(tmp_path)
    template = environment.from_string("{% macro m(x) %}{{ x }}{% endmacro %}{{ m('<') }} {{ a }} {{ b }} {{ 3 }}")
    assert template.render(a="*", b=Markdown("*")) == "&#60; &#42; * 3"


def test_an_undefined_name_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UndefinedError):
        make_environment(tmp_path).from_string("{{ missing }}").render()


def test_templates_run_in_a_sandbox(tmp_path: Path) -> None:
    with pytest.raises(SecurityError):
        make_environment(tmp_path).from_string("{{ ''.__class__.__mro__ }}").render()


def test_the_readme_maps_every_template() -> None:
    folder = find_templates()
    readme = (folder / "README.md").read_text()
    assert [path.name for path in sorted(folder.glob("*.jinja")) if path.name not in readme] == []


def test_every_outcome_has_a_badge_a_meaning_and_a_symbol_of_its_own() -> None:
    assert set(SYMBOLS) == set(MEANINGS) == set(OUTCOMES)
    assert len(set(SYMBOLS.values())) == len(OUTCOMES)


def test_a_badge_is_a_word_with_a_symbol_that_is_not_read_aloud() -> None:
    assert badge("not observed", 'say "x"', "c-1") == (
        '<span class="tracer-badge tracer-not-observed" data-claim="c-1" title="say &#34;x&#34;">'
        '<span aria-hidden="true">◌</span> not observed</span>'
    )
