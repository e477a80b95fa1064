"""cloud: a metadata service of the test's own in the place of the clouds'; their trees are made up, in their forms."""

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from bunraku.facts import Facts, cloud
from bunraku.facts.host import Host

EC2 = {
    "/latest/meta-data/": "ami-id\nhostname\niam/\npublic-keys/\nplacement/",
    "/latest/meta-data/ami-id": "ami-1\n",
    "/latest/meta-data/hostname": "ip-10-0-0-1.internal",
    "/latest/meta-data/iam/": "info\nsecurity-credentials/",
    "/latest/meta-data/iam/info": "{}",
    "/latest/meta-data/iam/security-credentials/": "role",
    "/latest/meta-data/public-keys/": "0=mine",
    "/latest/meta-data/public-keys/0/": "openssh-key",
    "/latest/meta-data/public-keys/0/openssh-key": "ssh-ed25519 AAAA",
    "/latest/meta-data/placement/": "region",
    "/latest/meta-data/placement/region": "eu-west-1",
    "/latest/user-data/": "#!/bin/sh\n",
}
GCE = {
    "instance": {
        "image": "projects/debian/images/bookworm",
        "machineType": "projects/1/machineTypes/e2-small",
        "zone": "projects/1/zones/europe-west1-b",
        "networkInterfaces": [{"ip": "10.0.0.1", "network": "projects/1/networks/default"}],
    },
    "project": {"projectId": "p"},
}


class Service(http.server.BaseHTTPRequestHandler):
    """Answers as the clouds do: only who sends the header that keeps web pages out gets an answer."""

    def do_PUT(self) -> None:
        known = self.path == "/latest/api/token" and self.headers["X-aws-ec2-metadata-token-ttl-seconds"]
        self.reply("token" if known else None)

    def do_GET(self) -> None:
        text = None
        if self.path.startswith("/latest/") and self.headers["X-aws-ec2-metadata-token"] == "token":
            text = EC2.get(self.path)
        elif self.path.startswith("/computeMetadata/v1/?recursive=true") and self.headers["Metadata-Flavor"]:
            text = json.dumps(GCE)
        elif self.path.startswith("/metadata/instance?") and self.headers["Metadata"] == "true":
            text = json.dumps({"compute": {"location": "westeurope"}})
        self.reply(text)

    def reply(self, text: str | None) -> None:
        self.send_response(404 if text is None else 200)
        self.end_headers()
        self.wfile.write((text or "").encode())

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    for name in ("LOCAL", "GOOGLE"):
        monkeypatch.setattr(cloud, name, f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    yield
    server.shutdown()
    thread.join()


def facts_of(tmp_path: Any, **firmware: str) -> Facts:
    folder = tmp_path / "sys/class/dmi/id"
    folder.mkdir(parents=True)
    for name, text in firmware.items():
        (folder / name).write_text(text)
    return Facts(Host(str(tmp_path)))


def test_a_machine_in_ec2(tmp_path: Any, service: None) -> None:
    facts = facts_of(tmp_path, bios_vendor="Amazon EC2")
    assert facts["cloud"] == {"provider": "aws"}
    assert facts["ec2_userdata"] == "#!/bin/sh"
    assert facts["ec2_metadata"] == {
        "ami-id": "ami-1",
        "hostname": "ip-10-0-0-1.internal",
        "iam": {"info": "{}"},
        "public-keys": {"0": {"openssh-key": "ssh-ed25519 AAAA"}},
        "placement": {"region": "eu-west-1"},
    }


def test_a_machine_of_google(tmp_path: Any, service: None) -> None:
    facts = facts_of(tmp_path, bios_vendor="Google")
    assert facts["cloud"] == {"provider": "gce"}
    instance = facts["gce"]["instance"]
    assert (instance["image"], instance["machineType"], instance["zone"]) == ("bookworm", "e2-small", "europe-west1-b")
    assert instance["networkInterfaces"] == [{"ip": "10.0.0.1", "network": "default"}]
    assert facts["gce"]["project"] == {"projectId": "p"}


def test_a_machine_in_azure(tmp_path: Any, service: None) -> None:
    facts = facts_of(tmp_path, chassis_asset_tag=cloud.AZURE)
    assert facts["cloud"] == {"provider": "azure"}
    assert facts["az_metadata"] == {"compute": {"location": "westeurope"}}


def test_elsewhere_nobody_is_asked(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(base: str) -> None:
        raise AssertionError(f"{base} was asked")

    monkeypatch.setattr(cloud, "_asker", refuse)
    facts = facts_of(tmp_path, bios_vendor="SeaBIOS", product_name="KVM")
    assert not any(name in facts for name in ("cloud", "az_metadata", "ec2_metadata", "ec2_userdata", "gce"))


def test_a_service_that_does_not_answer_is_asked_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(cloud, "LOCAL", "http://127.0.0.1:1")
    facts = facts_of(tmp_path, sys_vendor="Amazon EC2")
    assert "ec2_metadata" not in facts
    assert "cloud" not in facts
