//! Markup written piece by piece. What is put in as text or as a value cannot become markup, nor a control character;
//! what is opened is closed.

/// The declaration at the head of a part.
pub const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// Name and value of attributes.
pub type Attributes<'a> = &'a [(&'a str, &'a str)];

/// A piece of markup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Xml(String);

impl Xml {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An element with what `fill` puts into it.
    pub fn element(&mut self, name: &str, attributes: Attributes, fill: impl FnOnce(&mut Self)) {
        self.start(name, attributes);
        self.0.push('>');
        fill(self);
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }

    /// An element with nothing in it.
    pub fn leaf(&mut self, name: &str, attributes: Attributes) {
        self.start(name, attributes);
        self.0.push_str("/>");
    }

    /// An element with text in it.
    pub fn words(&mut self, name: &str, attributes: Attributes, text: &str) {
        self.element(name, attributes, |x| x.text(text));
    }

    /// Text.
    pub fn text(&mut self, text: &str) {
        self.0.push_str(&escape(text));
    }

    /// Markup that was written by this type or stands in a template: never a value.
    pub fn markup(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    /// The markup so far.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The markup as a part of its own, with a declaration.
    #[must_use]
    pub fn into_part(self) -> Vec<u8> {
        format!("{HEAD}{}", self.0).into_bytes()
    }

    fn start(&mut self, name: &str, attributes: Attributes) {
        self.0.push('<');
        self.0.push_str(name);
        for (key, value) in attributes {
            self.0.push(' ');
            self.0.push_str(key);
            self.0.push_str("=\"");
            self.0.push_str(&escape(value));
            self.0.push('"');
        }
    }
}

/// Text for markup: `& < > "` escaped, characters dropped that no part may hold.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| allowed(*c)) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
    out
}

/// Neither a control character nor one of the two code points that XML forbids.
fn allowed(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_never_becomes_markup() {
        let mut xml = Xml::new();
        xml.element("a", &[("k", "\"<&")], |x| x.text("1 < 2 & \"三\"</a>"));
        assert_eq!(xml.as_str(), "<a k=\"&quot;&lt;&amp;\">1 &lt; 2 &amp; &quot;三&quot;&lt;/a&gt;</a>");
    }

    #[test]
    fn control_characters_are_dropped() {
        let all: String = (0..0xa0u32).chain([0xfffe, 0xffff]).filter_map(char::from_u32).collect();
        assert!(escape(&all).chars().all(|c| !c.is_control() && c < '\u{fff0}'));
        assert_eq!(escape("a\u{0}\u{1b}\u{7f}\u{85}b\n"), "ab");
    }
}
