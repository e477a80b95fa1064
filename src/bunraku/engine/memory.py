"""What is remembered from run to run: when a resource was managed last (schedules), what was seen of it (audit), and
what was declared of it, by which a change is known to be corrective.

One JSON file in the state folder, read when it is first needed and written at the end if anything is new. A file
that cannot be read is begun anew: it holds nothing that a host could lose.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from bunraku.system import files


class Memory:
    """The file `path`; values by resource reference."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[str, dict[str, Any]] | None = None
        self._new = False

    def of(self, ref: str) -> dict[str, Any]:
        """What is remembered of a resource: `managed` (seconds of the epoch), `audit` and `declared` (values by
        property)."""
        if self._known is None:
            try:
                known = json.loads(self.path.read_text())
                self._known = known if isinstance(known, dict) else {}
            except (OSError, ValueError):
                self._known = {}
        return self._known.get(ref, {})

    def keep(self, ref: str, **values: Any) -> None:
        """Remember values of a resource."""
        before = self.of(ref)
        if all(before.get(name) == value for name, value in values.items()):
            return
        assert self._known is not None
        self._known[ref] = {**before, **values}
        self._new = True

    def keep_only(self, refs: Collection[str]) -> None:
        """Forget resources that there are no more."""
        if self._known is not None and not self._known.keys() <= set(refs):
            self._known = {ref: values for ref, values in self._known.items() if ref in refs}
            self._new = True

    def save(self) -> None:
        """Write the file, if anything is new. Raises OSError."""
        if self._new:
            files.replace(str(self.path), json.dumps(self._known).encode(), mode=0o600)
