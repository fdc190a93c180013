//! Grades made by rules: a start, then steps that add, clamp or cap when their conditions hold, in their order.
//!
//! Such are star ratings and star-like grades of institutions (Centers for Medicare & Medicaid Services, *Five-Star Quality
//! Rating System: Technical Users' Guide*). The order of the steps matters.

/// What a number is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Against {
    /// A number.
    Number(f64),
    /// The unit's number in another column.
    Column(String),
    /// Any of these numbers.
    OneOf(Vec<f64>),
}

/// How it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Is {
    /// Equal, or one of.
    Equal,
    /// Greater.
    Above,
    /// Smaller.
    Below,
    /// Greater or equal.
    AtLeast,
    /// Smaller or equal.
    AtMost,
}

/// A condition on a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The column; none for the points so far.
    pub column: Option<String>,
    /// How it is compared.
    pub is: Is,
    /// With what.
    pub against: Against,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Act {
    /// Adds a number (takes it away, if negative).
    Add(f64),
    /// Holds the points within two ends.
    Clamp(f64, f64),
    /// Holds the points at most there.
    AtMost(f64),
    /// Holds the points at least there.
    AtLeast(f64),
    /// Sets the points.
    Set(f64),
}

/// A step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// All must hold; always, if none.
    pub when: Vec<Condition>,
    /// What then happens.
    pub act: Act,
}

/// A grade made by rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Points {
    /// The column with which it starts.
    pub start: String,
    /// The steps in their order.
    pub steps: Vec<Step>,
}

/// The points of one unit, and what each step made of them; `None` when a number that decides is absent.
#[must_use]
pub fn points(how: &Points, value: &impl Fn(&str) -> Option<f64>) -> Option<(f64, Vec<f64>)> {
    let mut now = value(&how.start)?;
    let mut trail = Vec::with_capacity(how.steps.len());
    for step in &how.steps {
        let holds: Option<Vec<bool>> = step.when.iter().map(|c| holds(c, now, value)).collect();
        if holds?.iter().all(|h| *h) {
            now = act(step.act, now);
        }
        trail.push(now);
    }
    Some((now, trail))
}

fn act(act: Act, now: f64) -> f64 {
    match act {
        Act::Add(x) => now + x,
        Act::Clamp(low, high) => now.max(low).min(high),
        Act::AtMost(x) => now.min(x),
        Act::AtLeast(x) => now.max(x),
        Act::Set(x) => x,
    }
}

fn holds(condition: &Condition, now: f64, value: &impl Fn(&str) -> Option<f64>) -> Option<bool> {
    let x = condition.column.as_ref().map_or(Some(now), |c| value(c))?;
    let with = |y: f64| {
        let equal = super::tie::equal(x, y, 0.0);
        match condition.is {
            Is::Equal => equal,
            Is::Above => x > y && !equal,
            Is::Below => x < y && !equal,
            Is::AtLeast => x > y || equal,
            Is::AtMost => x < y || equal,
        }
    };
    Some(match &condition.against {
        Against::Number(y) => with(*y),
        Against::Column(other) => with(value(other)?),
        Against::OneOf(list) => list.iter().any(|y| with(*y)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_act_in_their_order_and_absence_is_no_zero() {
        let when = vec![Condition { column: Some("b".into()), is: Is::Above, against: Against::Column("a".into()) }];
        let steps = vec![Step { when, act: Act::Add(3.0) }, Step { when: Vec::new(), act: Act::Clamp(1.0, 5.0) }];
        let how = Points { start: "a".into(), steps };
        let of = |a: f64, b: Option<f64>| points(&how, &|c: &str| if c == "a" { Some(a) } else { b });
        assert_eq!(of(3.0, Some(4.0)), Some((5.0, vec![6.0, 5.0])));
        assert_eq!(of(3.0, Some(3.0)), Some((3.0, vec![3.0, 3.0])));
        assert_eq!(of(3.0, None), None);
    }
}
