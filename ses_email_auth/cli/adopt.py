"""`ses-email-auth adopt`: what to write so that a deploy takes over what exists, and replaces nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ses_email_auth.cli.origin_option import origin_option
from ses_email_auth.cli.terminal import harmless, write
from ses_email_auth.errors import display

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ses_email_auth.adopt.stack_templates import StackTemplate
    from ses_email_auth.domain_name import DomainName
    from ses_email_auth.sources.source_file import SourceFile, UnreadableSource

_UNREADABLE = 2  # the exit code
_OLD_AND_NEW = 2


@click.command("adopt")
@click.argument("paths", nargs=-1, metavar="[OLD NEW]")
@click.option("--stack", metavar="NAME", help="Which stack, where a folder holds several.")
@click.option("--mapping", metavar="NEW", help='Write the file for "cdk import --resource-mapping".')
@click.option(
    "--zone", multiple=True, metavar="FILE", help="Write the arguments that equal what stands in DNS; with --mapping: compare."
)
@click.option("--dkim-tokens", metavar="TOKENS", help="With --mapping: the three tokens, in the order of SES.")
@click.option("--domain", metavar="NAME", help="With --zone: which domain.")
@click.option("--region", metavar="REGION", help="With --zone: which region, where several have a MAIL FROM domain.")
@origin_option
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True, help="How to print.")
def command(  # noqa: PLR0913 - one for each option
    *,
    paths: tuple[str, ...],
    stack: str | None,
    mapping: str | None,
    zone: tuple[str, ...],
    dkim_tokens: str | None,
    domain: str | None,
    region: str | None,
    origin: DomainName | None,
    form: str,
) -> int:
    """Take over identities and records that exist, without a moment without them.

    OLD NEW: two CloudFormation templates of one stack, or cdk.out folders; OLD may be what
    "aws cloudformation get-template" prints. Writes the argument logical_ids of each of our
    constructs in NEW, and says what the deploy would replace or delete.

    --zone FILE: the JSON of "aws route53 list-resource-record-sets" or of "terraform show
    -json", a terraform.tfstate, a zone file, or a template; may be given several times.
    Writes the arguments of SesEmailAuth whose first deploy equals it.

    --mapping NEW: for "cdk import", identities and record sets by their logical ids. With
    --zone FILE it leaves out what does not stand, and says what the next deploy changes.

    Exit code 0: paste it, and all is well; 1: something else has to be done too, and it is
    said; 2: a file cannot be read, or wrong usage. Nothing asks the network.
    """
    if [bool(paths), mapping is not None, bool(zone) and mapping is None].count(True) != 1 or len(paths) not in {
        0,
        _OLD_AND_NEW,
    }:
        raise click.UsageError("name two templates OLD NEW, or --zone FILE, or --mapping NEW")
    if origin is not None and not zone:
        raise click.UsageError("--origin goes with --zone")
    _check_options(
        mapping, of_drafts=(domain, region), is_draft=bool(zone) and mapping is None, tokens=dkim_tokens, stack=stack
    )
    from ses_email_auth.errors import EmailAuthError  # noqa: PLC0415 - --help needs no readers
    from ses_email_auth.sources.source_file import UnreadableSource  # noqa: PLC0415 - as above

    try:
        if mapping is not None:
            return _write_mapping(mapping, stack, _read(zone, origin), (dkim_tokens or "").replace(",", " ").split())
        if zone:
            return _from_zone(zone, domain, region, form, origin=origin)
        return _from_templates(*paths, stack=stack, form=form)
    except EmailAuthError as error:
        click.echo(f"ses-email-auth: {display(str(error))}", err=True)
        return _no_answer([error], form) if isinstance(error, UnreadableSource) and mapping is None else _UNREADABLE


def _check_options(
    mapping: str | None, *, is_draft: bool, of_drafts: tuple[str | None, ...], tokens: str | None, stack: str | None
) -> None:
    """Refuse an option that would have no effect."""
    if not is_draft and any(option is not None for option in of_drafts):
        raise click.UsageError("--domain and --region go with --zone")
    if is_draft and stack is not None:
        raise click.UsageError("--stack goes with templates")
    if mapping is None and tokens is not None:
        raise click.UsageError("--dkim-tokens goes with --mapping")


def _read(
    paths: tuple[str, ...], origin: DomainName | None, unreadable: list[UnreadableSource] | None = None
) -> list[SourceFile]:
    """The files of --zone; what must be known of them beside their records is said."""
    from ses_email_auth.cli.source_notes import notes  # noqa: PLC0415 - --help needs no readers
    from ses_email_auth.sources.read import read  # noqa: PLC0415 - as above

    sources = read(paths, unreadable, origin=origin)
    for error in unreadable or ():
        click.echo(f"ses-email-auth: {display(str(error))}", err=True)
    for note in notes(sources):
        click.echo(harmless(f"ses-email-auth: note: {display(note)}"), err=True)
    return sources


def _from_zone(paths: tuple[str, ...], domain: str | None, region: str | None, form: str, *, origin: DomainName | None) -> int:
    from ses_email_auth.adopt.take_over import take_over  # noqa: PLC0415 - --help needs no readers
    from ses_email_auth.cli.adopt_text import draft_json, draft_text  # noqa: PLC0415 - as above

    unreadable: list[UnreadableSource] = []
    sources = _read(paths, origin, unreadable)
    if unreadable and not any(source.records or source.identities or source.zones for source in sources):
        return _no_answer(unreadable, form)
    draft = take_over(sources, domain, region, is_all=not unreadable)
    text = draft_json(draft, unreadable) if form == "json" else draft_text(draft, unreadable)
    return write(text, _UNREADABLE if unreadable else int(bool(draft.hand_work)))


def _no_answer(unreadable: Sequence[UnreadableSource], form: str) -> int:
    """Say to programs too what could not be read."""
    from ses_email_auth.cli.adopt_text import no_answer_json  # noqa: PLC0415 - --help needs no readers

    return write(no_answer_json(unreadable) if form == "json" else "", _UNREADABLE)


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


def _write_mapping(path: str, stack: str | None, zone: list[SourceFile], tokens: list[str]) -> int:
    from ses_email_auth.adopt.import_mapping import import_mapping  # noqa: PLC0415 - --help needs no readers
    from ses_email_auth.adopt.stack_templates import read_stacks  # noqa: PLC0415 - as above
    from ses_email_auth.cli.adopt_text import mapping_json  # noqa: PLC0415 - as above

    mapping = import_mapping(_stack_of(read_stacks(path), stack), zone, tokens)
    for sentence in (*mapping.unclear, *mapping.notes):
        click.echo(harmless(f"ses-email-auth: {display(sentence)}"), err=True)
    return write(mapping_json(mapping), int(bool(mapping.unclear)))


def _stack_of(stacks: list[StackTemplate], name: str | None) -> StackTemplate:
    """The one stack of `cdk import`.

    Raises:
        EmailAuthError: if several could be meant.
    """
    from ses_email_auth.errors import EmailAuthError  # noqa: PLC0415 - --help needs no readers

    named = [stack for stack in stacks if name is None or stack.is_called(name)]
    with_identity = [stack for stack in named if any(resource.identity is not None for resource in stack.resources.values())]
    candidates = with_identity or named
    if len(candidates) != 1:
        known = ", ".join(stack.name or stack.path for stack in with_identity or stacks)
        raise EmailAuthError(f"nobody can tell which stack is meant; name it by --stack: {known}")
    return candidates[0]
