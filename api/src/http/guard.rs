//! What every request and every answer passes: the name under which we are called, the page that a form came from, the
//! time limit, the security headers, and the shape of errors (problem+json under `/v1`, a page elsewhere).

use std::net::IpAddr;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::Web;
use crate::http::pages;
use crate::http::problem::{Kind, Problem};

/// Time that an answer may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// Time that taking returns in may take.
const PATIENCE_WITH_RETURNS: Duration = Duration::from_secs(600);

/// Headers of every answer. Style and script come from our own files only; nothing else is loaded from anywhere.
const HEADERS: [(HeaderName, &str); 8] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (header::CACHE_CONTROL, "no-store"),
];

/// Sets the headers; an answer that set one of them itself keeps it.
pub async fn set_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Refuses a foreign host name (a page elsewhere that made its name point at us) and forms from foreign pages.
pub async fn check_origin(State(web): State<Web>, request: Request, next: Next) -> Response {
    let host = host_of(&request);
    let named = host.as_deref().is_none_or(|h| web.app.config.allow_remote || is_own_name(h));
    if !named {
        return Problem::new(Kind::Foreign, "访问所用的主机名不是本机").into_response();
    }
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if writes && !comes_from_us(request.headers(), host.as_deref()) {
        return Problem::new(Kind::Foreign, "提交来自别的网页").into_response();
    }
    next.run(request).await
}

fn host_of(request: &Request) -> Option<String> {
    let header = request.headers().get(header::HOST).and_then(|h| h.to_str().ok()).map(str::to_owned);
    header.or_else(|| request.uri().authority().map(ToString::to_string))
}

fn is_own_name(host: &str) -> bool {
    let Ok(authority) = host.parse::<axum::http::uri::Authority>() else { return false };
    let name = authority.host().trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether a writing request may be believed to be meant: browsers say where a form came from, programs say nothing.
fn comes_from_us(headers: &HeaderMap, host: Option<&str>) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN) else { return true };
    origin.parse::<Uri>().ok().and_then(|o| o.authority().map(ToString::to_string)).as_deref() == host
}

/// Ends what takes too long.
pub async fn limit_time(request: Request, next: Next) -> Response {
    let returns = request.method() == Method::POST && request.uri().path().ends_with("/returns");
    let patience = if returns { PATIENCE_WITH_RETURNS } else { PATIENCE };
    match tokio::time::timeout(patience, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(Kind::Timeout, format!("{} 秒内没有完成", patience.as_secs())).into_response(),
    }
}

/// Marks an answer that has its page already, whatever its status.
#[derive(Debug, Clone, Copy)]
pub struct Dressed;

/// Gives every error its shape, those of the framework included.
pub async fn dress_errors(State(web): State<Web>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let head = request.method() == Method::HEAD;
    let response = next.run(request).await;
    let status = response.status();
    let whole = response.extensions().get::<Dressed>().is_some();
    if whole || !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let known = response.extensions().get::<Problem>().cloned();
    let for_programs = path == "/v1" || path.starts_with("/v1/");
    match (known, for_programs) {
        (Some(_), true) => response,
        (None, true) => bare(&path, status).into_response(),
        _ if head => response,
        (known, false) => pages::problem::page(&web, known.unwrap_or_else(|| bare(&path, status))),
    }
}

fn bare(path: &str, status: StatusCode) -> Problem {
    let kind = Kind::of_status(status);
    match kind {
        Kind::NotFound => Problem::not_found("页面", path),
        Kind::Internal => Problem::internal(anyhow::anyhow!("{path} answered {status}")),
        _ => Problem::new(kind, format!("地址 {path}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_ours() {
        for own in ["localhost:8080", "127.0.0.1", "127.0.0.1:80", "[::1]:8080", "LOCALHOST"] {
            assert!(is_own_name(own), "{own}");
        }
        for foreign in ["evil.example", "127.0.0.1.evil.example", "10.0.0.1:8080", "localhost.evil.example", "a b", ""]
        {
            assert!(!is_own_name(foreign), "{foreign}");
        }
    }

    #[test]
    fn forms_of_foreign_pages_are_refused() {
        let check = |pairs: &[(&'static str, &'static str)]| {
            let map = pairs.iter().map(|(k, v)| (HeaderName::from_static(k), HeaderValue::from_static(v))).collect();
            comes_from_us(&map, Some("127.0.0.1:8080"))
        };
        assert!(check(&[]), "a program");
        assert!(check(&[("sec-fetch-site", "same-origin"), ("origin", "null")]), "our own form");
        assert!(!check(&[("sec-fetch-site", "cross-site")]));
        assert!(!check(&[("sec-fetch-site", "same-site")]), "another port of this machine");
        assert!(check(&[("origin", "http://127.0.0.1:8080")]));
        assert!(!check(&[("origin", "http://evil.example")]));
        assert!(!check(&[("origin", "null")]), "a sandboxed page");
    }
}
