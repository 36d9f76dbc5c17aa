"""The constructs deployed to the local AWS."""
