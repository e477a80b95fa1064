"""What can go wrong with etcd: a small family, each error naming the endpoint and a remedy.

Importing this file costs nothing, so that callers may name the errors before the client is loaded.
"""

from __future__ import annotations


class EtcdError(Exception):
    """Any failure of a call to etcd.

    `problem` says what happened, `endpoint` where ("" if it was not one endpoint's doing), `remedy` what to do.
    """

    remedy = ""

    def __init__(self, problem: str, endpoint: str = "", remedy: str = "") -> None:
        self.problem = problem
        self.endpoint = endpoint
        self.remedy = remedy or type(self).remedy
        place = f"etcd at {endpoint}: " if endpoint else "etcd: "
        super().__init__(place + problem + (f" ({self.remedy})" if self.remedy else ""))


class BadSettings(EtcdError):
    """An endpoint, certificate or option that cannot work; nothing was sent."""


class Unreachable(EtcdError):
    """No endpoint answered; what was asked for has not happened."""

    remedy = "is etcd running, and are the endpoints and the scheme right?"


class NoLeader(Unreachable):
    """The members that answered have no leader: the cluster has lost its quorum, or is electing."""

    remedy = "more than half of the members must run; see the health of each"


class Unhealthy(Unreachable):
    """The cluster refuses a change of its members because too few of those it has are connected, or not for 5 s yet."""

    remedy = "bring its members up, wait a few seconds, then try again"


class DeadlineExceeded(EtcdError):
    """A read did not finish in time."""

    remedy = "the cluster may be overloaded; a longer deadline may help"


class Uncertain(EtcdError):
    """A write was sent and its answer was lost: it may or may not have been applied.

    Never raised for a write that surely was not applied. Read the keys again before repeating it.
    """

    remedy = "read the keys again before repeating the write"


class AuthenticationFailed(EtcdError):
    """User name or password are wrong, or missing where authentication is on."""

    remedy = "check the user name and the password"


class PermissionDenied(EtcdError):
    """The user may not do this."""

    remedy = "grant the user a role with this permission"


class NoSpace(EtcdError):
    """The database has reached its quota: etcd refuses writes until space is made and the alarm is cleared."""

    remedy = "compact, defragment, then clear the NOSPACE alarm"


class TooLarge(EtcdError):
    """The request is larger than the server takes (1.5 MiB, or 128 operations, by default)."""

    remedy = "make the value or the batch smaller, or raise --max-request-bytes or --max-txn-ops"


class Compacted(EtcdError):
    """The revision asked for is no longer kept."""

    remedy = "read the keys again at the present revision"


class LeaseNotFound(EtcdError):
    """The lease has expired or was revoked."""

    remedy = "grant a new lease"


class Refused(EtcdError):
    """The server understood and said no; `problem` holds its own words."""
