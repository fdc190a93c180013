//! A hand that fills a workbook: cells are put into the XML of the sheet, so that what is tested is a file and not the
//! writer's memory.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Write};

use rust_decimal::Decimal;

use crate::contract::{Column, Kind};
use crate::read::{cell_ref, read_bytes};

/// What is typed into a cell.
pub(crate) enum Typed {
    Nothing,
    Text(String),
    Number(String),
}

/// A workbook as its parts.
pub(crate) struct Book {
    parts: Vec<(String, Vec<u8>)>,
    bytes: Vec<u8>,
}

/// Whether a template sums a column.
pub(crate) fn is_summed(column: &Column) -> bool {
    column.kind == Kind::Dec2 && column.unit == "元" && !column.header.contains("单价")
}

impl Book {
    pub fn open(bytes: &[u8]) -> Self {
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut parts = Vec::new();
        for i in 0..zip.len() {
            let mut part = zip.by_index(i).unwrap();
            let mut content = Vec::new();
            part.read_to_end(&mut content).unwrap();
            parts.push((part.name().to_owned(), content));
        }
        Self { parts, bytes: bytes.to_vec() }
    }

    pub fn save(&self) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in &self.parts {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    pub fn text(&self, part: &str) -> String {
        let found = self.parts.iter().find(|(name, _)| name == part).unwrap_or_else(|| panic!("no {part}"));
        String::from_utf8(found.1.clone()).unwrap()
    }

    pub fn replace(&mut self, part: &str, from: &str, to: &str) {
        let text = self.text(part);
        assert!(text.contains(from), "{from} not in {part}");
        self.set(part, text.replacen(from, to, 1));
    }

    fn set(&mut self, part: &str, text: String) {
        self.parts.iter_mut().find(|(name, _)| name == part).unwrap().1 = text.into_bytes();
    }

    /// Sheets are parts in their order.
    pub fn part_of(&self, sheet: &str) -> String {
        let list = self.text("xl/workbook.xml");
        let names: Vec<&str> = list.split("<sheet name=\"").skip(1).map(|s| s.split('"').next().unwrap()).collect();
        let at = names.iter().position(|n| *n == sheet).unwrap_or_else(|| panic!("no sheet {sheet} in {names:?}"));
        format!("xl/worksheets/sheet{}.xml", at + 1)
    }

    /// Below the example row.
    pub fn first_data_row(&self, sheet: &str) -> u32 {
        let sheets = read_bytes(&self.bytes).unwrap().sheets;
        let rows = &sheets.iter().find(|s| s.name == sheet).unwrap().rows;
        rows.iter().find(|r| r.cell(0).shown().starts_with("示例")).unwrap().no + 1
    }

    /// Types into a cell, whatever stood there; its format stays.
    pub fn put(&mut self, sheet: &str, cell: &str, typed: &Typed) {
        let part = self.part_of(sheet);
        let text = self.text(&part);
        let mark = format!("<c r=\"{cell}\"");
        let start = text.find(&mark).unwrap_or_else(|| panic!("no cell {cell} on {sheet}"));
        let tag_end = start + text[start..].find('>').unwrap() + 1;
        let empty = text[..tag_end].ends_with("/>");
        let end = if empty { tag_end } else { tag_end + text[tag_end..].find("</c>").unwrap() + 4 };
        let style = text[start..tag_end].split(" s=\"").nth(1).and_then(|s| s.split('"').next()).unwrap_or("0");
        let new = match typed {
            Typed::Nothing => format!("{mark} s=\"{style}\"/>"),
            Typed::Text(t) => format!("{mark} s=\"{style}\" t=\"inlineStr\"><is><t>{t}</t></is></c>"),
            Typed::Number(n) => format!("{mark} s=\"{style}\"><v>{n}</v></c>"),
        };
        self.set(&part, format!("{}{new}{}", &text[..start], &text[end..]));
    }

    /// What the program of an office does with the formulas of the total row when a file is saved.
    pub fn set_totals(&mut self, sheet: &str, sums: &BTreeMap<usize, Decimal>) {
        let total = self.first_data_row(sheet) - 2;
        for (column, sum) in sums {
            let part = self.part_of(sheet);
            let text = self.text(&part);
            let Some(start) = text.find(&format!("<c r=\"{}\"", cell_ref(*column, total))) else { continue };
            let end = start + text[start..].find("/c>").unwrap();
            if text[start..end].contains("<f>SUM(") {
                let new = text[start..end].replace("<v>0</v>", &format!("<v>{}</v>", sum.normalize()));
                self.set(&part, format!("{}{new}{}", &text[..start], &text[end..]));
            }
        }
    }

    pub fn defined_names(&self) -> BTreeSet<String> {
        let text = self.text("xl/workbook.xml");
        text.split("<definedName name=\"").skip(1).map(|s| s.split('"').next().unwrap().to_owned()).collect()
    }

    /// The formulas of all list validations.
    pub fn lists_used(&self) -> BTreeSet<String> {
        let sheets = self.parts.iter().filter(|(name, _)| name.starts_with("xl/worksheets/sheet"));
        let texts: Vec<String> = sheets.map(|(_, c)| String::from_utf8(c.clone()).unwrap()).collect();
        let lists = texts.iter().flat_map(|t| t.split("<dataValidation type=\"list\"").skip(1));
        let formula = |s: &str| s.split("<formula1>").nth(1).unwrap().split("</formula1>").next().unwrap().to_owned();
        lists.map(|s| formula(s).replace("&quot;", "\"").replace("&amp;", "&")).collect()
    }
}
