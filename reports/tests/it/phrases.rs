//! Sentences whose words follow the data.

use crate::common::{brief, dataset, dec, text};
use suixin_reports::figure::Book;
use suixin_reports::outline::Span;
use suixin_reports::phrase::{Labels, Phrase, Speaker};
use suixin_reports::{Brief, Cell};

fn world() -> Brief {
    let row =
        |code: &str, name: &str, total: &str, rank: i64| vec![text(code), text(name), dec(total), Cell::Int(rank)];
    let units = dataset(
        "units",
        &["code"],
        &["code", "name", "total:score:分", "rank:int"],
        vec![row("a", "经开区", "98.85", 1), row("b", "大英县", "84.12", 2), row("c", "船山区", "52.53", 3)],
    );
    let one = dataset(
        "one",
        &[],
        &["up:pct1", "down:pct1", "flat:pct1", "gone:pct1", "n:int:个", "money:wan:万元", "few:int:人"],
        vec![vec![
            dec("0.875669"),
            dec("-0.032"),
            dec("0.0004"),
            Cell::Null,
            Cell::Int(1234),
            dec("3315743.76"),
            Cell::Int(3),
        ]],
    );
    let mut world = brief(vec![units, one]);
    world.datasets.get_mut("one").unwrap().columns[6].persons = true;
    world
}

/// Checks what phrases print over the small world.
fn check(cases: &[(&str, &str)]) {
    let world = world();
    let book = Book::new(&world);
    let labels = Labels::new();
    let speaker = Speaker::new(&book, &labels);
    for (written, expected) in cases {
        let phrase = Phrase::parse(written, Span::default()).unwrap_or_else(|e| panic!("{written}: {e}"));
        assert_eq!(speaker.say(&phrase), *expected, "{written}");
    }
}

#[test]
fn figures_and_rows() {
    check(&[
        ("{units/a/total}", "98.85分"),
        ("{units/a/total!}", "98.85"),
        ("{units/@1/name}、{units/@2/name}、{units/@-1/name}", "经开区、大英县、船山区"),
        ("{units/@max:total/name}与{units/@min:total/name}", "经开区与船山区"),
        ("{one/-/n}，{one/-/money}", "1,234个，331.57万元"),
        ("{one/-/gone}", "—"),
        ("{units/x/total}", "—"),
        ("{one/-/few}", "不足5人"),
        ("{year}年，{prev}年，{next}年", "2025年，2024年，2026年"),
    ]);
}

#[test]
fn words_follow_the_sign() {
    check(&[
        ("{yoy one/-/up}", "同比增长87.6%"),
        ("{yoy one/-/down}", "同比下降3.2%"),
        ("{yoy one/-/flat}", "同比持平"),
        ("{yoy one/-/gone}", ""),
        ("{sign one/-/down | 提高{~} | 下降{~} | 持平 | 无数据}", "下降3.2%"),
        ("{sign one/-/gone | 提高{~} | 下降{~} | 持平 | 无数据}", "无数据"),
    ]);
}

#[test]
fn conditions_lists_and_places() {
    check(&[
        ("{if units/c/total < 60 | 有不合格 | 全部合格}", "有不合格"),
        ("{if has one/-/gone | 有 | 无}", "无"),
        ("{if units/a/name = '经开区' and rows(units) >= 3 | 是 | 否}", "是"),
        ("{list units where .total >= 60 | {.name}（{.total}） | ；}", "经开区（98.85分）；大英县（84.12分）"),
        ("{list units first 1 | {.name}}", "经开区"),
        ("{list units where .total > 99 | {.name} | 、 | 没有单位}", "没有单位"),
        ("{list units where .total > 99 | {.name}}", "无"),
        ("{place units/a/rank of units/@-1/rank}", "首位"),
        ("{place units/b/rank of units/@-1/rank}", "第2位"),
        ("{place units/c/rank of units/@-1/rank}", "末位"),
        ("{list units first 2 | ，{.name} | '' | }", "，经开区，大英县"),
        ("{list units by rank first 2 | {.name} | ；}", "船山区；大英县"),
        ("{if as_of < '2026-07-01' | 尚未施行 | 已施行}", "尚未施行"),
        ("{if as_of >= '2026-01-15' | 已到 | 未到}", "已到"),
        ("{fig nothing}", "图略"),
    ]);
}

#[test]
fn wrong_writing_is_told() {
    for written in ["{units/a}", "{units/a/total", "a}", "{say units/a/total}", "{if units/a/total | x}", "{place a}"] {
        assert!(Phrase::parse(written, Span::default()).is_err(), "{written}");
    }
}

#[test]
fn what_is_said_is_recorded() {
    let world = world();
    let book = Book::new(&world);
    let labels = Labels::new();
    let phrase = Phrase::parse("{units/a/total}{units/a/name}{one/-/few}", Span::default()).unwrap();
    assert_eq!(Speaker::new(&book, &labels).say(&phrase), "98.85分经开区不足5人");
    let figures = book.figures();
    let ids: Vec<(&str, &str)> = figures.iter().map(|f| (f.id.as_str(), f.value.as_str())).collect();
    assert_eq!(ids, [("one/-/few", "<5"), ("units/a/total", "98.85")]);
}
