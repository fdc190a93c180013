//! Damaged files: the fixtures with bytes changed, cut, doubled or spliced, and noise behind every known magic. Nothing may
//! panic in our code, end the process or take long. Seeded, so that a failure comes again; `SUIXIN_MUTATIONS` sets the
//! number of files (default 400).
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::time::{Duration, Instant};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use suixin_ingest::normalise as n;
use suixin_ingest::read::{Cell, read_bytes};

const LONGEST: Duration = Duration::from_secs(10);
const MAGIC: [&[u8]; 9] = [
    b"PK\x03\x04",
    b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
    b"\xEF\xBB\xBF",
    b"\xFF\xFE",
    b"\xFE\xFF",
    b"{",
    b"[",
    b"<",
    b"",
];

fn runs() -> u64 {
    std::env::var("SUIXIN_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(400)
}

fn fixtures() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/layouts");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    // Bombs unpack to much by design.
    let usual = |p: &&std::path::PathBuf| p.extension().unwrap() != "toml" && p.metadata().unwrap().len() < 30_000;
    paths.iter().filter(usual).map(|p| std::fs::read(p).unwrap()).collect()
}

fn mutated(rng: &mut ChaCha8Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seeds[rng.random_range(0..seeds.len())].clone();
    for _ in 0..rng.random_range(1..12) {
        if bytes.len() < 8 {
            break;
        }
        let at = rng.random_range(0..bytes.len());
        let to = rng.random_range(at..bytes.len().min(at + 64));
        match rng.random_range(0..6) {
            0 => bytes[at] ^= 1 << rng.random_range(0..8),
            1 => bytes[at] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF][rng.random_range(0..6)],
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..to)),
            4 => {
                let part = bytes[at..to].to_vec();
                bytes.splice(at..at, part);
            }
            _ => {
                let other = &seeds[rng.random_range(0..seeds.len())];
                let from = rng.random_range(0..other.len());
                let part = other[from..other.len().min(from + 64)].to_vec();
                bytes.splice(at..to, part);
            }
        }
    }
    bytes
}

fn read(bytes: &[u8], what: &str) -> bool {
    let start = Instant::now();
    let read = read_bytes(bytes);
    assert!(start.elapsed() < LONGEST, "{what}: {:?}", start.elapsed());
    if let Err(e) = &read {
        assert!(!e.to_string().is_empty() && !e.remedy().is_empty());
    }
    read.is_ok()
}

#[test]
fn damaged_files_are_read_or_refused() {
    let seeds = fixtures();
    let mut rng = ChaCha8Rng::seed_from_u64(20250402);
    let taken = (0..runs()).filter(|i| read(&mutated(&mut rng, &seeds), &format!("mutation {i}"))).count();
    // Were none of them readable, the changes would not reach far into the readers.
    assert!(taken > 0);
}

#[test]
fn noise_behind_every_magic_is_read_or_refused() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    for i in 0..runs() {
        let mut bytes = MAGIC[rng.random_range(0..MAGIC.len())].to_vec();
        let length = rng.random_range(0..4_096);
        bytes.extend(std::iter::repeat_with(|| rng.random::<u8>()).take(length));
        read(&bytes, &format!("noise {i}"));
    }
}

/// Signs that cells are made of; mixed at random they reach every branch of the parsers.
const SIGNS: [&str; 40] = [
    "0", "1", "2", "9", "１", "８", ".", ",", "，", "-", "−", "+", "(", ")", "（", "）", "%", "％", "万", "亿", "元",
    "年", "月", "日", "〇", "三", "十", "廿", "/", ":", " ", "\u{a0}", "\u{3000}", "\u{200b}", "'", "X", "E", "约",
    "余", "郪",
];

#[test]
fn cells_of_any_text_are_read_or_refused() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    for _ in 0..runs() * 50 {
        let length = rng.random_range(0..14);
        let text: String = std::iter::repeat_with(|| SIGNS[rng.random_range(0..SIGNS.len())]).take(length).collect();
        let cell = Cell::Text(text.clone());
        if let Ok(amount) = n::parse_number(&cell) {
            let again = n::parse_number(&Cell::Text(amount.value.to_string())).unwrap();
            assert_eq!(again.value, amount.value, "{text}");
        }
        if let Ok(Some(date)) = n::parse_date(&cell) {
            assert_eq!(n::parse_date(&Cell::Text(date.to_string())).unwrap(), Some(date), "{text}");
        }
        let number = n::normalise_id(&text);
        let _ = (n::parse_timestamp(&cell), n::id_problem(&number), n::sex_of(&number), n::mask_personal(&text));
        let _ = (n::person_name(&text), n::account(&text), n::phone_plausible(&text), n::arabic(&text));
    }
}
