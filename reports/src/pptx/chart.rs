//! A native chart: a part that Office draws from, with a workbook inside it.

use super::shapes::{Area, Shapes};
use super::workbook::{self, SHEET};
use crate::brief::Meta;
use crate::error::Result;
use crate::ooxml::{Package, Relations};
use crate::page::deck::{Kind, NativeChart, Series};
use crate::xml::Xml;

/// Series from dark to light, so that a copier keeps them apart.
const COLOURS: [&str; 5] = ["1D4E89", "5B96C9", "A9C9E4", "D9A441", "B4BDC6"];
/// Share of the longest bar that a label needs.
const ROOM: f64 = 0.09;
/// Ids of the two axes.
const CATEGORIES: &str = "111111111";
const VALUES: &str = "222222222";

/// Where the n-th chart goes.
pub struct Place<'a> {
    pub package: &'a mut Package,
    pub shapes: &'a mut Shapes,
    pub relations: &'a mut Relations,
    pub n: usize,
    pub area: Area,
}

/// Adds a chart.
///
/// # Errors
/// If its workbook cannot be written.
pub fn write(place: Place, chart: &NativeChart, alt: &str, meta: &Meta) -> Result<()> {
    let Place { package, shapes, relations, n, area } = place;
    let book = format!("embeddings/chart{n}.xlsx");
    package.add(format!("ppt/{book}"), "", workbook::bytes(chart, meta)?);
    let mut own = Relations::default();
    let data = own.add("package", format!("../{book}"));
    let path = format!("ppt/charts/chart{n}.xml");
    package.add(path.clone(), "officedocument.drawingml.chart+xml", part(chart, &data));
    package.relate(&path, &own);
    let relation = relations.add("chart", format!("../charts/chart{n}.xml"));
    shapes.frame("图表", alt, area, "chart", |x| {
        let name = "http://schemas.openxmlformats.org/drawingml/2006/chart";
        x.leaf("c:chart", &[("xmlns:c", name), ("r:id", &relation)]);
    });
    Ok(())
}

fn part(chart: &NativeChart, data: &str) -> Vec<u8> {
    let names = [
        ("xmlns:c", "http://schemas.openxmlformats.org/drawingml/2006/chart"),
        ("xmlns:a", "http://schemas.openxmlformats.org/drawingml/2006/main"),
        ("xmlns:r", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
    ];
    let mut xml = Xml::new();
    xml.element("c:chartSpace", &names, |x| {
        flag(x, "c:roundedCorners", "0");
        x.element("c:chart", &[], |x| {
            flag(x, "c:autoTitleDeleted", "1");
            x.element("c:plotArea", &[], |x| {
                x.leaf("c:layout", &[]);
                if chart.kind == Kind::Lines {
                    lines(x, chart)
                } else {
                    bars(x, chart)
                }
                axes(x, chart);
            });
            if chart.series.len() > 1 {
                x.element("c:legend", &[], |x| {
                    flag(x, "c:legendPos", "t");
                    flag(x, "c:overlay", "0");
                    letters(x, "1200");
                });
            }
            flag(x, "c:plotVisOnly", "1");
            flag(x, "c:dispBlanksAs", "gap");
        });
        x.element("c:externalData", &[("r:id", data)], |x| flag(x, "c:autoUpdate", "0"));
    });
    xml.into_part()
}

fn flag(x: &mut Xml, name: &str, value: &str) {
    x.leaf(name, &[("val", value)]);
}

fn bars(x: &mut Xml, chart: &NativeChart) {
    x.element("c:barChart", &[], |x| {
        flag(x, "c:barDir", "bar");
        let (grouping, stacked) = match chart.kind {
            Kind::Stack => ("stacked", true),
            Kind::Shares => ("percentStacked", true),
            Kind::Bars | Kind::Lines => ("clustered", false),
        };
        flag(x, "c:grouping", grouping);
        flag(x, "c:varyColors", "0");
        for (i, series) in chart.series.iter().enumerate() {
            one(x, chart, i, series);
        }
        flag(x, "c:gapWidth", "55");
        if stacked {
            flag(x, "c:overlap", "100");
        }
        flag(x, "c:axId", CATEGORIES);
        flag(x, "c:axId", VALUES);
    });
}

fn lines(x: &mut Xml, chart: &NativeChart) {
    x.element("c:lineChart", &[], |x| {
        flag(x, "c:grouping", "standard");
        flag(x, "c:varyColors", "0");
        for (i, series) in chart.series.iter().enumerate() {
            one(x, chart, i, series);
        }
        flag(x, "c:marker", "1");
        flag(x, "c:axId", CATEGORIES);
        flag(x, "c:axId", VALUES);
    });
}

fn one(x: &mut Xml, chart: &NativeChart, i: usize, series: &Series) {
    let colour = if series.muted { "B4BDC6" } else { COLOURS[i % COLOURS.len()] };
    let column = char::from(b'B' + u8::try_from(i).unwrap_or(0));
    let last = chart.categories.len() + 1;
    x.element("c:ser", &[], |x| {
        flag(x, "c:idx", &i.to_string());
        flag(x, "c:order", &i.to_string());
        x.element("c:tx", &[], |x| strings(x, &format!("{SHEET}!${column}$1"), std::slice::from_ref(&series.name)));
        x.element("c:spPr", &[], |x| paint(x, chart.kind, colour));
        if chart.kind == Kind::Lines {
            x.element("c:marker", &[], |x| flag(x, "c:symbol", "none"));
        } else {
            flag(x, "c:invertIfNegative", "0");
        }
        if !series.muted {
            labels(x, chart, i, series);
        }
        x.element("c:cat", &[], |x| strings(x, &format!("{SHEET}!$A$2:$A${last}"), &chart.categories));
        x.element("c:val", &[], |x| {
            x.element("c:numRef", &[], |x| {
                x.words("c:f", &[], &format!("{SHEET}!${column}$2:${column}${last}"));
                x.element("c:numCache", &[], |x| numbers(x, chart.format, &series.values));
            });
        });
        if chart.kind == Kind::Lines {
            flag(x, "c:smooth", "0");
        }
    });
}

fn paint(x: &mut Xml, kind: Kind, colour: &str) {
    let solid = |x: &mut Xml| x.element("a:solidFill", &[], |x| flag(x, "a:srgbClr", colour));
    if kind == Kind::Lines {
        x.element("a:ln", &[("w", "28575"), ("cap", "rnd")], solid);
    } else {
        solid(x);
    }
}

/// Values beside or in the bars; in dark ones they are white.
fn labels(x: &mut Xml, chart: &NativeChart, i: usize, series: &Series) {
    let stacked = matches!(chart.kind, Kind::Stack | Kind::Shares);
    x.element("c:dLbls", &[], |x| {
        for point in narrow(chart, series) {
            x.element("c:dLbl", &[], |x| {
                flag(x, "c:idx", &point.to_string());
                flag(x, "c:delete", "1");
            });
        }
        x.leaf("c:numFmt", &[("formatCode", shown(chart)), ("sourceLinked", "0")]);
        x.element("c:spPr", &[], |x| x.leaf("a:noFill", &[]));
        let colour = if stacked && i < 2 { "FFFFFF" } else { "1F2933" };
        coloured(x, "1050", colour);
        let place = match chart.kind {
            Kind::Bars => "outEnd",
            Kind::Stack | Kind::Shares => "ctr",
            Kind::Lines => "t",
        };
        flag(x, "c:dLblPos", place);
        for (name, on) in [
            ("c:showLegendKey", "0"),
            ("c:showVal", "1"),
            ("c:showCatName", "0"),
            ("c:showSerName", "0"),
            ("c:showPercent", "0"),
            ("c:showBubbleSize", "0"),
        ] {
            flag(x, name, on);
        }
    });
}

/// Points of a stack in whose bars a label has no room.
fn narrow(chart: &NativeChart, series: &Series) -> Vec<usize> {
    if chart.kind != Kind::Stack {
        return Vec::new();
    }
    let whole = |r: usize| chart.series.iter().filter_map(|s| s.values.get(r).copied().flatten()).sum::<f64>();
    let longest = (0..chart.categories.len()).map(whole).fold(0.0, f64::max);
    let tight = |v: &Option<f64>| v.is_some_and(|v| v.abs() < longest * ROOM);
    series.values.iter().enumerate().filter(|(_, v)| tight(v)).map(|(r, _)| r).collect()
}

/// In stacks a zero has no label.
fn shown(chart: &NativeChart) -> &'static str {
    match (chart.kind, chart.format.contains(".0")) {
        (Kind::Stack, true) => "#,##0.00;\"\u{2212}\"#,##0.00;",
        (Kind::Stack | Kind::Shares, _) => "#,##0;\"\u{2212}\"#,##0;",
        (Kind::Bars | Kind::Lines, _) => chart.format,
    }
}

fn axes(x: &mut Xml, chart: &NativeChart) {
    let (category, value) = if chart.kind == Kind::Lines { ("b", "l") } else { ("l", "t") };
    x.element("c:catAx", &[], |x| {
        flag(x, "c:axId", CATEGORIES);
        // Bars read from the top, as in a list.
        let order = if chart.kind == Kind::Lines { "minMax" } else { "maxMin" };
        x.element("c:scaling", &[], |x| flag(x, "c:orientation", order));
        flag(x, "c:delete", "0");
        flag(x, "c:axPos", category);
        x.leaf("c:numFmt", &[("formatCode", "General"), ("sourceLinked", "0")]);
        flag(x, "c:majorTickMark", "none");
        flag(x, "c:minorTickMark", "none");
        flag(x, "c:tickLblPos", "low");
        x.element("c:spPr", &[], |x| x.element("a:ln", &[("w", "6350")], |x| paint(x, Kind::Bars, "B4BDC6")));
        letters(x, "1200");
        flag(x, "c:crossAx", VALUES);
        flag(x, "c:crosses", "autoZero");
    });
    x.element("c:valAx", &[], |x| {
        flag(x, "c:axId", VALUES);
        x.element("c:scaling", &[], |x| flag(x, "c:orientation", "minMax"));
        flag(x, "c:delete", if chart.kind == Kind::Lines { "0" } else { "1" });
        flag(x, "c:axPos", value);
        if chart.kind == Kind::Lines {
            x.element("c:majorGridlines", &[], |x| {
                x.element("c:spPr", &[], |x| x.element("a:ln", &[("w", "6350")], |x| paint(x, Kind::Bars, "E1E6EA")));
            });
        }
        x.leaf("c:numFmt", &[("formatCode", "General"), ("sourceLinked", "0")]);
        flag(x, "c:majorTickMark", "none");
        flag(x, "c:minorTickMark", "none");
        flag(x, "c:tickLblPos", "nextTo");
        x.element("c:spPr", &[], |x| x.element("a:ln", &[], |x| x.leaf("a:noFill", &[])));
        letters(x, "1050");
        flag(x, "c:crossAx", CATEGORIES);
        flag(x, "c:crosses", "autoZero");
    });
}

fn letters(x: &mut Xml, size: &str) {
    coloured(x, size, "1F2933");
}

fn coloured(x: &mut Xml, size: &str, colour: &str) {
    x.element("c:txPr", &[], |x| {
        x.leaf("a:bodyPr", &[]);
        x.leaf("a:lstStyle", &[]);
        x.element("a:p", &[], |x| {
            x.element("a:pPr", &[], |x| {
                x.element("a:defRPr", &[("sz", size)], |x| {
                    paint(x, Kind::Bars, colour);
                    x.leaf("a:latin", &[("typeface", "Arial")]);
                    x.leaf("a:ea", &[("typeface", "微软雅黑")]);
                });
            });
            x.leaf("a:endParaRPr", &[("lang", "zh-CN")]);
        });
    });
}

fn strings(x: &mut Xml, reference: &str, texts: &[String]) {
    x.element("c:strRef", &[], |x| {
        x.words("c:f", &[], reference);
        x.element("c:strCache", &[], |x| {
            flag(x, "c:ptCount", &texts.len().to_string());
            for (i, text) in texts.iter().enumerate() {
                x.element("c:pt", &[("idx", &i.to_string())], |x| x.words("c:v", &[], text));
            }
        });
    });
}

fn numbers(x: &mut Xml, format: &str, values: &[Option<f64>]) {
    x.words("c:formatCode", &[], format);
    flag(x, "c:ptCount", &values.len().to_string());
    for (i, value) in values.iter().enumerate() {
        if let Some(value) = value {
            x.element("c:pt", &[("idx", &i.to_string())], |x| x.words("c:v", &[], &value.to_string()));
        }
    }
}
