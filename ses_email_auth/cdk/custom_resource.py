"""Custom resources: one plain Python function for each concern and stack, called by CloudFormation directly.

No Provider framework, no AwsCustomResource and no Step Functions: each would bring further functions and broad permissions.
The ids of the function, its role and its log group are a contract, as those of records are: the ARN of the function stands in
each resource, and CloudFormation does not take another one for a resource that exists. New code leaves the ARN as it is, so
that a new version of this library calls no handler.

Each resource has a role of its own with its permissions, which the function assumes. With one role for all, the update that
takes a resource out of a stack would take its permissions away first, and the deletion that follows would be refused; nor
would those of many domains fit into one role (IAM: 10,240 characters). A changed permission is a new role, so that the old
resource of a replacement can still be deleted with the old one.

CloudFormation calls asynchronously (Lambda developer guide, "How Lambda handles errors and retries with asynchronous
invocation"): a function that crashed or ran out of time is called again after a minute, with the same event. CloudFormation
waits for that second try, and Lambda drops what could only begin later: a creation that runs after its stack was rolled back
would leave things behind for ever.

A function knows the id of its stack and takes no event of another one: an event says what to write, and others than
CloudFormation may be allowed to invoke functions.

To add a custom resource, write `lambdas/<concern>.py` and a module beside this one that calls `custom_resource`. The modules of
`lambdas` that the function needs follow from its imports.
"""

from __future__ import annotations

import ast
import atexit
import functools
import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from aws_cdk import Acknowledgment, CfnResource, Duration, RemovalPolicy, Stack, Validations, aws_iam

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_lambda
    from constructs import Construct

    from ses_email_auth.cdk.record_sets import Json

ROLE_PATH = "/ses-email-auth/"
"""The path of the roles that do the work; trust policies in other accounts know the roles by it."""

_PACKAGE = Path(__file__).parents[1]
_LAMBDAS = _PACKAGE / "lambdas"
LONGEST_MINUTES = 15
"""Lambda lets a function run no longer."""

STACK_ID_VARIABLE = "SES_EMAIL_AUTH_STACK_ID"
"""As `lambdas.custom_resource` has it."""

_MEMORY = 128  # MB, the least there is
_RETRIES = 1
_PAUSE = 60  # seconds that Lambda waits before it tries again
_GRACE = 30  # seconds for the way from CloudFormation to the function and back
# Rules of cdk-nag that do not apply to the functions and roles here.
_NAG = "AwsSolutions::AwsSolutions-"
_RUNTIME_REASON = "the handlers are tested with this version of Python, which Lambda supports until 2029"


def custom_resource(
    scope: Construct,
    construct_id: str,
    *,
    concern: str,
    resource_type: str,
    properties: Mapping[str, Json],
    statements: Sequence[aws_iam.PolicyStatement],
    timeout: Duration | None = None,
    wildcards: Mapping[str, str] | None = None,
) -> CfnResource:
    """A custom resource and, once in its stack, the function that does its work.

    Args:
        scope: what the resource becomes a child of.
        construct_id: its id there.
        concern: the module of `lambdas`, for example `record_writer`.
        resource_type: `Custom::…`.
        properties: what the function gets. CloudFormation passes numbers and flags on as texts.
        statements: all that may be done for this resource; without a wildcard where SES and Route 53 know one resource.
        timeout: of the function; the same for all resources of a concern. Default: - 2 minutes
        wildcards: why a resource or an action in `statements` has a `*`, for cdk-nag: what it names in brackets -> the reason,
            for example `Resource::arn:<AWS::Partition>:route53:::change/*`.
    """
    limit = 120 if timeout is None else int(timeout.to_seconds())
    function, function_role = _function(Stack.of(scope), concern, limit)
    resource = CfnResource(
        scope,
        construct_id,
        type=resource_type,
        properties={
            "ServiceToken": function.function_arn,
            # Without it a function that cannot answer hangs the deployment for an hour, the longest that there is.
            "ServiceTimeout": str(_latest_start(limit) + limit + _GRACE),
            **properties,
        },
    )
    # What is settled here has to stand before the function is called, and until it was called for the last time.
    resource.node.add_dependency(function_role, function)
    if statements:
        role = _role(scope, construct_id, concern, function_role, statements)
        resource.add_property_override("Role", role.role_arn)
        explain_wildcards(role, wildcards or {})
    return resource


def whether_cancelled(stack: Stack) -> aws_iam.PolicyStatement:
    """Lets a function see that its stack rolls back: CloudFormation may send a delete while the creation still runs."""
    return aws_iam.PolicyStatement(actions=["cloudformation:DescribeStackEvents"], resources=[stack.stack_id])


def explain_wildcards(role: aws_iam.Role, wildcards: Mapping[str, str]) -> None:
    """Tell cdk-nag why a resource or an action that a role allows has a `*`: what it names in brackets -> the reason."""
    for what, reason in wildcards.items():
        Validations.of(role).acknowledge(Acknowledgment(id=f"{_NAG}IAM5[{what}]", reason=reason))


def _role(
    scope: Construct,
    construct_id: str,
    concern: str,
    function_role: aws_iam.Role,
    statements: Sequence[aws_iam.PolicyStatement],
) -> aws_iam.Role:
    """What may be done for one resource; the function may assume it because the trust policy names its role."""
    text = json.dumps(Stack.of(scope).resolve([statement.to_statement_json() for statement in statements]), sort_keys=True)
    return aws_iam.Role(
        scope,
        f"{construct_id}Role{hashlib.sha256(text.encode()).hexdigest()[:8]}",
        assumed_by=aws_iam.ArnPrincipal(function_role.role_arn),
        path=ROLE_PATH,
        description=_description(concern),
        inline_policies={"Work": aws_iam.PolicyDocument(statements=list(statements))},
    )


def _latest_start(limit: int) -> int:
    """Seconds after which no try of a function that may run `limit` seconds begins any more."""
    return limit + _PAUSE + _GRACE


@functools.cache
def _folders() -> Path:
    """Where the folders of this process lie; they are removed when it ends, since CDK may read them until then."""
    folder = tempfile.mkdtemp(prefix="ses-email-auth-")
    atexit.register(_remove, folder, os.getpid())
    return Path(folder)


def _remove(folder: str, process: int) -> None:
    if os.getpid() == process:  # not at the end of one that was forked
        shutil.rmtree(folder, ignore_errors=True)


@functools.cache
def handler_folder(concern: str) -> str:
    """A fresh folder with the handler of `concern` and what it imports, and nothing else: a `.pyc` would change the hash."""
    folder = _folders() / concern
    package = folder / _PACKAGE.name / _LAMBDAS.name
    package.mkdir(parents=True, exist_ok=True)
    for file in sorted(_handler_files(concern)):
        shutil.copyfile(_LAMBDAS / file, package / file)
    for parent in (package, package.parent):  # the real `__init__.py` of this library has imports of its own
        (parent / "__init__.py").write_text("", encoding="utf-8")
    (folder / "index.py").write_text(
        f"from {_PACKAGE.name}.{_LAMBDAS.name}.{concern} import handle  # noqa: F401\n", encoding="utf-8", newline="\n"
    )
    for copy in folder.rglob("*.py"):  # aws-cdk #8233: the function runs as another user, who cannot read what a umask hides
        copy.chmod(0o644)
    return str(folder)


def _handler_files(concern: str) -> set[str]:
    """The module of `concern` and all modules of `lambdas` that it imports, directly or not."""
    files: set[str] = set()
    modules = {concern}
    while modules:
        file = f"{modules.pop()}.py"
        if file not in files and (_LAMBDAS / file).is_file():
            files.add(file)
            modules |= _imported_modules(_LAMBDAS / file)
    return files


def _imported_modules(path: Path) -> set[str]:
    """The modules of `lambdas` that a file imports."""
    prefix = f"{_PACKAGE.name}.{_LAMBDAS.name}."
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.removeprefix(prefix).partition(".")[0] for name in names if name.startswith(prefix)}


def _function(stack: Stack, concern: str, limit: int) -> tuple[aws_lambda.Function, aws_iam.Role]:
    construct_id = "SesEmailAuth" + "".join(part.capitalize() for part in concern.split("_"))
    # A third of a second, which only those pay who have a custom resource.
    from aws_cdk import aws_lambda, aws_logs  # noqa: PLC0415

    existing, its_role = stack.node.try_find_child(construct_id), stack.node.try_find_child(f"{construct_id}Role")
    if isinstance(existing, aws_lambda.Function) and isinstance(its_role, aws_iam.Role):
        return existing, its_role
    log_group = aws_logs.LogGroup(
        stack, f"{construct_id}Logs", retention=aws_logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY
    )
    role = aws_iam.Role(
        stack,
        f"{construct_id}Role",
        assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com"),
        description=_description(concern),
    )
    log_group.grant_write(role)
    function = aws_lambda.Function(
        stack,
        construct_id,
        description=_description(concern),
        runtime=aws_lambda.Runtime.PYTHON_3_13,
        handler="index.handle",
        code=aws_lambda.Code.from_asset(handler_folder(concern)),
        role=role,
        log_group=log_group,
        environment={STACK_ID_VARIABLE: stack.stack_id},
        memory_size=_MEMORY,
        timeout=Duration.seconds(limit),
        retry_attempts=_RETRIES,
        max_event_age=Duration.seconds(_latest_start(limit)),
    )
    Validations.of(function).acknowledge(Acknowledgment(id=f"{_NAG}L1", reason=_RUNTIME_REASON))
    return function, role


def _description(concern: str) -> str:
    return f"ses-email-auth: {concern.replace('_', ' ')}"
