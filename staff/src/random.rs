//! Random words that people read and type.

/// Crockford's alphabet: without I, L, O and U, which are taken for others.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Groups of characters, five bits each, joined by hyphens.
pub(crate) fn word(groups: usize, length: usize) -> String {
    let group =
        || -> String { (0..length).map(|_| char::from(ALPHABET[usize::from(rand::random::<u8>() & 31)])).collect() };
    (0..groups).map(|_| group()).collect::<Vec<_>>().join("-")
}

/// A word as it was made, from what somebody typed: in any case, with other hyphens or none, with letters that look alike.
pub(crate) fn plain(typed: &str) -> String {
    typed
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_typed_back_in_many_ways() {
        let made = word(3, 4);
        assert_eq!((made.len(), made.matches('-').count()), (14, 2));
        assert_ne!(made, word(3, 4));
        assert_eq!(plain(&made.to_lowercase().replace('-', " – ")), plain(&made));
        assert_eq!(plain("o1il-0"), "01110");
    }
}
