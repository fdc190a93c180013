//! The tables as they must stand in the end, for tests: `truth/<table>.csv` in the order of the contract, with the
//! clear value in `X_raw` beside each `X_token` (`T:` and 24 hex digits of SHA-256; the product keys its own).

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::contract::{Column, Derive};

use super::GenerateError;
use super::numbers::{credit_check_char, id_is_valid};
use super::schema::Schema;
use super::store::create;

/// How a column of the truth is made from the texts of a row.
enum Make {
    Text(usize),
    Token(usize),
    Mask(usize),
    IdValid(usize),
    SexFits(usize, Option<usize>),
    CreditValid(usize),
    Month(usize),
}

struct Sheet {
    path: PathBuf,
    makes: Vec<Make>,
    writer: csv::Writer<BufWriter<File>>,
}

/// The truth folder, one open file a table.
pub(super) struct Truth(Vec<Sheet>);

impl Truth {
    pub(super) fn create(schema: &Schema<'_>, folder: &Path) -> Result<Self, GenerateError> {
        let mut sheets = Vec::new();
        for info in &schema.tables {
            let (mut makes, mut header) = (Vec::new(), Vec::new());
            for column in &info.table.columns {
                header.push(column.name.clone());
                let token = column.name.strip_suffix("_token");
                let of = info.position(&column.name).unwrap_or(0);
                makes.push(if token.is_some() { Make::Token(of) } else { make(column, of, |n| info.position(n)) });
                if let Some(name) = token {
                    header.push(format!("{name}_raw"));
                    makes.push(Make::Text(of));
                }
            }
            let path = folder.join(format!("{}.csv", info.table.name));
            let mut writer = csv::Writer::from_writer(BufWriter::new(create(&path)?));
            writer.write_record(&header).map_err(|e| GenerateError::io(&path, e.into()))?;
            sheets.push(Sheet { path, makes, writer });
        }
        Ok(Self(sheets))
    }

    pub(super) fn row(&mut self, table: usize, texts: &[String]) -> Result<(), GenerateError> {
        let sheet = &mut self.0[table];
        let fields = sheet.makes.iter().map(|m| value(m, texts));
        sheet.writer.write_record(fields).map_err(|e| GenerateError::io(&sheet.path, e.into()))
    }

    pub(super) fn close(self) -> Result<(), GenerateError> {
        for mut sheet in self.0 {
            sheet.writer.flush().map_err(|e| GenerateError::io(&sheet.path, e))?;
        }
        Ok(())
    }
}

fn make(column: &Column, own: usize, position: impl Fn(&str) -> Option<usize>) -> Make {
    let at = |name: &String| position(name).unwrap_or(own);
    match &column.derive {
        None => Make::Text(own),
        Some(Derive::MonthOfBirth) => Make::Month(own),
        Some(Derive::Mask(of)) => Make::Mask(at(of)),
        Some(Derive::IdValid(of)) => Make::IdValid(at(of)),
        Some(Derive::SexFits(of)) => Make::SexFits(at(of), position("sex")),
        Some(Derive::CreditValid(of)) => Make::CreditValid(at(of)),
    }
}

fn value(make: &Make, texts: &[String]) -> String {
    let text = |i: &usize| texts.get(*i).map_or("", String::as_str);
    let yes = |b: bool| b.to_string();
    match make {
        Make::Text(i) => text(i).to_owned(),
        Make::Token(i) if text(i).is_empty() => String::new(),
        Make::Token(i) => format!("T:{}", &hex::encode(Sha256::digest(text(i)))[..24]),
        Make::Mask(i) => mask(text(i)),
        Make::IdValid(i) => yes(id_is_valid(text(i))),
        Make::SexFits(i, sex) => {
            let digit = text(i).as_bytes().get(16).map_or(0, |c| c - b'0');
            match (id_is_valid(text(i)), sex.as_ref().map(text)) {
                (true, Some("1")) => yes(digit % 2 == 1),
                (true, Some("2")) => yes(digit % 2 == 0),
                _ => String::new(),
            }
        }
        // A body without a credit code has none that is wrong.
        Make::CreditValid(i) if text(i).is_empty() => yes(true),
        Make::CreditValid(i) => yes(text(i).ends_with(credit_check_char(text(i).get(..17).unwrap_or("")))),
        Make::Month(i) => text(i).get(..8).map_or(String::new(), |m| format!("{m}01")),
    }
}

/// An ID number keeps its first four characters and the last, an account the last four.
fn mask(text: &str) -> String {
    match text.len() {
        0..=4 => String::new(),
        18 => format!("{}{}{}", &text[..4], "*".repeat(13), &text[17..]),
        n => format!("{}{}", "*".repeat(n - 4), &text[n - 4..]),
    }
}
