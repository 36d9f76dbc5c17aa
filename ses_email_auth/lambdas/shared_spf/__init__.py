"""Adds Amazon SES to an SPF record that others own."""
