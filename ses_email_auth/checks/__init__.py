"""Checks of mail records: findings, the rules that give them, and how they are run. Pure."""
