//! The server: it listens on this machine only unless the office decides otherwise, runs the schedule beside the pages,
//! and ends both in good order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::app::App;
use crate::http::{Web, router_of};
use crate::schedule::{Runner, Schedule};

/// Time that answers under way get when the server is told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Serves pages, `/v1` and the schedule until the process is told to stop.
///
/// # Errors
/// When the address is not of this machine and `allow_remote` is not set, when a time of the schedule is wrong, or when
/// the listener fails.
pub async fn serve(app: App, listener: TcpListener) -> Result<()> {
    check_address(listener.local_addr().context("不知道监听地址")?, app.config.allow_remote)?;
    let web = Web { app: app.clone(), writer: Arc::default() };
    let schedule = Schedule::start(Runner::new(app, Arc::clone(&web.writer))).await?;
    let (tell, told) = watch::channel(());
    tokio::spawn(async move {
        told_to_stop().await;
        // Nobody listens any more when the server has ended by itself.
        tell.send(()).ok();
    });
    let server = axum::serve(listener, router_of(web)).with_graceful_shutdown(changed(told.clone()));
    let served = tokio::select! {
        served = server.into_future() => served.context("网页服务中断"),
        () = patience_over(told) => Ok(()),
    };
    schedule.stop().await;
    served
}

async fn changed(mut told: watch::Receiver<()>) {
    if told.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Answers under way when the stop comes may be finished, but not for ever.
async fn patience_over(told: watch::Receiver<()>) {
    changed(told).await;
    tokio::time::sleep(GRACE).await;
    tracing::warn!("answers under way were cut off");
}

/// There are no accounts at this door, so it stays closed to other machines unless the office says who guards it.
fn check_address(address: SocketAddr, allow_remote: bool) -> Result<()> {
    ensure!(
        allow_remote || address.ip().is_loopback(),
        "监听地址 {address} 会让其他电脑访问，已拒绝启动：网页没有登录，任何能连上的人都能查询和上传。\
         请在 suixin.toml 中把 listen 改为 127.0.0.1 上的地址；如确有防护（如带身份认证的反向代理），写明 allow_remote = true 后再启动"
    );
    Ok(())
}

/// Ctrl+C, or the signal by which a service manager stops a service.
async fn told_to_stop() {
    let interrupted = async {
        if let Err(e) = tokio::signal::ctrl_c().await {
            tracing::error!("cannot listen for ctrl-c: {e}");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<Option<()>>();
    tokio::select! {
        () = interrupted => {}
        _ = terminated => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_machines_are_kept_out_unless_the_office_says_so() {
        let local: SocketAddr = "127.0.0.1:8080".parse().unwrap();
        let every: SocketAddr = "0.0.0.0:8080".parse().unwrap();
        assert!(check_address(local, false).is_ok());
        assert!(check_address("[::1]:8080".parse().unwrap(), false).is_ok());
        let refusal = check_address(every, false).unwrap_err().to_string();
        assert!(refusal.contains("allow_remote"), "{refusal}");
        assert!(check_address(every, true).is_ok());
    }
}
