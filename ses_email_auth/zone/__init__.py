"""What stands in a zone: declared records and identities, the view of them, SPF and DKIM followed. Pure."""
