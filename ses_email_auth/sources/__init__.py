"""Readers of files that declare DNS records and SES identities: templates, cloud assemblies, zone files, and the JSON of Route
53 and Terraform.

`read` picks the reader of each file in a table, each reader returns a `SourceFile`, and `views` groups those into a `ZoneView`
for each hosted zone.
"""
