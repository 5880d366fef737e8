"""Digests, reminders and survey letters are rules: on where they were on, as they were."""

from alembic import op

revision = "0038"
down_revision = "0037"

_RULES = """
    CREATE TEMPORARY TABLE shipped ON COMMIT DROP AS
    SELECT o.id AS org_id, w.key, w.place, w.given, w.at FROM organisations o CROSS JOIN LATERAL (
        SELECT 'digest', 1, jsonb_build_object(
            'name', 'Each agent''s digest', 'when', 'digest', 'if', '{"all": []}'::jsonb,
            'then', '[{"do": "digest", "value": "", "text": ""}]'::jsonb
        ), o.created_at
        UNION ALL SELECT 'reminder', 2, jsonb_build_object(
            'name', 'Remind whoever put a ticket out of sight', 'when', 'woke',
            'if', '{"all": [{"field": "by", "op": "is", "value": "mailgate"}]}'::jsonb,
            'then', '[{"do": "notify", "value": "snoozer", "text": ""}]'::jsonb
        ), o.created_at
        UNION ALL SELECT 'survey', 3, jsonb_build_object(
            'name', 'Survey after a request', 'when', 'time',
            'wait', jsonb_build_object('since', 'resolved', 'minutes', greatest(o.survey_hours * 60, 1)),
            'if', '{"all": [{"field": "answered", "op": "is", "value": "yes"}, {"any": [
                {"field": "status", "op": "is", "value": "resolved"},
                {"field": "status", "op": "is", "value": "closed"}
            ]}]}'::jsonb,
            'then', '[{"do": "survey", "value": "", "text": ""}]'::jsonb
        ), o.surveyed_until + o.survey_hours * interval '1 hour'
        WHERE o.survey_hours IS NOT NULL AND o.surveyed_until IS NOT NULL
    ) w (key, place, given, at)
    WHERE NOT EXISTS (SELECT FROM rules r WHERE r.org_id = o.id AND r.name = w.given ->> 'name')
"""
_ALWAYS = """ '{"stop": false, "after_rules": false, "active": true}'::jsonb """


def upgrade() -> None:
    op.execute(_RULES)
    op.execute(
        "INSERT INTO rules (org_id, name, place, active, shipped, version, given, created_at, changed_at)"  # noqa: S608 - our own words
        " SELECT s.org_id, s.given ->> 'name', s.place * 10 + coalesce((SELECT max(r.place) FROM rules r"
        f" WHERE r.org_id = s.org_id), 0), true, s.key, 1, s.given || {_ALWAYS}, s.at, s.at FROM shipped s"
    )
    op.execute(
        "INSERT INTO rule_versions (org_id, rule_id, number, given, by_name, created_at)"
        " SELECT r.org_id, r.id, 1, r.given, 'Mailgate', r.created_at FROM rules r"
        " JOIN shipped s ON s.org_id = r.org_id AND s.given ->> 'name' = r.name"
    )
    op.execute(
        "UPDATE organisations o SET rules_version = rules_version + 1, rule_triggers = ("
        "SELECT jsonb_agg(DISTINCT w.word ORDER BY w.word) FROM ("
        "SELECT jsonb_array_elements_text(o.rule_triggers) AS word"
        " UNION SELECT s.given ->> 'when' FROM shipped s WHERE s.org_id = o.id) w)"
        " WHERE EXISTS (SELECT FROM shipped s WHERE s.org_id = o.id)"
    )
    op.execute("UPDATE organisations o SET rerule_after = 0 WHERE survey_hours IS NOT NULL")
    op.execute("DROP FUNCTION IF EXISTS organisations_to_survey(timestamptz)")
    op.drop_column("organisations", "survey_hours")
    op.drop_column("organisations", "surveyed_until")
