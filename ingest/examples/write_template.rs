//! Writes the template of a form to a file, to look at it in other programs: `write_template FORM UNIT PERIOD FILE`.
//! `tests/office/template.py FILE` then asks LibreOffice whether it understands the rules of the cells.

use std::error::Error;

use suixin_ingest::contract::Contracts;
use suixin_ingest::template::{self, Prefill};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [form, unit, period, file] = args.as_slice() else { return Err("write_template FORM UNIT PERIOD FILE".into()) };
    let bytes = template::write(&Contracts::embedded()?, form, unit, period.parse()?, &Prefill::new())?;
    Ok(std::fs::write(file, bytes)?)
}
