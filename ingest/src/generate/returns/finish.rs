//! What happens once in a year at mess 1: a file sent twice, and a yearly return that comes late.

use std::fs;

use crate::contract::Frequency;
use crate::generate::GenerateError;
use crate::generate::day::Moment;
use crate::generate::schema::CITY;

use super::context::Context;
use super::jobs::Outcome;
use super::records::{Line, Reject};

pub(super) fn run(context: &Context<'_>, outcomes: &mut [Outcome]) -> Result<(), GenerateError> {
    duplicate(context, outcomes)?;
    late(outcomes);
    Ok(())
}

/// A quarterly file comes again under another name; nothing in it counts.
fn duplicate(context: &Context<'_>, outcomes: &mut [Outcome]) -> Result<(), GenerateError> {
    let quarterly =
        |o: &Outcome| o.frequency == Some(Frequency::Quarter) && o.lines.iter().any(|l| l.status == "first");
    let all: Vec<usize> = (0..outcomes.len()).filter(|i| quarterly(&outcomes[*i])).collect();
    let Some(outcome) = all.get(all.len() / 3).and_then(|i| outcomes.get_mut(*i)) else { return Ok(()) };
    let Some(file) = outcome.lines.iter().find(|l| l.status == "first").map(|l| l.file.clone()) else { return Ok(()) };
    let copy = match file.rsplit_once('.') {
        Some((name, extension)) => format!("{name}(1).{extension}"),
        None => return Ok(()),
    };
    let path = context.out.join(&copy);
    fs::copy(context.out.join(&file), &path).map_err(|e| GenerateError::io(&path, e))?;
    let again: Vec<Line> = outcome
        .lines
        .iter()
        .filter(|l| l.file == file)
        .map(|l| Line {
            file: copy.clone(),
            received: Moment(l.received.0 + 86_400),
            accepted: 0,
            rejected: 0,
            status: "duplicate",
            note: format!("与 {file} 完全相同"),
            ..l.clone()
        })
        .collect();
    outcome.lines.extend(again);
    outcome.rejects.push(Reject {
        file: copy,
        sheet: String::new(),
        row: None,
        header: String::new(),
        code: "DQ001",
        severity: "error",
        note: "文件已接收过".to_owned(),
    });
    Ok(())
}

/// The yearly file of one unit comes twelve days after it was due.
fn late(outcomes: &mut [Outcome]) {
    let yearly = |l: &Line| l.status == "first" && l.unit != CITY && l.period.len() == 4;
    let all: Vec<String> =
        outcomes.iter().flat_map(|o| &o.lines).filter(|l| yearly(l)).map(|l| l.file.clone()).collect();
    let Some(file) = all.get(all.len() / 2) else { return };
    for line in outcomes.iter_mut().flat_map(|o| &mut o.lines).filter(|l| l.file == *file) {
        line.received = (line.due + 12).at(10 * 3600);
        line.status = "late";
    }
}
