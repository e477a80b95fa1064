"""The flavour `container`: each app an OCI bundle (runtime spec 1.0), run by runc or crun.

The apps of a pod share a network, a host name, System V's IPC and their processes, as rkt's do; mounts are each app's
own. The pod's supervisor is in the first three namespaces: a bundle that does not name them runs in those it is started
in. The fourth is joined; its first process is one that only waits, so that no app has a first process's duties, and
should the supervisor be killed, all of the pod ends. Capabilities, system calls, memory and
processor time are limited as the app's isolators say, and by rkt's defaults.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from bunraku.images.manifest import quantity
from bunraku.rkt.app import App
from bunraku.rkt.errors import PodError
from bunraku.rkt.pods import Pod
from bunraku.system import files, namespaces, process
from bunraku.system.supervise import Program

RUNTIMES = ("runc", "crun")
SEARCH = os.defpath + ":/usr/sbin:/sbin:/usr/local/sbin"
DEADLINE = 30.0
"""Seconds that the runtime may take to look or to clear away."""

CAPABILITIES = """
AUDIT_WRITE CHOWN DAC_OVERRIDE FSETID FOWNER KILL MKNOD NET_RAW NET_BIND_SERVICE SETUID SETGID SETPCAP SETFCAP
SYS_CHROOT
"""
"""What an app may do by default (rkt's "Linux capabilities", the default retain set)."""

REFUSED_CALLS = """
acct add_key bpf clock_adjtime clock_settime create_module delete_module fanotify_init finit_module fsmount fsopen
get_kernel_syms get_mempolicy init_module ioperm iopl kcmp kexec_file_load kexec_load keyctl lookup_dcookie mbind
mount mount_setattr move_mount move_pages nfsservctl open_by_handle_at open_tree perf_event_open personality
pivot_root process_vm_readv process_vm_writev ptrace query_module quotactl reboot request_key set_mempolicy setns
settimeofday stime swapoff swapon _sysctl sysfs umount umount2 unshare uselib userfaultfd ustat vm86 vm86old
"""
"""System calls that an app may not make by default: they reach beyond it, or into the kernel's rarely used parts."""

MASKED = ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/sched_debug"]
MASKED += ["/proc/scsi", "/sys/firmware"]
READ_ONLY = ["/proc/asound", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]

_SAFE = ["nosuid", "noexec", "nodev"]
_PERIOD = 100_000


class Container:
    """Programs that are bundles. runtime: the program that runs them. insecure: rkt's words for what is not limited."""

    own_namespaces: tuple[str, ...] = ("ipc", "uts")

    def __init__(self, pod: Pod, runtime: str | None = None, insecure: frozenset[str] = frozenset()) -> None:
        self.pod = pod
        self.runtime = find_runtime(runtime)
        self.insecure = insecure
        self.first = namespaces.first_process()
        pod.put("stage1/runtime", self.runtime)

    def furnish(self, app: App) -> None:
        """The runtime mounts what the app sees."""

    def program(self, app: App, words: Sequence[str], log: str | None, label: str = "") -> Program:
        """The program that runs `words` as the app; label: tells it from the app itself. Raises OSError."""
        bundle = self._bundle(app.name + label)
        os.makedirs(bundle, mode=0o700, exist_ok=True)
        terminal = log is None and sys.stdin.isatty()
        config = bundle_of(app, words, self.insecure, first=self.first, terminal=terminal)
        files.replace(os.path.join(bundle, "config.json"), json.dumps(config).encode(), mode=0o600, durable=False)
        identity = f"{self.pod.uuid}-{app.name}{label}"
        command = [self.runtime, "--root", _state(self.pod), "--log", os.path.join(bundle, "log"), "--log-format=json"]
        start = [*command, "run", "--bundle", bundle, "--pid-file", self._pid_file(app.name + label), identity]
        environment = {"PATH": SEARCH, "XDG_RUNTIME_DIR": "/run"}
        return Program(app.name + label, start, environment, log, kill=[*command, "kill", identity, "KILL"])

    def complaint(self, name: str) -> str:
        """What the runtime said was wrong with the program called `name`, where it did not come to run it; else ""."""
        said = ""
        if not os.path.exists(self._pid_file(name)):
            with suppress(OSError), open(os.path.join(self._bundle(name), "log")) as lines:
                for line in lines:
                    with suppress(ValueError):
                        entry = json.loads(line)
                        said = str(entry["msg"]) if entry.get("level") == "error" else said
        return said.removeprefix("runc run failed: ")

    def _bundle(self, name: str) -> str:
        return os.path.join(self.pod.stage1, "bundles", name)

    def _pid_file(self, name: str) -> str:
        return os.path.join(self.pod.stage1, "rkt", "pids", name)


def find_runtime(path: str | None) -> str:
    """The OCI runtime's program. Raises PodError."""
    for name in [path] if path else RUNTIMES:
        found = shutil.which(name, path=SEARCH)
        if found is not None:
            return found
    raise PodError(
        f"isolation in a container needs {path or 'runc'}: on Debian, apt-get install runc; "
        "--stage1-name=fly does without"
    )


def clear(pod: Pod) -> None:
    """End and forget what a supervisor that was killed left running. Raises PodError."""
    state = _state(pod)
    if not os.path.isdir(state):
        return
    with open(os.path.join(pod.path, "stage1/runtime")) as file:
        runtime = file.read()
    for identity in os.listdir(state):
        done = process.run([runtime, "--root", state, "delete", "--force", identity], deadline=DEADLINE)
        if not done.ok and os.path.exists(os.path.join(state, identity)):
            raise PodError(f"pod {pod.uuid}: '{runtime} delete' failed: {done.output.strip()}")


def _state(pod: Pod) -> str:
    return os.path.join(pod.stage1, "run")


# The bundle ----------------------------------------------------------------------------------------------------------


def bundle_of(
    app: App, words: Sequence[str], insecure: frozenset[str], *, first: int, terminal: bool
) -> dict[str, Any]:
    """The configuration of the bundle that runs `words` as the app. Raises PodError, ImageError.

    first: the first process of the PID namespace that it joins. terminal: whether it gets one.
    """
    limited = "capabilities" not in insecure
    capabilities = _capabilities(app) if limited else None
    process_: dict[str, Any] = {
        "terminal": terminal,
        "user": {"uid": app.identity.uid, "gid": app.identity.gid, "additionalGids": app.identity.groups},
        "args": list(words),
        "env": [f"{name}={value}" for name, value in app.environment.items()],
        "cwd": app.cwd,
        "noNewPrivileges": bool(app.isolator("os/linux/no-new-privileges")),
    }
    if capabilities is not None:
        process_["capabilities"] = dict.fromkeys(("bounding", "effective", "permitted"), capabilities)
    score = app.isolator("os/linux/oom-score-adj")
    if score is not None:
        process_["oomScoreAdj"] = int(score)
    linux: dict[str, Any] = {
        "namespaces": [{"type": "pid", "path": f"/proc/{first}/ns/pid"}, {"type": "mount"}],
        "resources": _resources(app),
        # Flat, so that what the runtime removes is all there was.
        "cgroupsPath": f"/rkt-{app.pod.uuid}-{app.name}",
    }
    if "paths" not in insecure:
        linux |= {"maskedPaths": MASKED, "readonlyPaths": READ_ONLY}
    if "seccomp" not in insecure:
        linux["seccomp"] = _seccomp(app)
    return {
        "ociVersion": "1.0.2",
        "process": process_,
        "root": {"path": app.rootfs, "readonly": app.read_only},
        "mounts": _system_mounts() + [_mount(mounting) for mounting in app.mounts],
        "linux": linux,
    }


def _system_mounts() -> list[dict[str, Any]]:
    def entry(target: str, kind: str, *options: str) -> dict[str, Any]:
        return {"destination": target, "type": kind, "source": kind, "options": list(options)}

    return [
        entry("/proc", "proc", *_SAFE),
        entry("/dev", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
        entry("/dev/pts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"),
        entry("/dev/shm", "tmpfs", *_SAFE, "mode=1777", "size=65536k"),
        entry("/dev/mqueue", "mqueue", *_SAFE),
        entry("/sys", "sysfs", *_SAFE, "ro"),
    ]


def _mount(mounting: Any) -> dict[str, Any]:
    options = ["rbind" if mounting.recursive else "bind", "rprivate", "ro" if mounting.read_only else "rw"]
    return {"destination": mounting.target, "type": "bind", "source": mounting.source, "options": options}


def _capabilities(app: App) -> list[str]:
    retained = app.isolator("os/linux/capabilities-retain-set")
    removed = app.isolator("os/linux/capabilities-remove-set")
    found = retained["set"] if retained else [f"CAP_{name}" for name in CAPABILITIES.split()]
    return [name for name in found if not removed or name not in removed["set"]]


def _seccomp(app: App) -> dict[str, Any]:
    retained = app.isolator("os/linux/seccomp-retain-set")
    removed = app.isolator("os/linux/seccomp-remove-set") or {"set": REFUSED_CALLS.split()}
    errno = {"EPERM": 1, "ENOSYS": 38, "EACCES": 13}.get(str((retained or removed).get("errno") or "EPERM"))
    if errno is None:
        raise PodError(f"{app.name}: the errno of a seccomp isolator is one of EPERM, EACCES, ENOSYS")
    refuse = {"action": "SCMP_ACT_ERRNO", "errnoRet": errno}
    if retained:
        allowed = {"names": retained["set"], "action": "SCMP_ACT_ALLOW"}
        return {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": errno, "syscalls": [allowed]}
    return {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": removed["set"], **refuse}]}


def _resources(app: App) -> dict[str, Any]:
    found: dict[str, Any] = {"devices": [{"allow": False, "access": "rwm"}]}
    memory, cpu = app.isolator("resource/memory"), app.isolator("resource/cpu")
    if memory and memory.get("limit"):
        found["memory"] = {"limit": int(quantity(memory["limit"]))}
    if cpu and cpu.get("limit"):
        found["cpu"] = {"quota": int(quantity(cpu["limit"]) * _PERIOD), "period": _PERIOD}
    shares = app.isolator("os/linux/cpu-shares")
    if shares:
        found.setdefault("cpu", {})["shares"] = int(shares)
    return found
