"""The heart: from the props of a domain to its record sets, and the proof that its mail passes DMARC. Pure."""
