"""Moves between stacks and the take-over of what exists."""
