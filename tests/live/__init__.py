"""`make live`: questions that only a real AWS account can answer, asked and cleaned up after; docs/live.md tells the answers.

The suite talks to whatever account boto3 is configured for. It neither imports the local AWS nor knows of it: the tests start
it as a stranger in a process of its own, with an endpoint from outside.
"""
