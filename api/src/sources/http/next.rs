//! Where the next page is. The token goes to the configured scheme, host and port and nowhere else, whatever a page
//! says. Pure.

use reqwest::Url;

use super::super::error::{Kind, Result, SourceError};

/// The address with `rel="next"` of a `Link` header (RFC 8288), relative to the page it stands on.
pub(super) fn next_of(link: &str, page: &Url, home: &Url) -> Result<Option<Url>> {
    let Some(target) = entries(link).into_iter().find(is_next).and_then(address) else { return Ok(None) };
    let next = page.join(target).map_err(|_| foreign("下一页的地址不是网址"))?;
    if !is_home(&next, home) {
        return Err(foreign("下一页指向别的主机、端口或协议，没有去取，令牌没有外送"));
    }
    Ok(Some(next))
}

/// Whether an address belongs to the configured endpoint.
pub(super) fn is_home(url: &Url, home: &Url) -> bool {
    let no_user = url.username().is_empty() && url.password().is_none();
    no_user && url.origin() == home.origin()
}

fn foreign(what: &str) -> SourceError {
    SourceError::new(Kind::Refused, what, "请接口方改正下一页的地址；接口确已搬家的，改 url")
}

/// The header has entries between commas; an address in angle brackets may hold commas itself.
fn entries(link: &str) -> Vec<&str> {
    let (mut out, mut from, mut inside) = (Vec::new(), 0, false);
    for (at, c) in link.char_indices() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            ',' if !inside => {
                out.push(&link[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    out.push(&link[from..]);
    out
}

fn address(entry: &str) -> Option<&str> {
    entry.trim().strip_prefix('<')?.split_once('>').map(|(address, _)| address)
}

fn is_next(entry: &&str) -> bool {
    let Some((_, parameters)) = entry.split_once('>') else { return false };
    parameters.split(';').filter_map(|p| p.trim().split_once('=')).any(|(name, value)| {
        name.trim().eq_ignore_ascii_case("rel")
            && value.trim().trim_matches('"').split(' ').any(|rel| rel.eq_ignore_ascii_case("next"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(link: &str) -> Result<Option<String>> {
        let home = Url::parse("https://dt.example.gov.cn/api/needs").unwrap();
        let page = Url::parse("https://dt.example.gov.cn/api/needs?page=1").unwrap();
        Ok(next_of(link, &page, &home)?.map(|u| u.to_string()))
    }

    #[test]
    fn the_next_page_of_the_same_host_is_followed() {
        for (link, expected) in [
            (
                r#"<https://dt.example.gov.cn/api/needs?page=2>; rel="next""#,
                Some("https://dt.example.gov.cn/api/needs?page=2"),
            ),
            (
                r#"</api/needs?ids=1,2>; rel="prev next", </x>; rel=last"#,
                Some("https://dt.example.gov.cn/api/needs?ids=1,2"),
            ),
            ("<?page=2>; rel=next", Some("https://dt.example.gov.cn/api/needs?page=2")),
            ("<https://dt.example.gov.cn:443/p>; rel=next", Some("https://dt.example.gov.cn/p")),
            (r#"</x>; rel="last""#, None),
            ("", None),
        ] {
            assert_eq!(next(link).unwrap().as_deref(), expected, "{link}");
        }
    }

    #[test]
    fn the_token_goes_nowhere_else() {
        for address in [
            "https://evil.example/p",
            "http://dt.example.gov.cn/p",
            "https://dt.example.gov.cn:8443/p",
            "//evil.example/p",
            "https://dt.example.gov.cn@evil.example/p",
            "https://a:b@dt.example.gov.cn/p",
            "https://dt.example.gov.cn.evil.example/p",
        ] {
            let wrong = next(&format!("<{address}>; rel=next")).unwrap_err();
            assert!(wrong.what.contains("没有去取"), "{address}: {wrong}");
        }
    }
}
