"""The edge to AWS CDK, and the only folder that imports aws_cdk, constructs and jsii."""
