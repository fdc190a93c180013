//! An HTTP endpoint that gives rows in pages of JSON. It has no snapshot: the highest watermark is taken from the rows
//! that tell of changes, *before* their slots are fetched whole, so that whatever changes meanwhile is seen next time.

mod fetch;
mod json;
mod next;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Url;
use suixin_ingest::normalise::parse_timestamp;
use suixin_ingest::read::Cell;

use self::fetch::{Fetcher, Page};
use self::json::{Field, Rows};
use super::columns::{Form, Planned, SeenColumn};
use super::config::{Endpoint, Paging, PeriodFrom, Source, UnitFrom};
use super::error::{Kind, Result, SourceError};
use super::session::{RowSink, Survey};
use super::slot::{RawSlot, Slot};
use super::watermark;

/// The words for a slot: what the unit and the period column hold.
type Words = (Option<String>, Option<String>);

/// An endpoint and what it has told so far.
pub(super) struct Http<'a> {
    source: &'a Source,
    endpoint: &'a Endpoint,
    fetcher: Fetcher<'a>,
    told: Rows,
    /// Whether `told` are the changed rows only.
    partial: bool,
}

impl<'a> Http<'a> {
    /// Makes ready; nothing is asked yet.
    pub fn open(source: &'a Source, endpoint: &'a Endpoint) -> Result<Self> {
        let fetcher = Fetcher::new(endpoint, source.timeout)?;
        Ok(Self { source, endpoint, fetcher, told: Rows::default(), partial: false })
    }

    /// Fetches the rows changed since (else all), and names their columns: none where there is no row.
    pub async fn columns(&mut self, since: Option<&str>) -> Result<Vec<SeenColumn>> {
        let asked = since.zip(self.endpoint.parameters.since.as_deref());
        self.partial = asked.is_some();
        let asked: Vec<_> = asked.map(|(value, name)| (name.to_owned(), value.to_owned())).into_iter().collect();
        self.told = self.all_pages(&asked).await?;
        let nested = |at: usize| self.told.rows.iter().any(|r| Rows::field(r, Some(at)) == &Field::Nested);
        let column = |(at, name): (usize, &String)| {
            let (kind, form) = if nested(at) { ("json", Form::Refused) } else { ("", Form::AsWritten) };
            SeenColumn { name: name.clone(), kind: kind.to_owned(), form }
        };
        Ok(self.told.names.iter().enumerate().map(column).collect())
    }

    /// The slots of the rows told.
    pub fn slots(&mut self) -> Result<Survey> {
        let mut counts: BTreeMap<Words, u64> = BTreeMap::new();
        for row in &self.told.rows {
            *counts.entry(self.words(&self.told, row)).or_default() += 1;
        }
        let slots = counts.into_iter().map(|((unit, period), rows)| RawSlot { unit, period, rows }).collect();
        let marks = self.source.watermark.as_ref().and_then(|w| self.told.place(&w.column));
        let marks =
            marks.into_iter().flat_map(|at| self.told.rows.iter().filter_map(move |r| Rows::field(r, Some(at)).text()));
        Ok(Survey { slots, newest: watermark::newest(marks)? })
    }

    /// All rows of a slot, ordered by the stated columns and then by all cells.
    pub async fn rows(&mut self, slot: &Slot, words: &[RawSlot], planned: &[Planned], sink: RowSink<'_>) -> Result<()> {
        let fetched = if self.partial { Some(self.whole(slot, words).await?) } else { None };
        let rows = fetched.as_ref().unwrap_or(&self.told);
        let wanted: BTreeSet<Words> = words.iter().map(|w| (w.unit.clone(), w.period.clone())).collect();
        let mine = rows.rows.iter().filter(|r| fetched.is_some() || wanted.contains(&self.words(rows, r)));
        let places: Vec<_> = planned.iter().map(|p| (p, rows.place(&p.source))).collect();
        let order: Vec<_> = self.source.order.iter().map(|c| rows.place(c)).collect();
        let mut lines = Vec::new();
        for row in mine {
            let key: Vec<Option<&str>> = order.iter().map(|at| Rows::field(row, *at).text()).collect();
            let cells = places.iter().map(|(p, at)| cell(p, Rows::field(row, *at))).collect::<Result<Vec<_>>>()?;
            lines.push((key, cells));
        }
        lines.sort();
        lines.iter().try_for_each(|(_, cells)| sink(cells))
    }

    /// Fetches a slot by the endpoint's parameters; a row of another slot means that it does not heed them.
    async fn whole(&mut self, slot: &Slot, words: &[RawSlot]) -> Result<Rows> {
        let asked = &self.endpoint.parameters;
        let mut questions = BTreeSet::new();
        for word in words {
            let period = match &self.source.period {
                PeriodFrom::Column(_) => word.period.clone().unwrap_or_default(),
                PeriodFrom::Date(_) => slot.period.to_string(),
            };
            let unit = asked.unit.clone().zip(word.unit.clone());
            questions
                .insert(unit.into_iter().chain(asked.period.clone().map(|name| (name, period))).collect::<Vec<_>>());
        }
        let mut rows = Rows::default();
        for question in questions {
            self.pages_into(&question, &mut rows).await?;
        }
        let strange = rows.rows.iter().filter(|r| !self.belongs(&self.words(&rows, r), slot, words)).count();
        if strange > 0 {
            let what = format!("按单位、报表期查询时，接口返回了 {strange} 行别的单位或别的报表期");
            return Err(SourceError::new(Kind::Data, what, "请核对 unit_parameter 和 period_parameter"));
        }
        Ok(rows)
    }

    fn belongs(&self, of_row: &Words, slot: &Slot, words: &[RawSlot]) -> bool {
        let period = match &self.source.period {
            PeriodFrom::Column(_) => words.iter().any(|w| w.period == of_row.1),
            PeriodFrom::Date(_) => {
                let first = of_row.1.as_ref().and_then(|m| format!("{m}-01").parse().ok());
                first.is_some_and(|day: chrono::NaiveDate| (slot.period.first()..=slot.period.last()).contains(&day))
            }
        };
        period && words.iter().any(|w| w.unit == of_row.0)
    }

    fn words(&self, rows: &Rows, row: &[Field]) -> Words {
        let text = |column: &str| Rows::field(row, rows.place(column)).text().map(str::to_owned);
        let unit = match &self.source.unit {
            UnitFrom::Fixed(_) => None,
            UnitFrom::Column(column) => text(column),
        };
        let period = match &self.source.period {
            PeriodFrom::Column(column) => text(column),
            PeriodFrom::Date(column) => text(column).map(|date| month_of(&date)),
        };
        (unit, period)
    }

    async fn all_pages(&mut self, asked: &[(String, String)]) -> Result<Rows> {
        let mut rows = Rows::default();
        self.pages_into(asked, &mut rows).await?;
        Ok(rows)
    }

    async fn pages_into(&mut self, asked: &[(String, String)], rows: &mut Rows) -> Result<()> {
        let endpoint = self.endpoint;
        let mut url = with(&endpoint.url, asked);
        let mut number = 0;
        if let Paging::Number { first, .. } = &endpoint.paging {
            number = *first;
        }
        let mut seen = BTreeSet::new();
        let mut last = Vec::new();
        loop {
            let at = at_page(&url, &endpoint.paging, number);
            if !seen.insert(at.to_string()) {
                return Err(circle());
            }
            let page = self.fetcher.page(at.clone()).await?;
            let count = json::read_page(&page.body, &endpoint.rows, rows)?;
            if count > 0 && page.body == last {
                return Err(circle());
            }
            let Some(next) = following(endpoint, asked, &at, &page, count)? else { return Ok(()) };
            (url, number, last) = (next, number + 1, page.body);
        }
    }
}

/// The address of the page after this one; `None`: this was the last.
fn following(
    endpoint: &Endpoint,
    asked: &[(String, String)],
    at: &Url,
    page: &Page,
    count: usize,
) -> Result<Option<Url>> {
    match &endpoint.paging {
        Paging::None => Ok(None),
        Paging::Number { .. } => Ok((count > 0).then(|| with(&endpoint.url, asked))),
        Paging::Cursor { parameter, next } => {
            let cursor = json::read_text(&page.body, next)?;
            let one = |cursor| [asked, &[(parameter.clone(), cursor)]].concat();
            Ok(cursor.map(|cursor| with(&endpoint.url, &one(cursor))))
        }
        Paging::Link => page.link.as_deref().map_or(Ok(None), |link| next::next_of(link, at, &endpoint.url)),
    }
}

fn with(url: &Url, parameters: &[(String, String)]) -> Url {
    let mut url = url.clone();
    if !parameters.is_empty() {
        url.query_pairs_mut().extend_pairs(parameters);
    }
    url
}

fn at_page(url: &Url, paging: &Paging, number: u64) -> Url {
    let Paging::Number { parameter, size, .. } = paging else { return url.clone() };
    let page = (parameter.clone(), number.to_string());
    let size = size.as_ref().map(|(name, rows)| (name.clone(), rows.to_string()));
    with(url, &size.into_iter().chain([page]).collect::<Vec<_>>())
}

fn circle() -> SourceError {
    SourceError::new(
        Kind::Refused,
        "接口的下一页又是取过的一页，已停止",
        "请核对 paging、page_parameter、next 与接口的分页方式",
    )
}

/// Every row must have every column: a name that is written wrongly must not look like an empty cell.
fn cell<'r>(planned: &Planned, field: &'r Field) -> Result<Option<&'r str>> {
    match field {
        Field::Text(text) => Ok(Some(text)),
        Field::Null => Ok(None),
        Field::Missing => {
            let what = format!("有的行没有“{}”这一项", planned.source);
            Err(SourceError::new(Kind::Data, what, "请接口方每行都给全，没有值的给 null"))
        }
        Field::Nested => {
            let what = format!("“{}”的值是列表或对象，不能写进报表", planned.source);
            Err(SourceError::new(Kind::Data, what, "请接口方改成单个值，或在 columns 里不取这一项"))
        }
    }
}

/// `2025-03` of a date with or without a time.
fn month_of(date: &str) -> String {
    let day = date.get(..10).unwrap_or(date);
    let found = parse_timestamp(&Cell::Text(day.to_owned()));
    found.map_or_else(|_| date.to_owned(), |t| t.format("%Y-%m").to_string())
}
