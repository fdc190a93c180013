//! `suixin serve`: web pages, the interface for programs, and the scheduled jobs, until stopped.

use anyhow::{Context, Result};
use tokio::net::TcpListener;

use super::Exit;
use crate::app::App;
use crate::cli::{Global, Serve};
use crate::http;
use crate::output::say;

pub(super) async fn run(global: &Global, args: &Serve) -> Result<Exit> {
    let app = global.open().await?;
    let address = args.listen.clone().unwrap_or_else(|| app.config.listen.clone());
    listen(app, &address).await
}

/// Serves on an address; a port that is taken is replaced by a free one.
pub(super) async fn listen(app: App, address: &str) -> Result<Exit> {
    let listener = match TcpListener::bind(address).await {
        Ok(listener) => listener,
        Err(e) if e.kind() == std::io::ErrorKind::AddrInUse => {
            say(format!("{address} 已被占用，改用空闲端口"));
            let host = address.rsplit_once(':').map_or("127.0.0.1", |(host, _)| host);
            TcpListener::bind(format!("{host}:0")).await.with_context(|| format!("{host} 上没有空闲端口"))?
        }
        Err(e) => return Err(e).with_context(|| format!("不能在 {address} 监听")),
    };
    say(format!("已打开 http://{}/ （按 Ctrl+C 停止）", listener.local_addr()?));
    http::serve(app, listener).await?;
    Ok(Exit::Fine)
}
