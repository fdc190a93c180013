//! The warehouse of one home folder: opening it, writing to it, pinning a snapshot.

use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use chrono::NaiveDateTime;
use suixin_ingest::contract::{Contracts, VaultKind};

use crate::audit::{Audit, AuditEntry, AuditReport};
use crate::check;
use crate::disk::{self, Layout};
use crate::error::{At, Error, Result};
use crate::journal::{Commit, Journal, SnapshotId};
use crate::publish::Drafts;
use crate::query::Snapshot;
use crate::rewrite::TableWrite;
use crate::shape::{Shapes, shapes};
use crate::vault::{Pending, Vault};

/// The versioned tables, the vault and the audit log of one home folder. Cheap to clone.
#[derive(Clone)]
pub struct Warehouse {
    pub(crate) inner: Arc<Inner>,
}

/// What does not change while a warehouse is open; snapshots hold it too.
pub(crate) struct Store {
    pub layout: Layout,
    pub contracts: Arc<Contracts>,
    pub shapes: Shapes,
    pub vault: Vault,
    pub audit: Audit,
}

pub(crate) struct Inner {
    pub store: Arc<Store>,
    journal: RwLock<Journal>,
    pub writing: tokio::sync::Mutex<()>,
    newest: Mutex<Option<Snapshot>>,
}

/// A commit as listed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SnapshotInfo {
    /// Its name, such as `S000017-1a2b3c4d`.
    pub id: String,
    /// Sequence number in the journal.
    pub seq: u64,
    /// When it was committed, Asia/Shanghai.
    pub ts: NaiveDateTime,
    /// Why.
    pub reason: String,
    /// Batches of returns that it brought.
    pub batches: Vec<String>,
    /// Tables that it changed.
    pub tables: Vec<String>,
    /// Rows in the files that it added.
    pub rows: u64,
}

impl Warehouse {
    /// Makes a warehouse in a folder: a new key, an empty journal. A table's folder appears with its first rows.
    ///
    /// # Errors
    /// `Exists` when the folder holds one already; `Io` and `Storage` when it cannot be written.
    pub async fn init(home: &Path, contracts: Arc<Contracts>) -> Result<Self> {
        let layout = Layout::new(home);
        if layout.journal().exists() || layout.vault().exists() {
            return Err(Error::Exists { path: home.to_owned() });
        }
        for dir in [layout.home.clone(), layout.tables(), layout.home.join("journal")] {
            disk::make_dir(&dir)?;
        }
        for dir in [layout.home.join("received"), layout.scratch()] {
            disk::make_private_dir(&dir)?;
        }
        let vault = Vault::init(&layout.vault())?;
        Journal::init(&layout)?;
        Self::assemble(layout, contracts, vault, Journal::empty())
    }

    /// Opens a warehouse and compares its journal with what is there.
    ///
    /// # Errors
    /// `NotFound` without a warehouse; `Damaged`, naming all that is missing, when files and journal disagree; `Input`
    /// when the contract of a stored table changed.
    pub async fn open(home: &Path, contracts: Arc<Contracts>) -> Result<Self> {
        let layout = Layout::new(home);
        if !layout.journal().exists() {
            return Err(Error::NotFound { path: home.to_owned() });
        }
        let mut journal = Journal::empty();
        journal.refresh(&layout)?;
        let vault = Vault::open(&layout.vault())?;
        let warehouse = Self::assemble(layout, contracts, vault, journal)?;
        let findings = check::quick(&warehouse.inner);
        if !findings.is_empty() {
            return Err(Error::Damaged { findings });
        }
        check::contracts_fit(&warehouse.inner)?;
        Ok(warehouse)
    }

    fn assemble(layout: Layout, contracts: Arc<Contracts>, vault: Vault, journal: Journal) -> Result<Self> {
        let audit = Audit::open(&layout.audit())?;
        let store = Store { shapes: shapes(&contracts), audit, layout, contracts, vault };
        let inner = Inner {
            store: Arc::new(store),
            journal: RwLock::new(journal),
            writing: tokio::sync::Mutex::new(()),
            newest: Mutex::new(None),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The contracts it was opened with.
    #[must_use]
    pub fn contracts(&self) -> &Contracts {
        &self.inner.contracts
    }

    /// Its folder.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.inner.layout.home
    }

    /// Writes tables that the product fills (values, scores, risk hits …) as one commit: all of it shows, or nothing.
    /// Without a write it changes nothing and returns the newest snapshot.
    ///
    /// # Errors
    /// `Input` for a submitted table or rows that do not fit; `Busy` while another process writes.
    pub async fn commit(&self, writes: Vec<TableWrite>, reason: &str, clock: NaiveDateTime) -> Result<SnapshotId> {
        let mut writer = self.inner.writer().await?;
        let (mut drafts, mut pending) = (Drafts::new(), Pending::new());
        for write in writes {
            let table = write.table.clone();
            if drafts.contains_key(&table) {
                return Err(Error::Input(format!("一次提交里表“{table}”写了两回")));
            }
            let (draft, sealed) = self.inner.draft(&mut writer, write)?;
            drafts.insert(table, draft);
            pending.extend(sealed);
        }
        if drafts.values().all(crate::publish::Draft::is_empty) {
            return Ok(self.inner.journal().id());
        }
        self.inner.vault.seal(&pending)?;
        writer.publish(drafts, Vec::new(), reason, clock).await
    }

    /// The newest snapshot; what other processes committed is seen.
    ///
    /// # Errors
    /// `Damaged` when the journal does not follow from what was read before.
    pub async fn snapshot(&self) -> Result<Snapshot> {
        self.inner.journal_mut().refresh(&self.inner.layout)?;
        let id = self.inner.journal().id();
        let mut newest = self.inner.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(snapshot) = newest.as_ref().filter(|s| *s.id() == id) {
            return Ok(snapshot.clone());
        }
        let snapshot = self.pin(&id)?;
        *newest = Some(snapshot.clone());
        Ok(snapshot)
    }

    /// An older snapshot by its name.
    ///
    /// # Errors
    /// `NotFound` for a name that the journal does not have.
    pub async fn snapshot_at(&self, id: &SnapshotId) -> Result<Snapshot> {
        self.inner.journal_mut().refresh(&self.inner.layout)?;
        self.pin(id)
    }

    fn pin(&self, id: &SnapshotId) -> Result<Snapshot> {
        let journal = self.inner.journal();
        let tables = journal.tables_at(id)?;
        let audit = journal.record(id.seq()).map_or(0, |r| r.body.audit.seq);
        drop(journal);
        Ok(Snapshot::new(Arc::clone(&self.inner.store), id.clone(), tables, audit))
    }

    /// All commits, oldest first.
    ///
    /// # Errors
    /// As [`Warehouse::snapshot`].
    pub fn snapshots(&self) -> Result<Vec<SnapshotInfo>> {
        self.inner.journal_mut().refresh(&self.inner.layout)?;
        let info = |seq: u64, hash: &str, body: &Commit| SnapshotInfo {
            id: SnapshotId::new(seq, hash).to_string(),
            seq,
            ts: body.ts,
            reason: body.reason.clone(),
            batches: body.batches.clone(),
            tables: body.tables.keys().cloned().collect(),
            rows: body.tables.values().flat_map(|t| &t.add).map(|f| f.rows).sum(),
        };
        Ok(self.inner.journal().records.iter().map(|r| info(r.seq, &r.hash, &r.body)).collect())
    }

    /// A return byte for byte as it was received.
    ///
    /// # Errors
    /// `NotFound` for a file never received; `Damaged` when its bytes changed.
    pub fn file(&self, sha256: &str) -> Result<Vec<u8>> {
        let unknown = || Error::Unknown { what: "收到的文件", name: sha256.to_owned() };
        if sha256.len() != 64 || !sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(unknown());
        }
        let path = self.inner.layout.received(sha256);
        if !path.is_file() {
            return Err(unknown());
        }
        let bytes = std::fs::read(&path).at("读取", &path)?;
        if disk::sha256_hex(&bytes) != sha256 {
            return Err(Error::Damaged { findings: vec![format!("收到的文件 {} 已被改动", path.display())] });
        }
        Ok(bytes)
    }

    /// The token under which a clear text stands in the tables.
    #[must_use]
    pub fn token(&self, kind: VaultKind, clear: &str) -> String {
        self.inner.vault.token(kind, clear)
    }

    /// The token of a clear text that does not come with a return, such as the name of whoever decides; it is sealed, so that
    /// [`Warehouse::reveal`] can open it.
    ///
    /// # Errors
    /// `Secured` when the vault cannot be written.
    pub fn seal(&self, kind: VaultKind, clear: &str) -> Result<String> {
        let token = self.token(kind, clear);
        self.inner.vault.seal(&Pending::from([((kind, token.clone()), clear.to_owned())]))?;
        Ok(token)
    }

    /// Opens one personal datum. The audit record is durable before the vault is asked, whatever the answer.
    ///
    /// # Errors
    /// `Refused` without a purpose; `Secured` when the record cannot be written or the vault not read.
    pub fn reveal(
        &self,
        kind: VaultKind,
        token: &str,
        who: &Principal,
        purpose: &str,
        clock: NaiveDateTime,
    ) -> Result<Option<String>> {
        if purpose.trim().is_empty() {
            return Err(Error::Refused("解除掩码必须写明用途".to_owned()));
        }
        self.inner.audit.append(&AuditEntry {
            ts: clock,
            account: who.account.clone(),
            role: who.role.clone(),
            action: "unmask".to_owned(),
            object: token.to_owned(),
            rows: Some(1),
            purpose: Some(purpose.to_owned()),
        })?;
        self.inner.vault.open_one(kind, token)
    }

    /// Records what somebody did; call it before the answer leaves.
    ///
    /// # Errors
    /// `Secured` when it cannot be written; then there must be no answer.
    pub fn audit(&self, entry: &AuditEntry) -> Result<()> {
        self.inner.audit.append(entry)
    }

    /// Re-hashes the whole audit log.
    ///
    /// # Errors
    /// When it cannot be read; what does not fit is in the report.
    pub fn audit_verify(&self) -> Result<AuditReport> {
        let pin = self.inner.journal().records.last().map(|r| r.body.audit.clone());
        self.inner.audit.verify(pin.as_ref())
    }

    /// Re-hashes everything: journal, data files of all snapshots, Delta logs, received files, vault, audit log.
    ///
    /// # Errors
    /// When something cannot be read at all; what does not fit is in the report.
    pub async fn verify(&self) -> Result<check::VerifyReport> {
        check::thorough(&self.inner).await
    }
}

impl Deref for Inner {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Account.
    pub account: String,
    /// Role (code set `role`).
    pub role: String,
}

impl Inner {
    pub fn journal(&self) -> RwLockReadGuard<'_, Journal> {
        self.journal.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn journal_mut(&self) -> RwLockWriteGuard<'_, Journal> {
        self.journal.write().unwrap_or_else(PoisonError::into_inner)
    }
}
