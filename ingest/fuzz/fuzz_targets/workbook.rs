//! Bytes that begin like a workbook: zip or OLE. A fault in the readers of others is caught and becomes a mistake of the
//! file, so that only what comes out of `read_bytes` counts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use suixin_ingest::read::read_bytes;

fuzz_target!(init: std::panic::set_hook(Box::new(|_| {})), |data: &[u8]| {
    let _ = read_bytes(data);
    let _ = read_bytes(&[b"PK\x03\x04", data].concat());
    let _ = read_bytes(&[b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", data].concat());
});
