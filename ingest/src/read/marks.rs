//! What the cell reader does not tell about a sheet: hidden rows and columns, merged regions. Read from the sheet's XML
//! in the pass that counts its real size.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader, Read, Seek};

use quick_xml::events::BytesStart;
use quick_xml::{Reader, XmlVersion, events::Event};
use serde::{Deserialize, Serialize};
use zip::ZipArchive;

use super::cell::cell_place as address;

/// Hidden rows that are named one by one; more are only counted.
const NAMED: usize = 20;
/// Sums that are remembered; a form has one a column.
const SUMS: usize = 1_000;
/// Cells shown as percent that are remembered; a form has one such column.
const MAX_PERCENTS: usize = 1_100_000;

/// The marks of a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// Hidden rows from 1, the first twenty.
    pub hidden_rows: Vec<u32>,
    /// How many rows are hidden.
    pub hidden_row_count: u64,
    /// Whether columns are hidden.
    pub hidden_columns: bool,
    /// Whether the sheet is filtered.
    pub filtered: bool,
    /// Merged regions: (first row, first column, last row, last column), rows from 1, columns from 0.
    pub merges: Vec<(u32, usize, u32, usize)>,
    /// Numbers shown with a percent sign: (row from 1, column from 0).
    pub percents: BTreeSet<(u32, u32)>,
    /// Formula cells without a cached value, as addresses, the first twenty.
    pub uncalculated: Vec<String>,
    /// Cells that sum a range, with their formula such as `SUM(G7:G90)`: row from 1, column from 0. The first thousand.
    pub sums: BTreeMap<(u32, usize), String>,
}

/// The marks of all sheets by sheet name.
///
/// # Errors
/// The name of a sheet that is no good XML.
pub(super) fn read_marks<R: Read + Seek>(zip: &mut ZipArchive<R>) -> Result<BTreeMap<String, Marks>, String> {
    let names = sheet_names(zip).unwrap_or_default();
    let percents = percent_styles(zip).unwrap_or_default();
    let mut out = BTreeMap::new();
    for (name, part) in names {
        if let Ok(part) = zip.by_name(&part) {
            let marks = scan(BufReader::new(part), &percents).map_err(|_| name.clone())?;
            out.insert(name, marks);
        }
    }
    Ok(out)
}

/// For each cell style, whether it shows numbers as percent.
fn percent_styles<R: Read + Seek>(zip: &mut ZipArchive<R>) -> Option<Vec<bool>> {
    let mut xml = Reader::from_reader(BufReader::new(zip.by_name("xl/styles.xml").ok()?));
    let (mut own, mut styles, mut in_cells, mut buffer) = (BTreeSet::new(), Vec::new(), false, Vec::new());
    loop {
        match xml.read_event_into(&mut buffer).ok()? {
            Event::Start(e) | Event::Empty(e) => match e.local_name().as_ref() {
                "numFmt" if text(&e, "formatCode").is_some_and(|code| code.contains('%')) => {
                    own.extend(text(&e, "numFmtId"));
                }
                "cellXfs" => in_cells = true,
                // 9 and 10 are the formats 0% and 0.00% that every program knows.
                "xf" if in_cells => {
                    let id = text(&e, "numFmtId").unwrap_or_default();
                    styles.push(matches!(id.as_str(), "9" | "10") || own.contains(&id));
                }
                _ => {}
            },
            Event::End(e) if e.local_name().as_ref() == "cellXfs" => return Some(styles),
            Event::Eof => return Some(styles),
            _ => {}
        }
        buffer.clear();
    }
}

/// (sheet name, part) of each sheet.
fn sheet_names<R: Read + Seek>(zip: &mut ZipArchive<R>) -> Option<Vec<(String, String)>> {
    let targets = attributes(zip, "xl/_rels/workbook.xml.rels", "Relationship", ["Id", "Target"])?;
    let sheets = attributes(zip, "xl/workbook.xml", "sheet", ["name", "r:id"])?;
    let part = |id: &str| {
        let (_, target) = targets.iter().find(|(rel, _)| rel == id)?;
        Some(target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned))
    };
    Some(sheets.iter().filter_map(|(name, id)| Some((name.clone(), part(id)?))).collect())
}

fn attributes<R: Read + Seek>(
    zip: &mut ZipArchive<R>,
    part: &str,
    tag: &str,
    keys: [&str; 2],
) -> Option<Vec<(String, String)>> {
    let mut xml = Reader::from_reader(BufReader::new(zip.by_name(part).ok()?));
    let (mut out, mut buffer) = (Vec::new(), Vec::new());
    loop {
        match xml.read_event_into(&mut buffer).ok()? {
            Event::Start(e) | Event::Empty(e) if e.local_name().as_ref() == tag => {
                out.extend(text(&e, keys[0]).zip(text(&e, keys[1])));
            }
            Event::Eof => return Some(out),
            _ => {}
        }
        buffer.clear();
    }
}

fn text(e: &BytesStart<'_>, key: &str) -> Option<String> {
    let attribute = e.try_get_attribute(key).ok()??;
    Some(attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
}

fn is_on(e: &BytesStart<'_>, key: &str) -> bool {
    text(e, key).is_some_and(|v| v == "1" || v == "true")
}

fn scan(part: impl BufRead, percents: &[bool]) -> io::Result<Marks> {
    let mut xml = Reader::from_reader(part);
    let (mut marks, mut buffer, mut cell) = (Marks::default(), Vec::new(), FormulaCell::default());
    loop {
        match xml.read_event_into(&mut buffer).map_err(io::Error::other)? {
            Event::Start(e) => {
                mark(&e, &mut marks, &mut cell, percents);
                cell.in_formula = e.local_name().as_ref() == "f";
            }
            Event::Empty(e) => {
                // An empty value is none.
                if e.local_name().as_ref() != "v" {
                    mark(&e, &mut marks, &mut cell, percents);
                }
                if e.local_name().as_ref() == "c" {
                    cell.clear();
                }
            }
            Event::Text(t) if cell.in_formula => cell.text.push_str(&t.xml10_content()),
            Event::End(e) if e.local_name().as_ref() == "f" => cell.in_formula = false,
            Event::End(e) if e.local_name().as_ref() == "c" => cell.close(&mut marks),
            Event::End(e) if e.local_name().as_ref() == "v" => cell.in_value = false,
            Event::Text(_) | Event::CData(_) if cell.in_value => cell.value = true,
            Event::Eof => return Ok(marks),
            _ => {}
        }
        buffer.clear();
    }
}

/// A cell while it is read: an address, whether it has a formula, whether it has a value.
#[derive(Default)]
struct FormulaCell {
    address: String,
    formula: bool,
    value: bool,
    in_value: bool,
    /// Between the tags of the formula, and what stands there.
    in_formula: bool,
    text: String,
}

impl FormulaCell {
    fn close(&mut self, marks: &mut Marks) {
        if self.formula && !self.value && marks.uncalculated.len() < NAMED {
            marks.uncalculated.push(self.address.clone());
        }
        if is_sum(&self.text) && marks.sums.len() < SUMS {
            let place = address(&self.address);
            marks.sums.extend(place.map(|at| (at, std::mem::take(&mut self.text))));
        }
        self.clear();
    }

    /// As new, keeping its memory: a sheet has millions of cells.
    fn clear(&mut self) {
        self.address.clear();
        self.text.clear();
        (self.formula, self.value, self.in_value, self.in_formula) = (false, false, false, false);
    }

    /// Takes the attributes of a cell in one pass; its style is handed back.
    fn open(&mut self, e: &BytesStart<'_>) -> Option<usize> {
        let (mut style, mut kind, mut placed) = (None, None, false);
        self.address.clear();
        for attribute in e.attributes().with_checks(false).map_while(Result::ok) {
            let value = || attribute.normalized_value(XmlVersion::Implicit1_0).ok();
            match attribute.key.as_ref() {
                "r" if !placed => {
                    placed = true;
                    self.address.push_str(&value().unwrap_or_default());
                }
                "s" if style.is_none() => style = Some(value().and_then(|s| s.parse::<usize>().ok())),
                "t" if kind.is_none() => kind = Some(value().is_some_and(|t| t == "str")),
                _ => {}
            }
        }
        // A formula may well give an empty text.
        self.value = kind == Some(true);
        style.flatten()
    }
}

/// `SUM(G7:G90)` and nothing more.
fn is_sum(formula: &str) -> bool {
    let range = formula.strip_prefix("SUM(").and_then(|f| f.strip_suffix(')'));
    range.is_some_and(|r| r.bytes().all(|b| b.is_ascii_alphanumeric() || b == b':') && region(r).is_some())
}

fn mark(e: &BytesStart<'_>, marks: &mut Marks, cell: &mut FormulaCell, percents: &[bool]) {
    match e.local_name().as_ref() {
        "row" if is_on(e, "hidden") => {
            marks.hidden_row_count += 1;
            let room = marks.hidden_rows.len() < NAMED;
            let no = text(e, "r").and_then(|r| r.parse::<u32>().ok());
            marks.hidden_rows.extend(no.filter(|_| room));
        }
        "col" if is_on(e, "hidden") => marks.hidden_columns = true,
        "filterColumn" => marks.filtered = true,
        "c" => {
            let style = cell.open(e);
            if style.and_then(|s| percents.get(s)).is_some_and(|p| *p) {
                let place = address(&cell.address).and_then(|(row, column)| Some((row, u32::try_from(column).ok()?)));
                marks.percents.extend(place.filter(|_| marks.percents.len() < MAX_PERCENTS));
            }
        }
        "f" => cell.formula = true,
        "v" => cell.in_value = true,
        "is" => cell.value = true,
        "mergeCell" => marks.merges.extend(text(e, "ref").as_deref().and_then(region)),
        _ => {}
    }
}

/// `B3:B9` → rows and columns.
fn region(text: &str) -> Option<(u32, usize, u32, usize)> {
    let (from, to) = text.split_once(':')?;
    let ((r1, c1), (r2, c2)) = (address(from)?, address(to)?);
    Some((r1, c1, r2, c2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_a_sheet() {
        let xml = r#"<worksheet><cols><col min="2" max="2" hidden="1"/></cols><sheetData>
            <row r="4" hidden="1"><c r="A4"><f>SUM(A1)</f></c><c r="B4"><f>1</f><v>1</v></c></row><row r="5"><c r="A5"><f>SUM(A1:A3)</f><v>1</v></c></row>
            </sheetData><mergeCells><mergeCell ref="A1:H1"/><mergeCell ref="B3:B9"/></mergeCells></worksheet>"#;
        let marks = scan(xml.as_bytes(), &[]).unwrap();
        assert_eq!(
            (marks.hidden_rows.as_slice(), marks.hidden_row_count, marks.hidden_columns),
            ([4].as_slice(), 1, true)
        );
        assert_eq!(marks.merges, [(1, 0, 1, 7), (3, 1, 9, 1)]);
        assert_eq!(marks.uncalculated, ["A4"]);
        assert_eq!(marks.sums, BTreeMap::from([((5, 0), "SUM(A1:A3)".to_owned())]));
        assert_eq!(address("AA17"), Some((17, 26)));
    }
}
