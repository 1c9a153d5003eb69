"""The last arrow: a linked program, its claims and their verdicts become finished Markdown, SVG and navigation.

View models (``views``) carry every decision; templates only print. The result is a mapping from path to bytes, a pure
function of its arguments; ``folder.write_site`` is the only place that touches the disk.
"""
