//! Numerals in hanzi as offices write dates with: 二〇二五年三月十二日, 第三季度, 一至九月.

/// The text with runs of hanzi numerals in arabic digits: digit by digit (二〇二五), or by value where 十, 廿 or 卅 stands
/// in the run (十二, 廿一, 三十). What is no number of a date stays as it is.
#[must_use]
pub fn arabic(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars() {
        if is_numeral(c) {
            run.push(c);
        } else {
            out.push_str(&value(&run));
            run.clear();
            out.push(c);
        }
    }
    out + &value(&run)
}

fn is_numeral(c: char) -> bool {
    digit(c).is_some() || matches!(c, '十' | '廿' | '卅')
}

fn digit(c: char) -> Option<u32> {
    let zero = matches!(c, '零' | '○' | '◯').then_some(0);
    zero.or_else(|| "〇一二三四五六七八九".chars().zip(0..).find(|(h, _)| *h == c).map(|(_, d)| d))
}

fn value(run: &str) -> String {
    let Some(at) = run.find(['十', '廿', '卅']) else {
        return run.chars().filter_map(digit).map(|d| d.to_string()).collect();
    };
    tens(&run[..at], &run[at..]).map_or_else(|| run.to_owned(), |n| n.to_string())
}

/// 三|十一 → 31, |十 → 10, |廿一 → 21.
fn tens(before: &str, from: &str) -> Option<u32> {
    let mut rest = from.chars();
    let unit = match rest.next()? {
        '廿' => 20,
        '卅' => 30,
        _ => 10,
    };
    let one = |s: &str| match s.chars().collect::<Vec<_>>().as_slice() {
        [] => Some(None),
        [c] => digit(*c).map(Some),
        _ => None,
    };
    Some(one(before)?.unwrap_or(1) * unit + one(rest.as_str())?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::arabic;

    #[test]
    fn numerals_of_dates() {
        for (written, plain) in [
            ("二〇二五年三月十二日", "2025年3月12日"),
            ("二零二五年十月三十一日", "2025年10月31日"),
            ("二○二五年十二月廿一日", "2025年12月21日"),
            ("一至九月", "1至9月"),
            ("二十百", "20百"),
            ("二五十六七", "二五十六七"),
            ("介福路", "介福路"),
        ] {
            assert_eq!(arabic(written), plain, "{written}");
        }
    }
}
