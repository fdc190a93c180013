//! What the operating system says, in Chinese where people meet it.

use std::io::{Error, ErrorKind};

/// A failure of disk or system in words; the number of the system where there are none.
#[must_use]
pub fn in_words(e: &Error) -> String {
    let known = match e.kind() {
        ErrorKind::NotFound => "没有这个文件或文件夹",
        ErrorKind::PermissionDenied => "没有读取权限",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "磁盘空间已满",
        ErrorKind::ReadOnlyFilesystem => "磁盘是只读的",
        ErrorKind::FileTooLarge => "文件超过磁盘允许的大小",
        ErrorKind::UnexpectedEof => "内容不完整",
        ErrorKind::InvalidData => "内容已损坏",
        ErrorKind::IsADirectory => "这是文件夹，不是文件",
        ErrorKind::NotADirectory => "路径中有一段不是文件夹",
        ErrorKind::OutOfMemory => "内存不足",
        ErrorKind::TimedOut => "等待超时",
        ErrorKind::Interrupted => "操作被中断",
        ErrorKind::ResourceBusy => "文件正被占用",
        _ => "",
    };
    match (known, e.raw_os_error()) {
        ("", Some(number)) => format!("系统错误，编号{number}"),
        ("", None) => "系统错误，原因不明".to_owned(),
        (words, _) => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_english_reaches_people() {
        for e in [Error::from(ErrorKind::StorageFull), Error::from_raw_os_error(40), Error::other("English")] {
            assert!(!in_words(&e).chars().any(|c| c.is_ascii_alphabetic()), "{e}");
        }
        assert_eq!(in_words(&Error::from_raw_os_error(2)), "没有这个文件或文件夹");
    }
}
