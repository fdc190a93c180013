//! Views of how suspicions (疑点) are handled, for auditors. People stand in them by token; whether something is overdue is
//! for the reader's day to say, so the views give the day by which it was due.
//!
//! A step that was taken has its day; the one that is due next has none. The newest run is the one of the newest snapshot
//! named in `run_id` (`R<day>-<snapshot>`).

/// Name and statement, in the order in which they build on each other.
pub(super) const CASE_VIEWS: [(&str, &str); 4] = [
    (
        "risk_step",
        "SELECT handling_id, hit_id, step,
                CASE step WHEN '1' THEN '推送' WHEN '2' THEN '说明' WHEN '3' THEN '初核' WHEN '4' THEN '复核'
                          WHEN '5' THEN '认定' WHEN '6' THEN '整改' WHEN '7' THEN '销号' END AS step_name,
                actor, actor_unit, action_date, due_date,
                CASE WHEN action_date IS NULL THEN 'due' WHEN action_date > due_date THEN 'late' ELSE 'done' END AS state,
                content, evidence_ref, conclusion, recovered_amount, eval_unit_code
         FROM risk_handling",
    ),
    (
        "risk_case",
        "SELECT h.hit_id, h.rule_id, h.rule_version, h.level, h.eval_unit_code, h.entity_type, h.entity_key, h.amount,
                h.first_seen, h.last_seen, split_part(h.run_id, '-', 2) = n.run AS found_again, h.status_code,
                COALESCE(s.steps, 0) AS steps, s.last_date, d.step AS next_step, d.due_date, t.result AS tolerance
         FROM risk_hit h
         CROSS JOIN (SELECT MAX(split_part(run_id, '-', 2)) AS run FROM risk_hit) n
         LEFT JOIN (SELECT hit_id, COUNT(*) AS steps, MAX(action_date) AS last_date
                    FROM risk_handling WHERE action_date IS NOT NULL GROUP BY hit_id) s ON s.hit_id = h.hit_id
         LEFT JOIN (SELECT hit_id, MIN(step) AS step, MIN(due_date) AS due_date
                    FROM risk_handling WHERE action_date IS NULL GROUP BY hit_id) d ON d.hit_id = h.hit_id
         LEFT JOIN (SELECT hit_id, MAX(result) AS result FROM tolerance_case GROUP BY hit_id) t ON t.hit_id = h.hit_id",
    ),
    (
        // A return that was corrected after the suspicion was last found, and that fills a table which the rule reads.
        "risk_correction",
        "SELECT DISTINCT c.hit_id, c.rule_id, c.eval_unit_code, b.batch_id, b.template_code, b.period, b.revision, b.received_ts
         FROM risk_case c
         JOIN risk_hit h ON h.hit_id = c.hit_id
         JOIN risk_rule r ON r.rule_id = h.rule_id AND r.version = h.rule_version
         JOIN submission_batch b ON b.eval_unit_code = c.eval_unit_code
         JOIN submission_file f ON f.batch_id = b.batch_id
         WHERE NOT c.found_again AND b.revision > 0 AND b.status_code IN ('3', '4')
           AND CAST(b.received_ts AS DATE) >= c.last_seen AND strpos(r.sql_text, f.target_table) > 0",
    ),
    (
        // By the quarter in which cases were concluded; the columns `_2q` take the quarter before it in too.
        "risk_precision",
        "WITH concluded AS (
             SELECT h.rule_id, h.hit_id, h.status_code, MAX(g.action_date) AS day
             FROM risk_hit h JOIN risk_handling g ON g.hit_id = h.hit_id AND g.conclusion = h.status_code
             WHERE h.status_code IN ('60', '61', '62', '70') GROUP BY h.rule_id, h.hit_id, h.status_code),
         quarters AS (
             SELECT rule_id, CAST(date_part('year', day) * 4 + date_part('quarter', day) - 1 AS BIGINT) AS q,
                    COUNT(*) AS concluded, COUNT(*) FILTER (WHERE status_code = '60') AS false_alarms
             FROM concluded GROUP BY rule_id, CAST(date_part('year', day) * 4 + date_part('quarter', day) - 1 AS BIGINT))
         SELECT a.rule_id, concat(CAST(a.q / 4 AS VARCHAR), 'Q', CAST(a.q % 4 + 1 AS VARCHAR)) AS quarter,
                a.concluded, a.false_alarms,
                CAST(100.0 * (a.concluded - a.false_alarms) / a.concluded AS DECIMAL(9,2)) AS precision_pct,
                a.concluded + COALESCE(b.concluded, 0) AS concluded_2q,
                a.false_alarms + COALESCE(b.false_alarms, 0) AS false_alarms_2q
         FROM quarters a LEFT JOIN quarters b ON b.rule_id = a.rule_id AND b.q = a.q - 1",
    ),
];
