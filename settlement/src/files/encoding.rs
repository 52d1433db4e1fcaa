//! The two forms of a record: `;`-separated, and of fixed width.

use ledger::Money;

use super::latin::to_ascii;
use super::layout::{Field, Kind, Layout, read_amount};
use super::{TextForm, Unfit};

/// Characters of a record of fixed width, without its line end: the longest one, rounded up to a power of two.
pub(super) const RECORD_WIDTH: usize = 256;

/// Characters with which a spreadsheet takes a text for a formula; an apostrophe before them makes it a text. One that
/// stands there already gets another, so that a reader takes exactly one away. A tab, like every control character, is
/// refused.
const GUARDED: [char; 5] = ['=', '+', '-', '@', '\''];

impl TextForm {
    /// What ends a record.
    pub(super) const fn line_end(self) -> &'static str {
        match self {
            Self::Csv => "\n",
            Self::Fixed => "\r\n",
        }
    }

    /// The column of a field as this form counts: fields from 1, or positions from 1.
    pub(super) fn column(self, layout: &Layout, index: usize) -> usize {
        match self {
            Self::Csv => index + 1,
            Self::Fixed => layout.position(index),
        }
    }

    /// A record without its line end.
    pub(super) fn encode(self, layout: &Layout, place: &str, values: &[String]) -> Result<String, Unfit> {
        let mut record = String::with_capacity(RECORD_WIDTH);
        for (index, (field, value)) in layout.fields.iter().zip(values).enumerate() {
            let wrong = |why: String| Unfit::new(place, field.name, why);
            if value.chars().any(char::is_control) {
                return Err(wrong("a control character, which no line can hold".to_owned()));
            }
            match self {
                Self::Csv => {
                    if field.kind == Kind::Text && value.chars().count() > field.width {
                        return Err(wrong(format!("longer than {} characters", field.width)));
                    }
                    if index > 0 {
                        record.push(';');
                    }
                    record.push_str(&separated(field, value));
                }
                Self::Fixed => record.push_str(&fixed(field, value).map_err(wrong)?),
            }
        }
        if self == Self::Fixed {
            record.extend(std::iter::repeat_n(' ', RECORD_WIDTH.saturating_sub(record.len())));
        }
        Ok(record)
    }

    /// The record of a line that has no line end any more; the fault's column and text if it is none.
    pub(super) fn decode(self, layout: &Layout, record: &str) -> Result<Vec<String>, (usize, String)> {
        let values = match self {
            Self::Csv => split(layout, record)?,
            Self::Fixed => cut(layout, record)?,
        };
        let again = self.encode(layout, layout.name, &values).map_err(|unfit| (1, unfit.to_string()))?;
        // What can be read but would not be written so was changed by someone.
        if again == record {
            return Ok(values);
        }
        let differs = again.chars().zip(record.chars()).take_while(|(one, other)| one == other).count();
        let column = match self {
            Self::Csv => 1 + record.chars().take(differs).filter(|c| *c == ';').count(),
            Self::Fixed => differs + 1,
        };
        Err((column, "written otherwise than the layout says: the file was changed after it left the hub".to_owned()))
    }
}

fn separated(field: &Field, value: &str) -> String {
    let guard = if field.kind == Kind::Text && value.starts_with(GUARDED) { "'" } else { "" };
    if value.contains([';', '"']) {
        format!("\"{guard}{}\"", value.replace('"', "\"\""))
    } else {
        format!("{guard}{value}")
    }
}

fn fixed(field: &Field, value: &str) -> Result<String, String> {
    let width = field.width;
    let too_long = || format!("longer than {width} characters");
    let fitted = match field.kind {
        Kind::Number => format!("{value:0>width$}"),
        Kind::Amount => {
            let minor = read_amount(value).ok_or("not an amount")?.minor();
            let sign = if minor < 0 { '-' } else { '+' };
            format!("{sign}{:0digits$}", minor.unsigned_abs(), digits = width - 1)
        }
        Kind::Word => format!("{value:width$}"),
        // A name may be cut; an identifier may not.
        Kind::Text if field.name == "name" => format!("{:width$.width$}", to_ascii(value)),
        Kind::Text => format!("{:width$}", to_ascii(value)),
    };
    if fitted.len() == width { Ok(fitted) } else { Err(too_long()) }
}

/// Takes fields of fixed width apart.
fn cut(layout: &Layout, record: &str) -> Result<Vec<String>, (usize, String)> {
    if let Some(at) = record.chars().position(|c| !(' '..='~').contains(&c)) {
        return Err((at + 1, "expected printable ASCII only".to_owned()));
    }
    if record.len() != RECORD_WIDTH {
        let found = record.len();
        return Err((found.min(RECORD_WIDTH) + 1, format!("{found} characters, expected {RECORD_WIDTH}")));
    }
    let mut rest = record;
    let mut values = Vec::with_capacity(layout.fields.len());
    for (index, field) in layout.fields.iter().enumerate() {
        let (value, behind) = rest.split_at_checked(field.width).unwrap_or((rest, ""));
        rest = behind;
        values.push(unpadded(field, value).ok_or_else(|| {
            let expected = if field.kind == Kind::Amount { "a sign and digits" } else { "digits" };
            (layout.position(index), format!("{}: '{value}', expected {expected}", field.name))
        })?);
    }
    Ok(values)
}

fn unpadded(field: &Field, value: &str) -> Option<String> {
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    match field.kind {
        Kind::Word | Kind::Text => Some(value.trim_end_matches(' ').to_owned()),
        Kind::Number => is_number(value).then(|| value.parse::<u64>().ok()).flatten().map(|number| number.to_string()),
        Kind::Amount => {
            let (sign, digits) = value.split_at_checked(1)?;
            let minor = is_number(digits).then(|| digits.parse::<i64>().ok()).flatten()?;
            match sign {
                "+" => Some(Money::from_minor(minor).to_string()),
                "-" => Some(Money::from_minor(-minor).to_string()),
                _ => None,
            }
        }
    }
}

/// Takes separated fields apart.
fn split(layout: &Layout, record: &str) -> Result<Vec<String>, (usize, String)> {
    let mut values = Vec::with_capacity(layout.fields.len());
    let mut rest = record;
    loop {
        let column = values.len() + 1;
        let (value, behind) = match rest.strip_prefix('"') {
            Some(quoted) => {
                unquoted(quoted).ok_or_else(|| (column, "the closing quotation mark is missing".to_owned()))?
            }
            None => {
                let end = rest.find(';').unwrap_or(rest.len());
                let (plain, behind) = rest.split_at(end);
                (plain.to_owned(), behind)
            }
        };
        let is_text = layout.fields.get(values.len()).is_some_and(|field| field.kind == Kind::Text);
        values.push(match value.strip_prefix('\'') {
            Some(unguarded) if is_text => unguarded.to_owned(),
            _ => value,
        });
        match behind.strip_prefix(';') {
            // One field past the last is enough to be told.
            Some(next) if values.len() <= layout.fields.len() => rest = next,
            Some(_) => break,
            None if behind.is_empty() => break,
            None => return Err((column, "text after the closing quotation mark".to_owned())),
        }
    }
    let (found, expected) = (values.len(), layout.fields.len());
    if found != expected {
        return Err((found.min(expected) + 1, format!("expected the {expected} fields of a {} record", layout.name)));
    }
    Ok(values)
}

fn unquoted(quoted: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = quoted;
    loop {
        let (before, behind) = rest.split_once('"')?;
        value.push_str(before);
        match behind.strip_prefix('"') {
            Some(next) => {
                value.push('"');
                rest = next;
            }
            None => return Some((value, behind)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::LINE;
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    const PAIR: Layout = Layout {
        name: "pair",
        fields: &[
            Field { name: "word", width: 1, kind: Kind::Word },
            Field { name: "text", width: 64, kind: Kind::Text },
        ],
    };

    #[rstest]
    #[case("C-1", "C-1")]
    #[case("=1+1", "'=1+1")]
    #[case("+212", "'+212")]
    #[case("-5", "'-5")]
    #[case("@x", "'@x")]
    #[case("'x", "''x")]
    #[case("a;b", "\"a;b\"")]
    #[case("=a;\"b\"", "\"'=a;\"\"b\"\"\"")]
    #[case("", "")]
    fn texts(#[case] text: &str, #[case] written: &str) {
        let values = ["X".to_owned(), text.to_owned()];
        let record = TextForm::Csv.encode(&PAIR, "", &values).unwrap();
        assert_eq!(record, format!("X;{written}"));
        assert_eq!(TextForm::Csv.decode(&PAIR, &record).unwrap(), values);
    }

    #[rstest]
    #[case::needless_quotes("X;\"a\"", 2)]
    #[case::needless_guard("X;'a", 2)]
    #[case::unguarded("X;=a", 2)]
    #[case::open("X;\"a", 2)]
    #[case::behind_quotes("X;\"a;b\"c", 2)]
    #[case::too_few("X", 2)]
    #[case::too_many("X;a;b;c", 3)]
    #[case::quote_inside("X;a\"b", 2)]
    fn not_as_written(#[case] record: &str, #[case] column: usize) {
        assert_eq!(TextForm::Csv.decode(&PAIR, record).unwrap_err().0, column);
    }

    proptest! {
        #[test]
        fn any_record_is_one_or_is_refused(record in "\\PC{0,300}") {
            for form in [TextForm::Csv, TextForm::Fixed] {
                if let Ok(values) = form.decode(&LINE, &record) {
                    prop_assert_eq!(form.encode(&LINE, "", &values).unwrap(), record.clone());
                }
            }
        }

        #[test]
        fn any_text_comes_back(text in "\\PC{0,64}") {
            let values = ["X".to_owned(), text];
            let record = TextForm::Csv.encode(&PAIR, "", &values).unwrap();
            prop_assert_eq!(TextForm::Csv.decode(&PAIR, &record).unwrap(), values);
        }
    }
}
