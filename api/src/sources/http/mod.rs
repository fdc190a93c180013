//! stub
use super::columns::{Planned, SeenColumn};
use super::config::{Endpoint, Source};
use super::error::Result;
use super::session::{RowSink, Survey};
use super::slot::{RawSlot, Slot};
pub(super) struct Http<'a> { _s: &'a Source }
impl<'a> Http<'a> {
    pub fn open(source: &'a Source, _e: &'a Endpoint) -> Result<Self> { Ok(Self { _s: source }) }
    pub async fn columns(&mut self, _since: Option<&str>) -> Result<Vec<SeenColumn>> { Ok(vec![]) }
    pub fn slots(&mut self) -> Result<Survey> { Ok(Survey::default()) }
    pub async fn rows(&mut self, _slot: &Slot, _w: &[RawSlot], _p: &[Planned], _s: RowSink<'_>) -> Result<()> { Ok(()) }
}
