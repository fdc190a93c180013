//! Views that every session offers beside the tables: how the units report. The names are DHIS2's: a rate is the share of
//! the expected reports that came (*reporting rate*), or that came on time (*reporting rate on time*), in percent.
//!
//! A clock would make the same snapshot give different answers on different days, so what is due is judged on the day of the
//! newest receipt in the warehouse.

/// Name and statement, in the order in which they build on each other.
pub(super) const VIEWS: [(&str, &str); 3] = [
    (
        "reporting_status",
        "SELECT e.eval_unit_code, e.template_code, e.period, e.due_date, e.exempt, e.exempt_reason,
                f.received_ts, f.revisions, f.error_rows,
                CASE WHEN e.exempt = 'Y' THEN 'exempt'
                     WHEN f.received_ts IS NULL AND e.due_date >= n.today THEN 'not_due'
                     WHEN f.received_ts IS NULL THEN 'missing'
                     WHEN CAST(f.received_ts AS DATE) <= e.due_date THEN 'on_time' ELSE 'late' END AS state,
                COALESCE(f.returned, FALSE) AS returned
         FROM submission_expected e
         CROSS JOIN (SELECT COALESCE(MAX(CAST(received_ts AS DATE)), DATE '1900-01-01') AS today FROM submission_batch) n
         LEFT JOIN (SELECT template_code, eval_unit_code, period, MIN(received_ts) AS received_ts,
                           MAX(revision) AS revisions, SUM(error_rows) AS error_rows,
                           bool_and(status_code = '2') AS returned
                    FROM submission_batch GROUP BY template_code, eval_unit_code, period) f
           ON f.template_code = e.template_code AND f.eval_unit_code = e.eval_unit_code AND f.period = e.period",
    ),
    (
        "reporting_rate",
        "SELECT eval_unit_code, template_code, substr(period, 1, 4) AS year, COUNT(*) AS expected_reports,
                COUNT(received_ts) AS actual_reports,
                CAST(100.0 * COUNT(received_ts) / COUNT(*) AS DECIMAL(9,2)) AS reporting_rate
         FROM reporting_status WHERE state NOT IN ('exempt', 'not_due')
         GROUP BY eval_unit_code, template_code, substr(period, 1, 4)",
    ),
    (
        "reporting_rate_on_time",
        "SELECT eval_unit_code, template_code, substr(period, 1, 4) AS year, COUNT(*) AS expected_reports,
                COUNT(*) FILTER (WHERE state = 'on_time') AS actual_reports_on_time,
                CAST(100.0 * COUNT(*) FILTER (WHERE state = 'on_time') / COUNT(*) AS DECIMAL(9,2)) AS reporting_rate_on_time
         FROM reporting_status WHERE state NOT IN ('exempt', 'not_due')
         GROUP BY eval_unit_code, template_code, substr(period, 1, 4)",
    ),
];
