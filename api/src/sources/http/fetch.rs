//! One page: asked for again where the endpoint is busy, never longer, larger or elsewhere than allowed.

use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, LINK, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url};
use tokio::time::Instant;

use super::super::config::{Endpoint, Tls};
use super::super::error::{Kind, Result, SourceError};
use super::super::fault;
use super::super::secret::Secret;
use super::super::tls;

/// How often a page is asked for.
const TRIES: u32 = 4;
/// The longest wait that an endpoint may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// Asks an endpoint, and counts what it costs.
pub(super) struct Fetcher<'a> {
    client: Client,
    endpoint: &'a Endpoint,
    token: Option<Secret>,
    timeout: Duration,
    pages_left: u64,
    bytes_left: u64,
    until: Instant,
}

/// A page as received.
#[derive(Debug)]
pub(super) struct Page {
    /// Its bytes.
    pub body: Vec<u8>,
    /// Its `Link` header.
    pub link: Option<String>,
}

/// Why a page did not come.
enum Failure {
    /// It may come when asked again, after so long if the endpoint says so.
    Again(SourceError, Option<Duration>),
    /// It will not.
    Final(SourceError),
}

impl<'a> Fetcher<'a> {
    pub fn new(endpoint: &'a Endpoint, timeout: Duration) -> Result<Self> {
        let builder = Client::builder()
            .user_agent("suixin")
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(timeout.min(Duration::from_secs(30)));
        let builder = match &endpoint.tls {
            Tls::Off => builder,
            Tls::Require { ca } => builder.tls_backend_preconfigured(tls::client(ca.as_deref())?),
        };
        let failed = |_| SourceError::new(Kind::Tls, "准备不了加密连接", "请核对 tls_ca 和本机的根证书");
        tls::name_provider();
        let client = builder.build().map_err(failed)?;
        let token = endpoint.token.as_ref().map(super::super::secret::SecretRef::read).transpose()?;
        let limits = endpoint.limits;
        let until = Instant::now() + limits.time;
        Ok(Self { client, endpoint, token, timeout, pages_left: limits.pages, bytes_left: limits.bytes, until })
    }

    /// A page.
    pub async fn page(&mut self, url: Url) -> Result<Page> {
        self.pages_left = self
            .pages_left
            .checked_sub(1)
            .ok_or_else(|| limit(format!("超过 {} 页", self.endpoint.limits.pages), "max_pages，或加大每页行数"))?;
        let mut tried = 0;
        loop {
            tried += 1;
            let (cause, asked) = match self.once(url.clone()).await {
                Ok(page) => return Ok(page),
                Err(Failure::Final(cause)) => return Err(cause),
                Err(Failure::Again(cause, asked)) => (cause, asked),
            };
            let wait = wait(tried, asked, self.until.saturating_duration_since(Instant::now()));
            let Some(wait) = wait else { return Err(cause) };
            tokio::time::sleep(wait).await;
        }
    }

    async fn once(&mut self, url: Url) -> std::result::Result<Page, Failure> {
        let left = self.until.saturating_duration_since(Instant::now()).min(self.timeout);
        if left.is_zero() {
            let seconds = self.endpoint.limits.time.as_secs();
            return Err(Failure::Final(limit(format!("全部页超过 {seconds} 秒"), "max_seconds")));
        }
        let mut request = self.client.get(url).header("accept", "application/json").timeout(left);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.reveal());
        }
        let response = request.send().await.map_err(|e| self.broken(&e))?;
        if response.status() != StatusCode::OK {
            return Err(self.refusal(&response));
        }
        let link = response.headers().get(LINK).and_then(|l| l.to_str().ok()).map(str::to_owned);
        Ok(Page { body: self.body(response).await?, link })
    }

    async fn body(&mut self, mut response: Response) -> std::result::Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        let too_large = |e: &Endpoint| {
            Failure::Final(limit(
                format!("全部页超过 {} 字节", e.limits.bytes),
                "max_bytes，或用 since_parameter 只取变动",
            ))
        };
        let size = response.content_length().unwrap_or_default();
        if size > self.bytes_left {
            return Err(too_large(self.endpoint));
        }
        while let Some(chunk) = response.chunk().await.map_err(|e| self.broken(&e))? {
            self.bytes_left =
                self.bytes_left.checked_sub(chunk.len() as u64).ok_or_else(|| too_large(self.endpoint))?;
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// The connection failed or broke. What the client says may hold the address with its parameters and is not
    /// repeated.
    fn broken(&self, e: &reqwest::Error) -> Failure {
        let causes = fault::causes(e).join("：").to_ascii_lowercase();
        let (host, port) = place(&self.endpoint.url);
        if causes.contains("certificate") || causes.contains("tls") || causes.contains("corrupt message") {
            let what = format!("与 {host}:{port} 的加密连接没有建成");
            let remedy = "请用 tls_ca 指明签发机构；url 的主机要与证书上的名称一致";
            return Failure::Final(SourceError::new(Kind::Tls, what, remedy));
        }
        let cause = if e.is_connect() {
            fault::unreachable(&host, port, fault::network(&causes))
        } else if e.is_timeout() {
            fault::timeout(self.timeout)
        } else {
            let what = format!("{host}:{port} 的答复没有收全，连接中断");
            SourceError::new(Kind::Unreachable, what, "请稍后再试；总是如此的，请接口方检查")
        };
        Failure::Again(cause, None)
    }

    fn refusal(&self, response: &Response) -> Failure {
        let status = response.status();
        let (host, code) = (place(&self.endpoint.url).0, status.as_u16());
        let refused =
            |what: &str, remedy: &str| SourceError::new(Kind::Refused, format!("{host} {what}（{code}）"), remedy);
        match code {
            401 | 403 => {
                let token = self.endpoint.token.as_ref().map_or("token".to_owned(), ToString::to_string);
                let what = format!("{host} 不接受令牌（{code}）");
                let remedy = format!("请核对{token}是否正确、是否过期、有没有这个接口的权限");
                Failure::Final(SourceError::new(Kind::Login, what, remedy))
            }
            429 | 500 | 502 | 503 | 504 => {
                let cause = refused("忙或出错，重试后仍未答复", "请稍后再试；总是如此的，请接口方检查");
                Failure::Again(cause, retry_after(response.headers()))
            }
            300..=399 => Failure::Final(refused("把请求转到别处，没有跟去，令牌没有外送", "请把 url 改成最终的地址")),
            404 => Failure::Final(refused("没有这个接口", "请核对 url")),
            _ => Failure::Final(refused("拒绝请求", "请核对 url 和各个参数名，或请接口方说明")),
        }
    }
}

fn place(url: &Url) -> (String, u16) {
    (url.host_str().unwrap_or_default().to_owned(), url.port_or_known_default().unwrap_or_default())
}

fn limit(what: String, which: &str) -> SourceError {
    SourceError::new(Kind::Limit, format!("{what}，已停止"), format!("请核对分页设置；确有这么多的，调大 {which}"))
}

/// How long to wait before the next try; `None`: there is none.
fn wait(tried: u32, asked: Option<Duration>, left: Duration) -> Option<Duration> {
    let wait = asked.unwrap_or_else(|| Duration::from_secs(1 << (tried - 1).min(6)));
    (tried < TRIES && wait <= LONGEST_WAIT && wait < left).then_some(wait)
}

/// Seconds, or a date; that one is compared with the endpoint's own clock.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = |text: &str| chrono::DateTime::parse_from_rfc2822(text).ok();
    let now = date(headers.get(DATE)?.to_str().ok()?)?;
    (date(text)? - now).to_std().ok().or(Some(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3_600);

    #[test]
    fn waits_grow_and_the_endpoint_may_say_how_long() {
        let seconds =
            |tried, asked: Option<u64>| wait(tried, asked.map(Duration::from_secs), LONG).map(|w| w.as_secs());
        assert_eq!([1, 2, 3, 4].map(|n| seconds(n, None)), [Some(1), Some(2), Some(4), None]);
        assert_eq!((seconds(1, Some(30)), seconds(1, Some(301))), (Some(30), None));
        assert_eq!(wait(1, None, Duration::from_millis(900)), None, "the pull's time is over before");
    }

    #[test]
    fn a_wait_in_seconds_or_until_a_date() {
        let of = |retry: &str, date: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, retry.parse().unwrap());
            if let Some(date) = date {
                headers.insert(DATE, date.parse().unwrap());
            }
            retry_after(&headers).map(|d| d.as_secs())
        };
        let date = Some("Wed, 21 Oct 2026 07:28:00 GMT");
        assert_eq!(of("7", None), Some(7));
        assert_eq!(of("Wed, 21 Oct 2026 07:28:30 GMT", date), Some(30));
        assert_eq!(of("Wed, 21 Oct 2026 07:27:00 GMT", date), Some(0));
        assert_eq!((of("soon", date), of("Wed, 21 Oct 2026 07:28:30 GMT", None)), (None, None));
    }
}
