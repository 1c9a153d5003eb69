"""Architecture pages about a model codebase, every sentence of them checked against a run of the real code.

Source files become facts, facts are linked into a program, the program makes claims; scenarios yield evidence; claims
and evidence become verdicts, and all of it becomes pages. ``tracer.pipeline`` shows the whole of that on one screen.
"""
