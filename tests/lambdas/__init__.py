"""Tests of the handlers that run in AWS Lambda."""
