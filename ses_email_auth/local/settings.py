"""Constants of the local AWS (version of MiniStack, address, account) and the environment of the server and of clients."""

from __future__ import annotations

MINISTACK_VERSION = "1.5.33"  # exactly: `emulator` uses private names
REQUIREMENTS = (f"ministack=={MINISTACK_VERSION}", "boto3==1.43.106", "cryptography>=42")  # as setup.py has them
HOST = "127.0.0.1"
ACCOUNT = "123456789012"
REGION = "ap-northeast-1"
# What CloudFormation does with an AWS::Route53::RecordSet (`route53_resources`); the first one is the default.
WORLDS = ("registry", "classic")
RENAMES = ("in-place", "replace")
SECRET = "local"  # noqa: S105 - the same for all: nothing to protect here

# Profiles of a real account must never be read.
_NO_PROFILES = {
    "AWS_CONFIG_FILE": "/nonexistent",
    "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def server_environment(port: int) -> dict[str, str]:
    """What MiniStack reads at its start, so that it listens on `HOST`:`port` and nowhere else."""
    return {
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",  # with `cryptography` at hand it would listen on 0.0.0.0:8883
        "SFTP_ENABLED": "0",
        "USE_SSL": "0",  # with it, 443 would be a second port
        "MINISTACK_HOST": HOST,
        "AUTH": "true",  # roles can do what their policies allow; a key of 12 digits can do everything in its account
        "AWS_SECRET_ACCESS_KEY": SECRET,  # what MiniStack checks signatures of such keys against
        # Lambda functions inherit all of this: no proxy on the way to us, no profile of a real account.
        "NO_PROXY": HOST,
        "no_proxy": HOST,
        **_NO_PROFILES,
    }


def client_environment(port: int, region: str = REGION) -> dict[str, str]:
    """The environment variables with which the CDK CLI, the AWS CLI and boto3 talk to the local AWS and to nothing else."""
    return {
        "AWS_ENDPOINT_URL": f"http://{HOST}:{port}",
        "AWS_ACCESS_KEY_ID": ACCOUNT,  # MiniStack takes a key of 12 digits as the account
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        **_NO_PROFILES,
    }
