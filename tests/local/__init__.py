"""The local AWS, from outside: boto3 and CloudFormation templates."""
