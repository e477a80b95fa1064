"""The store looked after: images checked against their IDs and unpacked anew, what nobody uses removed."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Collection

from bunraku.images.digest import Digesting, image_id
from bunraku.images.errors import ImageError
from bunraku.images.pack import pack
from bunraku.images.store import Store


def verify(store: Store, key: str) -> str:
    """Compare an image with its ID, and its unpacked tree with the image; a tree that differs is made anew.

    What was found: `whole`, `not rendered`, or `rebuilt`. Raises ImageError where the image itself is damaged.
    """
    with open(store.blob(key), "rb") as file:
        found = image_id(hashlib.file_digest(file, "sha512").hexdigest())
    if found != key:
        raise ImageError(f"the image {key} is damaged: `rkt image rm` and fetch it again")
    tree = store.tree_of(key)
    if not store.is_rendered(tree):
        return "not rendered"
    place = store.scratch()
    try:
        store.unpack(key, place)
        if _digest(place) == _digest(store.rootfs(tree)):
            return "whole"
    finally:
        shutil.rmtree(place, ignore_errors=True)
    store.remove_tree(tree)
    store.render(key)
    return "rebuilt"


def _digest(tree: str) -> bytes:
    digesting = Digesting(lambda data: None)
    pack(digesting, tree)
    return digesting.hash.digest()


def collect(
    store: Store, *, trees: Collection[str], keys: Collection[str], grace: float, say: Callable[[str], None]
) -> None:
    """Remove what nobody uses: trees that are none of `trees`, then images last used more than `grace` seconds ago.

    keys: images that stay. say: takes a line about each. Raises ImageError, OSError.
    """
    with store.no_renders():
        for tree in store.trees():
            if tree not in trees:
                store.remove_tree(tree)
                say(f'removed treestore "{tree}"')
        old = [info for info in store.images() if time.time() - info.used > grace and info.key not in keys]
        for info in old:
            store.remove(info.key)
            say(f'successfully removed aci for image: "{info.key}"')
        if old:
            say(f"{len(old)} image(s) successfully removed")
