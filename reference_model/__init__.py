"""An executable reference model: VITA's architecture in readable code, and the runs that exercise it."""
