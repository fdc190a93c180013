//! Recommendation lists as text for people.

use std::fmt;

use super::{CategoryList, Entry, Recommendation};

impl fmt::Display for Recommendation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}年{}\n{}", self.year, self.list_name, self.note)?;
        for limit in &self.limits {
            writeln!(f, "整届限制：{limit}")?;
        }
        self.lists.iter().try_for_each(|list| write!(f, "\n{list}"))
    }
}

impl fmt::Display for CategoryList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quota = self.quota.map_or_else(|| "名额未定".to_owned(), |q| format!("名额{q}个，备选{}个", self.reserve));
        let (name, days, priority) = (&self.name, self.public_days, &self.priority_text);
        writeln!(f, "【{name}】{quota}；公示{days}个工作日；优先提示：{priority}")?;
        if self.entries.is_empty() {
            writeln!(f, "  没有申报")?;
        }
        self.entries.iter().try_for_each(|entry| writeln!(f, "  {entry}"))
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { nomination, nominee, total, rank, verdict, .. } = self;
        write!(f, "{} 第{rank}名 {nomination}（{nominee}）{total}分", verdict.word())?;
        if let Some(why) = &self.priority {
            write!(f, "；优先提示：{why}")?;
        }
        self.reasons.iter().chain(&self.remarks).try_for_each(|r| write!(f, "；{r}"))
    }
}
