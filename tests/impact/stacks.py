"""Several stacks, stages, accounts and zones, and what a template does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import (
    Environment,
    Fn,
    NestedStack,
    RemovalPolicy,
    Stack,
    Stage,
    aws_route53,
    aws_ses,
)

from ses_email_auth import SesEmailAuth
from tests.adopt.templates import ZONE, record
from tests.cdk.stacks import ACCOUNT, TOKYO, new_stack
from tests.impact.inputs import (
    DOMAIN,
    GOOGLE,
    POLICY,
    REPORTS,
    SITE,
    Cdk,
    Deployed,
    File,
    bootstrapped,
    hand,
    in_stack,
    ours,
)
from tests.impact.pairs import (
    APEX,
    BOUNCE,
    DMARC,
    NONE,
    PLAIN,
    QUARANTINE,
    REJECT,
    SAME,
    STRICT,
    Pair,
)

if TYPE_CHECKING:
    from aws_cdk import App

    from ses_email_auth import DmarcPolicy


def _dmarc_in(stack: Stack, value: str = POLICY, construct_id: str = "Dmarc", **more: Any) -> aws_route53.CfnRecordSet:
    return aws_route53.CfnRecordSet(
        stack,
        construct_id,
        **{"hosted_zone_id": ZONE, "name": f"{DMARC}.", "type": "TXT", "ttl": "600", "resource_records": [value]} | more,
    )


def _two_stacks(where: str) -> Cdk:
    def build(app: App) -> None:
        stacks = {name: new_stack(app, name) for name in ("One", "Two")}
        for name, stack in stacks.items():
            aws_route53.CfnRecordSet(
                stack,
                "Www",
                hosted_zone_id=ZONE,
                name=f"{name}.{DOMAIN}.",
                type="A",
                ttl="60",
                resource_records=["192.0.2.1"],
            )
        made = _dmarc_in(stacks[where.removesuffix("-retained")])
        if where.endswith("-retained"):
            made.apply_removal_policy(RemovalPolicy.RETAIN)

    return Cdk(build)


def _stages(**policies: DmarcPolicy) -> Cdk:
    """Stages with one zone name, each in its account."""

    def build(app: App) -> None:
        for number, (name, policy) in enumerate(policies.items()):
            account = str(int(ACCOUNT) + number)
            stack = Stack(Stage(app, name, env=Environment(account=account, region=TOKYO)), "Mail")
            in_stack(stack, zone_id=f"Z{name.upper()}", dmarc_policy=policy, dmarc_rua=[REPORTS])

    return Cdk(build)


def _accounts(*names: str) -> Cdk:
    """Stacks of one app in two accounts, which own a zone of the same name each; these have a DMARC record."""

    def build(app: App) -> None:
        for number, name in enumerate(("Dev", "Prod")):
            stack = new_stack(app, name, account=str(int(ACCOUNT) + number))
            _dmarc_in(stack, f'"v=DMARC1; p=none; rua=mailto:{REPORTS}"', "Other", name="_dmarc.example.net.")
            if name in names:
                _dmarc_in(stack, hosted_zone_id=f"Z{name.upper()}")

    return Cdk(build)


def _nested(*inside: str) -> Cdk:
    """A stack with a nested one, which has these records; with none there is no nested stack."""

    def build(app: App) -> None:
        stack = bootstrapped(app, "Mail")
        _dmarc_in(stack, name="_dmarc.example.net.")
        if inside:
            nested = NestedStack(stack, "Zone")
            for name in inside:
                _dmarc_in(nested, construct_id=name.title(), name=f"_dmarc.{name}.{DOMAIN}.")

    return Cdk(build)


def _with_private_zone(*values: str) -> dict[str, Any]:
    vpc = [{"VPCId": "vpc-1", "VPCRegion": "eu-west-1"}]
    private = {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": DOMAIN, "VPCs": vpc}}
    inside = {
        f"Private{number}": record(f"_dmarc.{DOMAIN}.", "TXT", value, HostedZoneId={"Ref": "Internal"})
        for number, value in enumerate(values)
    }
    return {"Internal": private, **inside}


def _two_domains(*domains: str) -> Cdk:
    """Two of our constructs in one stack, each with the other sender that is named behind its domain."""

    def build(app: App) -> None:
        stack = new_stack(app, "Mail")
        for domain in domains:
            name, *senders = domain.split(" ")
            zone = aws_route53.HostedZone.from_hosted_zone_attributes(
                stack, f"Zone-{name}", hosted_zone_id=f"Z{name.upper().replace('.', '')}", zone_name=name
            )
            SesEmailAuth(stack, f"Mail-{name}", hosted_zone=zone, dmarc_rua=[f"dmarc@{name}"], spf_includes=senders)

    return Cdk(build)


def _two_regions(*regions: str) -> Cdk:
    """A stack in each of two regions, with the identity of the domain in those that are named."""

    def build(app: App) -> None:
        for region in ("ap-northeast-1", "us-east-1"):
            stack = new_stack(app, f"Mail-{region}", region=region)
            _dmarc_in(stack, name=f"_dmarc.{region}.example.net.")
            if region in regions:
                aws_ses.CfnEmailIdentity(stack, "Identity", email_identity=DOMAIN)

    return Cdk(build)


def _with_zone(construct_id: str) -> Cdk:
    """A stack that makes its zone."""

    def build(app: App) -> None:
        stack = new_stack(app, "Mail")
        zone = aws_route53.PublicHostedZone(stack, construct_id, zone_name=DOMAIN)
        _dmarc_in(stack, hosted_zone_id=zone.hosted_zone_id)

    return Cdk(build)


STACKS = [
    Pair(
        id="to-another-stack",
        reason="the second stack takes it over or is refused, and the first one deletes it",
        old=_two_stacks("One"),
        new=_two_stacks("Two"),
        says=(f"error impact-record-moves {DMARC}",),
        words={"impact-record-moves": ("Two",)},
    ),
    Pair(
        id="to-another-stack-retained",
        reason="Retain keeps it",
        old=_two_stacks("One-retained"),
        new=_two_stacks("Two-retained"),
        may=("impact-clash", "impact-record-moves"),
    ),
    Pair(
        id="a-stack-is-not-in-new",
        reason="'cdk deploy' never deletes a stack that the app has no more: all of it stays",
        old=_two_stacks("One"),
        new=Cdk(
            lambda app: aws_route53.CfnRecordSet(
                new_stack(app, "Two"),
                "Www",
                hosted_zone_id=ZONE,
                name=f"Two.{DOMAIN}.",
                type="A",
                ttl="60",
                resource_records=["192.0.2.1"],
            )
        ),
    ),
    Pair(
        id="a-stack-that-stays-has-the-record-already",
        reason="the old stack is not deployed again and keeps its record: the new one is refused",
        old=_two_stacks("One"),
        new=Cdk(lambda app: _dmarc_in(new_stack(app, "Three"), f'"v=DMARC1; p=none; rua=mailto:{REPORTS}"')),
        says=(f"error impact-clash {DMARC}",),
        may=("impact-policy-weaker",),
    ),
    Pair(
        id="a-new-stack",
        reason="a domain that was not there",
        old=_two_stacks("One"),
        new=Cdk(
            lambda app: (
                _two_stacks("One").build(app),
                in_stack(new_stack(app, "Mail"), zone_name="example.org", zone_id="ZORG", **STRICT),
            )
        ),
        infos=("impact-record-new _dmarc.example.org",),
    ),
    Pair(
        id="a-record-of-a-nested-stack",
        reason="a nested stack is updated with its parent",
        old=_nested("one", "two"),
        new=_nested("one"),
        says=(f"error impact-record-goes _dmarc.two.{DOMAIN}",),
    ),
    Pair(
        id="a-nested-stack-goes",
        reason="its resource leaves the parent, so CloudFormation deletes it with all that it has",
        old=_nested("one", "two"),
        new=_nested(),
        says=(f"error impact-record-goes _dmarc.one.{DOMAIN}", f"error impact-record-goes _dmarc.two.{DOMAIN}"),
    ),
    Pair(id="nested-as-it-is", reason="nothing", old=_nested("one", "two"), new=_nested("one", "two"), silent=True),
    Pair(
        id="one-of-two-stages",
        reason="dev and prod own zones of one name: only prod gets weaker",
        old=_stages(Dev=NONE, Prod=REJECT),
        new=_stages(Dev=NONE, Prod=NONE),
        says=(f"warning impact-policy-weaker {DMARC}",),
    ),
    Pair(
        id="stages-swap-their-policies",
        reason="a record of one stage is no heir of that of the other",
        old=_stages(Dev=QUARANTINE, Prod=REJECT),
        new=_stages(Dev=REJECT, Prod=QUARANTINE),
        says=(f"warning impact-policy-weaker {DMARC}",),
        infos=(f"impact-policy-step {DMARC}",),
    ),
    Pair(
        id="a-stage-is-not-in-new",
        reason="its stacks stay deployed",
        old=_stages(Dev=NONE, Prod=REJECT),
        new=_stages(Dev=NONE),
    ),
    Pair(
        id="the-same-name-in-another-account",
        reason="the record of the other account is in another zone, so it is no heir",
        old=_accounts("Dev", "Prod"),
        new=_accounts("Dev"),
        says=(f"error impact-record-goes {DMARC}",),
    ),
    Pair(
        id="a-private-zone",
        reason="no receiver of mail sees it",
        old=hand(**_with_private_zone('"v=DMARC1; p=reject"')),
        new=hand(**_with_private_zone()),
    ),
    Pair(
        id="a-private-zone-is-no-heir",
        reason="the same name in a zone that only a VPC sees",
        old=hand(),
        new=hand(Dmarc=None, **_with_private_zone(POLICY)),
        says=(f"error impact-record-goes {DMARC}",),
    ),
    Pair(
        id="one-of-two-domains",
        reason="what another domain of the stack has is no heir",
        old=_two_domains(f"example.com {GOOGLE}", f"example.org {GOOGLE}"),
        new=_two_domains(f"example.com {GOOGLE}", "example.org"),
        says=("error impact-spf-sender-goes example.org",),
    ),
    Pair(
        id="one-of-two-regions",
        reason="SES has an identity for each region: that of the other region is no heir",
        old=_two_regions("ap-northeast-1", "us-east-1"),
        new=_two_regions("ap-northeast-1"),
        says=(f"error impact-identity-goes {DOMAIN}",),
    ),
    Pair(
        id="a-stack-gets-another-name",
        reason="the old stack stays deployed, so SES refuses the identity of the new one",
        old=ours(**PLAIN),
        new=Cdk(lambda app: in_stack(new_stack(app, "Post"), **PLAIN)),
        says=("error impact-clash *",),
        may=("impact-clash",),
    ),
    Pair(
        id="get-template-and-an-app-with-several-stacks",
        reason="the stack with the same resources is meant",
        old=SAME,
        new=Cdk(
            lambda app: (
                in_stack(bootstrapped(app, "Mail"), **PLAIN),
                _dmarc_in(new_stack(app, "Other"), name="_dmarc.example.net."),
            )
        ),
    ),
    Pair(
        id="a-zone-under-another-id",
        reason="a new zone has other name servers, which the registrar does not know; the old zone goes with all its records",
        old=_with_zone("Zone"),
        new=_with_zone("Domain"),
        says=(f"error impact-record-goes|impact-record-moves {APEX}|{DMARC}",),
        words={"impact-record-goes|impact-record-moves": ("name servers", "override_logical_id(")},
    ),
]

PARAMETER = {"Parameters": {"Domain": {"Type": "String"}, "Other": {"Type": "String"}}}
WITH_DEFAULT = {"Parameters": {"Domain": {"Type": "String", "Default": DOMAIN}}}
BY_PARAMETER = record({"Fn::Join": ["", ["_dmarc.", {"Ref": "Domain"}]]}, "TXT", POLICY)
UNKNOWN_SENDER = record(f"{DOMAIN}.", "TXT", {"Fn::Sub": '"v=spf1 include:${Other} include:amazonses.com ~all"'}, SITE)
CONDITIONS = {
    "Parameters": {"Stage": {"Type": "String"}},
    "Conditions": {
        "Open": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "Never": {"Fn::Equals": ["a", "b"]},
        "Always": {"Fn::Equals": ["a", "a"]},
    },
}


def _conditional(name: str) -> File:
    return hand(CONDITIONS, Dmarc={**record(f"_dmarc.{DOMAIN}.", "TXT", POLICY), "Condition": name})


def _region(region: str) -> Cdk:
    """A MAIL FROM MX that is written with a pseudo parameter, in a stack whose region is known."""

    def build(app: App) -> None:
        stack = new_stack(app, "Mail")
        identity = aws_ses.CfnEmailIdentity.MailFromAttributesProperty(mail_from_domain=BOUNCE)
        aws_ses.CfnEmailIdentity(stack, "Identity", email_identity=DOMAIN, mail_from_attributes=identity)
        value = Fn.sub(f"10 feedback-smtp.{region}.amazonses.com")
        aws_route53.CfnRecordSet(
            stack, "Mx", hosted_zone_id=ZONE, name=f"{BOUNCE}.", type="MX", ttl="600", resource_records=[value]
        )

    return Cdk(build)


UNKNOWN = [
    Pair(
        id="a-name-by-parameter-goes",
        reason="nobody can tell whether the domain of the parameter is example.com; something goes all the same",
        old=hand(PARAMETER, Dmarc=BY_PARAMETER),
        new=hand(PARAMETER),
        may=("impact-record-moves", "impact-record-goes"),
    ),
    Pair(
        id="a-name-by-parameter-under-another-id",
        reason="both may be one record",
        old=hand(PARAMETER, Dmarc=None, Policy=BY_PARAMETER),
        new=hand(PARAMETER),
        infos=("impact-cannot-tell *",),
        may=("impact-record-moves",),
    ),
    Pair(
        id="names-by-parameter-as-they-are",
        reason="the same text is the same name",
        old=hand(PARAMETER, Dmarc=BY_PARAMETER, Apex=UNKNOWN_SENDER),
        new=hand(PARAMETER, Dmarc=BY_PARAMETER, Apex=UNKNOWN_SENDER),
    ),
    Pair(
        id="a-sender-by-parameter",
        reason="the parameter may be Google's host",
        old=hand(PARAMETER),
        new=hand(PARAMETER, Apex=UNKNOWN_SENDER),
        infos=(f"impact-cannot-tell {APEX}",),
    ),
    Pair(
        id="a-name-by-a-default",
        reason="the default of the parameter is the name",
        old=hand(),
        new=hand(WITH_DEFAULT, Dmarc=BY_PARAMETER),
    ),
    Pair(
        id="a-condition-that-nobody-knows",
        reason="the record goes or stays with a parameter",
        old=hand(CONDITIONS),
        new=_conditional("Open"),
        infos=(f"impact-cannot-tell {DMARC}",),
    ),
    Pair(id="the-same-condition", reason="nothing changes", old=_conditional("Open"), new=_conditional("Open")),
    Pair(
        id="a-condition-that-is-false",
        reason="the resource is not in the stack any more",
        old=hand(CONDITIONS),
        new=_conditional("Never"),
        says=(f"error impact-record-goes {DMARC}",),
    ),
    Pair(id="a-condition-that-is-true", reason="nothing changes", old=hand(CONDITIONS), new=_conditional("Always")),
    Pair(
        id="a-condition-that-was-false",
        reason="what was never made cannot go",
        old=_conditional("Never"),
        new=hand(CONDITIONS, Dmarc=None),
    ),
    Pair(
        id="a-value-of-another-stack",
        reason="Fn::ImportValue is not in the template",
        old=hand(),
        new=hand(Dmarc=record(f"_dmarc.{DOMAIN}.", "TXT", {"Fn::ImportValue": "policy"})),
        infos=(f"impact-cannot-tell {DMARC}",),
    ),
    Pair(
        id="a-region-that-the-app-knows",
        reason="the template that is deployed says AWS::Region, and the app where that is",
        old=Deployed(_region("${AWS::Region}")),
        new=_region("${AWS::Region}"),
        silent=True,
    ),
]
