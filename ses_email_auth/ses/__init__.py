"""What Amazon SES says: regions and their hosts, its SPF include, the rules for a DKIM key of one's own."""
