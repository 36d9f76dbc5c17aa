"""The rows of rule tables are compared outside of test modules; a failing one shows what differs all the same."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.checks.rule_table")
