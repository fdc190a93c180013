//! Who is related to whom: the people of a subject, and those who declared a relation to them, by token.

use std::collections::BTreeMap;

use suixin_warehouse::Snapshot;

use super::Roster;
use crate::error::MetricsError;
use crate::window::Window;

/// Token → why its person may not judge.
pub(super) type Tokens = BTreeMap<String, String>;

/// Numbers of people whose identity the tables know.
const PEOPLE: &str = "SELECT worker_id, pid_token FROM survey_worker WHERE pid_token IS NOT NULL \
     UNION ALL SELECT worker_id, pid_token FROM social_worker WHERE pid_token IS NOT NULL \
     UNION ALL SELECT volunteer_id, pid_token FROM volunteer WHERE pid_token IS NOT NULL";

/// People of the organisation that is nominated or carries the project, nominees and donors themselves; then everybody who
/// declared a relation to one of them, or to whom one of them declared one. Who left before the year does not count.
const RELATED: &str = "
WITH member AS (
    SELECT org_id, pid_token, related_pid_token FROM org_member WHERE end_date IS NULL OR end_date>=DATE '${ps}'
), org AS (
    SELECT org_id, pid_token AS p, '该组织人员' AS why FROM member
    UNION ALL SELECT org_id, legal_rep_pid_token, '该组织法定代表人' FROM social_org
    UNION ALL SELECT org_id, related_pid_token, '该组织人员的亲属或利害关系人' FROM member
), own AS (
    SELECT n.nomination_id AS k, org.p, org.why FROM award_nomination n
    JOIN charity_project c ON n.category='P' AND c.project_id=n.nominee_id JOIN org ON org.org_id=c.org_id
    WHERE n.edition='${yr}'
    UNION ALL SELECT n.nomination_id, org.p, org.why FROM award_nomination n
    JOIN org ON n.category='O' AND org.org_id=n.nominee_id WHERE n.edition='${yr}'
    UNION ALL SELECT nomination_id, nominee_pid_token, '被推荐人本人' FROM award_nomination WHERE edition='${yr}'
    UNION ALL SELECT n.nomination_id, d.pid_token, '被推荐人本人' FROM award_nomination n
    JOIN donor d ON n.category IN ('E','I') AND d.donor_id=n.nominee_id WHERE n.edition='${yr}'
    UNION ALL SELECT c.project_id, org.p, org.why FROM charity_project c JOIN org ON org.org_id=c.org_id
)
SELECT k, p AS t, why FROM own WHERE p IS NOT NULL
UNION ALL SELECT own.k, r.pid_token, concat('向', own.why, '申报过利害关系')
FROM own JOIN relation_declare r ON r.related_pid_token=own.p WHERE r.declare_date<=DATE '${asof}'
UNION ALL SELECT own.k, r.related_pid_token, concat(own.why, '申报过与其有利害关系')
FROM own JOIN relation_declare r ON r.pid_token=own.p WHERE r.declare_date<=DATE '${asof}'";

/// Number of a judge → token: the roster, and the people whom the tables know; the roster counts where both do.
pub(super) async fn known(snapshot: &Snapshot, roster: &Roster) -> Result<Roster, MetricsError> {
    let rows = snapshot.query(PEOPLE).await?.rows;
    let mut known: Roster = rows.iter().map(|r| (r[0].to_string(), r[1].to_string())).collect();
    known.extend(roster.clone());
    Ok(known)
}

/// Nomination or project → who may not judge it.
pub(super) async fn related(snapshot: &Snapshot, window: &Window) -> Result<BTreeMap<String, Tokens>, MetricsError> {
    let mut found: BTreeMap<String, Tokens> = BTreeMap::new();
    for row in snapshot.query(&window.fill(RELATED)).await?.rows {
        let why = row[2].to_string();
        let reason = found.entry(row[0].to_string()).or_default().entry(row[1].to_string()).or_default();
        // The nearest relation is named: it has the shortest words, and the order of rows never decides.
        if reason.is_empty() || (why.chars().count(), &why) < (reason.chars().count(), reason) {
            *reason = why;
        }
    }
    Ok(found)
}
