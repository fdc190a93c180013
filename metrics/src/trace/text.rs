//! A trace as text for people.

use std::fmt;

use super::{Part, ROWS_LISTED, Trace, TracedRow, TracedTable};

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value.as_deref().unwrap_or("没有数值");
        writeln!(f, "{}\n{}：{value}\n数据快照 {}", self.figure, self.title, self.snapshot)?;
        for part in &self.parts {
            write!(f, "\n{part}")?;
        }
        if !self.not_followed.is_empty() {
            writeln!(f, "\n另由以下得分汇总而来，可逐项追溯：")?;
            for figure in &self.not_followed {
                writeln!(f, "  {figure}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "【{}】{}", self.figure, self.title)?;
        for table in &self.tables {
            write!(f, "{table}")?;
        }
        if self.tables.is_empty() {
            writeln!(f, "  没有记录")?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "  {note}"))
    }
}

impl fmt::Display for TracedTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  {}（{}）共{}行", self.title, self.table, self.total)?;
        for row in &self.rows {
            writeln!(f, "    {row}")?;
        }
        if self.total > self.rows.len() as u64 {
            writeln!(f, "    （只列前{ROWS_LISTED}行）")?;
        }
        Ok(())
    }
}

impl fmt::Display for TracedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key.join("|"))?;
        match (&self.file, &self.batch_id) {
            (Some(file), _) => write!(f, "  ← {file}")?,
            (None, Some(batch)) => write!(f, "  ← 批次 {batch}")?,
            (None, None) => return Ok(()),
        }
        if let Some(sheet) = &self.sheet {
            write!(f, " 工作表“{sheet}”")?;
        }
        self.row.map_or(Ok(()), |row| write!(f, " 第{row}行"))
    }
}
