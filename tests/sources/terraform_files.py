"""What `terraform show -json` prints for blacksheep.link with Amazon SES, built by ourselves: a first plan, and the state after
its apply. Frame and references are those that Terraform 1.11 prints for resources of its own.
"""

from __future__ import annotations

import re
from typing import TypeAlias

Json: TypeAlias = dict[str, object]

DOMAIN = "blacksheep.link"
REGION = "ap-northeast-1"
ACCOUNT = "111122223333"
ZONE_ID = "Z0123456789ABCDEFGHIJ"
TOKENS = ("2d6v4yjgpynfpmzwnmkxy4", "7xkq5vbp3zjoyvd4xkmr2a", "gu7mwp4n6ucqhlr5t2nfzk")
ZONE = "data.aws_route53_zone.main"
_ARN = f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{DOMAIN}"


def resource(address: str, values: Json, *, index: object = None, mode: str = "managed") -> Json:
    """A resource as `planned_values` and `values` have it."""
    match = re.search(r"(aws_\w+)\.(\w+)", address)
    assert match is not None, address
    found: Json = {
        "address": address,
        "mode": mode,
        "type": match[1],
        "name": match[2],
        "values": values,
        "sensitive_values": {},
    }
    return found if index is None else {**found, "index": index}


def change(address: str, after_unknown: Json) -> Json:
    """A resource as `resource_changes` has it, as far as it matters."""
    return {"address": address, "change": {"actions": ["create"], "before": None, "after_unknown": after_unknown}}


def configured(address: str, **expressions: object) -> Json:
    """A resource as `configuration` has it. A list is what an expression refers to, all else is a constant."""
    return {
        "address": address,
        "provider_config_key": "aws",
        "expressions": {
            name: {"references": value} if isinstance(value, list) else {"constant_value": value}
            for name, value in expressions.items()
        },
    }


def plan(
    resources: list[Json],
    *,
    prior: list[Json] | None = None,
    changes: list[Json] | None = None,
    configuration: list[Json] | None = None,
    region: Json | None = None,
) -> Json:
    """A plan without modules."""
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "variables": {"region": {"value": REGION}},
        "planned_values": {"root_module": {"resources": resources}},
        "resource_changes": changes or [],
        "prior_state": {"format_version": "1.0", "values": {"root_module": {"resources": prior or []}}},
        "configuration": {
            "provider_config": {
                "aws": {"name": "aws", "expressions": {"region": region or {"constant_value": REGION}}},
            },
            "root_module": {"resources": configuration or []},
        },
    }


def state(resources: list[Json]) -> Json:
    """A state without modules."""
    return {"format_version": "1.0", "terraform_version": "1.11.4", "values": {"root_module": {"resources": resources}}}


def record(address: str, kind: str, name: str, *values: str, index: object = None, full_name: str | None = None) -> Json:
    """A resource aws_route53_record in the zone."""
    written: Json = {"zone_id": ZONE_ID, "name": name, "type": kind, "ttl": 600, "records": list(values)}
    if full_name is not None:
        written |= {"fqdn": full_name, "id": f"{ZONE_ID}_{name}_{kind}"}
    return resource(f"aws_route53_record.{address}", written | {"set_identifier": None, "alias": []}, index=index)


def zone() -> Json:
    """The zone, which exists before."""
    return resource(ZONE, {"name": DOMAIN, "zone_id": ZONE_ID, "id": ZONE_ID, "private_zone": False}, mode="data")


def _known_records(*, after: bool) -> list[Json]:
    return [
        record("mail_from_mx", "MX", "mail", f"10 feedback-smtp.{REGION}.amazonses.com", full_name=_full("mail", after=after)),
        record(
            "mail_from_spf", "TXT", f"mail.{DOMAIN}", "v=spf1 include:amazonses.com ~all", full_name=_full("mail", after=after)
        ),
        record(
            "dmarc",
            "TXT",
            f"_dmarc.{DOMAIN}",
            f"v=DMARC1;p=none;rua=mailto:dmarc-reports@{DOMAIN}",
            full_name=_full("_dmarc", after=after),
        ),
    ]


def _full(label: str, *, after: bool) -> str | None:
    return f"{label}.{DOMAIN}" if after else None


def _mail_from() -> Json:
    return resource(
        "aws_ses_domain_mail_from.this",
        {"domain": DOMAIN, "mail_from_domain": f"mail.{DOMAIN}", "behavior_on_mx_failure": "UseDefaultValue"},
    )


def first_plan() -> Json:
    """The plan before the first apply: SES has given no DKIM tokens yet."""
    dkim = [
        resource(f"aws_route53_record.dkim[{n}]", {"zone_id": ZONE_ID, "type": "CNAME", "ttl": 600, "alias": []}, index=n)
        for n in range(3)
    ]
    tokens = ["aws_ses_domain_dkim.this.dkim_tokens", "aws_ses_domain_dkim.this", "count.index"]
    return plan(
        [
            resource("aws_ses_domain_identity.this", {"domain": DOMAIN}),
            resource("aws_ses_domain_dkim.this", {"domain": DOMAIN}),
            _mail_from(),
            *dkim,
            *_known_records(after=False),
        ],
        prior=[zone()],
        changes=[
            change("aws_ses_domain_identity.this", {"arn": True, "id": True, "verification_token": True}),
            change("aws_ses_domain_dkim.this", {"dkim_tokens": True, "id": True}),
            *(
                change(f"aws_route53_record.dkim[{n}]", {"name": True, "records": True, "fqdn": True, "id": True})
                for n in range(3)
            ),
        ],
        configuration=[
            configured("aws_ses_domain_identity.this", domain=DOMAIN),
            configured(
                "aws_ses_domain_dkim.this", domain=["aws_ses_domain_identity.this.domain", "aws_ses_domain_identity.this"]
            ),
            configured("aws_ses_domain_mail_from.this", domain=["aws_ses_domain_identity.this.domain"]),
            configured("aws_route53_record.dkim", name=tokens, records=tokens, zone_id=[f"{ZONE}.zone_id", ZONE]),
        ],
    )


def applied_state() -> Json:
    """The state after the apply."""
    return state(
        [
            zone(),
            resource("aws_ses_domain_identity.this", {"domain": DOMAIN, "id": DOMAIN, "arn": _ARN}),
            resource("aws_ses_domain_dkim.this", {"domain": DOMAIN, "id": DOMAIN, "dkim_tokens": list(TOKENS)}),
            _mail_from(),
            *(
                record(
                    f"dkim[{n}]",
                    "CNAME",
                    f"{token}._domainkey.{DOMAIN}",
                    f"{token}.dkim.amazonses.com",
                    index=n,
                    full_name=f"{token}._domainkey.{DOMAIN}",
                )
                for n, token in enumerate(TOKENS)
            ),
            *_known_records(after=True),
        ]
    )
