"""A domain whose DNS is not at AWS: each record is an output, to paste into the panel of the DNS provider within 72 hours.

`SES_EXAMPLE_RUA=reports@blacksheep.link cdk deploy` changes an output, and so what has to be pasted again.
"""

import os

from aws_cdk import App, Environment, Stack

from ses_email_auth import Dns, SesEmailAuth

app = App()
stack = Stack(app, "ExternalStack", env=Environment(account="123456789012", region="ap-northeast-1"))
SesEmailAuth(
    stack,
    "EmailAuth",
    domain_name="blacksheep.link",
    dns=Dns.external(),
    dmarc_rua=[os.environ.get("SES_EXAMPLE_RUA", "dmarc-reports@blacksheep.link")],
)
app.synth()
