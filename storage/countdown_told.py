"""Who is told of what is due, as one statement over the found milestones and the routes."""

from __future__ import annotations


def announcement(facts: str) -> str:
    """SQL that puts a row per due milestone and recipient into the outbox.

    `facts` is an expression for what the row tells, over a row `n` of `tick_new`.
    """
    return f"""
    INSERT INTO deliveries (key, kind, platform, place, person_id, contract_id,
                            opportunity_id, facts, state, due_at, limit_on, attempts,
                            audience, created_at, origin)
    WITH places AS (
        SELECT audience, subject_id, team, count(*) AS n
        FROM tick_routes GROUP BY audience, subject_id, team
    ), told AS (
        SELECT n.contract_id, n.countdown_no, n.anchor, n.offset_days, {facts} AS facts,
               o.id AS opportunity_id, c.team, c.account_id,
               COALESCE(o.claimed_by_id, o.owner_id, c.owner_id) AS worker_id,
               CASE WHEN c.countdown_on >= :today THEN c.countdown_on
                    WHEN c.ends_on >= :today THEN c.ends_on END AS limit_on,
               COALESCE(wp.n, 0) + COALESCE(wt.n, 0) + (
                   SELECT count(*) FROM tick_routes r
                   WHERE r.audience = 'account' AND r.subject_id = c.account_id
                     AND NOT EXISTS (
                       SELECT 1 FROM tick_routes f
                       WHERE f.audience = 'team' AND f.team = c.team
                         AND f.platform = r.platform AND f.place = r.place)) AS audience
        FROM tick_new n
        JOIN contracts c ON c.id = n.contract_id
        LEFT JOIN opportunities o ON o.contract_id = n.contract_id
            AND o.countdown_no = n.countdown_no AND o.kind = 'renewal'
        LEFT JOIN places wp ON wp.audience = 'person'
            AND wp.subject_id = COALESCE(o.claimed_by_id, o.owner_id, c.owner_id)
        LEFT JOIN places wt ON wt.audience = 'team' AND wt.team = c.team
        WHERE n.state = 'due'
    ), heard AS (
        SELECT t.*, r.platform, r.place, r.person_id, r.due_at, r.next_on, r.rush_at
        FROM told t CROSS JOIN tick_routes r
        WHERE r.audience = 'person' AND r.subject_id = t.worker_id
        UNION ALL
        SELECT t.*, r.platform, r.place, r.person_id, r.due_at, r.next_on, r.rush_at
        FROM told t CROSS JOIN tick_routes r
        WHERE r.audience = 'team' AND r.team = t.team
        UNION ALL
        SELECT t.*, r.platform, r.place, r.person_id, r.due_at, r.next_on, r.rush_at
        FROM told t CROSS JOIN tick_routes r
        WHERE r.audience = 'account' AND r.subject_id = t.account_id
          AND NOT EXISTS (SELECT 1 FROM tick_routes f
                          WHERE f.audience = 'team' AND f.team = t.team
                            AND f.platform = r.platform AND f.place = r.place)
        UNION ALL
        SELECT t.*, r.platform, r.place, r.person_id, r.due_at, r.next_on, r.rush_at
        FROM told t CROSS JOIN tick_routes r
        WHERE r.audience = 'lead' AND r.team = CASE
             WHEN t.team IN (SELECT team FROM tick_routes WHERE audience = 'lead')
             THEN t.team ELSE '' END
          AND NOT EXISTS (SELECT 1 FROM tick_routes f
                          WHERE f.audience = 'person' AND f.subject_id = t.worker_id)
          AND NOT EXISTS (SELECT 1 FROM tick_routes f
                          WHERE f.audience = 'team' AND f.team = t.team)
          AND NOT EXISTS (SELECT 1 FROM tick_routes f
                          WHERE f.audience = 'account' AND f.subject_id = t.account_id)
    )
    SELECT 'milestone:' || contract_id || ':' || countdown_no || ':' || anchor || ':'
               || offset_days || ':' || platform || ':' || place,
           'milestone', platform, place, person_id, contract_id, opportunity_id,
           facts, 'waiting',
           CASE WHEN limit_on IS NULL OR limit_on >= next_on THEN due_at
                ELSE rush_at END,
           limit_on, 0, COALESCE(NULLIF(heard.audience, 0), (
               SELECT n FROM places WHERE places.audience = 'lead'
                 AND places.team = CASE
                     WHEN heard.team IN (SELECT team FROM tick_routes
                                         WHERE audience = 'lead')
                     THEN heard.team ELSE '' END)), :now, CAST(:origin AS TEXT)
    FROM heard
    WHERE true
    ON CONFLICT DO NOTHING
    """  # noqa: S608 - a fragment of our own
