"""What is not known while an app is synthesized: values of ours, and CDK tokens known by their form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_email_auth.known_after_deploy import (
    KnownAfterDeploy,
    holds_token,
    is_list_token,
    is_number_token,
    readable,
    split_at_tokens,
)

TOKEN = "${Token[AWS.Region.4]}"
OTHER = "${Token[TOKEN.16]}"


def test_the_unknown_part_is_marked() -> None:
    """With the text around it."""
    assert str(KnownAfterDeploy("Region", "10 feedback-smtp.", ".amazonses.com")) == "10 feedback-smtp.<Region>.amazonses.com"
    assert str(KnownAfterDeploy("DkimDNSTokenName1")) == "<DkimDNSTokenName1>"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param("", [], id="empty"),
        pytest.param("plain", [("plain", False)], id="plain"),
        pytest.param(TOKEN, [(TOKEN, True)], id="token-alone"),
        pytest.param(f"a{TOKEN}b{OTHER}", [("a", False), (TOKEN, True), ("b", False), (OTHER, True)], id="between"),
        pytest.param(f"{TOKEN}{OTHER}", [(TOKEN, True), (OTHER, True)], id="side-by-side"),
        pytest.param("${Token[a", [("${Token[a", False)], id="half-a-token"),
        pytest.param("${AWS::Region}", [("${AWS::Region}", False)], id="fn-sub-is-no-token"),
        pytest.param("${token[a]}", [("${token[a]}", False)], id="case-counts"),
        pytest.param("#{Token[a.1]}", [("#{Token[a.1]}", False)], id="a-list-token-is-another-kind"),
        pytest.param("${Token[é日.1]}", [("${Token[é日.1]}", True)], id="a-display-name-may-be-unicode"),
    ],
)
def test_text_is_cut_at_tokens(text: str, parts: list[tuple[str, bool]]) -> None:
    """In order, without empty parts."""
    assert split_at_tokens(text) == parts
    assert holds_token(text) is any(is_token for _, is_token in parts)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("plain ${Stage}", "plain ${Stage}", id="no-token"),
        pytest.param(f"_dmarc.{OTHER} TXT", "_dmarc.<value known after deploy> TXT", id="of-cdk"),
        pytest.param(f"a{TOKEN}", "a<AWS.Region>", id="of-cdk-with-a-name"),
        pytest.param("${Token[cdk.out/a#b.json#Stage]}", "<Stage>", id="parameter"),
        pytest.param("${Token[a.json#Zone.Ref]}", "<Zone>", id="resource"),
        pytest.param("${Token[a.json#Zone.NameServers]}", "<Zone.NameServers>", id="attribute"),
        pytest.param("${Token[a.json#Fn::Select 0123456789ab]}", "<Fn::Select>", id="function"),
        pytest.param("${Token[eu-west-1 cdk.out#Fn::ImportValue zone]}", "<Fn::ImportValue zone>", id="export"),
        pytest.param("${TOKEN[A.JSON#STAGE]}", "<STAGE>", id="case-does-not-count"),
        pytest.param('${Token[module.a["x").aws_a.b[0).name]}', '<module.a["x"].aws_a.b[0].name>', id="terraform"),
        pytest.param("${Token[]}", "<value known after deploy>", id="nothing"),
    ],
)
def test_people_read_what_is_not_known(text: str, shown: str) -> None:
    """Its name, where it has one; never the path and the numbers in a mark."""
    assert readable(text) == shown


@given(st.lists(st.sampled_from([TOKEN, OTHER, "a", "${", "]}", "日"])))
def test_law_the_parts_are_the_text(pieces: list[str]) -> None:
    """Nothing is lost or changed, and each part that is a token is one."""
    text = "".join(pieces)
    parts = split_at_tokens(text)
    assert "".join(part for part, _ in parts) == text
    assert all(part and holds_token(part) is is_token for part, is_token in parts)


@pytest.mark.parametrize(
    ("text", "is_token"),
    [
        pytest.param("#{Token[TOKEN.7]}", True, id="list-token"),
        pytest.param(TOKEN, False, id="string-token"),
        pytest.param("a", False, id="text"),
    ],
)
def test_a_list_token_is_known_by_its_form(text: str, *, is_token: bool) -> None:
    """It is the one element of an encoded list."""
    assert is_list_token(text) is is_token


@pytest.mark.parametrize(
    ("number", "is_token"),
    [
        pytest.param(-1.8881545897087513e289, True, id="as-cdk-encodes-the-first-token"),
        pytest.param(-1.8881545897087513e289 * 60, True, id="minutes-made-from-it"),
        pytest.param(-1.8881545897087513e289 / 1000, True, id="milliseconds-made-from-it"),
        pytest.param(-600, False, id="negative"),
        pytest.param(600, False, id="seconds"),
        pytest.param(-(2**63), False, id="large-whole-number"),
    ],
)
def test_a_number_token_is_known_by_its_size(number: float, *, is_token: bool) -> None:
    """No user means a number like that."""
    assert is_number_token(number) is is_token
