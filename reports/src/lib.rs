//! Reports of 遂心善评: charts, the joint meeting's pack as PDF, DOCX, HTML, slides and workbook, and its manifest.
//!
//! Invariants: every number in a document is a cell of the brief and stands in the manifest; the same brief and outline
//! give the same bytes; counts of 1 to 4 persons are never printed. Absent on purpose: SQL, HTTP, clocks, system fonts.

pub mod brief;
pub mod chart;
pub mod docx;
pub mod error;
pub mod figure;
pub mod folder;
pub mod fonts;
pub mod html;
pub mod manifest;
pub mod number;
pub mod ooxml;
pub mod outline;
pub mod output;
pub mod pack;
pub mod page;
pub mod pdf;
pub mod phrase;
pub mod plates;
pub mod pptx;
pub mod privacy;
pub mod restated;
pub mod xlsx;
pub mod xml;

pub use brief::{Brief, Cell, Column, Dataset, Meta, Privacy};
pub use error::{ErrorKind, Mistakes, ReportError, Result};
pub use manifest::{Difference, DifferenceKind, Manifest, read_manifest, verify_manifest};
pub use outline::{Catalogue, Form, Mistake, Outline, Product};
pub use output::Output;
pub use pack::{Progress, render_pack, render_pack_as};
pub use restated::{Moved, Restatement, restatement};
