"""The SPF include of Amazon SES (guide: "Using a custom MAIL FROM domain"; RFC 7208 sections 4.6.4 and 5.2).

The addresses behind it are not handled: they change without notice, and only DNS knows them.
"""

from __future__ import annotations

__all__ = ["SPF_INCLUDE"]

# One name for all regions. The guide prints "v=spf1 include:amazonses.com ~all" for the MAIL FROM domain (2026-11). It costs
# one DNS lookup: the record behind it holds ip4 terms alone (dig outputs of 2026).
SPF_INCLUDE = "amazonses.com"
