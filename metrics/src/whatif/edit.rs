//! Puts a patch on the definition files and reads them again, so that a patch is checked as a definition file is.

mod keys;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use toml::{Table, Value};

use super::patch::{Assignment, Patch};
use super::weights::{Weights, fits, reweigh};
use super::{Change, Patched};
use crate::compute::Alteration;
use crate::definitions::mistake::did_you_mean;
use crate::definitions::{Definitions, Draft, Indicator, Kind, NaPolicy, Scheme, SourceFile};
use crate::error::MetricsError;
use crate::number::Num;
use crate::published::refused;
use keys::{Root, Target};

/// The definitions with a patch on them.
///
/// # Errors
/// `NotInForce` for a scheme that is not; `Refused` with every mistake of the patch.
pub(super) fn apply(
    (defs, files): (&Definitions, Vec<SourceFile>),
    scheme: &str,
    day: NaiveDate,
    patch: &Patch,
) -> Result<Patched, MetricsError> {
    let missing = || MetricsError::NotInForce { scheme: scheme.to_owned(), year: day.year() };
    let scheme = defs.scheme_on(scheme, day).ok_or_else(missing)?;
    if patch.is_empty() {
        return Err(refused("没有写明要改什么；请用 --set、--patch、--without-indicator 或 --without-unit".to_owned()));
    }
    let mut edit = Edit {
        defs,
        scheme,
        indicators: defs.indicators_on(scheme.id(), day),
        files,
        docs: BTreeMap::new(),
        weights: Weights::new(),
        changes: Vec::new(),
        mistakes: Vec::new(),
    };
    patch.assignments.iter().for_each(|a| edit.assign(a));
    patch.without_indicators.iter().for_each(|id| edit.leave_out(id));
    edit.finish(patch)
}

/// A patch on its way.
struct Edit<'a> {
    defs: &'a Definitions,
    scheme: &'a Scheme,
    indicators: Vec<&'a Indicator>,
    files: Vec<SourceFile>,
    /// Path of a file → its table with the changes.
    docs: BTreeMap<String, Table>,
    weights: Weights,
    changes: Vec<Change>,
    mistakes: Vec<String>,
}

impl Edit<'_> {
    fn assign(&mut self, a: &Assignment) {
        let done = keys::target(&a.path, self.scheme, &self.indicators).and_then(|t| match t.root {
            Root::Weight(i) => self.weigh(i, &a.value),
            Root::File(_) => self.write(t, a.value.clone()),
        });
        match done {
            Ok((before, after)) if same(&before, &after) => {
                self.mistakes.push(format!("{}：没有变化，{} 已经是 {after}", a.said, a.name()));
            }
            Ok((before, after)) => self.changes.push(Change { path: a.name(), before, after }),
            Err(why) => self.mistakes.push(format!("{}：{why}", a.said)),
        }
    }

    fn weigh(&mut self, id: String, value: &Value) -> Result<(String, String), String> {
        let weight = number(value).ok_or_else(|| format!("权重应为数字，不是 {value}"))?;
        let i = self.indicators.iter().find(|i| i.id() == id).ok_or_else(|| format!("没有指标 {id}"))?;
        fits(i.kind, &weight).map_err(str::to_owned)?;
        let before = i.weight.to_string();
        self.weights.insert(id, weight.clone());
        Ok((before, weight.to_string()))
    }

    /// Writes a value into the table of a file; says what stood there and what stands there now.
    fn write(&mut self, target: Target, value: Value) -> Result<(String, String), String> {
        let Root::File(file) = &target.root else { return Err("不能这样改".to_owned()) };
        let text = self.files.iter().find(|f| *f.path == **file).map(|f| f.text.as_str());
        if !self.docs.contains_key(file) {
            let table = text.and_then(|t| toml::from_str(t).ok()).ok_or_else(|| format!("读不了定义文件 {file}"))?;
            self.docs.insert(file.clone(), table);
        }
        let doc = self.docs.get_mut(file).ok_or_else(|| format!("读不了定义文件 {file}"))?;
        let (place, last) = keys::walk(doc, &target.keys)?;
        let value = (target.convert)(value)?;
        let after = shown(&value);
        let before = place.insert(last, value).as_ref().map(shown).unwrap_or_default();
        Ok((before, after))
    }

    fn leave_out(&mut self, given: &str) {
        match self.indicators.iter().find(|i| i.id().eq_ignore_ascii_case(given)) {
            Some(i) => {
                let path = format!("without_indicator.{}", i.id());
                self.changes.push(Change { path, before: i.name.clone(), after: "不计".to_owned() });
            }
            None => {
                let hint = did_you_mean(given, self.indicators.iter().map(|i| i.id()));
                self.mistakes.push(format!("--without-indicator：{} 没有指标 {given}；{hint}", self.scheme.id()));
            }
        }
    }

    fn finish(mut self, patch: &Patch) -> Result<Patched, MetricsError> {
        let mut definitions = self.defs.clone();
        if self.mistakes.is_empty() && !self.docs.is_empty() {
            match reread(&self.files, &self.docs) {
                Ok(read) => definitions = read,
                Err(mistakes) => self.mistakes.extend(mistakes),
            }
        }
        if !self.mistakes.is_empty() {
            return Err(refused(self.mistakes.join("\n")));
        }
        let version = |i: &&Indicator| (i.head.id.clone(), i.head.version.clone());
        let own: BTreeSet<(String, String)> = self.indicators.iter().map(version).collect();
        let mut notes = reweigh(&mut definitions, &own, &self.scheme.full_score, &self.weights).map_err(refused)?;
        let left_out: BTreeSet<String> = patch.without_indicators.iter().map(|i| i.to_ascii_uppercase()).collect();
        leave_out(&mut definitions, &own, &left_out).map_err(refused)?;
        if !left_out.is_empty() {
            notes.push("不计的基本分指标，其权重并入同一一级指标的其他指标".to_owned());
        }
        let units = patch.without_units.iter();
        let unit =
            |u: &String| Change { path: format!("without_unit.{u}"), before: u.clone(), after: "不参评".to_owned() };
        self.changes.extend(units.clone().map(unit));
        let alteration = Alteration {
            without_indicators: left_out,
            without_units: units.cloned().collect(),
            ..Alteration::default()
        };
        Ok(Patched { definitions, alteration, changes: self.changes, notes })
    }
}

/// The files with the changed tables, read as definition files are; or every mistake in words.
fn reread(files: &[SourceFile], docs: &BTreeMap<String, Table>) -> Result<Definitions, Vec<String>> {
    let changed = |f: &SourceFile| match docs.get(&*f.path) {
        Some(table) => toml::to_string(table)
            .map(|text| SourceFile { path: f.path.clone(), text })
            .map_err(|e| vec![format!("{}：{e}", f.path)]),
        None => Ok(f.clone()),
    };
    let files: Vec<SourceFile> = files.iter().map(changed).collect::<Result<_, _>>()?;
    let draft = Draft::of(files);
    // The lines of a changed table are not those of the file that people know.
    let words = |m: &crate::definitions::Mistake| format!("{}：{}；{}", m.file, m.message, m.remedy);
    let mistakes: Vec<String> = draft.mistakes.iter().map(words).collect();
    if mistakes.is_empty() { Ok(draft.definitions) } else { Err(mistakes) }
}

/// A core indicator that is left out does not apply, so that its weight goes to its group; others are gone.
fn leave_out(
    defs: &mut Definitions,
    own: &BTreeSet<(String, String)>,
    left_out: &BTreeSet<String>,
) -> Result<(), String> {
    let mine = |i: &Indicator| own.contains(&(i.head.id.clone(), i.head.version.clone()));
    defs.indicators.retain(|i| i.kind == Kind::Core || !(mine(i) && left_out.contains(i.id())));
    for i in defs.indicators.iter_mut().filter(|i| mine(i) && left_out.contains(i.id())) {
        i.na_policy = NaPolicy::NotApplicable;
    }
    let counts = |i: &&Indicator| mine(i) && i.kind == Kind::Core && !left_out.contains(i.id());
    let any = defs.indicators.iter().any(|i| counts(&i));
    if any {
        Ok(())
    } else {
        Err("基本分指标全部不计，没有可以计分的；请至少保留一项".to_owned())
    }
}

fn number(value: &Value) -> Option<Num> {
    match value {
        Value::Integer(_) | Value::Float(_) => value.to_string().parse().ok(),
        _ => None,
    }
}

/// A value as people write it: a text without its quotes.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Numbers are compared as numbers: `1.0` is `1`.
fn same(before: &str, after: &str) -> bool {
    match (before.parse::<Num>(), after.parse::<Num>()) {
        (Ok(a), Ok(b)) => a == b,
        _ => before == after,
    }
}
