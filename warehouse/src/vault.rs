//! The vault: names, identity numbers, telephones, addresses and accounts. Outside it there are only keyed tokens, the same
//! for the same text of the same kind, so that SQL can join, count and compare. Inside, the clear text is sealed under its
//! token. Nothing here can be reached from SQL. Whoever opens one must have written an audit record first; the
//! [`crate::Warehouse`] sees to that.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, MutexGuard};

use aes_gcm::aead::{Aead, AeadCore, KeyInit, OsRng, Payload, rand_core::RngCore};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use hmac::{Hmac, Mac};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::Sha256;
use suixin_ingest::contract::VaultKind;

use crate::disk;
use crate::error::{At, Error, Result};

/// Version of the key, written into every token, so that keys can be changed.
const KEY_VERSION: u8 = 1;
const PREFIX: &str = "T1:";
const TOKEN_BYTES: usize = 16;
const NONCE_BYTES: usize = 12;

/// Clear texts that wait to be sealed, by kind and token.
pub(crate) type Pending = BTreeMap<(VaultKind, String), String>;

/// Keys and the sealed store.
pub(crate) struct Vault {
    kinds: BTreeMap<VaultKind, KindKeys>,
    store: Mutex<Connection>,
}

struct KindKeys {
    token: Hmac<Sha256>,
    seal: Aes256Gcm,
}

const KINDS: [(VaultKind, &str); 5] = [
    (VaultKind::Name, "name"),
    (VaultKind::Id, "id"),
    (VaultKind::Phone, "phone"),
    (VaultKind::Address, "address"),
    (VaultKind::Account, "account"),
];

fn kind_name(kind: VaultKind) -> &'static str {
    KINDS.iter().find(|(k, _)| *k == kind).map_or("", |(_, name)| name)
}

/// The text of a token.
pub(crate) fn token_text(bits: u128) -> String {
    format!("{PREFIX}{bits:032x}")
}

/// The bits of a token; `None` for any other text.
pub(crate) fn token_bits(text: &str) -> Option<u128> {
    text.strip_prefix(PREFIX).filter(|t| t.len() == 2 * TOKEN_BYTES).and_then(|t| u128::from_str_radix(t, 16).ok())
}

/// Whether a text is a token already.
pub(crate) fn is_token(text: &str) -> bool {
    text.strip_prefix(PREFIX).is_some_and(|t| t.len() == 2 * TOKEN_BYTES && t.bytes().all(|b| b.is_ascii_hexdigit()))
}

impl Vault {
    /// Makes the folder, a key from the randomness of the operating system, and the empty store.
    pub fn init(dir: &Path) -> Result<Self> {
        disk::make_private_dir(dir)?;
        let mut master = [0_u8; 32];
        OsRng.fill_bytes(&mut master);
        disk::write_private(&dir.join("key.v1"), hex::encode(master).as_bytes())?;
        Self::open(dir)
    }

    pub fn open(dir: &Path) -> Result<Self> {
        let path = dir.join("key.v1");
        let text = std::fs::read_to_string(&path).at("读取密钥", &path)?;
        let master = hex::decode(text.trim()).ok().filter(|k| k.len() == 32);
        let master = master.ok_or_else(|| Error::Vault("密钥文件不是 32 字节的十六进制".to_owned()))?;
        let kinds =
            KINDS.iter().map(|(kind, name)| Ok((*kind, KindKeys::derive(&master, name)?))).collect::<Result<_>>()?;
        Ok(Self { kinds, store: Mutex::new(open_store(&dir.join("sealed.sqlite"))?) })
    }

    /// The token of a clear text.
    pub fn token(&self, kind: VaultKind, clear: &str) -> String {
        token_text(self.token_bits(kind, clear))
    }

    /// The keyed digest that a token shows in hex. Kinds have keys of their own, so no two of them share one.
    pub fn token_bits(&self, kind: VaultKind, clear: &str) -> u128 {
        let Some(keys) = self.kinds.get(&kind) else { return 0 };
        let mut mac = keys.token.clone();
        mac.update(clear.as_bytes());
        mac.finalize().into_bytes().iter().take(TOKEN_BYTES).fold(0, |bits, byte| (bits << 8) | u128::from(*byte))
    }

    /// Seals clear texts durably, in one transaction; those sealed already are skipped.
    pub fn seal(&self, pending: &Pending) -> Result<()> {
        if pending.is_empty() {
            return Ok(());
        }
        let mut store = self.store()?;
        let tx = store.transaction().map_err(failed)?;
        {
            let mut known = tx.prepare("SELECT 1 FROM sealed WHERE kind = ?1 AND token = ?2").map_err(failed)?;
            let mut insert = tx
                .prepare("INSERT INTO sealed (kind, token, key_version, box) VALUES (?1, ?2, ?3, ?4)")
                .map_err(failed)?;
            for ((kind, token), clear) in pending {
                let name = kind_name(*kind);
                let found: Option<i64> =
                    known.query_row(params![name, token], |r| r.get(0)).optional().map_err(failed)?;
                if found.is_none() {
                    let sealed = self.keys(*kind)?.seal(name, token, clear)?;
                    insert.execute(params![name, token, KEY_VERSION, sealed]).map_err(failed)?;
                }
            }
        }
        tx.commit().map_err(failed)
    }

    /// The clear text of a token, or `None` when it was never sealed.
    pub fn open_one(&self, kind: VaultKind, token: &str) -> Result<Option<String>> {
        let name = kind_name(kind);
        let sealed: Option<Vec<u8>> = self
            .store()?
            .query_row("SELECT box FROM sealed WHERE kind = ?1 AND token = ?2", params![name, token], |r| r.get(0))
            .optional()
            .map_err(failed)?;
        sealed.map(|sealed| self.keys(kind)?.open(name, token, &sealed)).transpose()
    }

    /// Number of sealed texts, and of those that do not open any more.
    pub fn check(&self) -> Result<(u64, u64)> {
        let store = self.store()?;
        let mut all = store.prepare("SELECT kind, token, box FROM sealed").map_err(failed)?;
        let mut rows = all.query([]).map_err(failed)?;
        let (mut total, mut bad) = (0, 0);
        while let Some(row) = rows.next().map_err(failed)? {
            let (name, token, sealed): (String, String, Vec<u8>) =
                (row.get(0).map_err(failed)?, row.get(1).map_err(failed)?, row.get(2).map_err(failed)?);
            let kind = KINDS.iter().find(|(_, n)| *n == name).map(|(k, _)| *k);
            let opened = kind
                .and_then(|k| self.keys(k).ok()?.open(&name, &token, &sealed).ok().map(|clear| self.token(k, &clear)));
            total += 1;
            bad += u64::from(opened.as_deref() != Some(token.as_str()));
        }
        Ok((total, bad))
    }

    /// The tokens whose clear texts are held.
    pub fn tokens(&self) -> Result<BTreeSet<u128>> {
        let store = self.store()?;
        let mut all = store.prepare("SELECT token FROM sealed").map_err(failed)?;
        let texts = all.query_map([], |row| row.get::<_, String>(0)).map_err(failed)?;
        let mut tokens = BTreeSet::new();
        for text in texts {
            tokens.extend(token_bits(&text.map_err(failed)?));
        }
        Ok(tokens)
    }

    /// Copies the sealed store as it stands into a new file.
    pub fn copy_to(&self, path: &Path) -> Result<()> {
        let half = path.with_extension("half");
        if half.exists() {
            std::fs::remove_file(&half).at("删除", &half)?;
        }
        self.store()?.execute("VACUUM INTO ?1", [half.to_string_lossy()]).map_err(failed)?;
        disk::sync(&half)?;
        std::fs::rename(&half, path).at("写入", path)?;
        disk::sync_parent(path)
    }

    fn keys(&self, kind: VaultKind) -> Result<&KindKeys> {
        self.kinds.get(&kind).ok_or_else(|| Error::Vault("没有这一类的密钥".to_owned()))
    }

    fn store(&self) -> Result<MutexGuard<'_, Connection>> {
        self.store.lock().map_err(|_| Error::Vault("上一次写入中断".to_owned()))
    }
}

impl KindKeys {
    fn derive(master: &[u8], name: &str) -> Result<Self> {
        let token = mac(&expand(master, "token", name)?)?;
        let seal = expand(master, "seal", name)?;
        Ok(Self { token, seal: Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(&seal)) })
    }

    /// Nonce and ciphertext; kind and token are bound to it, so that boxes cannot be exchanged.
    fn seal(&self, kind: &str, token: &str, clear: &str) -> Result<Vec<u8>> {
        let nonce = Aes256Gcm::generate_nonce(&mut OsRng);
        let aad = format!("{kind}|{token}");
        let payload = Payload { msg: clear.as_bytes(), aad: aad.as_bytes() };
        let cipher = self.seal.encrypt(&nonce, payload).map_err(|_| Error::Vault("密封失败".to_owned()))?;
        Ok([nonce.as_slice(), &cipher].concat())
    }

    fn open(&self, kind: &str, token: &str, sealed: &[u8]) -> Result<String> {
        let broken = || Error::Vault("密封内容打不开，可能被改动或密钥不对".to_owned());
        let (nonce, cipher) = sealed.split_at_checked(NONCE_BYTES).ok_or_else(broken)?;
        let aad = format!("{kind}|{token}");
        let payload = Payload { msg: cipher, aad: aad.as_bytes() };
        let clear = self.seal.decrypt(Nonce::from_slice(nonce), payload).map_err(|_| broken())?;
        String::from_utf8(clear).map_err(|_| broken())
    }
}

/// A key of its own for each use and kind: HMAC of a label under the master key.
fn expand(master: &[u8], usage: &str, name: &str) -> Result<[u8; 32]> {
    let mut mac = mac(master)?;
    mac.update(format!("suixin/v{KEY_VERSION}/{usage}/{name}").as_bytes());
    Ok(mac.finalize().into_bytes().into())
}

fn mac(key: &[u8]) -> Result<Hmac<Sha256>> {
    <Hmac<Sha256> as Mac>::new_from_slice(key).map_err(|_| Error::Vault("密钥长度不对".to_owned()))
}

fn open_store(path: &Path) -> Result<Connection> {
    let store = Connection::open(path).map_err(failed)?;
    store
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 10000;
             CREATE TABLE IF NOT EXISTS sealed (
                 kind TEXT NOT NULL, token TEXT NOT NULL, key_version INTEGER NOT NULL, box BLOB NOT NULL,
                 PRIMARY KEY (kind, token)) WITHOUT ROWID;",
        )
        .map_err(failed)?;
    Ok(store)
}

#[expect(clippy::needless_pass_by_value, reason = "used as a function of map_err")]
fn failed(cause: rusqlite::Error) -> Error {
    Error::Vault(cause.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(vault: &Vault, clear: &[&str]) -> Pending {
        clear.iter().map(|c| ((VaultKind::Name, vault.token(VaultKind::Name, c)), (*c).to_owned())).collect()
    }

    #[test]
    fn a_token_is_the_same_for_the_same_text_of_the_same_kind_only() {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::init(&dir.path().join("vault")).unwrap();
        let token = vault.token(VaultKind::Name, "张三");
        assert!(is_token(&token) && token.len() == 35, "{token}");
        assert_eq!(token, Vault::open(&dir.path().join("vault")).unwrap().token(VaultKind::Name, "张三"));
        assert_ne!(token, vault.token(VaultKind::Address, "张三"));
        let other = Vault::init(&dir.path().join("other")).unwrap();
        assert_ne!(token, other.token(VaultKind::Name, "张三"));
        assert!(!is_token("T1:张三") && !is_token("张三"));
    }

    #[test]
    fn what_is_sealed_opens_only_under_its_token() {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::init(dir.path()).unwrap();
        vault.seal(&pending(&vault, &["张三", "李四"])).unwrap();
        vault.seal(&pending(&vault, &["李四", "王五"])).unwrap();
        let token = vault.token(VaultKind::Name, "李四");
        assert_eq!(vault.open_one(VaultKind::Name, &token).unwrap().as_deref(), Some("李四"));
        assert_eq!(vault.open_one(VaultKind::Name, &vault.token(VaultKind::Name, "赵六")).unwrap(), None);
        assert_eq!(vault.check().unwrap(), (3, 0));
        let store = Connection::open(dir.path().join("sealed.sqlite")).unwrap();
        let stolen: Vec<u8> =
            store.query_row("SELECT box FROM sealed WHERE token = ?1", [&token], |r| r.get(0)).unwrap();
        store
            .execute(
                "UPDATE sealed SET box = ?1 WHERE token = ?2",
                params![stolen, vault.token(VaultKind::Name, "王五")],
            )
            .unwrap();
        assert_eq!(vault.check().unwrap(), (3, 1));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_enter() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let vault = dir.path().join("vault");
        Vault::init(&vault).unwrap();
        let mode = |p: &Path| std::fs::metadata(p).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&vault), mode(&vault.join("key.v1"))), (0o700, 0o600));
        assert!(Vault::init(&vault).is_err(), "a key is never overwritten");
    }
}
