"""Verdicts: what the evidence makes of each claim, and what became of a claim since the lock was written.

Pure set arithmetic over values; nothing here reads a file, runs code or knows how a page looks. Each kind of claim has
its own small module with the one question it asks of one run; ``verdicts`` puts the answers of all runs together.
"""
