"""What a scenario was told to do, so that its evidence can be told from that of the same name told otherwise.

The code that runs is named by the run itself, file by file. This is the rest: where it starts, with which arguments and
seed, on which files, and what made those. Limits and titles are left out, since no record depends on them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from tracer.model.targets import Scenario


def describe_configuration(
    scenario: Scenario, data: Mapping[str, bytes], setup_code: Mapping[str, bytes]
) -> Mapping[str, str]:
    """The parts of a scenario by what a person calls them: words as they stand, contents as SHA-256.

    ``data`` are its files by name in the work folder, ``setup_code`` the files of its setup by path::

        {"argv": '["--model", "tiny"]', "data tiny/config.json": "9f8e...", "script": "demo.py", "seed": "0"}
    """
    words = {"entry": scenario.entry, "script": scenario.script, "setup": scenario.setup}
    parts = {name: word for name, word in words.items() if word is not None}
    parts |= {"argv": json.dumps(scenario.argv), "seed": str(scenario.seed)}
    parts |= {f"data {name}": _hash_of(content) for name, content in data.items()}
    parts |= {f"setup code {path}": _hash_of(content) for path, content in setup_code.items()}
    return dict(sorted(parts.items()))


def _hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
