"""What is read: the network's configuration, leases, settings; and which subnet is chosen. No network is needed."""

import json
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunraku.cli.main import main
from bunraku.flannel import subnet_file
from bunraku.flannel.config import ConfigError, NetworkConfig, parse_config
from bunraku.flannel.lease import BadLease, Lease, parse_lease
from bunraku.flannel.registry import NOWHERE, NoSubnet, choose
from bunraku.flannel.settings import OPTIONS, Settings, SettingsError, settle


def config(**table: object) -> NetworkConfig:
    return parse_config(json.dumps(table).encode(), "/config")


@pytest.mark.parametrize(
    ("network", "length", "first", "last"),
    [
        ("10.0.0.0/8", 24, "10.0.1.0", "10.255.255.0"),
        ("10.5.0.0/16", 24, "10.5.1.0", "10.5.255.0"),
        ("10.5.0.0/22", 24, "10.5.1.0", "10.5.3.0"),
        ("10.5.0.0/23", 25, "10.5.0.128", "10.5.1.128"),
        ("10.5.0.0/28", 30, "10.5.0.4", "10.5.0.12"),
        ("10.5.7.9/16", 24, "10.5.1.0", "10.5.255.0"),
    ],
)
def test_defaults(network: str, length: int, first: str, last: str) -> None:
    found = config(Network=network)
    assert (found.subnet_len, str(found.subnet_min), str(found.subnet_max)) == (length, first, last)
    assert found.backend_type == "udp"
    assert next(found.subnets()) == IPv4Network(f"{first}/{length}")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a JSON object"),
        ("{}", '"Network" is missing'),
        ('{"Network": "10.5.0.0"}', "Network '10.5.0.0' is not an IPv4 network"),
        ('{"Network": 7}', "Network 7 is not an IPv4 network"),
        ('{"Network": "fc00::/48"}', "is not an IPv4 network"),
        ('{"Network": "10.5.0.0/29"}', "Network 10.5.0.0/29 is too small: the longest useful prefix is /28"),
        ('{"Network": "10.5.0.0/16", "SubnetLen": 31}', "SubnetLen 31 is not a number up to 30"),
        ('{"Network": "10.5.0.0/16", "SubnetLen": 17}', "SubnetLen 17 leaves fewer than four subnets"),
        ('{"Network": "10.5.0.0/16", "SubnetLen": "24"}', "SubnetLen '24' is not a number"),
        ('{"Network": "10.5.0.0/16", "SubnetMin": "10.6.0.0"}', "SubnetMin 10.6.0.0 is not in the Network"),
        ('{"Network": "10.5.0.0/16", "SubnetMin": "10.5.0.9"}', "SubnetMin 10.5.0.9 does not begin a subnet"),
        ('{"Network": "10.5.0.0/16", "SubnetMax": "x"}', "SubnetMax 'x' is not an IPv4 address"),
        (
            '{"Network": "10.5.0.0/16", "SubnetMin": "10.5.9.0", "SubnetMax": "10.5.8.0"}',
            "SubnetMin 10.5.9.0 is behind SubnetMax 10.5.8.0",
        ),
        ('{"Network": "10.5.0.0/16", "Backend": "vxlan"}', "Backend is not an object"),
        ('{"Network": "10.5.0.0/16", "EnableIPv6": true}', "EnableIPv6 is not supported yet"),
    ],
)
def test_a_wrong_configuration_is_told_with_its_key(data: str, words: str) -> None:
    with pytest.raises(ConfigError, match="^/config: ") as caught:
        parse_config(data.encode(), "/config")
    assert words in str(caught.value)


@given(st.binary(max_size=80))
def test_no_bytes_break_the_parsers(data: bytes) -> None:
    for parse in (lambda: parse_config(data, "k"), lambda: parse_lease("10.5.1.0-24", data)):
        try:
            parse()
        except (ConfigError, BadLease):
            continue


def test_a_lease_is_written_as_flannel_does() -> None:
    subnet, host = IPv4Network("10.50.54.0/24"), IPv4Address("10.99.0.10")
    lease = Lease(subnet, host, "vxlan", {"VNI": 1, "VtepMAC": "a2:00:00:00:00:01"})
    assert lease.name == "10.50.54.0-24"
    assert lease.value() == (
        b'{"PublicIP":"10.99.0.10","PublicIPv6":null,"BackendType":"vxlan",'
        b'"BackendData":{"VNI":1,"VtepMAC":"a2:00:00:00:00:01"}}'
    )
    assert parse_lease(lease.name, lease.value()) == lease
    assert Lease(subnet, host, "host-gw").value() == (
        b'{"PublicIP":"10.99.0.10","PublicIPv6":null,"BackendType":"host-gw"}'
    )
    assert Lease(subnet, host, "alloc").value() == b'{"PublicIP":"10.99.0.10","PublicIPv6":null}'


def test_a_lease_with_both_families_is_read() -> None:
    assert parse_lease("10.5.1.0-24&fc00::-64", b'{"PublicIP":"10.0.0.1"}').subnet == IPv4Network("10.5.1.0/24")


@pytest.mark.parametrize("name", ["", "x", "10.5.1.0", "10.5.1.0-33", "10.5.1.1-24", "fc00::-64", "10.5.1.0-24&x"])
def test_what_is_no_subnet_is_no_lease(name: str) -> None:
    with pytest.raises(BadLease):
        parse_lease(name, b'{"PublicIP":"10.0.0.1"}')


@given(st.sets(st.integers(0, 255)), st.integers(0, 255))
def test_a_free_subnet_is_chosen(numbers: set[int], wish: int) -> None:
    found = config(Network="10.5.0.0/16")
    taken = {IPv4Network(f"10.5.{number}.0/24") for number in numbers}
    wished = IPv4Network(f"10.5.{wish}.0/24")
    try:
        chosen = choose(found, taken, wished, [IPv4Network("10.5.9.0/25")])
    except NoSubnet:
        assert numbers >= set(range(1, 256)) - {9}
        return
    assert chosen not in taken and found.allows(chosen)
    assert not chosen.overlaps(IPv4Network("10.5.9.0/25"))
    assert chosen == wished or wished in taken or wish in (0, 9)


def test_subnets_of_another_length_are_not_overlapped() -> None:
    found = config(Network="10.5.0.0/16", SubnetLen=24, SubnetMax="10.5.2.0")
    assert choose(found, [IPv4Network("10.5.1.128/26")], NOWHERE, []) == IPv4Network("10.5.2.0/24")


def test_flags_win_over_the_environment() -> None:
    environment = {"FLANNELD_IFACE": "eth1,eth2", "FLANNELD_IP_MASQ": "true", "FLANNELD_ETCD_PREFIX": "/a"}
    settings = settle({"etcd_prefix": "/b", "ip_masq": "false"}, environment)
    assert (settings.iface, settings.ip_masq, settings.etcd_prefix) == (("eth1", "eth2"), False, "/b")
    assert settle({}, {}) == Settings()
    assert {option.name for option in OPTIONS} == set(Settings.__slots__)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["-public-ip", "x"], "-public-ip: 'x' is not an IPv4 address"),
        (
            ["-subnet-lease-renew-margin", "1440"],
            "-subnet-lease-renew-margin must be a number of 1 to 1439, not '1440'",
        ),
        (["-iface-regex", "("], "-iface-regex: '(' is not a pattern"),
        (["-etcd-certfile", "c"], "-etcd-certfile and -etcd-keyfile go together"),
        (["-iface-can-reach", "example"], "-iface-can-reach: 'example' is not an address"),
    ],
)
def test_a_wrong_flag_is_told(flags: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flanneld", *flags]) == 1
    assert words in capsys.readouterr().err


def test_a_switch_is_on_or_off() -> None:
    with pytest.raises(SettingsError, match="FLANNELD_IP_MASQ must be true or false, not 'perhaps'"):
        settle({}, {"FLANNELD_IP_MASQ": "perhaps"})
    with pytest.raises(SystemExit):
        main(["flanneld", "-ip-masq=perhaps"])


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(settle({"etcd_password": "secret"}, {}))
    with pytest.raises(SettingsError):
        settle({}, {"FLANNELD_HEALTHZ_PORT": "70000"})


def test_the_subnet_of_an_earlier_run_is_found(tmp_path) -> None:
    path = str(tmp_path / "new" / "subnet.env")
    assert subnet_file.read_subnet(path) is None
    subnet_file.write(path, config(Network="10.5.0.0/16"), IPv4Network("10.5.3.0/24"), 1450, True)
    assert subnet_file.read_subnet(path) == IPv4Network("10.5.3.0/24")
    with open(path, "wb") as file:
        file.write(b"FLANNEL_SUBNET=\xff\n")
    assert subnet_file.read_subnet(path) is None
