//! What stands in one cell. A number that is taken is taken again from its own text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use suixin_ingest::normalise as n;
use suixin_ingest::read::Cell;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let cell = Cell::Text(text.to_owned());
    if let Ok(amount) = n::parse_number(&cell) {
        let again = n::parse_number(&Cell::Text(amount.value.to_string()));
        assert_eq!(again.map(|a| a.value), Ok(amount.value));
    }
    if let Ok(Some(date)) = n::parse_date(&cell) {
        assert_eq!(n::parse_date(&Cell::Text(date.to_string())), Ok(Some(date)));
    }
    let _ = n::parse_timestamp(&cell);
    let number = n::normalise_id(text);
    let _ = (n::id_problem(&number), n::sex_of(&number), n::mask_personal(text), n::person_name(text), n::arabic(text));
});
