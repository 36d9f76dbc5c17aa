"""Where records are written down: templates, cloud assemblies, zone files, and what Route 53 and Terraform print. Pure."""
