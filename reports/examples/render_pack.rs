//! Renders the joint meeting's pack from a brief in JSON: `cargo run --example render_pack -- brief.json out-folder`.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use suixin_reports::{Brief, Outline, Progress, render_pack};

struct Talk(Instant);

impl Progress for Talk {
    fn step(&self, done: usize, total: usize, what: &str) {
        let _ = writeln!(std::io::stderr(), "{:>7} ms  {done}/{total} {what}", self.0.elapsed().as_millis());
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(brief), Some(out)) = (args.next(), args.next()) else { return Err("brief and folder, please".into()) };
    let outline = match args.next() {
        Some(path) => Outline::parse(&path, &std::fs::read_to_string(&path)?)?,
        None => Outline::joint_meeting()?,
    };
    let brief: Brief = serde_json::from_slice(&std::fs::read(brief)?)?;
    let talk = Talk(Instant::now());
    let manifest = match render_pack(&brief, &outline, Path::new(&out), &talk) {
        Ok(manifest) => manifest,
        Err(e) => return Err(e.to_string().into()),
    };
    let mut err = std::io::stderr();
    writeln!(err, "{} files, {} figures", manifest.documents.len(), manifest.figures.len())?;
    for warning in &manifest.warnings {
        writeln!(err, "{warning}")?;
    }
    writeln!(err, "{:>7} ms", talk.0.elapsed().as_millis())?;
    Ok(())
}
