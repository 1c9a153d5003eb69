"""What the walk knows about code it does not walk: builtins, C code, generated code, lazy modules.

Everything here is a table entry with a reason; whatever a walk can find out from source is left to the walk.
"""

from tracer.link.library.table import Library

__all__ = ["Library"]
