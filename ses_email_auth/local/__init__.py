"""The local AWS: MiniStack (PyPI) with the Route 53 and SES behaviour that e-mail authentication needs.

    python -m ses_email_auth.local [--port N]

For demos and tests on one machine; nothing leaves it. It runs in a virtual environment of its own (MiniStack pins botocore),
so this package imports nothing else of `ses_email_auth`. What it says about record conflicts, record groups and verification
is our own code, written after reports from AWS: it was never compared with AWS itself.
"""
