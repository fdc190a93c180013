//! When a job is due: cron expressions (second minute hour day month weekday) read in Asia/Shanghai.

use anyhow::{Context, Result};
use chrono::{Datelike, NaiveDateTime, Timelike};
use chrono_tz::Asia::Shanghai;
use croner::Cron;
use croner::parser::{CronParser, Seconds};

/// The times of one job.
#[derive(Debug, Clone)]
pub struct Times {
    cron: Cron,
}

impl Times {
    /// Reads an expression; an empty one means never.
    ///
    /// # Errors
    /// When it is no cron expression with seconds.
    pub fn parse(text: &str) -> Result<Option<Self>> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        // The same reading as the scheduler's.
        let parser = CronParser::builder().seconds(Seconds::Required).dom_and_dow(true).build();
        let cron = parser
            .parse(text.trim())
            .with_context(|| format!("“{text}”不是时间表达式，应写成“秒 分 时 日 月 周”，如 0 30 6 * * *"))?;
        Ok(Some(Self { cron }))
    }

    /// The last time at or before `now` at which the job was due.
    #[must_use]
    pub fn last(&self, now: NaiveDateTime) -> Option<NaiveDateTime> {
        let now = now.and_local_timezone(Shanghai).earliest()?;
        self.cron.find_previous_occurrence(&now, true).ok().map(|t| t.naive_local())
    }

    /// The next time after `now`.
    #[must_use]
    pub fn next(&self, now: NaiveDateTime) -> Option<NaiveDateTime> {
        let now = now.and_local_timezone(Shanghai).earliest()?;
        self.cron.find_next_occurrence(&now, false).ok().map(|t| t.naive_local())
    }

    /// Whether a run was missed: none has succeeded since the job was last due.
    #[must_use]
    pub fn missed(&self, last_success: Option<NaiveDateTime>, now: NaiveDateTime) -> bool {
        self.last(now).is_some_and(|due| last_success.is_none_or(|done| done < due))
    }
}

/// Runs looked at for a rhythm: a week of hours and more.
const RUNS: usize = 200;

impl Times {
    /// The times in words where they have a simple rhythm: 每10分钟, 每小时第5分, 每天06:30, 每周一06:30, 每月5日06:30.
    #[must_use]
    pub fn rhythm(&self, now: NaiveDateTime) -> Option<String> {
        let runs: Vec<NaiveDateTime> =
            std::iter::successors(self.next(now), |last| self.next(*last)).take(RUNS).collect();
        let (first, second) = (runs.first()?, runs.get(1)?);
        let gap = *second - *first;
        if !runs.windows(2).all(|pair| pair[1] - pair[0] == gap) {
            let monthly = runs.iter().all(|run| (run.day(), run.time()) == (first.day(), first.time()));
            return monthly.then(|| format!("每月{}日{}", first.day(), first.format("%H:%M")));
        }
        Some(match (gap.num_seconds(), gap.num_minutes()) {
            (seconds, _) if seconds % 60 != 0 => format!("每{seconds}秒"),
            (_, 1440) => format!("每天{}", first.format("%H:%M")),
            (_, 10080) => format!("每周{}{}", weekday(first), first.format("%H:%M")),
            (_, 60) => format!("每小时第{}分", first.minute()),
            (_, minutes) if minutes % 1440 == 0 => return None,
            (_, minutes) if minutes % 60 == 0 => format!("每{}小时", minutes / 60),
            (_, minutes) => format!("每{minutes}分钟"),
        })
    }
}

fn weekday(day: &NaiveDateTime) -> &'static str {
    let names = ["一", "二", "三", "四", "五", "六", "日"];
    names.get(day.weekday().num_days_from_monday() as usize).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ts(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn empty_is_never_and_nonsense_is_an_error() {
        assert!(Times::parse("  ").unwrap().is_none());
        for wrong in ["每天", "30 6 * * *", "0 61 6 * * *"] {
            assert!(Times::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_run_is_missed_when_none_succeeded_since_it_was_due() {
        let daily = Times::parse("0 30 6 * * *").unwrap().unwrap();
        let now = ts("2026-01-15T08:00:00");
        assert_eq!(daily.last(now), Some(ts("2026-01-15T06:30:00")));
        assert_eq!(daily.next(now), Some(ts("2026-01-16T06:30:00")));
        assert!(daily.missed(None, now), "it never ran");
        assert!(daily.missed(Some(ts("2026-01-15T06:29:59")), now), "it ran before it was due");
        assert!(!daily.missed(Some(ts("2026-01-15T06:30:01")), now));
        assert!(!daily.missed(Some(ts("2026-01-15T06:30:00")), now), "on the second");
        assert!(daily.missed(Some(ts("2026-01-12T06:30:02")), now), "three days of downtime");
    }

    #[test]
    fn a_simple_rhythm_is_said_in_words() {
        let said = |text: &str| Times::parse(text).unwrap().unwrap().rhythm(ts("2026-01-15T08:00:00"));
        for (cron, words) in [
            ("0 */10 * * * *", "每10分钟"),
            ("*/20 * * * * *", "每20秒"),
            ("0 5 * * * *", "每小时第5分"),
            ("0 0 */6 * * *", "每6小时"),
            ("0 30 6 * * *", "每天06:30"),
            ("0 30 6 * * 1", "每周一06:30"),
            ("0 0 7 5 * *", "每月5日07:00"),
        ] {
            assert_eq!(said(cron).as_deref(), Some(words), "{cron}");
        }
        for odd in ["0 30 6 * * 1-5", "0 0 6,18,20 * * *"] {
            assert_eq!(said(odd), None, "{odd}");
        }
    }
}
