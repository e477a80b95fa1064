"""etcd_prefix: nothing below a prefix but what is declared."""

from __future__ import annotations

from collections.abc import Iterable

from bunraku.catalog.catalog import Resource
from bunraku.resources._etcd import InEtcd
from bunraku.resources.base import Changes, Ensure, Param, State, boolean


class EtcdPrefix(InEtcd):
    """The keys of etcd that begin with a prefix: removed as a whole, or those that no `etcd_key` declares."""

    name = Param("The prefix, such as /nginx/upstream/ (mind the slash at the end).", namevar=True)
    ensure = Ensure("absent removes every key that begins with the prefix.")
    purge = Param("Whether keys below it that the catalog does not declare are removed.", munge=boolean, default=False)

    def validate(self) -> None:
        """The empty prefix is every key there is: nobody means that."""
        if not self.name:
            raise ValueError("the empty prefix means every key; name one, such as /nginx/")

    def read(self) -> State:
        """present, while there are keys below it (or none are asked to be gone)."""
        with self.etcd() as client:
            self._keys = [kv.key for kv in client.range(self.name)]
        return {"ensure": "present" if self._keys or self.ensure == "present" else "absent"}

    def change(self, changes: Changes) -> None:
        """Remove them all."""
        with self.etcd() as client:
            client.delete_prefix(self.name)

    def generate(self) -> Iterable[Resource]:
        """The removal of each key that is not declared, shown and counted as any other."""
        if not self.purge or self.ensure == "absent":
            return
        where = {name: self.resource.parameters[name] for name in InEtcd.parameters if name in self.resource.parameters}
        for key in self._keys:
            if self.run.find("etcd_key", key) is None:
                secret = self.sensitive & where.keys()
                yield Resource("Etcd_key", key, {"ensure": "absent", **where}, sensitive=frozenset(secret))

    def describe(self, name: str, current: object, desired: object) -> str:
        """How many keys go."""
        return f"removed, with {len(self._keys)} keys"

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """The service that serves the keys."""
        yield "service", "etcd"
