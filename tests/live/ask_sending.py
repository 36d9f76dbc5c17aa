"""Questions about who may send: policies of an identity, grants, and what becomes of a bounce."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tests.live.ask_identity import verified_identity
from tests.live.questions import Answer, NotAsked, question
from tests.live.stacks import deploy, outputs, synth

if TYPE_CHECKING:
    from tests.live.run import Run
    from tests.live.stacks import Deployment

_POLICIES = 14
_BOUNCE_SECONDS = 180
_SUCCESS, _BOUNCE = "success@simulator.amazonses.com", "bounce@simulator.amazonses.com"


# --- policies of an identity -------------------------------------------------------------------------------------------


@question(
    id="policy-before-verification",
    question="Does SES take a sending policy for an identity that is not verified?",
    expectation="Yes.",
    why="the API reference has an error for an identity that is not verified; terraform's acceptance test does it",
    how="an identity without records, made by the API, and CreateEmailIdentityPolicy",
    then="Nothing: policies may be in the deploy that makes the identity.",
    otherwise="The policies always wait for the verification, and need `wait_for_verification`.",
)
def policy_before_verification(run: Run) -> Answer:
    """Ask SES directly."""
    name, sesv2 = run.name("unverified"), run.client("sesv2")
    run.journal.note("identity", name, run.home)
    sesv2.create_email_identity(EmailIdentity=name)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": run.options.account},
        "Action": "ses:SendEmail",
        "Resource": f"arn:aws:ses:{run.options.region}:{run.options.account}:identity/{name}",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    try:
        sesv2.create_email_identity_policy(EmailIdentity=name, PolicyName="live", Policy=policy)
    except ClientError as error:
        return Answer(str(error), is_as_expected=False)
    return Answer("taken", is_as_expected=True)


def _policies(run: Run) -> Deployment:
    """One stack for two questions: an identity whose records are nowhere, with 14 policies and one for a new role."""
    from aws_cdk import aws_iam  # noqa: PLC0415 - a second for the page

    from ses_email_auth import Dns, SesEmailAuth  # noqa: PLC0415 - as above

    if "policies" not in run.shared:

        def fill(stack: Any, _zone: Any) -> None:
            chosen: dict[str, Any] = {"domain_name": run.name("policies"), "dmarc_policy": None, "from_domain_spf": False}
            auth = SesEmailAuth(stack, "EmailAuth", dns=Dns.external(run.options.domain), **chosen)
            for number in range(_POLICIES):
                auth.allow_account(run.options.account, name=f"p{number}")
            role = aws_iam.Role(stack, "Role", assumed_by=aws_iam.AccountRootPrincipal())
            statement = aws_iam.PolicyStatement(actions=["ses:SendEmail"], principals=[role], resources=[auth.identity_arn])
            auth.add_sending_policy("role", aws_iam.PolicyDocument(statements=[statement]))

        run.shared["policies"] = deploy(run, "policies", synth(run, "policies", fill))
    return run.shared["policies"]  # type: ignore[no-any-return]


@question(
    id="fifteen-policies",
    question="Do fifteen sending policies of one identity deploy at once?",
    expectation="Yes: the function waits while SES throttles.",
    why="SES takes one change of a policy a second; our simulation failed in 93 % of deploys without longer retries",
    how="a stack with an unverified identity and 15 policies",
    then="Nothing.",
    otherwise='"Throttling": longer retries. "Not verified": see the question before.',
)
def fifteen_policies(run: Run) -> Answer:
    """Deploy and count."""
    outcome = _policies(run)
    try:
        found = run.client("sesv2").get_email_identity_policies(EmailIdentity=run.name("policies"))["Policies"]
    except ClientError:
        found = {}
    text = f"{outcome.status}; {len(found)} policies" + (f"; {outcome.reason}" if outcome.reason else "")
    return Answer(text, outcome.is_complete and len(found) == _POLICIES + 1, {"reasons": outcome.failures, "count": len(found)})


@question(
    id="policy-for-a-new-role",
    question="Does SES take a policy that names a role of the same stack, seconds after the role was made?",
    expectation="Yes: the function tries again while SES does not know the principal.",
    why="SES checks principals, and a new role is not known everywhere at once (terraform #22549); likely",
    how="the same stack: one of its policies names its own role",
    then="Nothing.",
    otherwise='"Invalid principal" after the retries: longer ones, or the page advises a second deploy.',
)
def policy_for_a_new_role(run: Run) -> Answer:
    """Look at that resource."""
    outcome = _policies(run)
    reasons = [reason for name, reason in outcome.failures.items() if "SendingPolicyrole" in name]
    if reasons:
        return Answer(reasons[0], is_as_expected=False, facts={"reasons": reasons})
    if not outcome.is_complete:
        raise NotAsked("the stack failed before that policy did")
    return Answer("taken", is_as_expected=True)


# --- grants ------------------------------------------------------------------------------------------------------------


def _sending(run: Run) -> dict[str, str]:
    """One stack for four questions: events to a queue, a template, and roles that the construct has granted something."""
    from aws_cdk import CfnOutput, aws_iam, aws_ses, aws_sns_subscriptions, aws_sqs  # noqa: PLC0415 - as above

    from ses_email_auth import SendingEvents, SesEmailAuth  # noqa: PLC0415 - as above

    name = verified_identity(run)

    def fill(stack: Any, zone: Any) -> None:
        events = SendingEvents(stack, "Events", bounce_rate_alarm=None, complaint_rate_alarm=None)
        queue = aws_sqs.Queue(stack, "Queue")
        assert events.topic is not None
        events.topic.add_subscription(aws_sns_subscriptions.SqsSubscription(queue))
        part = aws_ses.CfnTemplate.TemplateProperty(
            subject_part="live {{n}}", text_part="live", template_name=run.stack("hello")
        )
        aws_ses.CfnTemplate(stack, "Template", template=part)
        existing: dict[str, Any] = {"hosted_zone": zone, "domain_name": name, "from_domain_spf": False, "dmarc_policy": None}
        auth = SesEmailAuth.from_existing(stack, "EmailAuth", **existing)
        mail = aws_iam.Role(stack, "Mail", assumed_by=aws_iam.AccountRootPrincipal())
        auth.grant_send_email(mail, from_addresses=[f"hello@{name}"])
        bulk = aws_iam.Role(stack, "Bulk", assumed_by=aws_iam.AccountRootPrincipal())
        auth.grant_send_email(bulk, templates=[run.stack("hello")])
        told: dict[str, Any] = {"Set": events.configuration_set.configuration_set_name, "Queue": queue.queue_url}
        for key, value in (told | {"Mail": mail.role_arn, "Bulk": bulk.role_arn}).items():
            CfnOutput(stack, f"Out{key}", value=value)

    if "sending" not in run.shared:
        run.shared["sending"] = deploy(run, "sending", synth(run, "sending", fill))
    outcome = run.shared["sending"]
    if not outcome.is_complete:
        raise NotAsked(f"the stack with the roles ended in {outcome.status}: {outcome.reason}")
    return {key.removeprefix("Out"): value for key, value in outputs(run, "sending").items()}


def _mail(run: Run, sesv2: Any, recipient: str, **more: str) -> None:
    content = {"Simple": {"Subject": {"Data": "ses-email-auth"}, "Body": {"Text": {"Data": f"run {run.options.run}"}}}}
    sender = f"hello@{run.name('mail')}"
    sesv2.send_email(FromEmailAddress=sender, Destination={"ToAddresses": [recipient]}, Content=content, **more)


@question(
    id="grant-of-a-mail",
    question="May a role send a mail after `grant_send_email(role, from_addresses=[…])`?",
    expectation="Yes, and from no other address.",
    why="service authorization reference: SendEmail has the condition key ses:FromAddress; documents",
    how="the role sends to the mailbox simulator, from the address and from another one",
    then="Nothing.",
    otherwise="The sentence of AWS names the resource or the key that the grant lacks.",
)
def grant_of_a_mail(run: Run) -> Answer:
    """Send as the role."""
    sesv2, domain = run.as_role("sesv2", _sending(run)["Mail"]), run.name("mail")
    try:
        run.patiently(lambda: _mail(run, sesv2, _SUCCESS))
    except ClientError as error:
        return Answer(str(error), is_as_expected=False)
    content = {"Simple": {"Subject": {"Data": "no"}, "Body": {"Text": {"Data": "no"}}}}
    try:
        sesv2.send_email(FromEmailAddress=f"else@{domain}", Destination={"ToAddresses": [_SUCCESS]}, Content=content)
    except ClientError as error:
        return Answer(f"sent; from another address: {error}", "AccessDenied" in str(error))
    return Answer("sent, from another address too", is_as_expected=False)


@question(
    id="grant-of-a-bulk-mail",
    question="May a role send a bulk mail after `grant_send_email(role, templates=[…])` without limits of addresses?",
    expectation="Yes.",
    why="service authorization reference: SendBulkEmail is about identity, configuration set and template; documents",
    how="the role sends a template to the mailbox simulator",
    then="Nothing.",
    otherwise="The sentence of AWS names the resource that the grant lacks.",
)
def grant_of_a_bulk_mail(run: Run) -> Answer:
    """Send as the role."""
    sesv2 = run.as_role("sesv2", _sending(run)["Bulk"])
    template = {"TemplateName": run.stack("hello"), "TemplateData": json.dumps({"n": "1"})}
    request = {
        "FromEmailAddress": f"hello@{run.name('mail')}",
        "DefaultContent": {"Template": template},
        "BulkEmailEntries": [{"Destination": {"ToAddresses": [_SUCCESS]}}],
    }
    try:
        answer = run.patiently(lambda: sesv2.send_bulk_email(**request))
    except ClientError as error:
        return Answer(str(error), is_as_expected=False)
    results = [f"{entry['Status']} {entry.get('Error', '')}".strip() for entry in answer["BulkEmailEntryResults"]]
    return Answer("; ".join(results), results == ["SUCCESS"], {"results": results})


@question(
    id="recipient-of-the-sandbox",
    question="Does SES ask the sender's role for a permission on a recipient that is verified in the account?",
    expectation="Yes: AccessDenied names the identity of the recipient. No mail goes out then.",
    why="aws-sdk-js #3641, terraform-aws-ses #19 and #40; likely",
    how="the same role sends to RECIPIENT, else to an address at another verified domain of the run",
    then="`sandbox_recipients=` is needed in the sandbox, as README says.",
    otherwise="The mail was taken: `sandbox_recipients=` is not needed, and the sentence in README goes.",
)
def recipient_of_the_sandbox(run: Run) -> Answer:
    """Send as the role to somebody of the account."""
    sesv2 = run.as_role("sesv2", _sending(run)["Mail"])
    recipient = run.options.recipient or f"nobody@{_another_identity(run)}"
    production = bool(run.client("sesv2").get_account().get("ProductionAccessEnabled"))
    facts = {"production_access": production}
    where = "outside of the sandbox" if production else "in the sandbox"
    try:
        run.patiently(lambda: _mail(run, sesv2, _SUCCESS))  # until the role is known, a refusal says nothing
        _mail(run, sesv2, recipient)
    except ClientError as error:
        return Answer(f"{where}: {error}", "AccessDenied" in str(error), facts)
    return Answer(f"{where}: the mail was taken", is_as_expected=False, facts=facts)


def _another_identity(run: Run) -> str:
    """A domain of the run that is verified and that the role may not use."""
    sesv2 = run.client("sesv2")
    for name in (run.name("managed"), run.name("tagged"), run.name("replacing")):
        try:
            if sesv2.get_email_identity(EmailIdentity=name)["VerifiedForSendingStatus"]:
                return name
        except ClientError:
            continue
    raise NotAsked("no second identity of the run is verified, and no RECIPIENT was given")


@question(
    id="bounce-through-the-encrypted-topic",
    question="Does a bounce arrive through the encrypted topic of `SendingEvents`?",
    expectation="Yes, within 3 minutes.",
    why="SES's guide: the key's policy must let SES use it; documents, never seen with our policy",
    how="a mail to the mailbox simulator that bounces; a queue that is subscribed to the topic",
    then="Nothing.",
    otherwise="Nothing arrives: the policies of key and topic are looked at with what CloudTrail says.",
)
def bounce_through_the_encrypted_topic(run: Run) -> Answer:
    """Send and wait."""
    told = _sending(run)
    sqs, found = run.client("sqs"), []
    _mail(run, run.client("sesv2"), _BOUNCE, ConfigurationSetName=told["Set"])

    def probe() -> bool:
        for message in sqs.receive_message(QueueUrl=told["Queue"], MaxNumberOfMessages=10, WaitTimeSeconds=1).get(
            "Messages", []
        ):
            event = json.loads(json.loads(message["Body"])["Message"])
            found.append(str(event.get("eventType") or event.get("notificationType")))
        return "Bounce" in found

    run.wait(probe, _BOUNCE_SECONDS)
    return Answer(f"events: {', '.join(found) or 'none'}", "Bounce" in found, {"events": found})


QUESTIONS = (
    policy_before_verification,
    fifteen_policies,
    policy_for_a_new_role,
    grant_of_a_mail,
    grant_of_a_bulk_mail,
    recipient_of_the_sandbox,
    bounce_through_the_encrypted_topic,
)
