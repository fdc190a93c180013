//! A statement of a definition: its text with placeholders, and where it stands in its file.

use super::mistake::Place;

/// The placeholders that a statement may have, with what each stands for.
pub const PLACEHOLDERS: [(&str, &str); 12] = [
    ("ps", "评价期第一天"),
    ("pe", "评价期最后一天"),
    ("asof", "计算基准日"),
    ("yr", "年度"),
    ("months", "评价期月数"),
    ("quarters", "评价期季数"),
    ("prev", "上一年度"),
    ("indicators", "现行指标的行：编号、计量单位、目标、条款、来源（只用于数据集）"),
    ("trials_cty", "县级排名试算的行：对象、名次区间好端、中间、差端、居首比例（只用于数据集）"),
    ("pairs_cty", "县级排名中分不出先后的行：在前、在后、在前比例（只用于数据集）"),
    ("trials_plt", "试点排名试算的行，列同上（只用于数据集）"),
    ("pairs_plt", "试点排名中分不出先后的行，列同上（只用于数据集）"),
];

/// SQL text with placeholders such as `${ps}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sql {
    text: String,
    place: Place,
}

impl Sql {
    /// The text without surrounding blank lines; `first_line` is where it begins with them.
    pub(crate) fn new(text: &str, first_line: Place) -> Self {
        let body = text.trim();
        let blank = text[..text.len() - text.trim_start().len()].matches('\n').count();
        Self { text: body.to_owned(), place: Place { line: first_line.line + blank, ..first_line } }
    }

    /// The text as written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the statement begins.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The place of a byte of the text.
    #[must_use]
    pub fn place_at(&self, offset: usize) -> Place {
        let inner = Place::at(&self.place.file, &self.text, offset);
        self.place_in(inner.line, inner.column)
    }

    /// The place of a line and column (both from 1) of the text.
    #[must_use]
    pub fn place_in(&self, line: usize, column: usize) -> Place {
        let column = if line == 1 { self.place.column + column - 1 } else { column };
        Place { line: self.place.line + line - 1, column, ..self.place.clone() }
    }

    /// Where `word` first stands as a whole word (any case), or the beginning.
    #[must_use]
    pub fn place_of(&self, word: &str) -> Place {
        let low = self.text.to_lowercase();
        let word = word.to_lowercase();
        let whole = |i: &usize| {
            let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            !part(low[..*i].chars().next_back()) && !part(low[i + word.len()..].chars().next())
        };
        let found = low.match_indices(&word).map(|(i, _)| i).find(whole);
        found.map_or_else(|| self.place.clone(), |i| self.place_at(i))
    }

    /// The placeholders that do not exist, with the byte where each begins.
    pub(crate) fn unknown_placeholders(&self) -> impl Iterator<Item = (usize, &str)> {
        let known = |name: &str| PLACEHOLDERS.iter().any(|(k, _)| *k == name);
        self.placeholders().into_iter().filter(move |(_, name)| !known(name))
    }

    /// Every `${…}` with the byte where it begins; an unclosed one has the rest of the line as its name.
    #[must_use]
    pub fn placeholders(&self) -> Vec<(usize, &str)> {
        self.text
            .match_indices("${")
            .map(|(i, _)| {
                let rest = &self.text[i + 2..];
                (i, &rest[..rest.find(['}', '\n']).unwrap_or(rest.len())])
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_file() {
        let at = Place { file: "a.toml".into(), line: 10, column: 1 };
        let sql = Sql::new("\nSELECT a\nFROM t x WHERE d>'${pe}' AND e=${yy}\n", at);
        let found = sql.placeholders();
        assert_eq!(found.iter().map(|(_, n)| *n).collect::<Vec<_>>(), ["pe", "yy"]);
        let place = sql.place_at(found[1].0);
        assert_eq!((place.line, place.column), (12, 32));
        assert_eq!(sql.place_of("T").line, 12);
        assert_eq!(sql.place_of("absent").line, 11);
    }
}
