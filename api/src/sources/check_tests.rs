//! Tests of the configuration: what is good, and every mistake at once.

use super::config::{Dialect, Paging, PeriodFrom, Place, Relation, Tls, UnitFrom};
use super::secret::SecretRef;
use super::testing::{check, entries, source};

fn wrong(toml: &str) -> Vec<String> {
    check(toml).unwrap_err().0.iter().map(super::keys::Mistake::short).collect()
}

const GOOD: &str = "[[source]]\nname = 'his'\nkind = 'mysql'\nhost = 'db.example'\ndatabase = 'his'\nuser = 'suixin'\n\
    password = { file = '/etc/suixin/his' }\nquery = 'select * from need;'\ntls_ca = '/etc/suixin/ca.pem'\n\
    target = 'need_item'\nunit_column = 'dw'\ndate_column = 'djrq'\nfrequency = 'month'\nfirst_period = '202501'\n\
    watermark_column = 'gxsj'\noverlap = 600\norder = ['bh']\ntimeout_seconds = 60\nschedule = '0 0 2 * * *'\n";

#[test]
fn a_source_with_all_that_can_be_said() {
    let columns = "columns = { bh = 'need_id', sfz = 'pid_token', lx = 'need_type', jj = 'urgency', ly = 'source', djrq = 'register_date', zt = 'status_code' }";
    let source = check(&format!("{GOOD}{columns}")).unwrap().remove(0);
    let Place::Database(database) = &source.place else { panic!("a database") };
    assert_eq!((database.dialect, database.port), (Dialect::Mysql, 3306));
    assert_eq!(database.relation, Relation::Query("select * from need".to_owned()));
    assert_eq!(database.password, SecretRef::File("/etc/suixin/his".into()));
    assert_eq!(database.tls, Tls::Require { ca: Some("/etc/suixin/ca.pem".into()) });
    assert_eq!((source.unit, source.period), (UnitFrom::Column("dw".into()), PeriodFrom::Date("djrq".into())));
    let watermark = source.watermark.unwrap();
    assert_eq!((watermark.column.as_str(), watermark.overlap, source.columns.len()), ("gxsj", 600, 7));
    assert_eq!((source.timeout.as_secs(), source.schedule.as_deref()), (60, Some("0 0 2 * * *")));
}

#[test]
fn tls_is_asked_for_unless_it_is_refused() {
    let tls = |keys: &str| match source(&format!("unit = '船山区'\nperiod_column = 'qi'\n{keys}")).place {
        Place::Database(d) => d.tls,
        Place::Http(_) => panic!("a database"),
    };
    assert_eq!((tls(""), tls("tls = 'off'")), (Tls::Require { ca: None }, Tls::Off));
}

#[test]
fn every_mistake_is_told_at_once() {
    let found = wrong(
        "[[source]]\nname = 'His 1'\nkind = 'postgres'\nhost = ''\nport = 70000\ndatabase = 'd'\npassword = 'geheim-im-klartext'\n\
         table = 'a'\nquery = 'select 1'\ntarget = 'need_itme'\nunit = '船山'\nunit_column = 'x'\nfull = 'ja'\n\
         oder = ['a']\noverlap = 5\ntls = 'maybe'\nfrequency = 'week'\nfirst_period = '2025-01'\nschedule = '每天'\n",
    );
    let expected = [
        "name：只能用小写字母",
        "host：是空的",
        "port：不是允许的整数",
        "user：没有写",
        "password：不能把口令、令牌直接写在配置文件里",
        "tls：只能是 require 或 off",
        "query：与 table 只能写一个",
        "target：没有可报送的表“need_itme”",
        "unit_column：与 unit 只能写一个",
        "period_column：没有写报表期从哪里来",
        "frequency：不认识“week”",
        "overlap：没有 watermark_column 就用不上",
        "full：应是 true 或 false",
        "oder：没有这个配置项",
        "first_period：",
        "schedule：",
    ];
    for part in expected {
        assert!(found.iter().any(|m| m.contains(part)), "{part}: {found:#?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
}

#[test]
fn a_secret_that_was_written_out_is_never_repeated() {
    for value in [
        "'geheim-im-klartext'",
        "12345678",
        "['geheim-im-klartext']",
        "{ plain = 'geheim-im-klartext' }",
        "{ env = '', file = 'geheim-im-klartext' }",
    ] {
        let toml = format!("{}", GOOD.replace("{ file = '/etc/suixin/his' }", value));
        let mistakes = check(&toml).unwrap_err();
        let told = format!("{mistakes} {mistakes:?} {:?}", entries(&toml));
        assert!(told.contains("password") && !told.contains("klartext") && !told.contains("12345678"), "{told}");
    }
}

#[test]
fn mistakes_name_the_source_and_a_remedy() {
    let mistakes = check(&GOOD.replace("need_item", "need_itme")).unwrap_err().to_string();
    assert!(mistakes.starts_with("来源配置有 1 处错误：\nsuixin.toml [[source]] “his” 的 target："), "{mistakes}");
    assert!(mistakes.contains("是不是想写“need_item”？"), "{mistakes}");
    assert_eq!(wrong(&format!("{GOOD}{GOOD}")), ["“his” name：名称“his”用了两次"]);
}

#[test]
fn only_one_statement_that_reads() {
    for (query, part) in [
        ("delete from need", "不是查询语句"),
        ("select 1; commit; delete from need", "只能是一条语句"),
        ("selectx", "不是查询语句"),
    ] {
        let found = wrong(&GOOD.replace("select * from need;", query));
        assert!(found.len() == 1 && found[0].contains(part), "{query}: {found:?}");
    }
    assert!(check(&GOOD.replace("select * from need;", "WITH a AS (select 1) select * from a")).is_ok());
    let table = GOOD.replace("query = 'select * from need;'", "table = 'his.\"need\"'");
    assert!(wrong(&table)[0].contains("不加引号"));
}

#[test]
fn columns_are_those_of_the_form() {
    let found =
        wrong(&format!("{GOOD}columns = {{ a = 'need_idd', b = 'eval_unit_code', c = 'need_type', d = 'need_type' }}"));
    for part in [
        "“需求清单”没有这一栏",
        "b = \"eval_unit_code\"",
        "“need_type”对了两个来源列",
        "缺少必填栏：need_id（需求编号）",
    ] {
        assert!(found.iter().any(|m| m.contains(part)), "{part}: {found:#?}");
    }
}

#[test]
fn what_the_bureau_sends_is_of_the_bureau() {
    let found = wrong(&GOOD.replace("need_item", "dim_region").replace("frequency = 'month'\n", ""));
    assert!(found.iter().any(|m| m.contains("unit_column：这张表由市局统一报送")), "{found:?}");
    assert!(wrong(&GOOD.replace("'month'", "'year'"))[0].contains("与报表规定的 month 不符"));
}

const API: &str = "[[source]]\nname = 'api'\nkind = 'http'\nurl = 'https://dt.example/needs'\ntoken = { env = 'T' }\n\
    target = 'need_item'\nunit_column = 'dw'\nperiod_column = 'qi'\n";

#[test]
fn an_endpoint() {
    let endpoint = |keys: &str| match check(&format!("{API}{keys}")).unwrap().remove(0).place {
        Place::Http(e) => e,
        Place::Database(_) => panic!("an endpoint"),
    };
    assert_eq!((endpoint("").paging, endpoint("").rows.as_str()), (Paging::None, ""));
    let number = Paging::Number { parameter: "p".into(), first: 0, size: Some(("n".into(), 100)) };
    assert_eq!(
        endpoint("paging = 'number'\npage_parameter = 'p'\nfirst_page = 0\nsize_parameter = 'n'\npage_size = 100")
            .paging,
        number
    );
    let limits = endpoint("max_pages = 7\nmax_bytes = 4096\nmax_seconds = 9").limits;
    assert_eq!((limits.pages, limits.bytes, limits.time.as_secs()), (7, 4_096, 9));
}

#[test]
fn mistakes_of_endpoints() {
    for (from, to, part) in [
        ("https:", "http:", "应以 https:// 开头"),
        ("https://", "https://u:geheim@", "网址里不能写用户和口令"),
        ("/needs", "/needs?access_token=geheim", "网址的参数里不能写令牌"),
        ("https://dt.example/needs", "dt.example", "不是网址"),
    ] {
        let found = wrong(&API.replace(from, to));
        assert!(found.len() == 1 && found[0].contains(part) && !found[0].contains("geheim"), "{found:?}");
    }
    for (keys, parts) in [
        ("rows = 'data'", vec!["rows：应是以 / 开头的位置"]),
        ("paging = 'cursor'", vec!["next：没有写"]),
        ("paging = 'pages'", vec!["paging：不认识“pages”"]),
        ("watermark_column = 'gx'", vec!["watermark_column：接口没有说"]),
        (
            "since_parameter = 's'",
            vec!["since_parameter：没有 watermark", "period_parameter：没有写", "unit_parameter：没有写"],
        ),
        ("host = 'x'", vec!["host：没有这个配置项，或不适用于这种来源"]),
        ("page_size = 10", vec!["page_size：没有这个配置项，或不适用于这种来源"]),
        ("paging = 'number'\npage_size = 10", vec!["page_size：没有 size_parameter 就用不上"]),
    ] {
        let found = wrong(&format!("{API}{keys}"));
        assert_eq!(found.len(), parts.len(), "{keys}: {found:#?}");
        parts.iter().for_each(|p| assert!(found.iter().any(|m| m.contains(p)), "{p}: {found:#?}"));
    }
    assert_eq!(
        wrong(&API.replace("'http'", "'ftp'")),
        ["“api” kind：不认识“ftp”"],
        "what hangs on the kind is not judged"
    );
}

#[test]
fn the_examples_of_the_manual_are_good_and_every_key_stands_in_it() {
    let manual = include_str!("../../manual/README.md");
    let examples: Vec<&str> =
        manual.split("```toml\n").skip(1).filter_map(|e| e.split_once("```")).map(|e| e.0).collect();
    let sources = check(&examples.concat()).unwrap();
    assert_eq!(sources.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["dt-platform", "complaint-api"]);
    let code = [include_str!("check.rs"), include_str!("check_place.rs")].concat();
    let asked = ["text", "need", "number", "flag", "list", "pairs", "secret"].map(|f| format!("keys.{f}(\""));
    let keys: Vec<&str> =
        asked.iter().flat_map(|f| code.split(f.as_str()).skip(1)).filter_map(|k| Some(k.split_once('"')?.0)).collect();
    assert!(keys.len() > 35, "{keys:?}");
    for key in keys {
        let written = manual.contains(&format!("{key} =")) || manual.contains(&format!("`{key}"));
        assert!(written, "{key} stands nowhere in the manual");
    }
}
