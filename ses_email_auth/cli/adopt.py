"""`ses-email-auth adopt`: what to write so that a deploy takes over what exists, and replaces nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ses_email_auth.cli.terminal import write
from ses_email_auth.errors import display

if TYPE_CHECKING:
    from ses_email_auth.adopt.stack_templates import StackTemplate

_UNREADABLE = 2  # the exit code
_OLD_AND_NEW = 2


@click.command("adopt")
@click.argument("paths", nargs=-1, metavar="[OLD NEW]")
@click.option("--stack", metavar="NAME", help="Which stack, where a folder holds several.")
@click.option("--mapping", metavar="NEW", help='Write the file for "cdk import --resource-mapping".')
@click.option("--zone", multiple=True, metavar="FILE", help="Write the arguments that equal what stands in DNS.")
@click.option("--domain", metavar="NAME", help="With --zone: which domain.")
@click.option("--region", metavar="REGION", help="With --zone: which region, where several have a MAIL FROM domain.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True, help="How to print.")
def command(
    *,
    paths: tuple[str, ...],
    stack: str | None,
    mapping: str | None,
    zone: tuple[str, ...],
    domain: str | None,
    region: str | None,
    form: str,
) -> int:
    """Take over identities and records that exist, without a moment without them.

    OLD NEW: two CloudFormation templates of one stack, or cdk.out folders; OLD may be what
    "aws cloudformation get-template" prints. Writes the argument logical_ids of each of our
    constructs in NEW, and says what the deploy would replace or delete.

    --zone FILE: the JSON of "aws route53 list-resource-record-sets" or of "terraform show
    -json", a zone file, or a template; may be given several times. Writes the arguments of
    SesEmailAuth whose first deploy equals it. --mapping NEW: for the identity alone; records
    cannot be imported.

    Exit code 0: paste it, and all is well; 1: something else has to be done too, and it is
    said; 2: a file cannot be read, or wrong usage. Nothing asks the network.
    """
    if [len(paths) == _OLD_AND_NEW, mapping is not None, bool(zone)].count(True) != 1 or len(paths) not in {0, _OLD_AND_NEW}:
        raise click.UsageError("name two templates OLD NEW, or --zone FILE, or --mapping NEW")
    _check_options(is_zone=bool(zone), of_zones=(domain, region), of_templates=stack)
    from ses_email_auth.errors import EmailAuthError  # noqa: PLC0415 - --help needs no readers

    try:
        if zone:
            return _from_zone(zone, domain, region, form)
        if mapping is not None:
            return _write_mapping(mapping, stack)
        return _from_templates(*paths, stack=stack, form=form)
    except EmailAuthError as error:
        click.echo(f"ses-email-auth: {display(str(error))}", err=True)
        return _UNREADABLE


def _check_options(*, is_zone: bool, of_zones: tuple[str | None, ...], of_templates: str | None) -> None:
    """Refuse an option that would have no effect."""
    if not is_zone and any(option is not None for option in of_zones):
        raise click.UsageError("--domain and --region go with --zone")
    if is_zone and of_templates is not None:
        raise click.UsageError("--stack goes with templates")


def _from_zone(paths: tuple[str, ...], domain: str | None, region: str | None, form: str) -> int:
    from ses_email_auth.adopt.take_over import take_over  # noqa: PLC0415 - --help needs no readers
    from ses_email_auth.cli.adopt_text import draft_json, draft_text  # noqa: PLC0415 - as above
    from ses_email_auth.sources.read import read  # noqa: PLC0415 - as above

    draft = take_over(read(paths), domain, region)
    return write(draft_json(draft) if form == "json" else draft_text(draft), int(bool(draft.hand_work)))


def _from_templates(old: str, new: str, *, stack: str | None, form: str) -> int:
    from ses_email_auth.adopt.stack_moves import stack_moves  # noqa: PLC0415 - --help needs no readers
    from ses_email_auth.adopt.stack_templates import read_stacks  # noqa: PLC0415 - as above
    from ses_email_auth.cli.adopt_text import moves_json, moves_text  # noqa: PLC0415 - as above

    after = read_stacks(new)
    # A single template does not say where it is deployed; an assembly that is deployed over it does.
    accounts, regions = {template.account for template in after}, {template.region for template in after}
    account = accounts.pop() if len(accounts) == 1 else ""
    before = read_stacks(old, account=account, region=regions.pop() if len(regions) == 1 else "")
    moves = stack_moves(before, after, stack)
    text = moves_json(moves) if form == "json" else moves_text(moves)
    return write(text, int(any(move.needs_a_hand or move.is_not_ours for move in moves)))


def _write_mapping(path: str, stack: str | None) -> int:
    from ses_email_auth.adopt.stack_templates import read_stacks  # noqa: PLC0415 - --help needs no readers
    from ses_email_auth.cli.adopt_text import mapping_json  # noqa: PLC0415 - as above

    text, unclear = mapping_json(_stack_of(read_stacks(path), stack))
    for sentence in unclear:
        click.echo(f"ses-email-auth: {display(sentence)}", err=True)
    return write(text, int(bool(unclear)))


def _stack_of(stacks: list[StackTemplate], name: str | None) -> StackTemplate:
    """The one stack of `cdk import`.

    Raises:
        EmailAuthError: if several could be meant.
    """
    from ses_email_auth.errors import EmailAuthError  # noqa: PLC0415 - --help needs no readers

    named = [stack for stack in stacks if name is None or stack.name in {"", name}]
    with_identity = [stack for stack in named if any(resource.identity is not None for resource in stack.resources.values())]
    candidates = with_identity or named
    if len(candidates) != 1:
        known = ", ".join(stack.name or stack.path for stack in with_identity or stacks)
        raise EmailAuthError(f"nobody can tell which stack is meant; name it by --stack: {known}")
    return candidates[0]
