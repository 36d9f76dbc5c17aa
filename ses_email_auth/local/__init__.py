"""The local AWS: MiniStack (PyPI) with what e-mail authentication needs of Route 53, SES, CloudFormation and IAM.

    python -m ses_email_auth.local [--port N]

For demos and tests on one machine; nothing leaves it. It runs in a virtual environment of its own (MiniStack pins botocore),
so this package imports nothing else of `ses_email_auth`. What it says about record conflicts, record groups, verification,
identities, custom resources and permissions is our own code, written after the documentation of AWS and reports from it: it was
never compared with AWS itself. Two others judge it: botocore's models say which requests are refused for their form
(`service_requests`), and tests hold its Route 53 beside moto's. A key of 12 digits is an account in which it may do everything;
a role may do what its policies say, and Lambda functions run on this machine with the role that they have.
"""
