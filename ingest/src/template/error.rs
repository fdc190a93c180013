//! Why a template cannot be written; every text says what to do.

use rust_xlsxwriter::XlsxError;

/// Why a template cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// No such form.
    #[error("没有报表“{form}”。{hint}")]
    Form {
        /// As asked for.
        form: String,
        /// The likely one, or all of them.
        hint: String,
    },
    /// No such unit.
    #[error("没有填报单位“{unit}”。可用：{known}")]
    Unit {
        /// As asked for.
        unit: String,
        /// The eight units and the bureau.
        known: String,
    },
    /// The bureau sends the form itself.
    #[error("“{form}”在这类报表期由市局统一报送，{unit}无须填报。市局用 510900 生成模板")]
    CityOnly {
        /// Title of the form.
        form: String,
        /// Name of the unit.
        unit: String,
    },
    /// The form is not due in such a period.
    #[error("“{form}”在{period}没有应报的表。{due}")]
    Period {
        /// Title of the form, or 本单位.
        form: String,
        /// The period.
        period: String,
        /// The periods that would be right.
        due: String,
    },
    /// The prefill names a table or column that the form does not show.
    #[error("预填内容“{what}”不在报表“{form}”里。请只预填本报表表头上有的栏目")]
    Prefill {
        /// Title of the form.
        form: String,
        /// Table, or table and column.
        what: String,
    },
    /// The workbook cannot be written.
    #[error("模板写不成：{0}。请把这条信息报给系统管理员")]
    Workbook(#[from] XlsxError),
}

impl TemplateError {
    /// Whether the caller asked for something that there is not (and not the program at fault).
    #[must_use]
    pub fn is_request(&self) -> bool {
        !matches!(self, Self::Workbook(_))
    }
}
