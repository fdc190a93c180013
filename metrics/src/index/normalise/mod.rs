//! Normalisation: columns of different units onto one scale on which more is better.
//!
//! Papers: OECD and JRC 2008, 1.5 (min-max, z, rank, percentile, distance to a target); UNDP, *Technical notes* to the
//! HDR (goalposts); Borda 1784; Hwang and Yoon 1981 (vector, linear by max and by sum).

mod rank;
mod scale;

use super::cell::{Cell, values};
use super::error::{Fault, Outcome};
use super::stats::Divisor;
use super::tie::Ties;
use super::transform::{Peak, Turn, orient};
use super::tree::{Direction, Indicator};

/// Which normalisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// (x − min)/(max − min).
    MinMax,
    /// (x − mean)/standard deviation.
    ZScore,
    /// Rank from 1 for the worst.
    Rank,
    /// Rank as a share.
    Percentile(Percentile),
    /// Rank − 1.
    Borda,
    /// Between the indicator's fixed ends.
    Goalposts,
    /// Against the indicator's target.
    Target(TargetForm),
    /// x / √Σx².
    Vector,
    /// x / max.
    Max,
    /// x / Σx.
    Sum,
}

/// Form of percentile ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Percentile {
    /// (r − 1)/(n − 1), as COINr and spreadsheets (PERCENTRANK.INC).
    #[default]
    Inclusive,
    /// r/n, the share at or below.
    Share,
    /// (r − ½)/n with mean ranks (Hazen 1914).
    Hazen,
}

/// Form of distance to target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TargetForm {
    /// 1 − (target − x)/(target − worst), as COINr.
    #[default]
    Range,
    /// x / target; target / x where less is better.
    Ratio,
    /// (x − target)/|target|; negative where less is better.
    Relative,
}

/// What becomes of less-is-better under vector, max and sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// 1 − the normalised number.
    Reflect,
    /// 1/x is normalised.
    Reciprocal,
    /// min/x (max only; Hwang and Yoon 1981).
    Ratio,
    /// Normalised as it is; stays less-is-better, for TOPSIS and VIKOR.
    Keep,
}

/// What becomes of a column of equal numbers where the method divides by their range or deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Constant {
    /// An error that names the indicator.
    #[default]
    Refuse,
    /// The lower end of the scale.
    Low,
    /// The middle.
    Middle,
    /// The upper end.
    High,
}

/// How to normalise.
#[derive(Debug, Clone, PartialEq)]
pub struct Normalise {
    /// The method.
    pub method: Method,
    /// Ends of the scale for min-max, percentile, goalposts and target.
    pub range: (f64, f64),
    /// Mean and standard deviation of z-scores.
    pub z: (f64, f64),
    /// Divisor of the standard deviation.
    pub divisor: Divisor,
    /// Ties of ranks.
    pub ties: Ties,
    /// Less-is-better under vector, max and sum; the method's custom, if none.
    pub cost: Option<Cost>,
    /// Whether goalposts and targets cut off what lies beyond.
    pub truncate: Option<bool>,
    /// Columns of equal numbers.
    pub constant: Constant,
}

impl Normalise {
    /// A method with its customary options on a scale of 0–1.
    #[must_use]
    pub fn by(method: Method) -> Self {
        Self {
            method,
            range: (0.0, 1.0),
            z: (0.0, 1.0),
            divisor: Divisor::Sample,
            ties: Ties::Competition,
            cost: None,
            truncate: None,
            constant: Constant::Refuse,
        }
    }

    fn cost(&self) -> Cost {
        self.cost.unwrap_or(match self.method {
            Method::Max => Cost::Ratio,
            Method::Sum => Cost::Reciprocal,
            _ => Cost::Reflect,
        })
    }

    /// What more of a column means afterwards.
    #[must_use]
    pub fn direction_after(&self, before: Direction) -> Direction {
        let keeps = matches!(self.method, Method::Vector | Method::Max | Method::Sum) && self.cost() == Cost::Keep;
        if keeps && before == Direction::Negative { before } else { Direction::Positive }
    }

    /// A number of 0–1 on the scale.
    fn stretch(&self, share: f64) -> f64 {
        self.range.0 + share * (self.range.1 - self.range.0)
    }
}

/// Normalises a column. 中间型 and 区间型 become their nearness to the best first; under min-max that is already the scale.
///
/// # Errors
/// A column the method is not made for; the text names the indicator and the way out.
pub fn normalise(how: &Normalise, indicator: &Indicator, cells: &[Cell], units: &[String]) -> Outcome<Vec<Cell>> {
    let shaped = matches!(indicator.direction, Direction::Intermediate | Direction::Interval);
    if shaped && !matches!(how.method, Method::Goalposts | Method::Target(_)) {
        let near = orient(Turn::FromMax, Peak::Distance, indicator, cells, units)?;
        if how.method == Method::MinMax {
            return put_back(&indicator.id, &near, &values(&near).iter().map(|v| how.stretch(*v)).collect::<Vec<_>>());
        }
        let near_is_better = Indicator { direction: Direction::Positive, ..indicator.clone() };
        return normalise(how, &near_is_better, &near, units);
    }
    let x = values(cells);
    if x.is_empty() {
        return Ok(cells.to_vec());
    }
    let column = Column { how, indicator, x: &x, less: indicator.direction == Direction::Negative };
    let found = match how.method {
        Method::MinMax => column.min_max(),
        Method::ZScore => column.z_score(),
        Method::Goalposts => column.goalposts(),
        Method::Target(form) => column.target(form),
        Method::Vector | Method::Max | Method::Sum => column.proportional(),
        Method::Rank => Ok(column.ranks(how.ties)),
        Method::Borda => Ok(column.ranks(how.ties).into_iter().map(|r| r - 1.0).collect()),
        Method::Percentile(form) => column.percentile(form),
    }?;
    put_back(&indicator.id, cells, &found)
}

/// A column while it is normalised.
struct Column<'a> {
    how: &'a Normalise,
    indicator: &'a Indicator,
    x: &'a [f64],
    less: bool,
}

impl Column<'_> {
    /// Every unit at the same place, as the specification says for equal numbers.
    fn constant(&self, low: f64, middle: f64, high: f64) -> Outcome<Vec<f64>> {
        let value = match self.how.constant {
            Constant::Refuse => return Err(no_variation(&self.indicator.id)),
            Constant::Low => low,
            Constant::Middle => middle,
            Constant::High => high,
        };
        Ok(vec![value; self.x.len()])
    }

    fn needs(&self, key: &str) -> Fault {
        Fault::new(
            format!("指标 {} 没有写 {key}", self.indicator.id),
            format!("在它的 [[indicator]] 中补上 {key}，或用 columns 只对写明的指标使用这种方法"),
        )
    }
}

fn no_variation(id: &str) -> Fault {
    Fault::new(
        format!("指标 {id} 各单位数值全部相同，没有区分度"),
        "去掉这一指标，或写明 constant = \"low\"、\"middle\"、\"high\" 给各单位同一得分",
    )
}

fn put_back(id: &str, cells: &[Cell], found: &[f64]) -> Outcome<Vec<Cell>> {
    let mut found = found.iter();
    let broken = || Fault::new(format!("指标 {id} 归一化得不到有限的数"), "核对数据中的0和极端值，或改用其他方法");
    cells
        .iter()
        .map(|c| if c.is_value() { found.next().and_then(|v| Cell::of(*v)).ok_or_else(broken) } else { Ok(*c) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(how: &Normalise, indicator: &Indicator, x: &[f64]) -> Vec<f64> {
        let cells: Vec<Cell> = x.iter().map(|v| Cell::Value(*v)).collect();
        values(&normalise(how, indicator, &cells, &vec![String::new(); x.len()]).unwrap())
    }

    fn less() -> Indicator {
        Indicator { direction: Direction::Negative, ..Indicator::default() }
    }

    #[test]
    fn each_method_on_a_column_one_can_check_by_hand() {
        let x = [1.0, 2.0, 2.0, 5.0];
        let more = Indicator { goalposts: Some((0.0, 4.0)), target: Some(4.0), ..Indicator::default() };
        let on = |method| run(&Normalise::by(method), &more, &x);
        assert_eq!(on(Method::MinMax), [0.0, 0.25, 0.25, 1.0]);
        assert_eq!(on(Method::Rank), [1.0, 2.0, 2.0, 4.0]);
        assert_eq!(on(Method::Borda), [0.0, 1.0, 1.0, 3.0]);
        assert_eq!(on(Method::Percentile(Percentile::Hazen)), [0.125, 0.5, 0.5, 0.875]);
        assert_eq!(on(Method::Percentile(Percentile::Share)), [0.25, 0.75, 0.75, 1.0]);
        assert_eq!(on(Method::Goalposts), [0.25, 0.5, 0.5, 1.0]);
        assert_eq!(on(Method::Target(TargetForm::Ratio)), [0.25, 0.5, 0.5, 1.25]);
        assert_eq!(on(Method::Sum), [0.1, 0.2, 0.2, 0.5]);
        assert_eq!(on(Method::Max), [0.2, 0.4, 0.4, 1.0]);
    }

    #[test]
    fn less_is_better_is_turned() {
        let x = [1.0, 2.0, 4.0];
        let on = |how: Normalise| run(&how, &less(), &x);
        assert_eq!(on(Normalise::by(Method::MinMax)), [1.0, 2.0 / 3.0, 0.0]);
        assert_eq!(on(Normalise::by(Method::Max)), [1.0, 0.5, 0.25]);
        assert_eq!(on(Normalise { cost: Some(Cost::Reflect), ..Normalise::by(Method::Max) }), [0.75, 0.5, 0.0]);
        assert_eq!(on(Normalise::by(Method::Sum)), [1.0 / 1.75, 0.5 / 1.75, 0.25 / 1.75]);
        assert_eq!(on(Normalise::by(Method::Rank)), [3.0, 2.0, 1.0]);
    }

    #[test]
    fn equal_numbers_are_refused_unless_the_specification_says() {
        let cells = [Cell::Value(3.0), Cell::Missing, Cell::Value(3.0)];
        let units = vec![String::new(); 3];
        let refused = normalise(&Normalise::by(Method::MinMax), &less(), &cells, &units).unwrap_err();
        assert!(refused.remedy.contains("constant"), "{refused:?}");
        let how = Normalise { constant: Constant::Middle, ..Normalise::by(Method::MinMax) };
        let found = normalise(&how, &less(), &cells, &units).unwrap();
        assert_eq!(found, [Cell::Value(0.5), Cell::Missing, Cell::Value(0.5)]);
    }
}
