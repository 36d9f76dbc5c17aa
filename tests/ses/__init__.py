"""Tests of what SES says."""
