"""The props of the domain-wide half: `SesEmailAuth` and `DomainPolicy`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_email_auth.cdk.common_props import CommonProps
from ses_email_auth.publication.prop_values import UNSET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Duration

    from ses_email_auth.publication.policy import FromDomainTxt
    from ses_email_auth.records.dmarc import DmarcPolicy, DmarcRecord
    from ses_email_auth.records.spf import SpfQualifier, SpfRecord

__all__ = ["PolicyProps"]


@dataclass(frozen=True, kw_only=True)
class PolicyProps(CommonProps):
    """The domain-wide half."""

    __slots__ = ()

    from_subdomains: Sequence[str] = ()
    """Names below the domain that mail is sent From: one label, or a full name. Each gets its SPF record.

    Default: - none
    """

    dmarc: DmarcRecord | None = UNSET
    """The whole DMARC record; None publishes none.

    Default: - made of `dmarc_policy` and `dmarc_rua`
    """

    dmarc_policy: DmarcPolicy | None = UNSET
    """What receivers shall do to forgeries; None publishes no DMARC record.

    Default: - DmarcPolicy.NONE at an organizational domain, no record below it
    """

    dmarc_rua: Sequence[str] = ()
    """The addresses that aggregate reports go to.

    Default: - nobody gets reports
    """

    spf: SpfRecord | None = None
    """The SPF record that stands for the other senders of the domain. Amazon SES is merged into it, and its `all` is kept.

    Default: - made of `spf_includes` and `spf_qualifier`
    """

    spf_includes: Sequence[str] = ()
    """Other senders of the domain, as the hosts that SPF shall include: `["_spf.google.com"]`.

    Default: - only Amazon SES sends
    """

    spf_qualifier: SpfQualifier | None = None
    """The verdict on all other senders.

    Default: - SpfQualifier.SOFTFAIL
    """

    from_domain_spf: bool = True
    """Whether to publish the SPF record of the From domain. Carriers in Japan look for it. With False, and no other TXT
    values, the record set is left alone, and a finding says the value to add by hand.

    Default: - True
    """

    from_domain_txt_values: Sequence[str] = ()
    """Other TXT values at the From domain, such as site tokens: they share one record set with SPF.

    Default: - none
    """

    from_domain_txt: FromDomainTxt | None = None
    """The whole TXT record set of the From domain: `FromDomainTxt.adopt(values, ttl)` takes over what exists.

    Default: - made of SPF and `from_domain_txt_values`
    """

    from_domain_txt_ttl: Duration | None = None
    """The TTL of the TXT records at the From domain and `from_subdomains`.

    Default: - 600 seconds
    """

    dmarc_ttl: Duration | None = None
    """The TTL of the DMARC record.

    Default: - 600 seconds
    """
