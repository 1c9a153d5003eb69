"""The project's own workflow: one session per thing a person or CI does with a checkout.

All sessions share one environment, ``.nox/tracer``: nearly every one needs torch, which takes minutes and gigabytes to
install once per session. It is an ordinary venv filled by pip, because pip reads the machine's own configuration and
so finds the torch build that suits it. Every install is held to constraints.txt, so none can pull in another torch.
The checkout is installed in editable form: a session always runs the files it lies beside.

A stranger needs ``python -m pip install nox && nox -s trace``. Where the system's Python refuses pip:
``python3 -m venv .venv && .venv/bin/pip install nox && .venv/bin/nox -s trace``.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import nox
import nox.project

ROOT = Path(__file__).parent
ENVIRONMENT = ROOT / ".nox" / "tracer"
PINNED = (ROOT / "pyproject.toml", ROOT / "constraints.txt", Path(__file__))

nox.options.default_venv_backend = "none"
nox.options.sessions = ("trace", "tests", "lint")
nox.options.error_on_external_run = False


@nox.session
def trace(session: nox.Session) -> None:
    """Analyse, run, compare and write docs/generated (arguments go to `tracer trace`)."""
    run(session, "tracer", "trace", *session.posargs)


@nox.session
def check(session: nox.Session) -> None:
    """Derive every documented claim again and fail on a changed one (arguments go to `tracer check`)."""
    run(session, "tracer", "check", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests but for the slow ones (arguments replace that choice and go to pytest: `-m slow`)."""
    run(session, "pytest", *(session.posargs or ("-m", "not slow")), groups=("tests",))


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, formatting, types and the layering of the packages."""
    for command in (("ruff", "check"), ("ruff", "format", "--check"), ("mypy",), ("lint-imports", "--no-cache")):
        run(session, *command, groups=("lint",))


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site from the pages on disk into site/, warnings being errors."""
    run(session, "mkdocs", "build", "--strict", *session.posargs)


@nox.session
def serve(session: nox.Session) -> None:
    """Serve the site on this machine and rebuild it as pages change."""
    run(session, "mkdocs", "serve", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Run the benchmarks one after the other (or those named as arguments)."""
    for script in session.posargs or sorted(map(str, Path("tests/benchmarks").glob("bench_*.py"))):
        run(session, "python", script)


def run(session: nox.Session, program: str, *arguments: str, groups: tuple[str, ...] = ()) -> None:
    """Run an environment's program with ``arguments`` once the environment holds the dependency ``groups``."""
    install(session, groups)
    session.run(str(ENVIRONMENT / "bin" / program), *arguments)


def install(session: nox.Session, groups: tuple[str, ...]) -> None:
    """Create the shared environment and install the checkout and ``groups``, unless that was done for these pins."""
    stamp = ENVIRONMENT / "-".join(("installed", *groups))
    pins = hashlib.sha256(b"".join(path.read_bytes() for path in PINNED)).hexdigest()
    if stamp.exists() and stamp.read_text() == pins:
        return
    python = str(ENVIRONMENT / "bin" / "python")
    if not Path(python).exists():
        session.run(sys.executable, "-m", "venv", str(ENVIRONMENT))
    wanted = nox.project.dependency_groups(nox.project.load_toml(ROOT / "pyproject.toml"), *groups)
    session.run(python, "-m", "pip", "install", "-c", "constraints.txt", "-e", ".[observe,docs]", *wanted)
    stamp.write_text(pins)
