r"""A DKIM key of your own: the private half lies in Secrets Manager, the public half is `public.pem` beside this file.

    openssl genrsa -out key.pem 2048
    openssl pkey -in key.pem -pubout -out public.pem
    grep -v -e ----- key.pem | tr -d '\n' > key.txt
    aws secretsmanager create-secret --name dkim/blacksheep.link/key-2026 --secret-string file://key.txt
    rm key.pem key.txt

A new key gets a new selector, and a secret of its own: `SELECTOR=key-2027 cdk deploy`.
"""

import os
from pathlib import Path

from aws_cdk import App, Environment, SecretValue, Stack
from aws_cdk.aws_route53 import HostedZone

from ses_email_auth import Dkim, SesEmailAuth

app = App()
stack = Stack(app, "OwnKey", env=Environment(account="123456789012", region="ap-northeast-1"))
zone = HostedZone.from_hosted_zone_attributes(stack, "Zone", hosted_zone_id="Z0123456789EXAMPLE", zone_name="blacksheep.link")
selector = os.environ.get("SELECTOR", "key-2026")
SesEmailAuth(
    stack,
    "EmailAuth",
    hosted_zone=zone,
    dkim=Dkim.bring_your_own(
        selector=selector,
        private_key=SecretValue.secrets_manager(f"dkim/blacksheep.link/{selector}"),
        public_key=Path(__file__).with_name("public.pem").read_text(encoding="ascii"),
    ),
    dmarc_rua=["dmarc-reports@blacksheep.link"],
)
app.synth()
