//! What is on a sheet: which table of which form, of which unit and period, and which column stands where.
//!
//! The content decides. Folder and file name are only compared with it, and speak where the content is silent (a CSV
//! export has no title).

mod headers;
pub mod own;
mod place;
mod span;
mod title;

pub use headers::{HeaderBook, HeaderMatch, header_key, is_serial, split_unit};
pub use own::{is_example, is_own_sheet};
pub use place::{Names, PathSays};
pub use span::{months_in, period_in};
pub use title::{TitleSays, read_title};
