//! Views of month supervision (月督导) and quarter dispatch (季调度): what the calendar asked for and what the returns show,
//! unit by unit; what was found and whether it was put right; units that never find anything.
//!
//! Due is what the list of expected returns has for the form of supervision; late is what was held in its month and entered
//! only after the day on which the return was due, or held later for that month. Open matters are judged on the day of the
//! newest receipt, as in the views of reporting.

/// Name and statement, in the order in which they build on each other.
pub(super) const SUPERVISION_VIEWS: [(&str, &str); 5] = [
    (
        // Months for which a unit owes the form of supervision, and the day on which the snapshot stands.
        "supervision_due",
        "SELECT e.eval_unit_code, e.period, e.due_date, e.exempt, n.today, to_date(concat(e.period, '01'), '%Y%m%d') AS month_start
         FROM submission_expected e
         CROSS JOIN (SELECT COALESCE(MAX(CAST(received_ts AS DATE)), DATE '1900-01-01') AS today FROM submission_batch) n
         WHERE e.template_code = 'T-SUPISSUE' AND length(e.period) = 6 AND strpos(e.period, 'Q') = 0",
    ),
    (
        "supervision_month",
        "SELECT d.eval_unit_code, d.period, d.due_date, COALESCE(s.held, 0) AS held, s.first_date,
                COALESCE(s.pilots, 0) AS pilots, COALESCE(s.alone, 0) AS one_inspector, COALESCE(s.slow, 0) AS entered_late,
                COALESCE(s.issues, 0) AS issues, COALESCE(i.listed, 0) AS issues_listed,
                CASE WHEN d.exempt = 'Y' THEN 'exempt'
                     WHEN s.recorded <= d.due_date THEN 'done'
                     WHEN s.held > 0 OR m.made_up IS NOT NULL THEN 'late'
                     WHEN d.due_date >= d.today THEN 'not_due' ELSE 'missing' END AS state
         FROM supervision_due d
         LEFT JOIN (SELECT eval_unit_code, replace(substr(CAST(sup_date AS VARCHAR), 1, 7), '-', '') AS month,
                           COUNT(*) AS held, MIN(sup_date) AS first_date, MIN(record_date) AS recorded,
                           COUNT(DISTINCT CASE WHEN target_type = 'pilot' THEN target_id END) AS pilots,
                           COUNT(*) FILTER (WHERE inspectors < 2) AS alone,
                           COUNT(*) FILTER (WHERE record_date > sup_date + INTERVAL '5 day') AS slow,
                           SUM(issue_count) AS issues
                    FROM supervision WHERE sup_type = '1'
                    GROUP BY eval_unit_code, replace(substr(CAST(sup_date AS VARCHAR), 1, 7), '-', '')) s
           ON s.eval_unit_code = d.eval_unit_code AND s.month = d.period
         LEFT JOIN (SELECT eval_unit_code, period, MIN(sup_date) AS made_up FROM supervision
                    WHERE sup_type = '1' AND replace(substr(CAST(sup_date AS VARCHAR), 1, 7), '-', '') > period
                    GROUP BY eval_unit_code, period) m
           ON m.eval_unit_code = d.eval_unit_code AND m.period = d.period
         LEFT JOIN (SELECT v.eval_unit_code, replace(substr(CAST(v.sup_date AS VARCHAR), 1, 7), '-', '') AS month, COUNT(*) AS listed
                    FROM supervision_issue f JOIN supervision v ON v.supervision_id = f.supervision_id
                    WHERE v.sup_type = '1'
                    GROUP BY v.eval_unit_code, replace(substr(CAST(v.sup_date AS VARCHAR), 1, 7), '-', '')) i
           ON i.eval_unit_code = d.eval_unit_code AND i.month = d.period",
    ),
    (
        "supervision_quarter",
        "SELECT d.eval_unit_code, d.quarter, d.due_date, COALESCE(s.held, 0) AS held, s.first_date, COALESCE(s.issues, 0) AS issues,
                CASE WHEN d.exempt = 'Y' THEN 'exempt'
                     WHEN s.recorded <= d.due_date THEN 'done'
                     WHEN s.held > 0 OR m.made_up IS NOT NULL THEN 'late'
                     WHEN d.due_date >= d.today THEN 'not_due' ELSE 'missing' END AS state
         FROM (SELECT eval_unit_code, due_date, exempt, today,
                      concat(substr(period, 1, 4), 'Q', CAST(date_part('quarter', month_start) AS VARCHAR)) AS quarter
               FROM supervision_due WHERE substr(period, 5, 2) IN ('03', '06', '09', '12')) d
         LEFT JOIN (SELECT eval_unit_code, quarter, COUNT(*) AS held, MIN(sup_date) AS first_date, MIN(record_date) AS recorded,
                           SUM(issue_count) AS issues
                    FROM (SELECT eval_unit_code, sup_date, record_date, issue_count,
                                 concat(substr(CAST(sup_date AS VARCHAR), 1, 4), 'Q', CAST(date_part('quarter', sup_date) AS VARCHAR)) AS quarter
                          FROM supervision WHERE sup_type = '2') q GROUP BY eval_unit_code, quarter) s
           ON s.eval_unit_code = d.eval_unit_code AND s.quarter = d.quarter
         LEFT JOIN (SELECT eval_unit_code, period, MIN(sup_date) AS made_up FROM supervision
                    WHERE sup_type = '2'
                      AND concat(substr(CAST(sup_date AS VARCHAR), 1, 4), 'Q', CAST(date_part('quarter', sup_date) AS VARCHAR)) > period
                    GROUP BY eval_unit_code, period) m
           ON m.eval_unit_code = d.eval_unit_code AND m.period = d.quarter",
    ),
    (
        // `repeat_of` is the last finding of the same kind, in the same words, on the same target within a year before.
        "supervision_finding",
        "SELECT i.issue_id, i.supervision_id, i.eval_unit_code, i.township_code, i.sup_type, i.target_type, i.target_id,
                i.category, i.severity, i.description, i.found_date, i.due_date, i.rectified_date, i.verified_date,
                i.status_code, i.is_repeat,
                CASE WHEN i.before_date >= i.found_date - INTERVAL '365 day' THEN i.before_id END AS repeat_of,
                CASE WHEN i.status_code = '4' OR i.verified_date IS NOT NULL
                          THEN CASE WHEN i.rectified_date > i.due_date THEN 'closed_late' ELSE 'closed' END
                     WHEN i.rectified_date > i.due_date THEN 'rectified_late'
                     WHEN i.rectified_date IS NOT NULL THEN 'rectified'
                     WHEN i.due_date < n.today THEN 'overdue' ELSE 'open' END AS state
         FROM (SELECT f.*, v.sup_type, v.target_type, v.target_id,
                      LAG(f.issue_id) OVER (PARTITION BY f.eval_unit_code, COALESCE(v.target_id, ''), f.category, f.description
                                            ORDER BY f.found_date, f.issue_id) AS before_id,
                      LAG(f.found_date) OVER (PARTITION BY f.eval_unit_code, COALESCE(v.target_id, ''), f.category, f.description
                                              ORDER BY f.found_date, f.issue_id) AS before_date
               FROM supervision_issue f LEFT JOIN supervision v ON v.supervision_id = f.supervision_id) i
         CROSS JOIN (SELECT COALESCE(MAX(CAST(received_ts AS DATE)), DATE '1900-01-01') AS today FROM submission_batch) n",
    ),
    (
        // The month and the five before it, as indicator SUP-D01 counts them.
        "supervision_zero_issue",
        "SELECT d.eval_unit_code, d.period, COUNT(s.supervision_id) AS visits, COALESCE(SUM(s.issue_count), 0) AS issues,
                COUNT(s.supervision_id) >= 6 AND COALESCE(SUM(s.issue_count), 0) = 0 AS alarm
         FROM supervision_due d
         LEFT JOIN supervision s ON s.eval_unit_code = d.eval_unit_code AND s.sup_type = '1'
               AND s.sup_date >= d.month_start - INTERVAL '5 month' AND s.sup_date < d.month_start + INTERVAL '1 month'
         GROUP BY d.eval_unit_code, d.period",
    ),
];
