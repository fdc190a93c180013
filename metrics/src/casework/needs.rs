//! The conditions of steps: each says in words what is missing and what to do about it. Pure.

use chrono::NaiveDate;

use super::case::Case;
use super::plan::Request;
use crate::definitions::{Casework, Need};

/// The steps of `risk_handling` whose people must not decide later.
const EXPLAINED: &str = "2";
const REVIEWED: &str = "3";
/// `tol_result`: tolerated.
pub(super) const TOLERATED: &str = "1";

/// What stands against a step under this condition; `None` when it holds.
pub(super) fn missing(
    need: Need,
    casework: &Casework,
    case: &Case,
    request: &Request,
    today: NaiveDate,
) -> Option<String> {
    let facts = &case.facts;
    let blank = |text: &str| text.trim().is_empty();
    let holds = match need {
        Need::Reason => !blank(&request.reason),
        Need::Evidence => request.evidence.as_deref().is_some_and(|e| !blank(e)),
        Need::TwoPeople => distinct(&request.people) >= 2,
        Need::NotExplainer => !request.people.iter().any(|p| case.people_of(EXPLAINED).contains(&p.as_str())),
        Need::NotReviewer => !request.people.iter().any(|p| case.people_of(REVIEWED).contains(&p.as_str())),
        Need::NewestRun => facts.found_again && !facts.newer_returns,
        Need::NotWhitelisted => facts.whitelisted_until.is_none(),
        Need::Whitelisted => facts.whitelisted_until.is_some(),
        Need::BasisComplete => {
            facts.missing_basis.is_empty() || request.despite_missing.as_deref().is_some_and(|w| !blank(w))
        }
        Need::NotSampled => !case.sampled(casework.sample_percent),
        Need::Tolerated => facts.tolerance.as_deref() == Some(TOLERATED),
        Need::Correction => {
            request.recovered.is_some()
                || request.fix.as_deref().is_some_and(|f| !blank(f))
                || !facts.corrected_by.is_empty()
        }
        Need::Resubmitted => !facts.found_again && !facts.corrected_by.is_empty(),
        Need::Overdue => case.overdue(today),
        Need::Escalated => case.escalated(),
    };
    (!holds).then(|| words(need, case))
}

fn distinct(people: &[String]) -> usize {
    people.iter().collect::<std::collections::BTreeSet<_>>().len()
}

fn words(need: Need, case: &Case) -> String {
    let facts = &case.facts;
    match need {
        Need::Reason => "没有写明理由；用 --reason 写明".to_owned(),
        Need::Evidence => "没有写明佐证；用 --evidence 写明材料名称或编号".to_owned(),
        Need::TwoPeople => "须有两人以上办理；--by 写两次，写两个人".to_owned(),
        Need::NotExplainer => "说明人不能办理本人说明过的疑点；请换人办理".to_owned(),
        Need::NotReviewer => "县级初核人不能再作市级复核；请换人办理".to_owned(),
        Need::NewestRun if facts.found_again => {
            "最近一次筛查以后又收到了报表；先执行 suixin risks 重新筛查，仍命中的再推送".to_owned()
        }
        Need::NewestRun => "最近一次筛查没有再命中；不推送，已更正的按 self_correct 办结".to_owned(),
        Need::NotWhitelisted => {
            let until = facts.whitelisted_until.map(|d| d.to_string()).unwrap_or_default();
            format!("在白名单内（到 {until}）；不推送，按 exclude_listed 办结，或先用 suixin case whitelist end 终止")
        }
        Need::Whitelisted => "没有有效的白名单；用 suixin case whitelist add 登记，或按其他步骤办理".to_owned(),
        Need::BasisComplete => format!(
            "规则比对的基础报表还没有报齐：{}；先催报后重新筛查，确无影响的用 --despite-missing 写明理由",
            facts.missing_basis.join("、")
        ),
        Need::NotSampled => "属于市级复核的范围（H 级，或 M 级被抽中）；由市级按 verify 复核".to_owned(),
        Need::Tolerated => "没有“予以容错”的认定；先用 suixin case tolerance 逐项认定五项条件".to_owned(),
        Need::Correction => {
            "没有纠正的依据；用 --recovered 写追回金额，或 --fix 写系统、参数修正的记录，或由单位更正重报后重新筛查"
                .to_owned()
        }
        Need::Resubmitted => "没有查到使它消失的更正报表；由单位更正重报后执行 suixin risks".to_owned(),
        Need::Overdue => match &case.due {
            Some(due) => format!("本环节期限是 {}，还没有逾期", due.day),
            None => "没有正在计时的环节，谈不上逾期".to_owned(),
        },
        Need::Escalated => "还没有提级督办；先按 escalate 督办，仍逾期的才可提级复核".to_owned(),
    }
}
