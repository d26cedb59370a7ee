"""The same questions to other frameworks: plain tutorial pipelines on the same repaired texts.

It runs in a venv of its own (`make bench-peers`); nothing else of Stifinner imports it.
"""
