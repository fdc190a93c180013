//! Fitting text into a width: measuring, wrapping, shortening.

use crate::fonts::Fonts;

/// Characters that must not begin a line.
const NOT_FIRST: &str = "，。、；：！？）》」』】”’%·—～,.;:!?)]}";
/// Characters that must not end a line.
const NOT_LAST: &str = "（《「『【“‘([{";

/// Width of a text in pixels.
#[must_use]
pub fn width(fonts: &Fonts, text: &str, size: f64, bold: bool) -> f64 {
    fonts.width(text, bold) * size
}

/// The text, or as much of it as fits, ending with an ellipsis.
#[must_use]
pub fn fit(fonts: &Fonts, text: &str, size: f64, bold: bool, room: f64) -> String {
    if width(fonts, text, size, bold) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if width(fonts, &kept, size, bold) + width(fonts, "…", size, bold) > room {
            kept.pop();
            break;
        }
    }
    kept.push('…');
    kept
}

/// Lines of at most `room` pixels; what does not fit into `most` lines is cut with an ellipsis.
#[must_use]
pub fn wrap(fonts: &Fonts, text: &str, size: f64, bold: bool, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if lines.len() + 1 >= most.max(1) {
            lines.push(fit(fonts, rest, size, bold, room));
            break;
        }
        let cut = break_at(fonts, rest, size, bold, room);
        lines.push(rest[..cut].trim_end().to_owned());
        rest = rest[cut..].trim_start();
    }
    lines
}

/// Lines of about equal length, for titles: as few as needed, then balanced.
#[must_use]
pub fn balance(fonts: &Fonts, text: &str, size: f64, bold: bool, room: f64, most: usize) -> Vec<String> {
    let lines = wrap(fonts, text, size, bold, room, most);
    if lines.len() < 2 || lines.last().is_some_and(|l| l.ends_with('…')) {
        return lines;
    }
    // The narrowest room that needs no more lines.
    let even = width(fonts, text, size, bold) / lines.len() as f64;
    let rooms = (0..8).map(|i| even + (room - even) * f64::from(i) / 8.0);
    rooms
        .map(|narrow| wrap(fonts, text, size, bold, narrow, most + 1))
        .find(|balanced| balanced.len() == lines.len())
        .unwrap_or(lines)
}

/// Byte position of the last allowed break before `room` is full; at least one character.
fn break_at(fonts: &Fonts, text: &str, size: f64, bold: bool, room: f64) -> usize {
    let mut used = 0.0;
    let mut best = None;
    let mut before: Option<char> = None;
    for (at, c) in text.char_indices() {
        if before.is_some_and(|b| may_break(b, c)) {
            best = Some(at);
        }
        used += width(fonts, c.encode_utf8(&mut [0; 4]), size, bold);
        if used > room {
            return best.unwrap_or(if at == 0 { c.len_utf8() } else { at });
        }
        before = Some(c);
    }
    text.len()
}

fn may_break(before: char, after: char) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || ".,%-−".contains(c);
    !(NOT_FIRST.contains(after) || NOT_LAST.contains(before) || (word(before) && word(after)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fonts::fonts;

    #[test]
    fn breaks_keep_punctuation_and_numbers_together() {
        let f = fonts().unwrap();
        assert_eq!(wrap(f, "经开区居首，得98.85分。", 10.0, false, 62.0, 9), ["经开区居首，", "得98.85分。"]);
        assert_eq!(wrap(f, "一二三四，五", 10.0, false, 40.0, 9), ["一二三", "四，五"]);
        assert_eq!(wrap(f, "", 10.0, false, 40.0, 9), Vec::<String>::new());
    }

    #[test]
    fn too_long_is_cut() {
        let f = fonts().unwrap();
        assert_eq!(fit(f, "国家税务总局", 10.0, false, 40.0), "国家税…");
        assert_eq!(wrap(f, "一二三四五六七八九", 10.0, false, 30.0, 2), ["一二三", "四五…"]);
        assert_eq!(wrap(f, "宽", 10.0, false, 1.0, 3), ["…"].map(|_| "宽"));
    }

    #[test]
    fn titles_are_balanced() {
        let f = fonts().unwrap();
        let lines = balance(f, "一二三四五六七八九十一二", 10.0, false, 100.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].chars().count() >= 4, "{lines:?}");
    }
}
