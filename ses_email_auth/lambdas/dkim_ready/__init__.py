"""The custom resource that waits until the record of a new DKIM key answers."""
