"""Writes the record sets of a domain into a hosted zone."""
