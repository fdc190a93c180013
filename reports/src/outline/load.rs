//! From TOML to an outline: phrases are parsed, blocks get their kind, every mistake is found at once.

use toml::Spanned;

use super::raw::{RawAnnex, RawBlock, RawCard, RawChapter, RawOutline, RawSheet, Words};
use super::{
    Annex, Block, Body, Card, Chapter, ChartSpec, ColumnRef, Mistake, Outline, Pivot, Rows, Sheet, SheetChart, Span,
    TableSpec,
};
use crate::error::{Mistakes, ReportError, Result};
use crate::phrase::{Condition, Phrase};

impl Outline {
    /// Reads an outline; `file` names it in messages.
    ///
    /// # Errors
    /// All mistakes of syntax at once, with line and column.
    pub fn parse(file: &str, source: &str) -> Result<Self> {
        let mut loader = Loader { file, source, mistakes: Vec::new() };
        let raw: RawOutline = match toml::from_str(source) {
            Ok(raw) => raw,
            Err(e) => {
                let at = e.span().map_or(0, |s| s.start);
                loader.mistake(at, e.message().to_owned(), "按大纲格式修改");
                return Err(ReportError::Outline(Mistakes(loader.mistakes)));
            }
        };
        let outline = loader.outline(raw);
        if loader.mistakes.is_empty() { Ok(outline) } else { Err(ReportError::Outline(Mistakes(loader.mistakes))) }
    }
}

/// Line and column (in characters), from 1, of a byte of a text.
pub(super) fn line_column(source: &str, at: usize) -> (usize, usize) {
    let before = source.get(..at).unwrap_or(source);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

pub(super) struct Loader<'a> {
    file: &'a str,
    source: &'a str,
    mistakes: Vec<Mistake>,
}

impl Loader<'_> {
    /// A table of an array, from its head to the next one: the parser's own span ends with the head.
    pub(super) fn reach(&self, start: usize) -> Span {
        let rest = self.source.get(start + 1..).unwrap_or("");
        Span { start, end: start + 1 + rest.find("\n[[").unwrap_or(rest.len()) }
    }

    pub(super) fn mistake(&mut self, at: usize, message: String, remedy: &str) {
        let (line, column) = line_column(self.source, at);
        self.mistakes.push(Mistake { file: self.file.to_owned(), line, column, message, remedy: remedy.to_owned() });
    }

    fn outline(&mut self, raw: RawOutline) -> Outline {
        Outline {
            id: raw.id,
            name: raw.name,
            form: raw.form,
            level: raw.level,
            each: raw.each.map(Spanned::into_inner),
            subject: None,
            file: self.file.to_owned(),
            source: self.source.to_owned(),
            document: self.phrase(&raw.document),
            workbook: self.optional(raw.workbook.as_ref()),
            leaders: self.optional(raw.leaders.as_ref()),
            title: raw.title.iter().map(|w| self.phrase(w)).collect(),
            cover: raw.cover.iter().map(|w| self.phrase(w)).collect(),
            summary_title: self.optional(raw.summary_title.as_ref()),
            summary: self.blocks(raw.summary),
            chapters: raw.chapters.into_iter().map(|c| self.chapter(c)).collect(),
            closing: raw.closing.iter().map(|w| self.phrase(w)).collect(),
            annexes: raw.annexes.into_iter().map(|a| self.annex(a)).collect(),
            slides: raw.slides.into_iter().filter_map(|s| self.slide(s)).collect(),
            sheets: raw.sheets.into_iter().map(|s| self.sheet(s)).collect(),
        }
    }

    fn chapter(&mut self, raw: RawChapter) -> Chapter {
        Chapter { title: raw.title, blocks: self.blocks(raw.blocks) }
    }

    fn annex(&mut self, raw: RawAnnex) -> Annex {
        Annex { title: raw.title, blocks: self.blocks(raw.blocks) }
    }

    fn blocks(&mut self, raw: Vec<Spanned<RawBlock>>) -> Vec<Block> {
        raw.into_iter().filter_map(|b| self.block(b)).collect()
    }

    fn block(&mut self, raw: Spanned<RawBlock>) -> Option<Block> {
        let span = self.reach(raw.span().start);
        let raw = raw.into_inner();
        let when = raw.when.as_ref().and_then(|w| self.condition(w));
        let otherwise = raw.otherwise.as_ref().map(|w| self.phrase(w));
        let given =
            [raw.heading.is_some(), raw.text.is_some(), raw.cards.is_some(), raw.chart.is_some(), raw.table.is_some()];
        if given.iter().filter(|g| **g).count() != 1 {
            self.mistake(span.start, "块的种类不明".to_owned(), "heading、text、cards、chart、table 恰好写一个");
            return None;
        }
        let body = if let Some(words) = &raw.heading {
            Body::Heading(self.phrase(words))
        } else if let Some(words) = &raw.text {
            Body::Text(self.paragraphs(words))
        } else if let Some(cards) = &raw.cards {
            Body::Cards(cards.iter().map(|c| self.card(c)).collect())
        } else if raw.chart.is_some() {
            Body::Chart(Box::new(self.chart(raw, span)?))
        } else {
            Body::Table(Box::new(self.table(&raw, span)))
        };
        Some(Block { when, otherwise, body, span })
    }

    fn card(&mut self, raw: &RawCard) -> Card {
        let note = self.optional(raw.note.as_ref());
        Card { name: raw.name.clone(), value: self.phrase(&raw.value), note }
    }

    fn chart(&mut self, raw: RawBlock, span: Span) -> Option<ChartSpec> {
        let kind = raw.chart.as_ref().map(|k| *k.get_ref())?;
        let (Some(id), Some(data)) = (raw.id.clone(), raw.data.as_ref()) else {
            self.mistake(span.start, "图缺少 id 或 data".to_owned(), "补写图的编号和数据集");
            return None;
        };
        let rows = self.rows(data, raw.filter.as_ref(), raw.first, raw.without_totals);
        Some(ChartSpec {
            kind,
            id,
            caption: self.optional(raw.caption.as_ref()),
            finding: self.optional(raw.finding.as_ref()),
            measure: self.optional(raw.measure.as_ref()),
            note: self.optional(raw.note.as_ref()),
            rows,
            label: raw.label,
            group: raw.group,
            across: raw.across,
            x: raw.x,
            y: raw.y,
            value: raw.value,
            values: raw.values,
            muted: raw.muted,
            losses: raw.losses,
            rates: raw.rates,
            total: raw.total,
            rate: raw.rate,
            low: raw.low,
            high: raw.high,
            role: raw.role,
            from: raw.from,
            to: raw.to,
            lines: raw.lines,
            focus: raw.focus,
            split: raw.split,
            tiles: raw.tiles,
            height: raw.height,
        })
    }

    fn table(&mut self, raw: &RawBlock, span: Span) -> TableSpec {
        let fallback = Spanned::new(span.start..span.start, String::new());
        let dataset = raw.table.as_ref().unwrap_or(&fallback);
        TableSpec {
            id: raw.id.clone().unwrap_or_default(),
            caption: self.optional(raw.caption.as_ref()),
            note: self.optional(raw.note.as_ref()),
            rows: self.rows(dataset, raw.filter.as_ref(), raw.first, raw.without_totals),
            columns: raw.columns.iter().map(|c| column(c)).collect(),
            pivot: pivot(raw.across.as_ref(), raw.value.as_ref()),
            dense: raw.dense,
            widths: raw.widths.clone(),
            span,
        }
    }

    fn sheet(&mut self, raw: Spanned<RawSheet>) -> Sheet {
        let span = self.reach(raw.span().start);
        let raw = raw.into_inner();
        if raw.name.chars().count() > 31 || raw.name.contains(['[', ']', ':', '*', '?', '/', '\\']) {
            self.mistake(span.start, format!("工作表名“{}”不可用", raw.name), "不超过31个字，不含 []:*?/\\");
        }
        let chart = raw.chart.map(|kind| SheetChart {
            kind,
            label: raw.label.clone().unwrap_or_default(),
            values: raw.values.clone(),
        });
        let table = TableSpec {
            id: String::new(),
            caption: self.optional(raw.caption.as_ref()),
            note: self.optional(raw.note.as_ref()),
            rows: self.rows(&raw.table, None, None, false),
            columns: raw.columns.iter().map(|c| column(c)).collect(),
            pivot: pivot(raw.across.as_ref(), raw.value.as_ref()),
            dense: false,
            widths: Vec::new(),
            span,
        };
        Sheet { name: raw.name, table, chart }
    }

    fn rows(&mut self, dataset: &Words, filter: Option<&Words>, first: Option<usize>, without_totals: bool) -> Rows {
        let filter = filter.and_then(|w| self.condition(w));
        Rows { dataset: dataset.get_ref().clone(), filter, first, without_totals }
    }

    pub(super) fn optional(&mut self, words: Option<&Words>) -> Phrase {
        words.map_or_else(Phrase::default, |w| self.phrase(w))
    }

    pub(super) fn phrase(&mut self, words: &Words) -> Phrase {
        self.parse(words, &joined(words.get_ref()))
    }

    /// Paragraphs are parted by blank lines; single line breaks are not printed.
    pub(super) fn paragraphs(&mut self, words: &Words) -> Vec<Phrase> {
        let text = words.get_ref().clone();
        let parts = text.split("\n\n").map(joined).filter(|p| !p.is_empty());
        parts.map(|p| self.parse(words, &p)).collect()
    }

    fn parse(&mut self, words: &Words, text: &str) -> Phrase {
        let span = Span { start: words.span().start, end: words.span().end };
        Phrase::parse(text, span).unwrap_or_else(|e| {
            self.mistake(span.start, format!("句子写法有误：{e}"), "按句子语法修改");
            Phrase::default()
        })
    }

    pub(super) fn condition(&mut self, words: &Words) -> Option<Condition> {
        match Condition::parse(words.get_ref()) {
            Ok(condition) => Some(condition),
            Err(e) => {
                self.mistake(words.span().start, format!("条件写法有误：{e}"), "如 .score < 60 或 rows(数据集) > 0");
                None
            }
        }
    }
}

fn joined(text: &str) -> String {
    text.lines().map(str::trim).collect()
}

fn column(text: &str) -> ColumnRef {
    let (name, title) = text.split_once(':').map_or((text, None), |(n, t)| (n, Some(t.to_owned())));
    ColumnRef { name: name.to_owned(), title }
}

fn pivot(across: Option<&String>, value: Option<&String>) -> Option<Pivot> {
    Some(Pivot { across: across?.clone(), value: value?.clone() })
}
