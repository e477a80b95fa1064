"""cloud, az_metadata, ec2_metadata, ec2_userdata, gce: what a cloud's metadata service tells a machine about itself.

It is asked only where the firmware names the cloud: elsewhere nobody would answer, and everybody would wait.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from bunraku.facts.collection import Facts

DEADLINE = 5.0
"""Seconds for one answer."""

MOST_ANSWERS = 2_000
"""Answers of one machine; some hundred are usual."""

AZURE = "7783-7084-3265-9085-8269-3286-77"
"""The asset tag of every machine in Azure."""

LOCAL = "http://169.254.169.254"
GOOGLE = "http://metadata.google.internal"

Ask: TypeAlias = Callable[..., str]
"""Takes a path, headers and a method; returns the answer's text, "" where there is none."""


def resolve(facts: Facts) -> dict[str, Any]:
    """What the machine's cloud tells; all None where it is in none."""
    dmi = facts.get("dmi", {})
    bios, maker = dmi.get("bios", {}), dmi.get("manufacturer", "")
    found: dict[str, Any] = {}
    if "Google" in bios.get("vendor", ""):
        found["gce"] = gce(_asker(GOOGLE))
    elif "Amazon" in (bios.get("vendor", "") + maker) or "amazon" in bios.get("version", ""):
        found["ec2_metadata"], found["ec2_userdata"] = ec2(_asker(LOCAL))
    elif dmi.get("chassis", {}).get("asset_tag") == AZURE:
        found["az_metadata"] = azure(_asker(LOCAL))
    clouds = {"az_metadata": "azure", "ec2_metadata": "aws", "gce": "gce"}
    provider = next((cloud for fact, cloud in clouds.items() if found.get(fact)), None)
    names = ("az_metadata", "ec2_metadata", "ec2_userdata", "gce")
    return {"cloud": {"provider": provider} if provider else None, **{name: found.get(name) or None for name in names}}


def azure(ask: Ask) -> dict[str, Any]:
    """The instance and its network."""
    return _object(ask("/metadata/instance?api-version=2020-09-01", {"Metadata": "true"}))


def gce(ask: Ask) -> dict[str, Any]:
    """Instance and project; image, type, zone and network by their last names."""
    headers = {"Metadata-Flavor": "Google", "Accept": "application/json"}
    data = _object(ask("/computeMetadata/v1/?recursive=true&alt=json", headers))
    instance = data.get("instance") or {}
    first: dict[str, Any] = next(iter(instance.get("networkInterfaces") or []), {})
    for table, names in ((instance, ("image", "machineType", "zone")), (first, ("network",))):
        table.update({name: table[name].rpartition("/")[2] for name in names if table.get(name)})
    return data


def ec2(ask: Ask) -> tuple[dict[str, Any], str]:
    """The tree of metadata, and what the user gave the machine on its way. Credentials are left out."""
    token = ask("/latest/api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "100"}, "PUT")
    headers = {"X-aws-ec2-metadata-token": token} if token else {}
    left = MOST_ANSWERS

    def tree(path: str) -> dict[str, Any]:
        nonlocal left
        found: dict[str, Any] = {}
        for line in ask(path, headers).splitlines():
            # A list of keys, `0=name`, has a folder `0` for each.
            name = re.sub(r"^(\d+)=.*", r"\1/", line.strip())
            left -= 1
            if not name or name == "security-credentials/" or left < 0:
                continue
            if name.endswith("/"):
                found[name.rstrip("/")] = tree(path + name)
            else:
                found[name] = ask(path + name, headers).strip()
        return found

    metadata = tree("/latest/meta-data/")
    return metadata, ask("/latest/user-data/", headers).strip() if metadata else ""


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _asker(base: str) -> Ask:
    """Asks the service at `base`, without a proxy between; no more once it did not answer in time."""
    from urllib.error import HTTPError
    from urllib.request import ProxyHandler, Request, build_opener

    opener = build_opener(ProxyHandler({}))
    silent = False

    def ask(path: str, headers: Mapping[str, str], method: str = "GET") -> str:
        nonlocal silent
        if silent:
            return ""
        try:
            with opener.open(Request(base + path, headers=dict(headers), method=method), timeout=DEADLINE) as answer:
                return str(answer.read().decode("utf-8", "replace"))
        except HTTPError:
            return ""
        except OSError:
            silent = True
            return ""

    return ask
