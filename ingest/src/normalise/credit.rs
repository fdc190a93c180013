//! Unified social credit codes after GB 32100-2015 (MOD 31).

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Whether the check character fits. Some early codes are legal and fail, so a failure is a warning only (DQ008).
#[must_use]
pub fn credit_code_valid(code: &str) -> bool {
    let bytes = code.as_bytes();
    if bytes.len() != 18 {
        return false;
    }
    let (mut sum, mut weight) = (0_usize, 1_usize);
    for b in &bytes[..17] {
        let Some(value) = ALPHABET.iter().position(|a| a == b) else { return false };
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    ALPHABET[(31 - sum % 31) % 31] == bytes[17]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard() {
        assert!(credit_code_valid("91350100M000100Y43"));
        assert!(!credit_code_valid("91350100M000100Y44"));
        assert!(!credit_code_valid("91350100M0001TGQXM"));
        assert!(!credit_code_valid("短"));
    }
}
