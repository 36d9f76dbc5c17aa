"""Second opinions on our templates: CDK's own validation (an error in every app of these tests) finds nothing, and no feature
flag changes what we write. The judges of `tests/judges` look at the same templates.
"""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk
import pytest
from aws_cdk import Duration, RemovalPolicy, Tags, aws_iam, aws_route53, aws_ses

from ses_email_auth import (
    DmarcPolicy,
    DmarcRecord,
    DomainPolicy,
    FromDomainTxt,
    RecordLayout,
    SendingIdentity,
    SesEmailAuth,
    SpfRecord,
)
from tests.cdk.stacks import imported_zone, new_app, new_stack, templates

if TYPE_CHECKING:
    from aws_cdk import App

    from tests.cdk.stacks import Template

RUA = ["dmarc-reports@blacksheep.link"]
# What Route 53 wants escaped, and what it wants in several strings.
TEXTS = ["site=日本", "k=" + "A" * 700]


def build(app: App) -> None:
    """One stack for each way in which templates differ."""
    for layout in RecordLayout:
        stack = new_stack(app, f"reference-{layout.value}")
        SesEmailAuth(stack, "EmailAuth", hosted_zone=imported_zone(stack), dmarc_rua=RUA, record_layout=layout)
        stack = new_stack(app, f"everything-{layout.value}", region=None, account=None)
        everything(stack, layout)
    stack = new_stack(app, "halves")
    zone = aws_route53.PublicHostedZone(stack, "Zone", zone_name="example.com")
    SendingIdentity(stack, "Sending", hosted_zone=zone)
    DomainPolicy(stack, "Policy", hosted_zone=zone, dmarc=DmarcRecord.verbatim("v=DMARC1;p=reject;rua=mailto:a@example.com"))
    stack = new_stack(app, "adopted")
    SesEmailAuth(
        stack,
        "EmailAuth",
        hosted_zone=imported_zone(stack, "xn--wgv71a119e.jp"),
        domain_name="日本語.jp",
        mail_from_subdomain=None,
        from_domain_txt=FromDomainTxt.adopt(["v=spf1 -all", ("a" * 255, "b")], Duration.minutes(5)),
        removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    )


def everything(stack: aws_cdk.Stack, layout: RecordLayout) -> None:
    """All props that change a template, and tags."""
    auth = SesEmailAuth(
        stack,
        "EmailAuth",
        hosted_zone=imported_zone(stack),
        domain_name="mail.blacksheep.link",
        mail_from_behavior_on_mx_failure=aws_ses.MailFromBehaviorOnMxFailure.REJECT_MESSAGE,
        dkim_key_length=aws_ses.EasyDkimSigningKeyLength.RSA_2048_BIT,
        configuration_set=aws_ses.ConfigurationSet(stack, "Set"),
        feedback_forwarding=False,
        from_subdomains=["news", "a.mail.blacksheep.link"],
        dmarc_policy=DmarcPolicy.QUARANTINE,
        dmarc_rua=RUA,
        spf=SpfRecord.parse("v=spf1 include:_spf.google.com ~all"),
        from_domain_txt_values=TEXTS,
        dkim_ttl=Duration.hours(1),
        record_layout=layout,
        removal_policy=RemovalPolicy.RETAIN,
    )
    Tags.of(stack).add("team", "mail")
    Tags.of(auth).add("service", "mail")
    user = aws_iam.User(stack, "User")
    auth.grant_send_email(user, from_addresses=["info@mail.blacksheep.link"])


@pytest.fixture(scope="module")
def plain() -> dict[str, Template]:
    """Without any feature flag."""
    app = new_app()
    build(app)
    return templates(app)


def recommended_flags() -> dict[str, Any]:
    """The flags that `cdk init` writes, as aws-cdk-lib lists them."""
    (archive,) = (Path(aws_cdk.__file__).parent / "_jsii").glob("aws-cdk-lib@*.jsii.tgz")
    with tarfile.open(archive) as package:
        file = package.extractfile("package/recommended-feature-flags.json")
        assert file is not None
        flags: dict[str, Any] = json.load(file)
    return {name.removeprefix("@aws-cdk/"): value for name, value in flags.items() if name.startswith("@aws-cdk/")}


def test_feature_flags_change_tags_only(plain: dict[str, Template]) -> None:
    """A project of any age gets the same resources under the same ids."""
    flags = recommended_flags()
    assert len(flags) > 70
    assert flags["core:explicitStackTags"] is True
    app = new_app(**flags)
    build(app)
    flagged = templates(app)
    assert flagged.keys() == plain.keys()
    for name, template in flagged.items():
        assert ours(template) == ours(plain[name]), name
    tagged = flagged["everything-separate"]["Resources"]["EmailAuthIdentity26A6EF86"]["Properties"]["Tags"]
    assert tagged == [{"Key": "service", "Value": "mail"}, {"Key": "team", "Value": "mail"}]


def ours(template: Template) -> Template:
    """Our resources without tags."""
    kinds = {"AWS::SES::EmailIdentity", "AWS::Route53::RecordSet", "AWS::Route53::RecordSetGroup"}
    return {
        name: resource | {"Properties": {key: value for key, value in resource["Properties"].items() if key != "Tags"}}
        for name, resource in template["Resources"].items()
        if resource["Type"] in kinds
    }
