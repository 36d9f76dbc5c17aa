"""Handlers that run in AWS Lambda for custom resources. They import the standard library, boto3 and each other, nothing else.

Each concern is a folder with a `handler.py`; `cdk/custom_resource.py` makes a function of it.
"""
