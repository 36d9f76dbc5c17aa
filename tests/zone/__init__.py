"""Tests of what stands in a zone."""
