"""What is wrong with a pod."""

from __future__ import annotations


class PodError(Exception):
    """A pod that cannot be found, made, run or removed: one line that says what, where and what to do."""
