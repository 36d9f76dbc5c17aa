"""The examples on the local AWS, by the real CDK CLI."""
