//! Mistakes that must be rejected, each with the code of the check that finds it.

use crate::contract::{Kind, VaultKind};
use crate::generate::day::Day;
use crate::generate::numbers::{Numbers, id_check_char};
use crate::generate::rng::Rng;

use super::cells::Out;
use super::context::Context;
use super::damage::Damage;
use super::sheet::{Bad, Medium, Row, Sheet};

/// Applies the damage to a sheet; returns the true rows where a correction must follow.
pub(super) fn apply(context: &Context<'_>, sheet: &mut Sheet<'_>, damage: Damage) -> Option<Vec<Row>> {
    match damage {
        Damage::Extra => {
            extra(context, sheet);
            None
        }
        Damage::WrongTotal => {
            sheet.wrong_total = true;
            Some(sheet.rows.clone())
        }
        Damage::Withdrawn => {
            let rows = sheet.rows.clone();
            let key = sheet.info.position(sheet.info.table.natural_key.first()?)?;
            let mut row = rows.first()?.clone();
            row.fields[key].push('9');
            sheet.rows.push(row);
            Some(rows)
        }
        Damage::Correction => {
            let rows = sheet.rows.clone();
            let all: Vec<usize> = (0..rows.len()).collect();
            for i in sheet.rng.sample(&all, 2) {
                let mut row = rows[i].clone();
                if spoil(context, sheet, &mut row).is_some() {
                    sheet.rows[i] = row;
                }
            }
            sheet.rows.iter().any(|r| r.bad.is_some()).then_some(rows)
        }
    }
}

/// One or two rows that are not part of the world.
fn extra(context: &Context<'_>, sheet: &mut Sheet<'_>) {
    let originals = sheet.rows.clone();
    for n in 0..=sheet.rng.below(2) {
        let mut row = originals[sheet.rng.below(originals.len())].clone();
        if sheet.rng.chance(0.12) {
            let column = keys(sheet).first().copied().unwrap_or(0);
            row.bad = Some(Bad { column, code: "DQ017", note: "主键在本表内重复", show: None });
            sheet.rows.push(row);
        } else if fresh_key(context, sheet, &mut row, n).is_some() && spoil(context, sheet, &mut row).is_some() {
            let before_copies =
                sheet.rows.iter().take_while(|r| r.bad.as_ref().is_none_or(|b| b.code != "DQ017")).count();
            let at = sheet.rng.below(before_copies + 1);
            sheet.rows.insert(at, row);
        }
    }
}

/// The key columns that the form shows.
fn keys(sheet: &Sheet<'_>) -> Vec<usize> {
    let all = sheet.info.table.natural_key.iter().filter_map(|k| sheet.info.position(k));
    all.filter(|k| sheet.columns.contains(k)).collect()
}

/// Gives a copied row a key that no other row has; `None` where the key consists of references only.
fn fresh_key(context: &Context<'_>, sheet: &mut Sheet<'_>, row: &mut Row, n: usize) -> Option<()> {
    let keys = keys(sheet);
    let is_id = |k: &usize| sheet.info.columns[*k].vault == Some(VaultKind::Id);
    if let Some(key) = keys.iter().find(|k| is_id(k)) {
        // Born before anybody of the world.
        let birth = Day::new(1900, 1, 1) + sheet.rng.days(0, 6000);
        let mut rng = Rng::new(context.plan.seed, &format!("fresh/{}/{}/{n}", sheet.unit, row.fields[*key]));
        row.fields[*key] = Numbers::default().id(&mut rng, sheet.unit, birth, n == 0).to_string();
        return Some(());
    }
    let key = *keys.first()?;
    let column = sheet.info.columns[key];
    if column.kind != Kind::Str || !column.primary || column.foreign.is_some() || column.name == "period" {
        return None;
    }
    row.fields[key].push_str(&format!("B{}", 10 + n * 40 + sheet.rng.below(40)));
    Some(())
}

/// Damages one cell of a row.
fn spoil(context: &Context<'_>, sheet: &mut Sheet<'_>, row: &mut Row) -> Option<()> {
    let options = options(context, sheet, row);
    let (code, column) = *options.get(sheet.rng.below(options.len()))?;
    let rng = &mut sheet.rng;
    let text = row.fields[column].clone();
    let pick = |rng: &mut Rng, words: &[&'static str]| Some(Out::Text(rng.of(words).to_owned()));
    let year = context.plan.year;
    let (note, show) = match code {
        "DQ005" => ("必填项为空", Some(Out::Blank)),
        "DQ006" => ("代码不在代码集", pick(rng, &["ZZ", "其它类型", "见附件"])),
        "DQ007" => {
            if let Some(reason) = sheet.info.position("no_id_reason") {
                row.fields[reason].clear();
            }
            wrong_id(rng, &text, sheet.medium)?
        }
        "DQ009" => ("村(社区)名称无法识别", pick(rng, &["不存在村"])),
        "DQ011" => ("数值栏为文字", pick(rng, &["约三百", "待定", "详见附表", "1.2.3"])),
        "DQ015" => {
            let words =
                [format!("{year}年13月5日"), format!("{year}-02-30"), "近期".to_owned(), format!("{year}.6.31")];
            ("日期无法识别", Some(Out::Text(words[rng.below(4)].clone())))
        }
        "DQ019" => ("外键不存在", Some(Out::Text(format!("{text}X9")))),
        _ => ("金额应大于0", pick(rng, &["0.00", "-200.00"])),
    };
    row.bad = Some(Bad { column, code, note, show });
    Some(())
}

/// What can go wrong with this row.
fn options(context: &Context<'_>, sheet: &Sheet<'_>, row: &Row) -> Vec<(&'static str, usize)> {
    let keys = keys(sheet);
    let mut out = Vec::new();
    for i in &sheet.columns {
        let column = sheet.info.columns[*i];
        let key = keys.contains(i);
        let region = matches!(column.name.as_str(), "eval_unit_code" | "township_code" | "village_code");
        match column.vault {
            Some(VaultKind::Id) if !row.fields[*i].is_empty() => out.extend([("DQ007", *i); 3]),
            Some(VaultKind::Id | VaultKind::Account) => {}
            _ if key || column.nullable || column.name == "eval_unit_code" => {}
            _ => {
                out.push(("DQ005", *i));
                if column.kind == Kind::Str && !context.labels(sheet.info, *i).is_empty() {
                    out.push(("DQ006", *i));
                }
                match column.kind {
                    Kind::Dec2 | Kind::Int => out.push(("DQ011", *i)),
                    Kind::Date => out.push(("DQ015", *i)),
                    _ => {}
                }
                if column.foreign.is_some() && !region {
                    out.push(("DQ019", *i));
                }
            }
        }
        if column.name == "village_code" && !row.fields[*i].is_empty() && sheet.style.names {
            out.push(("DQ009", *i));
        }
        if column.positive {
            out.extend([("DQ025", *i); 2]);
        }
    }
    out
}

/// An ID number with a wrong check character, too short, or as a spreadsheet shows it after rounding.
fn wrong_id(rng: &mut Rng, text: &str, medium: Medium) -> Option<(&'static str, Option<Out>)> {
    let body = text.get(..17)?;
    Some(match rng.below(3) {
        0 => {
            let right = id_check_char(body)?;
            let last = ['0', '1', '2'].into_iter().find(|c| *c != right && !text.ends_with(*c))?;
            ("身份证号校验码错误", Some(Out::Text(format!("{body}{last}"))))
        }
        1 => ("身份证号位数不足", Some(Out::Text(text.get(..16)?.to_owned()))),
        _ => {
            let rounded = if medium == Medium::Csv {
                Out::Text(format!("{}.{}E+17", text.get(..1)?, text.get(1..6)?))
            } else {
                Out::Number(format!("{}000", text.get(..15)?).parse().ok()?)
            };
            ("身份证号被Excel转成数值(15位后归零)", Some(rounded))
        }
    })
}
