"""Resources of templates for the tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def record_set(**properties: object) -> Mapping[str, object]:
    """A TXT record set of example.com with these properties; "-" leaves one out."""
    written = {"Name": "example.com.", "Type": "TXT", "ResourceRecords": ['"a"'], "HostedZoneId": "Z1", **properties}
    return {"Type": "AWS::Route53::RecordSet", "Properties": {name: value for name, value in written.items() if value != "-"}}
