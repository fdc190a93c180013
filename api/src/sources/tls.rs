//! Whom a protected connection trusts: the authorities of a file, else those of the system.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::error::{Kind, Result, SourceError};

/// Where systems keep the authorities that they trust.
const SYSTEM: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// The file of authorities that counts.
pub(super) fn authorities(ca: Option<&Path>) -> Result<PathBuf> {
    let system = || SYSTEM.iter().map(PathBuf::from).find(|p| p.is_file());
    ca.map(Path::to_owned).or_else(system).ok_or_else(|| {
        SourceError::new(
            Kind::Tls,
            "本机没有系统的根证书文件",
            "请安装 ca-certificates，或用 tls_ca 指明服务器证书的签发机构",
        )
    })
}

/// The certificates of a PEM file.
pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>);
    match read {
        Ok(list) if !list.is_empty() => Ok(list),
        _ => {
            let what = format!("tls_ca 的文件 {} 读不了，或里面没有 PEM 证书", path.display());
            Err(SourceError::new(Kind::Tls, what, "请核对路径和权限，文件应含 -----BEGIN CERTIFICATE-----"))
        }
    }
}

/// What a client needs to know. The provider is named: other parts of the program may bring a second one.
pub(super) fn client(ca: Option<&Path>) -> Result<ClientConfig> {
    let path = authorities(ca)?;
    let mut roots = RootCertStore::empty();
    let (good, _) = roots.add_parsable_certificates(certificates(&path)?);
    let failed = |cause: &dyn std::fmt::Display| {
        SourceError::new(Kind::Tls, format!("{} 里没有可用的证书：{cause}", path.display()), "请换成有效的根证书")
    };
    if good == 0 {
        return Err(failed(&"格式不对"));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Ok(builder.map_err(|e| failed(&e))?.with_root_certificates(roots).with_no_client_auth())
}

/// Names the provider for clients that take the program's own. A second call changes nothing.
pub(super) fn name_provider() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ca.pem");
        std::fs::write(&path, "不是证书").unwrap();
        assert_eq!(client(Some(&path)).unwrap_err().kind, Kind::Tls);
        assert!(client(Some(Path::new("/没有/ca.pem"))).unwrap_err().what.contains("读不了"));
    }
}
