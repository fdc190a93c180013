//! The rows of a dataset as a chart wants them: by the roles that the outline gives to columns.

use crate::error::Result;
use crate::figure::Table;
use crate::number::Format;
use crate::outline::ChartSpec;

/// A chart's data: the specification and the rows it applies to.
pub struct Feed<'b> {
    /// What the outline says.
    pub spec: &'b ChartSpec,
    /// The rows.
    pub table: Table<'b>,
}

/// A row of a chart that has one name and one value.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Name.
    pub name: String,
    /// Value for drawing; `None` if missing or hidden.
    pub value: Option<f64>,
    /// Value as printed.
    pub text: String,
}

/// A matrix: rows × columns, some cells empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Names of the rows.
    pub rows: Vec<String>,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Cells, row by row.
    pub cells: Vec<Vec<Option<Item>>>,
}

impl Grid {
    /// All values.
    pub fn values(&self) -> impl Iterator<Item = f64> + '_ {
        self.cells.iter().flatten().flatten().filter_map(|item| item.value)
    }
}

impl<'b> Feed<'b> {
    /// Position of the column that plays a role; the outline was checked, so the role is there.
    ///
    /// # Errors
    /// If the outline gives no column or the dataset has none of that name.
    pub fn column(&self, role: Option<&String>) -> Result<usize> {
        self.table.column(role.map_or("", String::as_str))
    }

    /// Name and value of each row, for the roles `label` and `value`.
    ///
    /// # Errors
    /// If a column is missing.
    pub fn items(&self) -> Result<Vec<Item>> {
        let label = self.column(self.spec.label.as_ref())?;
        let value = self.column(self.spec.value.as_ref())?;
        Ok((0..self.table.len()).map(|r| self.item(r, label, value)).collect())
    }

    /// One cell under a name taken from another column.
    #[must_use]
    pub fn item(&self, row: usize, label: usize, value: usize) -> Item {
        Item { name: self.name(row, label), value: self.table.value(row, value), text: self.table.text(row, value) }
    }

    /// A cell as a name: months get their 月.
    #[must_use]
    pub fn name(&self, row: usize, column: usize) -> String {
        self.table.name(row, column)
    }

    /// The rows as a matrix, for the roles `label`, `across` and `value`; rows and columns in order of appearance.
    ///
    /// # Errors
    /// If a column is missing.
    pub fn grid(&self) -> Result<Grid> {
        let label = self.column(self.spec.label.as_ref())?;
        let across = self.column(self.spec.across.as_ref())?;
        let value = self.column(self.spec.value.as_ref())?;
        let mut grid = Grid { rows: Vec::new(), columns: Vec::new(), cells: Vec::new() };
        for r in 0..self.table.len() {
            let y = place(&mut grid.rows, self.name(r, label));
            let x = place(&mut grid.columns, self.name(r, across));
            if y == grid.cells.len() {
                grid.cells.push(Vec::new());
            }
            if x >= grid.cells[y].len() {
                grid.cells[y].resize(x + 1, None);
            }
            grid.cells[y][x] = Some(self.item(r, label, value));
        }
        for row in &mut grid.cells {
            row.resize(grid.columns.len(), None);
        }
        Ok(grid)
    }

    /// Format of the column that plays a role.
    ///
    /// # Errors
    /// If the column is missing.
    pub fn format(&self, role: Option<&String>) -> Result<Format> {
        Ok(self.table.column_def(self.column(role)?).format)
    }

    /// Title of a column.
    ///
    /// # Errors
    /// If the column is missing.
    pub fn title(&self, role: Option<&String>) -> Result<String> {
        Ok(self.table.column_def(self.column(role)?).title.clone())
    }
}

fn place(names: &mut Vec<String>, name: String) -> usize {
    names.iter().position(|n| *n == name).unwrap_or_else(|| {
        names.push(name);
        names.len() - 1
    })
}

/// Value in the unit that axes show: 元 → 万元.
#[must_use]
pub fn shown(value: f64, format: Format) -> f64 {
    if format == Format::Wan { value / 10_000.0 } else { value }
}
