"""`Dns`: where the records of a domain go."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from ses_email_auth.cdk.cross_account import cross_account_dns
from ses_email_auth.cdk.external_dns import external_dns
from ses_email_auth.cdk.route53_dns import ZONE_FIX, route53_dns
from ses_email_auth.errors import EmailAuthError

if TYPE_CHECKING:
    from aws_cdk import aws_route53

    from ses_email_auth.cdk.record_target import RecordTarget


@final
class Dns:
    """Where the records of a domain go. Make one with `Dns.route53(zone)`, `Dns.cross_account(...)` or `Dns.external()`."""

    __slots__ = ("_target",)

    def __init__(self, target: RecordTarget) -> None:
        """Internal: use `Dns.route53(zone)`, `Dns.cross_account(...)` or `Dns.external()`.

        Args:
            target: what the factories make.
        """
        self._target = target

    def __repr__(self) -> str:
        return f"Dns({self._target!r})"

    @staticmethod
    def route53(hosted_zone: aws_route53.IHostedZone, *, adopt: bool = False) -> Dns:
        """A public hosted zone in the account of the stack.

        Args:
            hosted_zone: the zone.
            adopt: let a function of ours write the records, one custom resource for a domain. When the construct is deployed
                first, it takes over a record that stands as it is wanted (type, TTL and values), and refuses any other,
                whatever CloudFormation itself does with such records. What was taken over and never changed since stays when
                the stack goes. Leave it as it was at the first deployment: another one changes the resources, and the old one
                deletes its records. Default: - CloudFormation writes them

        Raises:
            EmailAuthError: for a private zone, an L1 zone, or what is no hosted zone at all.
        """
        return Dns(route53_dns(hosted_zone, adopt))

    @staticmethod
    def cross_account(
        *, hosted_zone_id: str, zone_name: str, role_arn: str, external_id: str | None = None, adopt: bool = False
    ) -> Dns:
        """A public hosted zone in another account. A function in this stack writes the records through a role there.

        Args:
            hosted_zone_id: the id of the zone.
            zone_name: the name of the zone.
            role_arn: the role that may write these records, made by `ZoneWriterRole` in a stack of that account.
            external_id: what the role asks for, if it does. Default: - nothing
            adopt: take over records that stand as they are wanted, as with `Dns.route53`. It can be left out after the first
                deployment. Default: - what stands already is refused

        Raises:
            EmailAuthError: for an argument of a wrong form.
        """
        return Dns(
            cross_account_dns(
                hosted_zone_id=hosted_zone_id, zone_name=zone_name, role_arn=role_arn, external_id=external_id, adopt=adopt
            )
        )

    @staticmethod
    def external(zone_name: str | None = None) -> Dns:
        """DNS that AWS does not host, or that nobody may write: each record is an output of the stack, to paste into a panel.

        No record is made, changed or deleted by a deployment. SES looks for the MAIL FROM MX for 72 hours from the deployment
        and then gives it up; after that it has to be set again. A stack takes 200 outputs, so about 25 domains.

        Outputs are shown when a deployment is over, so what waits for their records within it waits in vain: add
        `wait_for_verification` when they answer. The next generation of a managed key fails once, with its record in the
        message, and goes through when that answers.

        Args:
            zone_name: the zone of the panel, which hosts are relative to. Default: - the organizational domain of
                `domain_name`, which has to be given then

        Raises:
            EmailAuthError: for a zone that is no domain name.
        """
        return Dns(external_dns(zone_name))


def record_target(hosted_zone: aws_route53.IHostedZone | None, dns: Dns | None) -> RecordTarget:
    """Where the records go: `dns`, or its short form `hosted_zone`.

    Raises:
        EmailAuthError: if none or both are given.
    """
    if hosted_zone is not None and dns is not None:
        raise EmailAuthError("'hosted_zone' is the short form of 'dns', so both cannot be given; leave one out")
    if hosted_zone is not None:
        dns = Dns.route53(hosted_zone)
    if dns is None:
        raise EmailAuthError(f"'hosted_zone' must be given; {ZONE_FIX}")
    if not isinstance(dns, Dns):
        raise EmailAuthError(f"'dns' must be a Dns, got {dns!r}; use Dns.route53(zone)")
    return dns._target  # noqa: SLF001 - hidden from users, whose editors list what they may call
