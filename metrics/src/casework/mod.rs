//! Handling suspicions (疑点): who may take which step, when the next one is due, the tolerance test, the whitelist.
//!
//! Invariant: deciding is a pure function of the definition, the case and the request. A suspicion is a clue until people
//! conclude; people stand in steps by token only, and how many suspicions there are is never scored.
//!
//! A step that was taken and the one that is due next are rows of `risk_handling`; the one that is due has no day yet and
//! becomes the step when it is taken.

mod case;
mod needs;
mod plan;
mod recurrence;
mod rows;
mod tolerance;
mod whitelist;

pub use case::{Case, Due, Facts, Step, load};
pub use plan::{Request, plan};
pub use recurrence::raise_recurring;
pub use rows::{handling_rows, hit_rows};
pub use tolerance::{Finding, Tolerance, Verdict, judge, tolerance_row};
pub use whitelist::{Entry, Listing, entries, entry_row, plan_end, plan_entry};

/// The unit code of the city bureau.
pub(crate) const CITY: &str = "510900";
