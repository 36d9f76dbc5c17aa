"""Waits until SES has verified an identity."""
