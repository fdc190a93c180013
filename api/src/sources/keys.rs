//! Reads the keys of one `[[source]]` entry and collects what is wrong with them.

use std::collections::BTreeSet;
use std::fmt;

use suixin_ingest::contract::suggest;

use super::secret::SecretRef;

/// A mistake of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Name of the source, or its number where it has none.
    pub source: String,
    /// Key.
    pub key: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, key, what, remedy } = self;
        write!(f, "suixin.toml [[source]] {source} 的 {key}：{what}；{remedy}")
    }
}

/// All mistakes of the sources, one a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("来源配置有 {} 处错误：\n{}", .0.len(), lines(.0))]
pub struct Mistakes(pub Vec<Mistake>);

fn lines(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Words in the name of a key or parameter that holds a secret.
pub(super) const SECRETIVE: [&str; 6] = ["password", "passwd", "token", "secret", "api_key", "apikey"];

/// The keys of one entry.
pub(super) struct Keys<'a> {
    table: &'a toml::Table,
    known: BTreeSet<&'static str>,
    lenient: bool,
    source: String,
    mistakes: &'a mut Vec<Mistake>,
}

impl<'a> Keys<'a> {
    pub fn new(table: &'a toml::Table, number: usize, mistakes: &'a mut Vec<Mistake>) -> Self {
        let named = table.get("name").and_then(toml::Value::as_str);
        let source = named.map_or_else(|| format!("第{number}个"), |n| format!("“{n}”"));
        Self { table, known: BTreeSet::new(), lenient: false, source, mistakes }
    }

    pub fn wrong(&mut self, key: &str, what: impl Into<String>, remedy: impl Into<String>) {
        let (source, key) = (self.source.clone(), key.to_owned());
        self.mistakes.push(Mistake { source, key, what: what.into(), remedy: remedy.into() });
    }

    fn get(&mut self, key: &'static str) -> Option<&'a toml::Value> {
        self.known.insert(key);
        self.table.get(key)
    }

    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// A text that may be left out.
    pub fn text(&mut self, key: &'static str) -> Option<String> {
        let value = self.get(key)?;
        match value.as_str().map(str::trim) {
            Some("") => self.wrong(key, "是空的", "请填写，或删去这一行"),
            Some(text) => return Some(text.to_owned()),
            None => self.wrong(key, "应是文字", format!("请写成 {key} = \"…\"")),
        }
        None
    }

    /// A text that must be there.
    pub fn need(&mut self, key: &'static str, remedy: &str) -> Option<String> {
        if !self.has(key) {
            self.known.insert(key);
            self.wrong(key, "没有写", remedy);
        }
        self.text(key)
    }

    /// A whole number inside a range, or the default.
    pub fn number(&mut self, key: &'static str, default: u64, range: std::ops::RangeInclusive<u64>) -> u64 {
        let Some(value) = self.get(key) else { return default };
        let number = value.as_integer().and_then(|n| u64::try_from(n).ok()).filter(|n| range.contains(n));
        number.unwrap_or_else(|| {
            let remedy = format!("请写 {} 到 {} 之间的整数，不加引号", range.start(), range.end());
            self.wrong(key, "不是允许的整数", remedy);
            default
        })
    }

    pub fn flag(&mut self, key: &'static str) -> bool {
        let Some(value) = self.get(key) else { return false };
        value.as_bool().unwrap_or_else(|| {
            self.wrong(key, "应是 true 或 false", "请改写，不加引号");
            false
        })
    }

    pub fn list(&mut self, key: &'static str) -> Vec<String> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let items = value.as_array().and_then(|a| a.iter().map(|v| v.as_str().map(str::to_owned)).collect());
        items.unwrap_or_else(|| {
            self.wrong(key, "应是一列文字", format!("请写成 {key} = [\"…\", \"…\"]"));
            Vec::new()
        })
    }

    pub fn pairs(&mut self, key: &'static str) -> Vec<(String, String)> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let pair = |(from, to): (&String, &toml::Value)| Some((from.clone(), to.as_str()?.to_owned()));
        let pairs = value.as_table().and_then(|t| t.iter().map(pair).collect());
        pairs.unwrap_or_else(|| {
            self.wrong(key, "应是“来源列 = 报表列”的对照", format!("请写成 {key} = {{ xqbh = \"need_id\" }}"));
            Vec::new()
        })
    }

    /// A secret by reference. One that is written out is refused and never repeated.
    pub fn secret(&mut self, key: &'static str) -> Option<SecretRef> {
        let value = self.get(key)?;
        let remedy = format!(
            "请写成 {key} = {{ env = \"SUIXIN_…\" }} 或 {key} = {{ file = \"/etc/suixin/…\" }}，把它放在环境变量或权限 600 的文件里"
        );
        let named = value.as_table().filter(|t| t.len() == 1).and_then(|t| t.iter().next());
        match named.and_then(|(kind, at)| Some((kind.as_str(), at.as_str().filter(|a| !a.is_empty())?))) {
            Some(("env", name)) => return Some(SecretRef::Env(name.to_owned())),
            Some(("file", path)) => return Some(SecretRef::File(path.into())),
            _ if value.is_table() => self.wrong(key, "应当只写 env 或 file 中的一个", remedy),
            _ => {
                let what = "不能把口令、令牌直接写在配置文件里：配置文件会被复制、备份和查看";
                self.wrong(key, what, format!("{remedy}；写出过的口令请更换"));
            }
        }
        None
    }

    /// Without a kind there is no telling which keys belong here.
    pub fn allow_unknown(&mut self) {
        self.lenient = true;
    }

    /// Tells every key that nobody asked for.
    pub fn finish(mut self) {
        if self.lenient {
            return;
        }
        let unknown: Vec<&String> = self.table.keys().filter(|k| !self.known.contains(k.as_str())).collect();
        for key in unknown {
            let remedy = suggest(key, self.known.iter().copied());
            self.wrong(key, "没有这个配置项，或不适用于这种来源", remedy);
        }
    }
}
