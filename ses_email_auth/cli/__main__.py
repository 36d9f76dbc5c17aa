"""`python -m ses_email_auth.cli`: the same as `ses-email-auth`, where the scripts folder is not on the PATH."""

from ses_email_auth.cli.main import main

main()
