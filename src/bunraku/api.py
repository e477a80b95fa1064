"""The library's face: joins the rooms that a compilation needs."""

from __future__ import annotations
