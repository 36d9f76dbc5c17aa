"""The command `ses-email-auth`. Needs the extra `cli`; imports neither the AWS CDK nor anything that asks the network."""
