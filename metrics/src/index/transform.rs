//! Pointwise transformations of a column, and making every column one of which more is better (正向化).

use super::cell::{Cell, values};
use super::error::{Fault, Outcome};
use super::stats;
use super::tree::{Direction, Indicator};

/// A pointwise transformation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Transform {
    /// ln x.
    Log,
    /// log₁₀ x.
    Log10,
    /// ln(1 + x).
    Log1p,
    /// √x.
    Sqrt,
    /// 1 / x; what was less-is-better becomes more-is-better and the reverse.
    Reciprocal,
    /// x to a power.
    Power(f64),
    /// x times a factor.
    Multiply(f64),
    /// x plus a number.
    Add(f64),
}

impl Transform {
    fn of(self, x: f64) -> f64 {
        match self {
            Self::Log => x.ln(),
            Self::Log10 => x.log10(),
            Self::Log1p => x.ln_1p(),
            Self::Sqrt => x.sqrt(),
            Self::Reciprocal => x.recip(),
            Self::Power(p) => x.powf(p),
            Self::Multiply(f) => x * f,
            Self::Add(a) => x + a,
        }
    }

    /// Whether it turns the order round.
    #[must_use]
    pub fn reverses(self) -> bool {
        match self {
            Self::Reciprocal => true,
            Self::Power(f) | Self::Multiply(f) => f < 0.0,
            _ => false,
        }
    }
}

/// Applies a transformation to each number.
///
/// # Errors
/// A number outside its domain, such as the logarithm of zero.
pub fn transform(how: Transform, id: &str, cells: &mut [Cell], units: &[String]) -> Outcome<()> {
    for (cell, unit) in cells.iter_mut().zip(units) {
        if let Cell::Value(x) = *cell {
            *cell = Cell::of(how.of(x)).ok_or_else(|| outside(id, unit, x))?;
        }
    }
    Ok(())
}

fn outside(id: &str, unit: &str, x: f64) -> Fault {
    Fault::new(format!("{unit} 的 {id} 为{x}，不在变换的定义域内"), "改用其他变换，或先平移（method = \"add\"）")
}

/// How less-is-better is turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Turn {
    /// max − x.
    #[default]
    FromMax,
    /// 1 / x.
    Reciprocal,
    /// −x.
    Negate,
}

/// Form of 中间型.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Peak {
    /// 1 − |x − best| / max |x − best|.
    #[default]
    Distance,
    /// Twice the distance from the nearer end over the range, the middle being best (郭亚军 2007).
    Triangle,
}

/// Turns a column so that more is better (司守奎、孙玺菁《数学建模算法与应用》；郭亚军《综合评价理论、方法及应用》2007).
///
/// # Errors
/// A zero under `Turn::Reciprocal`; 中间型 or 区间型 without variation.
pub fn orient(turn: Turn, peak: Peak, indicator: &Indicator, cells: &[Cell], units: &[String]) -> Outcome<Vec<Cell>> {
    let x = values(cells);
    let Some((low, high)) = stats::range(&x) else { return Ok(cells.to_vec()) };
    let best = indicator.best.unwrap_or_default();
    let (from, to) = indicator.interval.unwrap_or_default();
    let (floor, ceiling) = indicator.limits.unwrap_or((low, high));
    let reach = x.iter().map(|v| (v - best).abs()).fold(0.0, f64::max);
    let beyond = (from - floor).max(ceiling - to);
    let turned = |v: f64| match indicator.direction {
        Direction::Positive => v,
        Direction::Negative => match turn {
            Turn::FromMax => high - v,
            Turn::Reciprocal => v.recip(),
            Turn::Negate => -v,
        },
        Direction::Intermediate => match peak {
            Peak::Distance => {
                if reach == 0.0 {
                    1.0
                } else {
                    1.0 - (v - best).abs() / reach
                }
            }
            Peak::Triangle => 2.0 * (v - low).min(high - v) / (high - low),
        },
        Direction::Interval => {
            let outside = (from - v).max(v - to).max(0.0);
            if outside == 0.0 { 1.0 } else { (1.0 - outside / beyond).max(0.0) }
        }
    };
    let turn_cell = |(cell, unit): (&Cell, &String)| match cell {
        Cell::Value(v) => Cell::of(turned(*v)).ok_or_else(|| outside(&indicator.id, unit, *v)),
        absent => Ok(*absent),
    };
    cells.iter().zip(units).map(turn_cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oriented(indicator: &Indicator, x: &[f64]) -> Vec<f64> {
        let cells: Vec<Cell> = x.iter().map(|v| Cell::Value(*v)).collect();
        let units = vec![String::new(); x.len()];
        values(&orient(Turn::FromMax, Peak::Distance, indicator, &cells, &units).unwrap())
    }

    /// The water quality example of Chinese textbooks: pH is best at 7, a count of bacteria between 10 and 20.
    #[test]
    fn a_best_value_and_a_best_interval() {
        let ph = Indicator { direction: Direction::Intermediate, best: Some(7.0), ..Indicator::default() };
        assert_eq!(oriented(&ph, &[6.0, 7.0, 9.0, 8.0]), [0.5, 1.0, 0.0, 0.5]);
        let count = Indicator { direction: Direction::Interval, interval: Some((10.0, 20.0)), ..Indicator::default() };
        assert_eq!(oriented(&count, &[5.0, 10.0, 15.0, 30.0]), [0.5, 1.0, 1.0, 0.0]);
        let less = Indicator { direction: Direction::Negative, ..Indicator::default() };
        assert_eq!(oriented(&less, &[1.0, 3.0]), [2.0, 0.0]);
    }

    #[test]
    fn a_logarithm_of_zero_names_its_unit() {
        let fault = transform(Transform::Log, "x", &mut [Cell::Value(0.0)], &["甲".to_owned()]).unwrap_err();
        assert!(fault.what.contains("甲") && fault.what.contains('x'), "{fault:?}");
    }
}
