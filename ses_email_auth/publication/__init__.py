"""The heart: from the wishes for a domain to its record sets and the proof that its mail passes DMARC. Pure."""
