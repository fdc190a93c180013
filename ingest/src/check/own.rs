//! What a workbook that this program made says of itself: the template it was, the file that it answers.
//!
//! The cells win. The properties speak where the cells are silent, and a contradiction between them is named.

use std::collections::BTreeMap;

use crate::checked::{CheckedFile, CheckedTable, Level};
use crate::contract::Contracts;
use crate::normalise::Refusal;
use crate::period::Period;
use crate::read::Sheet;
use crate::recognise::{Names, PathSays, own};

use super::issues::Place;

/// The document properties of a template or an annotated copy.
#[derive(Debug, Default)]
pub(super) struct OwnSays {
    form: Option<String>,
    version: Option<String>,
    unit: Option<String>,
    period: Option<Period>,
    table: Option<String>,
    answers: Option<String>,
}

impl OwnSays {
    pub fn read(properties: &BTreeMap<String, String>, names: &Names) -> Self {
        let text = |key: &str| properties.get(key).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
        let answers = text(own::ORIGINAL_SHA256).filter(|h| h.len() == 64 && h.bytes().all(|b| b.is_ascii_hexdigit()));
        // An export says its unit and period by its folder and name only; its annotated copy remembers them.
        let name = text(own::ORIGINAL_NAME).filter(|_| answers.is_some());
        let before = name.map(|n| PathSays::read(&n, names)).unwrap_or_default();
        let unit = text(own::UNIT).and_then(|u| names.unit_exact(&u).or_else(|| names.unit_in(&u)));
        Self {
            form: text(own::TEMPLATE_ID),
            version: text(own::TEMPLATE_VERSION),
            unit: unit.or(before.folder_unit).or(before.file_unit),
            period: text(own::PERIOD).and_then(|p| p.parse().ok()).or(before.folder_period).or(before.file_period),
            table: text(own::TABLE),
            answers,
        }
    }

    /// Names a template that is no longer in force.
    pub fn report_version(&self, contracts: &Contracts, file: &mut CheckedFile) {
        let (Some(id), version) = (&self.form, self.version.as_deref().unwrap_or_default()) else { return };
        let shown: String = id.chars().take(30).collect();
        let message = match contracts.forms.get(id) {
            Some(form) if form.version == version => return,
            Some(form) => format!("所用模板是“{}”第{version}版，现行是第{}版，仍按内容取数", form.title, form.version),
            None => format!("所用模板“{shown}”不在现行报表之内，仍按内容取数"),
        };
        let what = Refusal::new("DQ002", message, "下期请改用市局最新下发的模板");
        let name = file.name.clone();
        file.issues.push(Place { file: &name, sheet: "", has_cells: true }.whole(Level::Warning, what));
    }

    /// Lends the sheet what its cells may not say.
    pub fn speak_for(&self, sheet: &mut Sheet) {
        let said = &mut sheet.said;
        said.form = said.form.take().or_else(|| self.form.clone());
        said.table = said.table.take().or_else(|| self.table.clone());
        said.unit = said.unit.take().or_else(|| self.unit.clone());
        said.period = said.period.take().or_else(|| self.period.map(|p| p.to_string()));
    }

    /// Links a corrected copy to its original, and names contradictions between cells and properties.
    pub fn settle(&self, contracts: &Contracts, file: &mut CheckedFile) {
        file.answers.clone_from(&self.answers);
        let name = file.name.clone();
        for table in &mut file.tables {
            table.correction |= self.answers.is_some();
            let place = Place { file: &name, sheet: &table.sheet, has_cells: true };
            let found = self.contradictions(contracts, table);
            let issues: Vec<_> = found.into_iter().map(|what| place.whole(Level::Warning, what)).collect();
            table.issues.extend(issues);
        }
    }

    fn contradictions(&self, contracts: &Contracts, table: &CheckedTable) -> Vec<Refusal> {
        let remedy = "请核对；属于本单位本期的无须改动，下期请使用新下发的模板";
        let unit = self.unit.as_ref().filter(|u| **u != table.unit).map(|u| {
            let (cells, made_for) = (contracts.unit_name(&table.unit), contracts.unit_name(u));
            Refusal::new("DQ003", format!("表内填报单位是{cells}，模板却是为{made_for}下发的，按表内取数"), remedy)
        });
        let period = self.period.map(|p| p.to_string()).filter(|p| *p != table.period).map(|p| {
            let message = format!("表内报表期是{}，模板却是{p}的，按表内取数", table.period);
            Refusal::new("DQ004", message, remedy)
        });
        unit.into_iter().chain(period).collect()
    }
}
