//! An explanation as text in the tone of an office.

use std::fmt;

use super::{Explanation, GroupExplanation, ItemExplanation, ScoreExplanation};

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for score in &self.scores {
            writeln!(f, "{}年度{}：{score}", self.year, score.title)?;
        }
        let hash: String = self.definitions.chars().take(12).collect();
        writeln!(f, "基准日{}；数据快照{}；定义版本{hash}", self.as_of, self.snapshot)
    }
}

impl fmt::Display for ScoreExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let group = if self.group.is_empty() { String::new() } else { format!("，{}类", self.group) };
        writeln!(f, "{}（{}{group}）", self.name, self.subject)?;
        let grade = self.grade.as_ref().map_or(String::new(), |g| format!("，等次{g}"));
        writeln!(f, "  {}，第{}名（共{}个）{grade}", self.arithmetic, self.rank, self.ranked_with)?;
        if let Some(published) = &self.published {
            writeln!(f, "  {published}")?;
        }
        if self.unsaved {
            writeln!(
                f,
                "  注意：报表在上次计算之后有变动，以下按最新数据说明，与已存的得分不同；请执行 suixin compute 重算"
            )?;
        }
        if let Some(before) = &self.before {
            writeln!(f, "  变动：{before}，现为{}分", self.total)?;
        }
        if let Some(veto) = &self.veto {
            writeln!(f, "  {veto}")?;
        }
        if !self.eligible {
            writeln!(f, "  资格条件未全部符合")?;
        }
        self.groups.iter().try_for_each(|group| write!(f, "{group}"))
    }
}

impl fmt::Display for GroupExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.max {
            Some(max) => writeln!(f, "{}：得{}分，满分{max}分", self.level1, self.points)?,
            None => writeln!(f, "{}：{}分", self.level1, self.points)?,
        }
        self.items.iter().try_for_each(|item| write!(f, "{item}"))
    }
}

impl fmt::Display for ItemExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let points = match self.kind {
            "core" => format!("{}分（满分{}分，失{}分）", self.points, self.max, self.lost),
            "bonus" | "deduct" => format!("{}分", self.points),
            _ => "不计分".to_owned(),
        };
        writeln!(f, "  {} {}：{points}", self.indicator, self.name)?;
        writeln!(f, "    口径：{}", self.definition)?;
        writeln!(f, "    计算：{}", self.arithmetic)?;
        writeln!(f, "    规则：{}（{}）", self.rule_text, self.rule)?;
        writeln!(f, "    依据：{}", self.grounds)?;
        if let Some(reason) = &self.na_reason {
            writeln!(f, "    说明：{reason}")?;
        }
        if let Some(more) = &self.one_more {
            writeln!(f, "    提分：{more}")?;
        }
        if let Some(before) = &self.before {
            writeln!(f, "    变动：{before}，现为{}分", self.points)?;
        }
        if !self.corrected_returns.is_empty() {
            writeln!(f, "    更正：{}", self.corrected_returns.join("；"))?;
        }
        if !self.missing_returns.is_empty() {
            writeln!(f, "    注意：相关报表应报未报（{}）", self.missing_returns.join("、"))?;
        }
        self.remarks.iter().try_for_each(|r| writeln!(f, "    注意：{r}"))
    }
}
