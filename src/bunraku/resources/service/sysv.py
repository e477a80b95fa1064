"""Init scripts: `/etc/init.d/NAME start|stop|restart|status`, links in /etc/rc?.d made by update-rc.d or chkconfig."""

from __future__ import annotations

import os
import re

from bunraku.resources.base import ResourceError
from bunraku.resources.service.base import DEADLINE, Base
from bunraku.system import process


class SysV(Base):
    """A service with an init script; commands that the resource gives come before the script's own."""

    def running(self) -> bool:
        """What `status` says; by the process table where the script does not know that word."""
        if self.service.status or self.service.hasstatus == "false":
            return super().running()
        script = self._script()
        return script is not None and process.run([script, "status"], deadline=DEADLINE).ok

    def start(self) -> None:
        """Start it."""
        if self.service.start:
            super().start()
        else:
            self._script_must("start")

    def stop(self) -> None:
        """Stop it."""
        if self.service.stop:
            super().stop()
        else:
            self._script_must("stop")

    def restart(self) -> None:
        """Restart it, by the script where it is said to know how."""
        if self.service.restart or self.service.hasrestart == "false":
            super().restart()
        else:
            self._script_must("restart")

    def enabled(self) -> str:
        """Whether a run level has a link that starts it."""
        pattern = re.compile(rf"S\d\d{re.escape(self.name)}\Z")
        for level in "2345S":
            folder = f"/etc/rc{level}.d"
            if os.path.isdir(folder) and any(pattern.match(entry) for entry in os.listdir(folder)):
                return "true"
        return "false"

    def enable(self, how: str) -> None:
        """Make or take away the links."""
        if how not in ("true", "false"):
            raise ResourceError(f"Init scripts know no enable => {how}")
        if os.path.exists("/usr/sbin/update-rc.d"):
            steps = [["defaults"], ["enable"]] if how == "true" else [["disable"]]
            commands = [["/usr/sbin/update-rc.d", self.name, *step] for step in steps]
        else:
            commands = [["/sbin/chkconfig", self.name, "on" if how == "true" else "off"]]
        for command in commands:
            result = process.run(command, deadline=DEADLINE)
            if not result.ok:
                raise ResourceError(f"Could not {'enable' if how == 'true' else 'disable'} {self.name}", result.output)

    def _script(self) -> str | None:
        for folder in self.service.path:
            path = os.path.join(str(folder), self.name)
            if os.path.exists(path):
                return path
        return None

    def _script_must(self, what: str) -> None:
        script = self._script()
        if script is None:
            raise ResourceError(f"Could not find init script for '{self.name}' in {', '.join(self.service.path)}")
        result = process.run([script, what], deadline=DEADLINE)
        if not result.ok:
            raise ResourceError(f"Could not {what} {self.name}: exit {result.code}", result.output)
