"""A steady load that keeps books: every acknowledged write, every event seen, the longest time without a write."""

import threading
import time

from local import LocalCluster, wait_until

from bunraku.etcd import EtcdError, Event, Uncertain


class Load:
    """A writer that counts up under a prefix and a watcher of that prefix, running inside a `with` block."""

    def __init__(self, cluster: LocalCluster, prefix: str = "/load/") -> None:
        self.prefix = prefix
        self.acknowledged: list[str] = []
        self.uncertain: list[str] = []
        self.seen: list[str] = []
        self.longest_gap = 0.0
        self._writer, self._watcher = cluster.client(deadline=2), cluster.client()
        self._watch = self._watcher.watch([prefix])
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=does, daemon=True) for does in (self._write, self._read)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._threads[0].join()
        wait_until(lambda: self._writer.put(f"{self.prefix}end", ""))
        self._threads[1].join(timeout=120)
        self._watch.close()
        self._writer.close()
        self._watcher.close()

    def progress(self, count: int = 20) -> None:
        """Wait until `count` further writes are acknowledged."""
        goal = len(self.acknowledged) + count
        wait_until(lambda: len(self.acknowledged) >= goal)

    def _write(self) -> None:
        number, last = 0, time.monotonic()
        while not self._stop.is_set():
            key = f"{self.prefix}{number:06}"
            number += 1
            try:
                self._writer.put(key, "x")
                self.acknowledged.append(key)
            except Uncertain:
                self.uncertain.append(key)
                continue
            except EtcdError:
                continue
            self.longest_gap = max(self.longest_gap, time.monotonic() - last)
            last = time.monotonic()
            time.sleep(0.005)

    def _read(self) -> None:
        for item in self._watch:
            assert isinstance(item, Event), item
            if item.key.endswith("end"):
                return
            self.seen.append(item.key)

    def losses(self, cluster: LocalCluster) -> tuple[int, int, int]:
        """How many acknowledged writes are lost, and how many events the watcher missed, and saw twice."""
        with cluster.client() as client:
            stored = sorted(client.range(self.prefix), key=lambda kv: kv.revision)
        # A write whose answer was lost may be applied late, even after the last one that the watcher waited for.
        end = next(index for index, kv in enumerate(stored) if kv.key == f"{self.prefix}end")
        before_end = [kv.key for kv in stored[:end]]
        lost = set(self.acknowledged) - {kv.key for kv in stored}
        missed = set(before_end) - set(self.seen)
        return len(lost), len(missed), len(self.seen) - len(set(self.seen))

    def check(self, cluster: LocalCluster) -> None:
        """Nothing acknowledged is lost, nothing is missed, nothing comes twice, and events come in order."""
        assert self.losses(cluster) == (0, 0, 0)
        with cluster.client() as client:
            revisions = {kv.key: kv.revision for kv in client.range(self.prefix)}
        assert self.seen == sorted(self.seen, key=revisions.__getitem__)
        assert set(self.seen) <= set(self.acknowledged) | set(self.uncertain)
