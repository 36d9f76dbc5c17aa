"""What good practice says of records that are legal, and what receivers, SES or Route 53 do with those that are not. Pure."""
