"""What is wrong with a pod, or with an image that it is made of."""

from __future__ import annotations

from bunraku.images.errors import ImageError

__all__ = ["ImageError", "PodError"]


class PodError(Exception):
    """A pod that cannot be found, made, run or removed: one line that says what, where and what to do."""
