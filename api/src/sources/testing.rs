//! Sources for tests.

use suixin_ingest::contract::Contracts;

use super::config::Source;
use super::keys::Mistakes;
use super::raw::RawSources;

/// The entries of a configuration.
pub(super) fn entries(toml: &str) -> RawSources {
    #[derive(serde::Deserialize)]
    struct File {
        source: RawSources,
    }
    toml::from_str::<File>(toml).unwrap().source
}

/// The sources of a configuration, or its mistakes.
pub(super) fn check(toml: &str) -> Result<Vec<Source>, Mistakes> {
    super::check(&entries(toml), &Contracts::embedded().unwrap())
}

/// A source of `need_item` with further keys.
pub(super) fn source(keys: &str) -> Source {
    let base = "[[source]]\nname = 'his'\nkind = 'postgres'\nhost = 'db'\ndatabase = 'd'\nuser = 'u'\n\
                password = { env = 'X' }\ntable = 'his.need'\ntarget = 'need_item'\n";
    check(&format!("{base}{keys}")).unwrap().remove(0)
}
