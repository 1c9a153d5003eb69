"""The commands that do the work: ``trace``, ``check`` and ``observe``. Only they run or write anything.

The configuration is read before the steps are imported: a typo in it is answered at once.
"""

from __future__ import annotations

from pathlib import Path

import click

from tracer.cli.source import config_option, read_config
from tracer.cli.text import count_of

device_option = click.option("--device", default="cpu", show_default=True, help="The device scenarios run on.")
static_option = click.option("--no-observe", is_flag=True, help="Run nothing; use the committed evidence.")


@click.command()
@device_option
@static_option
@click.option("--target", "targets", metavar="NAME", multiple=True, help="Only this target; may be repeated.")
@config_option
def trace(*, device: str, no_observe: bool, targets: tuple[str, ...], config: Path | None) -> None:
    """Analyse, run the scenarios, compare, and write docs/generated."""
    loaded = read_config(config)
    names = tuple(loaded.target_named(name).name for name in targets) or None
    from tracer import pipeline
    from tracer.cli import text
    from tracer.cli.progress import show_progress

    with show_progress() as progress:
        result = pipeline.trace(loaded, observe=not no_observe, device=device, targets=names, progress=progress)
    for place, problem in result.problems:
        click.echo(f"tracer: note: {place}: {problem}", err=True)
    click.echo("\n".join(text.summary_lines(result.summaries)))
    click.echo(f"\n{count_of(result.pages, 'page')} written")


@click.command()
@click.option("--fresh", is_flag=True, help="Also fail on pages whose line numbers have moved.")
@click.option(
    "--observe/--no-observe", default=False, show_default=True, help="Run the scenarios, or use the committed evidence."
)
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    show_default=True,
    help="How findings are printed.",
)
@config_option
def check(*, fresh: bool, observe: bool, output: str, config: Path | None) -> None:
    """Derive every documented claim again; exit 1 if one has changed, is refuted and not accepted, or lacks a run."""
    loaded = read_config(config)
    from tracer import pipeline
    from tracer.cli.progress import show_progress
    from tracer.judge.formats import FORMATS
    from tracer.judge.report import STALE_EVIDENCE

    with show_progress() as progress:
        result = pipeline.check(loaded, fresh=fresh, observe=observe, progress=progress)
    click.echo(FORMATS[output](result.findings), nl=False)
    if output == "text" and result.exit_code == 0:
        is_proven = all(finding.rule != STALE_EVIDENCE for finding in result.findings)
        click.echo(
            "every documented claim holds" if is_proven else "no documented claim has changed; not all are proven"
        )
    if result.stale_pages:
        click.echo(f"{count_of(len(result.stale_pages), 'page')} stale: run tracer trace", err=True)
    click.get_current_context().exit(result.exit_code)


@click.command()
@click.argument("scenario", metavar="SCENARIO")
@device_option
@config_option
def observe(scenario: str, *, device: str, config: Path | None) -> None:
    """Run SCENARIO of the configured code, record what it does, renew its evidence, and say what was seen."""
    loaded = read_config(config)
    target, known = loaded.scenario_named(scenario)
    from tracer import pipeline
    from tracer.cli.observe_text import observed_lines
    from tracer.cli.progress import show_progress

    click.echo(f"tracer: running {known.entry or known.script} of target {target.name}", err=True)
    with show_progress() as progress:
        seen = pipeline.observe(loaded, known.name, device, progress)
    click.echo("\n".join(observed_lines(seen.run, seen.conditions, seen.lines_of)))
    if seen.run.outcome == "failed":
        click.get_current_context().exit(2)
