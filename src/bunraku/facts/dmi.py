"""dmi: what the firmware says of board, chassis and product."""

from __future__ import annotations

from typing import Any

from bunraku.facts.collection import Facts

CHASSIS = (
    ("Other", None, "Desktop", "Low Profile Desktop", "Pizza Box", "Mini Tower", "Tower", "Portable", "Laptop")
    + ("Notebook", "Hand Held", "Docking Station", "All in One", "Sub Notebook", "Space-Saving", "Lunch Box")
    + ("Main System Chassis", "Expansion Chassis", "SubChassis", "Bus Expansion Chassis", "Peripheral Chassis")
    + ("Storage Chassis", "Rack Mount Chassis", "Sealed-Case PC", "Multi-system", "CompactPCI", "AdvancedTCA")
    + ("Blade", "Blade Enclosure", "Tablet", "Convertible", "Detachable")
)
"""Names of the chassis types 1, 2, … (SMBIOS specification, 7.4.1)."""


def resolve(facts: Facts) -> dict[str, Any]:
    """The fact `dmi`, with only what the firmware fills in."""

    def read(name: str) -> str | None:
        return facts.host.line(f"/sys/class/dmi/id/{name}")

    dmi = {
        "bios": _present(release_date=read("bios_date"), vendor=read("bios_vendor"), version=read("bios_version")),
        "board": _present(
            asset_tag=read("board_asset_tag"),
            manufacturer=read("board_vendor"),
            product=read("board_name"),
            serial_number=read("board_serial"),
        ),
        "chassis": _present(asset_tag=read("chassis_asset_tag"), type=_chassis(read("chassis_type"))),
        "manufacturer": read("sys_vendor"),
        "product": _present(name=read("product_name"), serial_number=read("product_serial"), uuid=read("product_uuid")),
    }
    return {"dmi": _present(**dmi) or None}


def _present(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _chassis(number: str | None) -> str | None:
    if number is None or not number.isdigit() or not 1 <= int(number) <= len(CHASSIS):
        return None
    return CHASSIS[int(number) - 1]
