"""Moves between stacks, and the take-over of records that exist already. Pure."""
