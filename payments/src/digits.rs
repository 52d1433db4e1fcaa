//! Digits of the scripts in which people type numbers here.

/// The ASCII digit of an Arabic-Indic (U+0660..) or Persian (U+06F0..) one; any other character as it is.
pub(crate) fn to_ascii(c: char) -> char {
    let value = match c {
        '\u{0660}'..='\u{0669}' => u32::from(c) - 0x0660,
        '\u{06F0}'..='\u{06F9}' => u32::from(c) - 0x06F0,
        _ => return c,
    };
    char::from_digit(value, 10).unwrap_or(c)
}
