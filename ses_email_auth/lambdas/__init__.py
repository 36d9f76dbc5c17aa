"""Handlers that run in AWS Lambda for custom resources. They import the standard library, boto3 and each other, nothing else.

A module with a function `handle` is a handler; `cdk/custom_resource.py` makes a function of it and of what it imports.
"""
