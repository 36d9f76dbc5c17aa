"""What a deploy can do to mail: one explanation for each id of a finding of `ses-email-auth impact`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ses_email_auth.checks.finding import Explanation, Finding, Need, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ses_email_auth.zone.texts import InView

_CLOUDFORMATION = "AWS CloudFormation user guide, update behaviors of stack resources"
_DELETION = "AWS CloudFormation user guide, DeletionPolicy attribute"
_ROUTE_53 = "Amazon Route 53 developer guide, working with records"


def _kind(kind_id: str, severity: Severity, reason: str, reference: str) -> Explanation:
    return Explanation(id=f"impact-{kind_id}", severity=severity, need=Need.CHANGE, reason=reason, reference=reference)


RECORD_GOES = _kind(
    "record-goes",
    Severity.ERROR,
    "The deploy deletes a record that mail needs, or makes it one that receivers ignore, and nothing takes its place.",
    _DELETION,
)
SPF_SENDER_GOES = _kind(
    "spf-sender-goes",
    Severity.ERROR,
    "A sender is no longer in the SPF record, so its mail fails SPF as soon as the old record is out of the caches.",
    "RFC 7208 section 5",
)
DKIM_GOES = _kind(
    "dkim-goes",
    Severity.ERROR,
    "Receivers look for the key at each mail: without it mail fails DKIM, also what was sent before the deploy.",
    "RFC 6376 section 3.6.2",
)
MAIL_FROM_MX_GOES = _kind(
    "mail-from-mx-goes",
    Severity.ERROR,
    "SES uses a MAIL FROM domain only while its MX and SPF records stand. Without them it sends with a name of its own, which "
    "does not align, or refuses to send.",
    "Amazon SES developer guide, using a custom MAIL FROM domain",
)
IDENTITY_GOES = _kind(
    "identity-goes",
    Severity.ERROR,
    "SES refuses mail of a domain or an address without a verified identity.",
    "Amazon SES developer guide, verified identities",
)
RECORD_MOVES = _kind(
    "record-moves",
    Severity.ERROR,
    "CloudFormation makes what is new first and deletes what is gone last. A record under another logical id is deleted with "
    "the old one although the deploy ends well; where record sets are a type of its registry, the deploy is refused. Nobody "
    "knows which an account does.",
    _CLOUDFORMATION,
)
CLASH = _kind(
    "clash",
    Severity.ERROR,
    "The deploy makes what stands already, and Route 53 or SES refuses a second one: the deploy is rolled back.",
    _ROUTE_53,
)
SWAPPED = _kind(
    "swapped",
    Severity.ERROR,
    "OLD is what stands, NEW is what shall be deployed. The other way round nothing that is said of a deploy is true.",
    _CLOUDFORMATION,
)
REPORTS_STOP = _kind(
    "reports-stop",
    Severity.WARNING,
    "An address gets no reports any more, so that nobody sees which mail fails.",
    "RFC 9990 section 2",
)
POLICY_WEAKER = _kind(
    "policy-weaker",
    Severity.WARNING,
    "Receivers let pass more of what is forged in the name of the domain.",
    "RFC 9989 section 4.7",
)
SITE_TOKEN_GOES = _kind(
    "site-token-goes",
    Severity.WARNING,
    "Values of one TXT set stand and go together. Sites look again at such tokens and lock their users out.",
    _ROUTE_53,
)
POLICY_JUMP = _kind(
    "policy-jump",
    Severity.WARNING,
    "From none to reject in one step, mail that was forgotten is lost at once. In quarantine its receivers still find it.",
    "RFC 9989 section 7",
)
POLICY_WITHOUT_REPORTS = _kind(
    "policy-without-reports",
    Severity.WARNING,
    "Receivers act on the policy, and nobody learns which mail it hits.",
    "RFC 9989 section 4.7",
)
MAIL_FROM_CHANGES = _kind(
    "mail-from-changes",
    Severity.WARNING,
    "Until SES has seen the MX of the new name it sends with a name of its own, which does not align; bounces to the old name "
    "are lost once its MX has gone.",
    "Amazon SES developer guide, using a custom MAIL FROM domain",
)
ALIGNMENT_STRICTER = _kind(
    "alignment-stricter",
    Severity.WARNING,
    "With strict alignment a subdomain no longer counts as the domain: mail that passed by it fails DMARC.",
    "RFC 9989 section 4.7",
)
POLICY_STEP = _kind(
    "policy-step",
    Severity.INFO,
    "One step up, with reports to watch it: this is how a policy should grow.",
    "RFC 9989 section 7",
)
NEW_SENDER = _kind("new-sender", Severity.INFO, "Another sender may use the domain.", "RFC 7208 section 5")
TTL = _kind("ttl", Severity.INFO, "Caches keep the record for another time, once they have let go of the old one.", _ROUTE_53)
RECORD_NEW = _kind("record-new", Severity.INFO, "The deploy adds a record or an identity.", _ROUTE_53)
RECORD_CHANGES = _kind(
    "record-changes", Severity.INFO, "The deploy changes a record or an identity in a way that loses no mail.", _ROUTE_53
)
STACK_STAYS = _kind(
    "stack-stays",
    Severity.INFO,
    "A stack that is no longer in the app stays deployed with its records, until somebody runs 'cdk destroy'.",
    "AWS CDK developer guide, deploying stacks",
)
RECORD_STAYS = _kind(
    "record-stays", Severity.INFO, "It leaves the stack and stays where it is; from now on nobody owns it.", _DELETION
)
CANNOT_TELL = _kind(
    "cannot-tell",
    Severity.INFO,
    "A template does not say the values of its parameters, and what only AWS knows stands in no file.",
    "AWS CDK developer guide, tokens",
)

KINDS = (
    RECORD_GOES,
    SPF_SENDER_GOES,
    DKIM_GOES,
    MAIL_FROM_MX_GOES,
    IDENTITY_GOES,
    RECORD_MOVES,
    CLASH,
    SWAPPED,
    REPORTS_STOP,
    POLICY_WEAKER,
    SITE_TOKEN_GOES,
    POLICY_JUMP,
    POLICY_WITHOUT_REPORTS,
    MAIL_FROM_CHANGES,
    ALIGNMENT_STRICTER,
    POLICY_STEP,
    NEW_SENDER,
    TTL,
    RECORD_NEW,
    RECORD_CHANGES,
    STACK_STAYS,
    RECORD_STAYS,
    CANNOT_TELL,
)
"""The order of findings of one severity."""

LOSSES = frozenset({kind.id for kind in (RECORD_GOES, SPF_SENDER_GOES, DKIM_GOES, MAIL_FROM_MX_GOES, IDENTITY_GOES)})
"""The ids of what mail loses."""

# A value that is not known is a mark in the form of a CDK token; people know it by the name in it.
_MARK = re.compile(r"\$\{Token\[#?([^\]]*)\]\}")


def finding(
    kind: Explanation,
    where: str,
    message: str,
    fix: str = "",
    *,
    severity: Severity | None = None,
    records: Sequence[InView] = (),
) -> Finding:
    """A finding of this kind.

    Args:
        kind: one of `KINDS`.
        where: the record, for example `_dmarc.example.com TXT`.
        message: what happens, in lower case without a full stop.
        fix: what to change. Default: - nothing; for an info
        severity: where it differs from that of the kind. Default: - that of the kind
        records: what it is about; the first is where it is shown. Default: - none
    """
    return Finding(
        id=kind.id,
        severity=severity or kind.severity,
        message=_MARK.sub(r"${\1}", message),
        fix=_MARK.sub(r"${\1}", fix),
        reference=kind.reference,
        where=where,
        records=tuple(records),
    )


def worst_first(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """In the order of severities, then of `KINDS`; findings of one kind stay as they are."""
    order = {kind.id: number for number, kind in enumerate(KINDS)}
    return tuple(sorted(findings, key=lambda each: (each.severity.rank, order[each.id])))
