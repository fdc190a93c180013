//! Tables in text: CSV in any encoding, JSON, NDJSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use suixin_ingest::read::read_bytes;

fuzz_target!(|data: &[u8]| {
    for head in [b"".as_slice(), b"\xEF\xBB\xBF", b"\xFF\xFE", b"\xFE\xFF", b"{", b"["] {
        let _ = read_bytes(&[head, data].concat());
    }
});
