"""The custom resource that makes the keys of `Dkim.managed_key()`."""
