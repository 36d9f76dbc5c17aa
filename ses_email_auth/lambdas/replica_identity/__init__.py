"""The custom resource that makes the identity of `Dkim.replica_of(...)`."""
