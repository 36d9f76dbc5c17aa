"""One deploy makes a domain's Amazon SES mail pass SPF, DKIM and DMARC."""
