"""What the user wants traced, read from tracer.toml or from ``[tool.tracer]`` in pyproject.toml.

Reading is strict: an unknown key is a typo until proven otherwise, and a path that is not there would only surface
minutes later in a scenario. Every complaint names the file, the line and the key. Steps never see this package; they
take the plain values of ``tracer.model.targets`` that come out of it.
"""

from __future__ import annotations

from tracer.config.loading import Config, find_config, load_config

__all__ = ["Config", "find_config", "load_config"]
