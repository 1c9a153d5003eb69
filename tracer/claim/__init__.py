"""Claims: what the pages of a target are about to assert, derived from its linked program.

Pure functions from a ``Program`` and what the target documents to claims, one module per family. The same derivation
serves the pages, ``tracer check`` and the lock, so that no sentence on a page can differ from what is checked. Nothing
here reads evidence: a claim is made before anyone looks whether it is true.
"""
