"""Tests of `ses_email_auth.publication`."""
