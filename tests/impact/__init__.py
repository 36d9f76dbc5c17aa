"""Tests of `ses-email-auth impact`."""
