//! What a result of a year rests on: a snapshot, the day of computing, and the values that appeals set right.

use chrono::NaiveDate;
use suixin_warehouse::{Snapshot, Warehouse};

use super::{corrections, official, publications};
use crate::compute::{Alteration, compute_altered};
use crate::definitions::Definitions;
use crate::error::MetricsError;
use crate::evaluation::Evaluation;
use crate::window::Window;

/// What is read to compute a scheme's result of a year.
pub(crate) struct Basis {
    pub snapshot: Snapshot,
    pub window: Window,
    corrected: Alteration,
}

impl Basis {
    /// That of the saved result, published or not; the newest snapshot as of `as_of` where nothing is saved.
    pub(crate) async fn saved(
        warehouse: &Warehouse,
        scheme: &str,
        year: i32,
        as_of: NaiveDate,
    ) -> Result<Self, MetricsError> {
        let newest = warehouse.snapshot().await?;
        let Some(p) = official(warehouse, scheme, year).await? else {
            return Ok(Self::newest(newest, year, as_of));
        };
        Ok(Self {
            snapshot: warehouse.snapshot_at(&p.snapshot.parse()?).await?,
            window: Window::year(year, p.as_of),
            corrected: corrections(&newest, scheme, year).await?,
        })
    }

    /// That of the published result; the newest snapshot as of `as_of` where it is not published.
    pub(crate) async fn current(
        warehouse: &Warehouse,
        scheme: &str,
        year: i32,
        as_of: NaiveDate,
    ) -> Result<Self, MetricsError> {
        let newest = warehouse.snapshot().await?;
        let published = publications(&newest, Some(year)).await?.iter().any(|p| p.scheme == scheme);
        if published {
            Self::saved(warehouse, scheme, year, as_of).await
        } else {
            Ok(Self::newest(newest, year, as_of))
        }
    }

    fn newest(snapshot: Snapshot, year: i32, as_of: NaiveDate) -> Self {
        Self { snapshot, window: Window::year(year, as_of), corrected: Alteration::default() }
    }

    /// The scheme's result on it, with what is tried.
    pub(crate) async fn compute(
        &self,
        defs: &Definitions,
        scheme: &str,
        tried: &Alteration,
    ) -> Result<Evaluation, MetricsError> {
        let alteration = Alteration { corrected: self.corrected.corrected.clone(), ..tried.clone() };
        compute_altered(&self.snapshot, defs, self.window, scheme, (&alteration, false)).await
    }
}
