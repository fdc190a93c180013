//! Passwords and tokens: the configuration says where they stand and never what they are.

use std::fmt;
use std::path::{Path, PathBuf};

use super::error::{Kind, Result, SourceError};

/// Where a secret stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretRef {
    /// In a variable of the environment.
    Env(String),
    /// In a file, whole, a line end after it left out.
    File(PathBuf),
}

/// A secret as read. It has no text form: `Debug` shows that there is one and nothing more.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(不显示)")
    }
}

impl Secret {
    /// The secret itself, for the one call that needs it.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl SecretRef {
    /// Reads the secret.
    ///
    /// # Errors
    /// When there is none, it is empty, or everybody on this machine could read its file.
    pub fn read(&self) -> Result<Secret> {
        let text = match self {
            Self::Env(name) => from_env(name)?,
            Self::File(path) => from_file(path)?,
        };
        let text = text.trim_end_matches(['\r', '\n']).to_owned();
        if text.is_empty() {
            return Err(SourceError::new(Kind::Config, format!("{self}是空的"), "请写入口令或令牌后再试"));
        }
        Ok(Secret(text))
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "环境变量 {name}"),
            Self::File(path) => write!(f, "口令文件 {}", path.display()),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the configuration names the variable: this is where settings are read")]
fn from_env(name: &str) -> Result<String> {
    std::env::var(name).map_err(|_| {
        let remedy = "请在启动 suixin 的环境里设置它，或在配置里改用 { file = \"…\" }";
        SourceError::new(Kind::Config, format!("没有环境变量 {name}"), remedy)
    })
}

fn from_file(path: &Path) -> Result<String> {
    let failed = |e: std::io::Error| {
        let what = format!("读不了口令文件 {}：{}", path.display(), in_words(&e));
        SourceError::new(Kind::Config, what, "请核对路径和权限，文件里只写口令一行")
    };
    let meta = std::fs::metadata(path).map_err(failed)?;
    if is_open_to_all(&meta) {
        let what = format!("口令文件 {} 本机的任何用户都能读", path.display());
        return Err(SourceError::new(Kind::Config, what, format!("请执行 chmod 600 {}", path.display())));
    }
    std::fs::read_to_string(path).map_err(failed)
}

pub(super) fn in_words(e: &std::io::Error) -> String {
    match e.kind() {
        std::io::ErrorKind::NotFound => "没有这个文件".to_owned(),
        std::io::ErrorKind::PermissionDenied => "没有读取权限".to_owned(),
        _ => e.to_string(),
    }
}

#[cfg(unix)]
fn is_open_to_all(meta: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o007 != 0
}

#[cfg(not(unix))]
fn is_open_to_all(_: &std::fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str, mode: u32) -> (tempfile::TempDir, SecretRef) {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("口令");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        (dir, SecretRef::File(path))
    }

    #[test]
    fn a_secret_is_read_and_never_shown() {
        let (_dir, at) = file("紧要#1 x\n", 0o600);
        let secret = at.read().unwrap();
        assert_eq!(secret.reveal(), "紧要#1 x");
        assert_eq!(format!("{secret:?} {at:?} {at}").matches("紧要").count(), 0);
    }

    #[test]
    fn what_is_no_secret_is_refused_with_a_remedy() {
        let (_dir, at) = file("x", 0o604);
        assert!(at.read().unwrap_err().remedy.contains("chmod 600"));
        let (_dir, at) = file("\n", 0o600);
        assert!(at.read().unwrap_err().what.contains("是空的"));
        let missing = SecretRef::File("/没有/口令".into()).read().unwrap_err();
        assert!(missing.what.contains("没有这个文件"), "{missing}");
        let unset = SecretRef::Env("SUIXIN_TEST_NEVER_SET".to_owned()).read().unwrap_err();
        assert_eq!(unset.what, "没有环境变量 SUIXIN_TEST_NEVER_SET");
    }
}
