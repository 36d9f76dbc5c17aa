"""All rows of the table."""

from __future__ import annotations

from tests.impact.changes import HARMLESS, WEAKER
from tests.impact.losses import LOST_BY_HAND, LOST_FROM_OURS
from tests.impact.moves import MOVED
from tests.impact.other_files import OTHERS
from tests.impact.stacks import STACKS, UNKNOWN

PAIRS = [*LOST_FROM_OURS, *LOST_BY_HAND, *WEAKER, *HARMLESS, *MOVED, *STACKS, *UNKNOWN, *OTHERS]
