//! From a cell to a typed value: one file a kind of value. A value is taken exactly or refused; nothing is guessed.

mod code;
mod credit;
mod date;
mod hanzi;
mod id;
mod number;
mod plain;
mod region;
mod text;

pub use code::{CodeBook, CodeTable};
pub use credit::credit_code_valid;
pub use date::{date_serial, parse_date, parse_timestamp};
pub use hanzi::arabic;
pub use id::{IdProblem, id_problem, mask_number, normalise_id, sex_of};
pub use number::{Amount, parse_number};
pub(crate) use plain::is_plain;
pub use region::{RegionBook, RegionProblem};
pub use text::{account, clean, half_width, is_nil, mask_personal, person_name, phone_plausible};

/// Why a cell is refused: code of the rule, what is wrong, what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// `DQ006`, `DQ007`, …
    pub code: &'static str,
    /// What is wrong, in Chinese, without the value.
    pub message: String,
    /// What to do, in Chinese.
    pub remedy: String,
}

impl Refusal {
    /// A refusal.
    pub fn new(code: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { code, message: message.into(), remedy: remedy.into() }
    }
}
