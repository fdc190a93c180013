//! Why the readers of others gave up, in Chinese: their own texts are English and speak of bytes.

use calamine::{XlsError, XlsxError};
use zip::result::ZipError;

use crate::system::in_words;

pub(super) fn of_zip(e: &ZipError) -> String {
    match e {
        ZipError::Io(e) => in_words(e),
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            "加密或使用了不支持的压缩方式".to_owned()
        }
        ZipError::InvalidPassword => "已加密".to_owned(),
        ZipError::FileNotFound => "缺少内部文件".to_owned(),
        _ => "压缩包的目录不完整".to_owned(),
    }
}

pub(super) fn of_xlsx(e: &XlsxError) -> String {
    match e {
        XlsxError::Io(e) => in_words(e),
        XlsxError::Zip(_) => "压缩包的内部文件不完整".to_owned(),
        XlsxError::Xml(_) | XlsxError::XmlAttr(_) | XlsxError::XmlEof(_) => "内部的 XML 不完整或有误".to_owned(),
        XlsxError::FileNotFound(_) | XlsxError::RelationshipNotFound => "缺少内部文件".to_owned(),
        _ => "单元格的内容或地址不合规范".to_owned(),
    }
}

pub(super) fn of_xls(e: &XlsError) -> String {
    match e {
        XlsError::Io(e) => in_words(e),
        XlsError::Password => "已加密".to_owned(),
        XlsError::Cfb(_) => "文件容器已损坏".to_owned(),
        _ => "内部记录不完整或有误".to_owned(),
    }
}

pub(crate) fn of_csv(e: csv::Error) -> String {
    match e.into_kind() {
        csv::ErrorKind::Io(e) => in_words(&e),
        csv::ErrorKind::Utf8 { .. } => "有编码错误的文字".to_owned(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!("应有{expected_len}列，却有{len}列"),
        _ => "格式有误".to_owned(),
    }
}
