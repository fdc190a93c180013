//! A real web server with TLS.

use suixin_api::sources::Kind;

use super::fixture::{Office, secret, setting};

fn keys(token: &str, path: &str) -> String {
    format!(
        "kind = 'http'\nurl = 'https://localhost:{}/{path}'\ntls_ca = '{}'\ntoken = {{ file = '{}' }}\nrows = '/items'\n\
         paging = 'cursor'\nnext = '/next'\nunit = '船山区'\nperiod_column = 'qi'\nmax_seconds = 1\n",
        setting("SUIXIN_TEST_WEB_PORT"),
        setting("SUIXIN_TEST_CA"),
        secret(token).display()
    )
}

#[tokio::test]
async fn pages_over_tls() {
    let office = Office::new();
    let good = keys("token", "needs");
    assert_eq!(office.pull(&good).await.unwrap().placed(), 1);
    assert_eq!(office.column("船山区", "202503", "需求编号"), ["N1", "N2"]);
    assert_eq!(office.pull(&good).await.unwrap().placed(), 0);
    let ca = format!("tls_ca = '{}'\n", setting("SUIXIN_TEST_CA"));
    for (wrong, kind) in [
        (keys("wrong", "needs"), Kind::Login),
        (keys("token", "moved"), Kind::Refused),
        (keys("token", "needs").replace(&ca, ""), Kind::Tls),
        (keys("token", "needs").replace("localhost", "127.0.0.1"), Kind::Tls),
    ] {
        let refused = office.pull(&wrong).await.unwrap_err();
        assert_eq!(refused.kind, kind, "{refused}");
    }
}
