"""Custom resources: one function for each concern and stack, its rights, its time limits, and what may never change."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, Aws, Duration, Stack, aws_iam

from ses_email_auth.cdk import custom_resource as subject
from ses_email_auth.cdk.custom_resource import custom_resource, handler_folder
from ses_email_auth.lambdas import custom_resource as handlers
from tests.cdk.nag import nag_findings
from tests.cdk.stacks import DEFAULT_RULES, new_stack, resources

if TYPE_CHECKING:
    from tests.cdk.stacks import Template

KIND = "Custom::Something"


def app() -> App:
    """An app that may have assets, in which each finding of CDK's own validation is an error."""
    return App(analytics_reporting=False, context={DEFAULT_RULES: True})


def something(stack: Stack, construct_id: str = "A", zone: str = "Z1", **options: Any) -> None:
    """A custom resource that may read one zone."""
    read = aws_iam.PolicyStatement(
        actions=["route53:ListResourceRecordSets"], resources=[f"arn:aws:route53:::hostedzone/{zone}"]
    )
    custom_resource(
        stack,
        construct_id,
        concern="verification",
        resource_type=KIND,
        properties={"Zone": zone},
        **{"statements": [read], **options},
    )


def template(stack: Stack) -> Template:
    """The template of a stack."""
    root = stack.node.root
    assert isinstance(root, App)
    return dict(root.synth().get_stack_by_name(stack.stack_name).template)


def test_ids_are_a_contract() -> None:
    """The ARN of the function stands in each resource, and CloudFormation does not take another: its id never changes."""
    stack = new_stack(app())
    something(stack)
    found = {name: resource["Type"] for name, resource in template(stack)["Resources"].items()}
    assert found == {
        "SesEmailAuthVerificationLogsB367A141": "AWS::Logs::LogGroup",
        "SesEmailAuthVerificationRole0EDAA3FD": "AWS::IAM::Role",
        "SesEmailAuthVerificationRoleDefaultPolicy87246FB2": "AWS::IAM::Policy",
        "SesEmailAuthVerification04BA2775": "AWS::Lambda::Function",
        "SesEmailAuthVerificationEventInvokeConfigB7B5BA48": "AWS::Lambda::EventInvokeConfig",
        "A": KIND,
        "ARole004c7a37B2924A54": "AWS::IAM::Role",
    }


def test_function() -> None:
    """The least memory, a limit, its log group with retention, and the code behind `index.handle`."""
    stack = new_stack(app())
    something(stack)
    made = template(stack)
    (function,) = resources(made, "AWS::Lambda::Function").values()
    function.pop("Code")
    assert function == {
        "Description": "ses-email-auth: verification",
        "Environment": {"Variables": {"SES_EMAIL_AUTH_STACK_ID": {"Ref": "AWS::StackId"}}},
        "Handler": "index.handle",
        "LoggingConfig": {"LogGroup": {"Ref": "SesEmailAuthVerificationLogsB367A141"}},
        "MemorySize": 128,
        "Role": {"Fn::GetAtt": ["SesEmailAuthVerificationRole0EDAA3FD", "Arn"]},
        "Runtime": "python3.13",
        "Timeout": 120,
    }
    assert list(resources(made, "AWS::Logs::LogGroup").values()) == [{"RetentionInDays": 30}]


def test_the_handler_reads_the_variable_that_is_set() -> None:
    """By the same name."""
    assert subject.STACK_ID_VARIABLE == handlers.STACK_ID_VARIABLE


@pytest.mark.parametrize("minutes", [None, 15])
def test_no_try_outlives_the_service_timeout(minutes: int | None) -> None:
    """A second try ends before CloudFormation gives up, and none begins later: it would act on a stack that rolled back."""
    stack = new_stack(app())
    something(stack, timeout=None if minutes is None else Duration.minutes(minutes))
    made = template(stack)
    (function,) = resources(made, "AWS::Lambda::Function").values()
    (retries,) = resources(made, "AWS::Lambda::EventInvokeConfig").values()
    service_timeout = int(made["Resources"]["A"]["Properties"]["ServiceTimeout"])
    limit, latest = function["Timeout"], retries["MaximumEventAgeInSeconds"]
    assert retries["MaximumRetryAttempts"] == 1
    assert limit + 60 < latest  # Lambda waits a minute before the second try
    assert latest + limit < service_timeout <= 3600


def test_the_files_follow_from_the_imports(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All modules that the handler needs, also those that its modules need, however they are imported; nothing else."""
    ours = "ses_email_auth.lambdas"
    sources = {
        "concern.py": f"import json\nfrom {ours}.first import NAME\nfrom {ours} import part\n",
        "part.py": f"def late():\n    import {ours}.second\n",
        "first.py": f"from {ours}.third import NAME\n",
        "second.py": "",
        "third.py": f"from {ours}.first import NAME\n",
        "unused.py": "",
    }
    folder = tmp_path / "lambdas"
    folder.mkdir()
    for name, source in sources.items():
        (folder / name).write_text(source, encoding="utf-8")
    monkeypatch.setattr(subject, "_LAMBDAS", folder)
    assert subject._handler_files("concern") == sources.keys() - {"unused.py"}


def test_the_function_can_read_its_code() -> None:
    """Lambda runs it as another user, whatever the umask of who deploys (aws-cdk #8233)."""
    handler_folder.cache_clear()
    before = os.umask(0o077)
    try:
        folder = handler_folder("verification")
    finally:
        os.umask(before)
        handler_folder.cache_clear()
    assert {path.stat().st_mode & 0o777 for path in Path(folder).rglob("*.py")} == {0o644}


def test_a_fork_leaves_the_folders_alone(tmp_path: Path) -> None:
    """They belong to the process that made them, which may still need them."""
    subject._remove(str(tmp_path), os.getpid() + 1)
    assert tmp_path.exists()
    subject._remove(str(tmp_path), os.getpid())
    assert not tmp_path.exists()


def test_one_function_and_many_roles() -> None:
    """Resources of a concern share a function; each has the rights for its own work, the function for its log."""
    stack = new_stack(app())
    something(stack, "A", "Z1")
    something(stack, "B", "Z2")
    made = template(stack)
    assert len(resources(made, "AWS::Lambda::Function")) == 1
    roles = {name: role for name, role in resources(made, "AWS::IAM::Role").items() if name.startswith(("ARole", "BRole"))}
    allowed = {name[0]: role["Policies"][0]["PolicyDocument"]["Statement"][0]["Resource"] for name, role in roles.items()}
    assert allowed == {"A": "arn:aws:route53:::hostedzone/Z1", "B": "arn:aws:route53:::hostedzone/Z2"}
    for role in roles.values():
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"AWS": {"Fn::GetAtt": ["SesEmailAuthVerificationRole0EDAA3FD", "Arn"]}}
    (own,) = resources(made, "AWS::IAM::Policy").values()
    (logs,) = own["PolicyDocument"]["Statement"]
    assert logs["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert logs["Resource"] == {"Fn::GetAtt": ["SesEmailAuthVerificationLogsB367A141", "Arn"]}


def test_other_rights_are_another_role() -> None:
    """So the old role still stands when CloudFormation deletes the old resource of a replacement."""
    ids = set()
    for zone in ("Z1", "Z2", "Z1"):
        stack = new_stack(app())
        something(stack, zone=zone)
        ids |= {name for name in resources(template(stack), "AWS::IAM::Role") if name.startswith("ARole")}
    assert len(ids) == 2


def test_all_stands_before_the_first_call_and_until_the_last() -> None:
    """The resource depends on what lets the function work: log group rights, retries, and its role."""
    stack = new_stack(app())
    something(stack)
    resource = template(stack)["Resources"]["A"]
    assert {
        "SesEmailAuthVerificationEventInvokeConfigB7B5BA48",
        "SesEmailAuthVerificationRoleDefaultPolicy87246FB2",
        "SesEmailAuthVerificationRole0EDAA3FD",
    } <= set(resource["DependsOn"])
    assert resource["Properties"]["Role"] == {"Fn::GetAtt": ["ARole004c7a37B2924A54", "Arn"]}


def test_without_rights_there_is_no_role() -> None:
    """A resource that needs nothing has none."""
    stack = new_stack(app())
    something(stack, statements=[])
    assert "Role" not in template(stack)["Resources"]["A"]["Properties"]


def test_new_code_calls_no_handler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A new version of the library changes the code of the function and nothing else, so no resource is updated."""

    def newer(concern: str) -> str:
        shutil.copytree(handler_folder(concern), tmp_path, dirs_exist_ok=True)
        (tmp_path / "new.py").write_text("", encoding="utf-8")
        return str(tmp_path)

    made = []
    for build in (handler_folder, newer):
        monkeypatch.setattr(subject, "handler_folder", build)
        stack = new_stack(app())
        something(stack)
        made.append(template(stack)["Resources"])
    old, new = (found.pop("SesEmailAuthVerification04BA2775") for found in made)
    assert made[0] == made[1]
    assert old["Properties"].pop("Code") != new["Properties"].pop("Code")
    assert old == new


def test_62_domains_in_a_stack() -> None:
    """As many as fit into a stack: no role comes near the 10,240 characters that IAM allows."""
    stack = new_stack(app())
    for n in range(62):
        something(stack, f"R{n}", f"Z0123456789EXAMPLE{n}")
    made = template(stack)
    documents = [role["Policies"] for role in resources(made, "AWS::IAM::Role").values() if "Policies" in role]
    assert len(documents) == 62
    (own,) = resources(made, "AWS::IAM::Policy").values()
    assert max(len(json.dumps(document)) for document in (*documents, own)) < 1000


def test_stacks_share_nothing() -> None:
    """The token of a service has to be of the region of the stack, so each stack has its own function."""
    root = app()
    stacks = [new_stack(root, "Tokyo"), new_stack(root, "Virginia", "us-east-1")]
    for stack in stacks:
        something(stack)
    assembly = root.synth()
    for stack in stacks:
        assert len(resources(assembly.get_stack_by_name(stack.stack_name).template, "AWS::Lambda::Function")) == 1


def test_nag() -> None:
    """cdk-nag has nothing to say, not even of a wildcard that has a reason."""
    root = app()
    change = aws_iam.PolicyStatement(actions=["route53:GetChange"], resources=[f"arn:{Aws.PARTITION}:route53:::change/*"])
    why = {"Resource::arn:<AWS::Partition>:route53:::change/*": "not known before"}
    something(new_stack(root), statements=[change], wildcards=why)
    assert nag_findings(root) == []
