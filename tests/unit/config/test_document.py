"""Lines of keys and the wording of syntax errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracer.config.document import find_line, read_document, render_key
from tracer.errors import ConfigError

TEXT = """\
# a comment
[targets.vita]
root = "."
packages = [
    "reference_model",
    "more",
]

[targets.vita.document]
flows = [
    {to = "A.f", in = "demo"},
    {to = "A.g", in = "train"},
]
text = '''
[targets.other]
'''

[[accept]]
claim = "one"

[[accept]]
claim = "two"
"a key" = 1
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("targets", "vita"), 2),
        (("targets", "vita", "root"), 3),
        (("targets", "vita", "packages"), 4),
        (("targets", "vita", "packages", 1), 6),
        (("targets", "vita", "document"), 9),
        (("targets", "vita", "document", "flows"), 10),
        (("targets", "vita", "document", "flows", 1, "in"), 12),
        (("targets", "vita", "document", "text"), 14),
        (("accept", 0), 18),
        (("accept", 1, "claim"), 22),
        (("accept", 1, "a key"), 23),
        (("targets", "other"), 1),
        ((), 1),
    ],
)
def test_line_of_a_key(key: tuple[str | int, ...], line: int) -> None:
    assert find_line(TEXT, key) == line


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = 1\nb = \n", "tracer.toml:2:5: not TOML: invalid value"),
        ("a = 1\na = 2\n", "tracer.toml:2:6: not TOML: cannot overwrite a value"),
        ("a = [1,\n2", "tracer.toml:2: not TOML: unclosed array"),
        ("a = '''\n\n\n", "tracer.toml:3: not TOML: expected \"'''\""),
    ],
)
def test_syntax_error(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "tracer.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_document(path)
    assert str(caught.value) == message


def test_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "tracer.toml"
    path.write_bytes(b'a = "x"\nb = "\xe9"\n')
    with pytest.raises(ConfigError, match=r"^tracer\.toml:2: not UTF-8$"):
        read_document(path)


def test_absent_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file or directory"):
        read_document(tmp_path / "tracer.toml")


def test_key_with_strange_characters() -> None:
    assert render_key(("targets", "a b", "flows", 0, "to")) == 'targets."a b".flows[0].to'
