//! Does an outline fit the data? Missing datasets and columns, roles that a chart lacks, data that must not be public.

use std::collections::BTreeSet;

use super::load::line_column;
use super::{Body, ChartKind, ChartSpec, Mistake, Outline, Rows, Show, SlideSpec, Span, TableSpec};
use crate::brief::{Brief, Privacy};
use crate::phrase::{Condition, Label, Phrase, Reference, Row, Target};

/// What an outline can be checked against: a brief, or dataset definitions alone.
pub trait Catalogue {
    /// Ids of the datasets.
    fn datasets(&self) -> Vec<String>;
    /// Names of a dataset's columns.
    fn columns(&self, dataset: &str) -> Option<Vec<String>>;
    /// Privacy class of a dataset.
    fn privacy(&self, dataset: &str) -> Option<Privacy>;
}

impl Catalogue for Brief {
    fn datasets(&self) -> Vec<String> {
        self.datasets.keys().cloned().collect()
    }

    fn columns(&self, dataset: &str) -> Option<Vec<String>> {
        Some(self.datasets.get(dataset)?.columns.iter().map(|c| c.name.clone()).collect())
    }

    fn privacy(&self, dataset: &str) -> Option<Privacy> {
        self.datasets.get(dataset).map(|d| d.privacy)
    }
}

impl Outline {
    /// All mistakes of the outline over a catalogue, in order of the file; empty if it fits.
    #[must_use]
    pub fn check(&self, catalogue: &dyn Catalogue) -> Vec<Mistake> {
        let mut check = Check { outline: self, catalogue, mistakes: Vec::new() };
        check.all();
        let mut mistakes = check.mistakes;
        mistakes.sort_by(|a, b| (a.line, a.column, &a.message).cmp(&(b.line, b.column, &b.message)));
        mistakes.dedup();
        mistakes
    }
}

struct Check<'a> {
    outline: &'a Outline,
    catalogue: &'a dyn Catalogue,
    mistakes: Vec<Mistake>,
}

impl<'a> Check<'a> {
    fn all(&mut self) {
        let outline = self.outline;
        let names = [&outline.document, &outline.workbook, &outline.leaders, &outline.summary_title];
        names
            .into_iter()
            .chain(&outline.title)
            .chain(&outline.cover)
            .chain(&outline.closing)
            .for_each(|p| self.phrase(p, None));
        if let Some(dataset) = &outline.each {
            self.dataset(dataset, Span::default());
        }
        let targets = self.targets();
        for block in outline.blocks() {
            if let Some(condition) = &block.when {
                self.condition(condition, None, block.span);
            }
            if let Some(phrase) = &block.otherwise {
                self.phrase(phrase, None);
            }
            match &block.body {
                Body::Heading(phrase) => self.sentence(phrase, &targets),
                Body::Text(phrases) => phrases.iter().for_each(|p| self.sentence(p, &targets)),
                Body::Cards(cards) => cards.iter().for_each(|c| {
                    self.sentence(&c.value, &targets);
                    self.sentence(&c.note, &targets);
                }),
                Body::Chart(spec) => self.chart(spec, block.span, &targets),
                Body::Table(spec) => self.table(spec),
            }
        }
        for slide in &outline.slides {
            self.slide(slide, &targets);
        }
        for sheet in &outline.sheets {
            self.table(&sheet.table);
            if let Some(chart) = &sheet.chart {
                for name in std::iter::once(&chart.label).chain(&chart.values) {
                    self.column(&sheet.table.rows.dataset, name, sheet.table.span);
                }
            }
        }
    }

    /// Ids of charts and tables; the same id twice is a mistake.
    fn targets(&mut self) -> BTreeSet<Label> {
        let mut seen = BTreeSet::new();
        for block in self.outline.blocks() {
            let label = match &block.body {
                Body::Chart(spec) => Label::Figure(spec.id.clone()),
                Body::Table(spec) if !spec.id.is_empty() => Label::Table(spec.id.clone()),
                _ => continue,
            };
            if !seen.insert(label.clone()) {
                self.mistake(block.span, "", format!("编号重复：{label:?}"), "换一个编号".to_owned());
            }
        }
        seen
    }

    fn slide(&mut self, slide: &'a SlideSpec, targets: &BTreeSet<Label>) {
        if let Some(condition) = &slide.when {
            self.condition(condition, None, slide.span);
        }
        for phrase in std::iter::once(&slide.title).chain(&slide.points).chain(&slide.notes) {
            self.sentence(phrase, targets);
        }
        let (label, id, said) = match &slide.show {
            Show::Chart(id) => (Label::Figure(id.clone()), id, true),
            Show::Table(id) => (Label::Table(id.clone()), id, false),
            Show::Words | Show::Cards | Show::Contents => return self.titled(slide, false),
        };
        if !targets.contains(&label) {
            self.mistake(slide.span, id, format!("没有编号为“{id}”的图或表"), "核对编号".to_owned());
        }
        self.titled(slide, said);
    }

    /// A slide needs a title; a chart brings its finding.
    fn titled(&mut self, slide: &SlideSpec, said: bool) {
        if slide.title.is_empty() && !said {
            self.mistake(slide.span, "", "幻灯片没有标题".to_owned(), "补写 title".to_owned());
        }
    }

    fn sentence(&mut self, phrase: &'a Phrase, targets: &BTreeSet<Label>) {
        self.phrase(phrase, None);
        let mut lost = Vec::new();
        phrase.labels(&mut |label| {
            if !targets.contains(label) {
                lost.push(label);
            }
        });
        for label in lost {
            let (Label::Figure(id) | Label::Table(id)) = label;
            self.mistake(phrase.span, id, format!("没有编号为“{id}”的图或表"), "核对编号".to_owned());
        }
    }

    fn phrase(&mut self, phrase: &'a Phrase, at: Option<&'a str>) {
        let mut found: Vec<(&Reference, Option<&str>)> = Vec::new();
        phrase.references(at, &mut |reference, dataset| found.push((reference, dataset)));
        for (reference, dataset) in found {
            self.reference(reference, dataset, phrase.span);
        }
        let mut listed = Vec::new();
        phrase.datasets(&mut |d| listed.push(d));
        for dataset in listed {
            self.dataset(dataset, phrase.span);
        }
    }

    fn condition(&mut self, condition: &'a Condition, at: Option<&'a str>, span: Span) {
        let mut found: Vec<(&Reference, Option<&str>)> = Vec::new();
        condition.references(at, &mut |reference, dataset| found.push((reference, dataset)));
        for (reference, dataset) in found {
            self.reference(reference, dataset, span);
        }
        let mut counted = Vec::new();
        condition.datasets(&mut |d| counted.push(d));
        for dataset in counted {
            self.dataset(dataset, span);
        }
    }

    fn reference(&mut self, reference: &Reference, at: Option<&str>, span: Span) {
        match &reference.target {
            Target::Item(column) => match at {
                Some(dataset) => self.named(dataset, column, span, &reference.written),
                None => {
                    let message = format!("此处没有行，不能写“{}”", reference.written);
                    self.mistake(span, &reference.written, message, "写全 数据集/行/列".to_owned());
                }
            },
            Target::Cell { dataset, row, column } => {
                self.named(dataset, column, span, &reference.written);
                if let Row::Max(by) | Row::Min(by) = row {
                    self.named(dataset, by, span, &reference.written);
                }
            }
        }
    }

    fn rows(&mut self, rows: &'a Rows, span: Span) {
        self.dataset(&rows.dataset, span);
        if let Some(condition) = &rows.filter {
            self.condition(condition, Some(&rows.dataset), span);
        }
    }

    fn table(&mut self, spec: &'a TableSpec) {
        self.rows(&spec.rows, spec.span);
        self.phrase(&spec.caption, None);
        self.phrase(&spec.note, None);
        for column in &spec.columns {
            self.column(&spec.rows.dataset, &column.name, spec.span);
        }
        if let Some(pivot) = &spec.pivot {
            self.column(&spec.rows.dataset, &pivot.across, spec.span);
            self.column(&spec.rows.dataset, &pivot.value, spec.span);
        }
    }

    fn chart(&mut self, spec: &'a ChartSpec, span: Span, targets: &BTreeSet<Label>) {
        self.rows(&spec.rows, span);
        for phrase in [&spec.caption, &spec.finding, &spec.measure, &spec.note] {
            self.sentence(phrase, targets);
        }
        for name in spec.columns() {
            self.column(&spec.rows.dataset, name, span);
        }
        for role in missing_roles(spec) {
            let message = format!("图“{}”缺少 {role}", spec.id);
            self.mistake(span, &spec.id, message, format!("补写 {role} = \"列名\""));
        }
        if spec.finding.is_empty() {
            self.mistake(span, &spec.id, format!("图“{}”没有结论", spec.id), "补写 finding".to_owned());
        }
    }

    fn column(&mut self, dataset: &str, column: &str, span: Span) {
        self.named(dataset, column, span, column);
    }

    fn dataset(&mut self, dataset: &str, span: Span) -> bool {
        match self.catalogue.privacy(dataset) {
            Some(class) if class <= self.outline.level => true,
            Some(class) => {
                let level = self.outline.level;
                let message = format!("数据集“{dataset}”为{class:?}级，不得进入{level:?}级的{}", self.outline.name);
                let remedy = format!("只用不高于{level:?}级的数据集，或把 level 改为 \"{class:?}\"");
                self.mistake(span, dataset, message, remedy);
                false
            }
            None => {
                let remedy = meant(dataset, &self.catalogue.datasets());
                self.mistake(span, dataset, format!("没有数据集“{dataset}”"), remedy);
                false
            }
        }
    }

    fn named(&mut self, dataset: &str, column: &str, span: Span, written: &str) {
        let Some(columns) = self.catalogue.columns(dataset) else {
            self.dataset(dataset, span);
            return;
        };
        self.dataset(dataset, span);
        if !columns.iter().any(|c| c == column) {
            let message = format!("数据集“{dataset}”没有列“{column}”");
            self.mistake(span, written, message, meant(column, &columns));
        }
    }

    /// A mistake at the first place of `written` inside a span, or at its start.
    fn mistake(&mut self, span: Span, written: &str, message: String, remedy: String) {
        let source = &self.outline.source;
        let text = source.get(span.start..span.end).unwrap_or("");
        let inside = text.find(&format!("\"{written}\"")).or_else(|| text.find(written)).unwrap_or(0);
        let (line, column) = line_column(source, span.start + inside);
        self.mistakes.push(Mistake { file: self.outline.file.clone(), line, column, message, remedy });
    }
}

fn meant(wrong: &str, known: &[String]) -> String {
    known
        .iter()
        .map(|k| (strsim::damerau_levenshtein(wrong, k), k))
        .filter(|(distance, k)| *distance * 3 <= k.len().max(wrong.len()))
        .min()
        .map_or_else(|| "核对名称".to_owned(), |(_, k)| format!("是否为“{k}”"))
}

/// Roles that a kind of chart needs and the outline does not give.
fn missing_roles(spec: &ChartSpec) -> Vec<&'static str> {
    let label = ("label", spec.label.is_some());
    let value = ("value", spec.value.is_some());
    let values = ("values", !spec.values.is_empty());
    let across = ("across", spec.across.is_some());
    let total = ("total", spec.total.is_some());
    let rate = ("rate", spec.rate.is_some());
    let needed: Vec<(&'static str, bool)> = match spec.kind {
        ChartKind::Bars | ChartKind::Tiles => vec![label, value],
        ChartKind::Boxes => vec![("group", spec.group.is_some()), value],
        ChartKind::Bubbles | ChartKind::Calendar | ChartKind::Heat | ChartKind::Panels | ChartKind::Radars => {
            vec![label, across, value]
        }
        ChartKind::Flow => vec![values],
        ChartKind::Funnel => vec![label, value, rate, total],
        ChartKind::Lines => vec![label, values],
        ChartKind::Pareto => vec![label, value, rate],
        ChartKind::Ranges => vec![label, value, ("low", spec.low.is_some()), ("high", spec.high.is_some())],
        ChartKind::RankedStack | ChartKind::Shares | ChartKind::StackRows => vec![label, values, total],
        ChartKind::Scatter | ChartKind::Slope => vec![label, ("x", spec.x.is_some()), ("y", spec.y.is_some())],
        ChartKind::Waterfall => vec![label, value, ("role", spec.role.is_some())],
    };
    needed.into_iter().filter(|(_, given)| !given).map(|(role, _)| role).collect()
}
