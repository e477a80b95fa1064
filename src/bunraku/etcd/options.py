"""Which options each version of etcd knows.

etcd says nothing of a setting in its YAML file that it does not know, and only warns of a variable: it runs without it.
So they are checked before the file is written. Source: the flags that etcd 3.4.0 to 3.4.45, 3.5.0 to 3.5.33 and 3.6.0
to 3.6.14 define.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bunraku.etcd.errors import BadSettings
from bunraku.etcd.server import program
from bunraku.system.process import run

IN_ALL = """
    advertise-client-urls auth-token auto-compaction-mode auto-compaction-retention auto-tls
    backend-batch-interval backend-batch-limit bcrypt-cost cert-file cipher-suites client-cert-allowed-hostname
    client-cert-auth client-crl-file cors data-dir discovery discovery-fallback discovery-proxy discovery-srv
    discovery-srv-name election-timeout enable-grpc-gateway enable-pprof experimental-compaction-batch-limit
    experimental-corrupt-check-time experimental-enable-lease-checkpoint experimental-initial-corrupt-check
    experimental-peer-skip-client-san-verification force-new-cluster grpc-keepalive-interval
    grpc-keepalive-min-time grpc-keepalive-timeout heartbeat-interval host-whitelist initial-advertise-peer-urls
    initial-cluster initial-cluster-state initial-cluster-token initial-election-tick-advance key-file
    listen-client-urls listen-metrics-urls listen-peer-urls log-level log-outputs logger max-request-bytes
    max-snapshots max-txn-ops max-wals metrics name peer-auto-tls peer-cert-allowed-cn
    peer-cert-allowed-hostname peer-cert-file peer-client-cert-auth peer-crl-file peer-key-file
    peer-trusted-ca-file pre-vote quota-backend-bytes snapshot-count strict-reconfig-check trusted-ca-file
    wal-dir
"""
IN = {
    "3.4": """
    auth-token-ttl@10 debug enable-v2 experimental-backend-bbolt-freelist-type
    experimental-enable-lease-checkpoint-persist@20 experimental-enable-v2v3
    experimental-warning-apply-duration@16 experimental-watch-progress-notify-interval@11
    listen-client-http-urls@25 log-output log-package-levels max-concurrent-streams@20
    next-cluster-version-compatible@31 proxy proxy-dial-timeout proxy-failure-wait proxy-read-timeout
    proxy-refresh-interval proxy-write-timeout tls-max-version@25 tls-min-version@25 unsafe-no-fsync@10
    """,
    "3.5": """
    auth-token-ttl backend-bbolt-freelist-type client-cert-file client-key-file enable-log-rotation enable-v2
    experimental-bootstrap-defrag-threshold-megabytes experimental-compact-hash-check-enabled@5
    experimental-compact-hash-check-time@5 experimental-compaction-sleep-interval@16
    experimental-distributed-tracing-address experimental-distributed-tracing-instance-id
    experimental-distributed-tracing-sampling-rate@11 experimental-distributed-tracing-service-name
    experimental-downgrade-check-time experimental-enable-distributed-tracing
    experimental-enable-lease-checkpoint-persist@2 experimental-enable-v2v3 experimental-memory-mlock
    experimental-snapshot-catchup-entries@14 experimental-stop-grpc-service-on-defrag@14
    experimental-txn-mode-write-with-shared-buffer experimental-warning-apply-duration
    experimental-watch-progress-notify-interval listen-client-http-urls@8 log-rotation-config-json
    max-concurrent-streams@5 peer-client-cert-file peer-client-key-file proxy proxy-dial-timeout
    proxy-failure-wait proxy-read-timeout proxy-refresh-interval proxy-write-timeout raft-read-timeout
    raft-write-timeout self-signed-cert-validity socket-reuse-address socket-reuse-port tls-max-version@8
    tls-min-version@8 unsafe-no-fsync v2-deprecation
    """,
    "3.6": """
    auth-token-ttl backend-bbolt-freelist-type bootstrap-defrag-threshold-megabytes client-cert-file
    client-key-file compact-hash-check-time compaction-batch-limit compaction-sleep-interval corrupt-check-time
    discovery-cacert discovery-cert discovery-dial-timeout discovery-endpoints
    discovery-insecure-skip-tls-verify discovery-insecure-transport discovery-keepalive-time
    discovery-keepalive-timeout discovery-key discovery-password discovery-request-timeout discovery-token
    discovery-user distributed-tracing-address distributed-tracing-instance-id distributed-tracing-sampling-rate
    distributed-tracing-service-name downgrade-check-time enable-distributed-tracing enable-log-rotation
    experimental-bootstrap-defrag-threshold-megabytes experimental-compact-hash-check-enabled
    experimental-compact-hash-check-time experimental-compaction-sleep-interval
    experimental-distributed-tracing-address experimental-distributed-tracing-instance-id
    experimental-distributed-tracing-sampling-rate experimental-distributed-tracing-service-name
    experimental-downgrade-check-time experimental-enable-distributed-tracing
    experimental-enable-lease-checkpoint-persist experimental-memory-mlock experimental-snapshot-catchup-entries
    experimental-stop-grpc-service-on-defrag experimental-txn-mode-write-with-shared-buffer
    experimental-warning-apply-duration experimental-warning-unary-request-duration
    experimental-watch-progress-notify-interval feature-gates listen-client-http-urls log-format
    log-rotation-config-json max-concurrent-streams max-learners memory-mlock peer-client-cert-file
    peer-client-key-file peer-skip-client-san-verification raft-read-timeout raft-write-timeout
    self-signed-cert-validity snapshot-catchup-entries socket-reuse-address socket-reuse-port tls-max-version
    tls-min-version unsafe-no-fsync v2-deprecation warning-apply-duration warning-unary-request-duration
    watch-progress-notify-interval
    """,
}
"""Options by name, as minor version → names; NAME@PATCH came with that patch."""
INSTEAD = {
    "debug": "log-level",
    "log-package-levels": "log-level",
    "log-output": "log-outputs",
    "experimental-backend-bbolt-freelist-type": "backend-bbolt-freelist-type",
}
"""What took the place of an option that went."""


def check_options(names: Iterable[str], version: str) -> None:
    """Raise `BadSettings` for an option that etcd `version` (such as 3.5.9) does not know.

    Versions that are not in the table are not judged.
    """
    minor, _, patch = version.rpartition(".")
    if minor not in IN:
        return
    known = set(IN_ALL.split()) | {name for name, since in _options(minor) if since <= int(patch)}
    for name in names:
        if name not in known:
            raise BadSettings(f"etcd {version} does not know the option '{name}'", remedy=_advice(name, version))


def _options(minor: str) -> Iterable[tuple[str, int]]:
    for word in IN[minor].split():
        name, _, patch = word.partition("@")
        yield name, int(patch or 0)


def _advice(name: str, version: str) -> str:
    """Where the option is known, or what it may be called."""
    if name in INSTEAD:
        return f"use {INSTEAD[name]}"
    for other in (name.removeprefix("experimental-"), f"experimental-{name}"):
        if other != name and any(other == known for known, _ in _options(version.rpartition(".")[0])):
            return f"use {other}"
    where = [
        f"{minor}.{since}" if since else minor for minor in IN for known, since in _options(minor) if known == name
    ]
    if where:
        return f"known in etcd {' and '.join(where)}; leave it out here"
    from difflib import get_close_matches

    alike = get_close_matches(name, IN_ALL.split() + [known for minor in IN for known, _ in _options(minor)], n=1)
    return f"did you mean {alike[0]}?" if alike else "see etcd --help"


def installed_version(binary: str = "etcd") -> str:
    """The version of the etcd program here, such as 3.4.23. Raises `BadSettings` where there is none."""
    said = run([program(binary), "--version"], deadline=10.0).output
    found = re.search(r"etcd Version: (\d+\.\d+\.\d+)", said)
    if found is None:
        raise BadSettings(f"{binary} --version does not tell its version")
    return found[1]
