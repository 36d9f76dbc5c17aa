"""Lets others send mail of an identity."""
