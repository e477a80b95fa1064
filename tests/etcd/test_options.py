"""Options that a version of etcd does not know are refused by name."""

import pytest
from local import help_of_etcd

from bunraku.etcd import BadSettings
from bunraku.etcd.options import IN, IN_ALL, check_options, installed_version


def test_the_table_has_what_the_etcd_here_says_of_itself(need_etcd: None) -> None:
    version = installed_version()
    assert version.rpartition(".")[0] in IN
    check_options(help_of_etcd(), version)


@pytest.mark.parametrize(
    ("name", "version", "words"),
    [
        ("debug", "3.5.9", "etcd 3.5.9 does not know the option 'debug' .use log-level"),
        ("enable-v2", "3.6.1", "known in etcd 3.4 and 3.5; leave it out here"),
        ("max-learners", "3.5.9", "known in etcd 3.6; leave"),
        ("memory-mlock", "3.5.9", "use experimental-memory-mlock"),
        ("tls-min-version", "3.4.23", "known in etcd 3.4.25 and 3.5.8 and 3.6"),
        ("max-txn-op", "3.4.23", "did you mean max-txn-ops"),
        ("no-such-thing-at-all", "3.6.0", "see etcd --help"),
    ],
)
def test_an_unknown_option_is_named_with_what_to_do(name: str, version: str, words: str) -> None:
    with pytest.raises(BadSettings, match=words):
        check_options(["name", name], version)


def test_what_is_known_passes_and_versions_that_we_do_not_know_are_not_judged() -> None:
    for version in ("3.4.0", "3.5.0", "3.6.0"):
        check_options(IN_ALL.split(), version)
    check_options(["tls-min-version", "socket-reuse-port"], "3.5.8")
    check_options(["anything"], "3.9.0")
