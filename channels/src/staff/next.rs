//! Where somebody wanted to go before they were asked to sign in.

use serde::Deserialize;

/// Longest path that is carried along.
const PATH_MAX: usize = 300;

/// A path below the reader's language, with its query, or nothing. It always ends up behind `/ar`, `/fr` or `/en`, so it
/// cannot lead to another host.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Wish")]
pub(crate) struct Next(String);

#[derive(Deserialize)]
struct Wish {
    #[serde(default)]
    next: String,
}

impl From<Wish> for Next {
    fn from(wish: Wish) -> Self {
        Self::of(&wish.next)
    }
}

impl Next {
    /// A path as somebody's link or form names it: one of ours, or none.
    pub(crate) fn of(path: &str) -> Self {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"/-._~?=&%:,+".contains(&b);
        let good = path.len() <= PATH_MAX
            && (path == "/staff" || path.starts_with("/staff/") || path.starts_with("/staff?"))
            && path.bytes().all(plain)
            && !path.contains("//")
            && !path.contains("..");
        // Signing in must not end at signing in, or out.
        let stops = ["/staff/sign-in", "/staff/sign-out", "/staff/second-factor", "/staff/enrol"];
        Self(if good && !stops.iter().any(|stop| path.starts_with(stop)) { path.to_owned() } else { String::new() })
    }

    /// For a form's hidden field; empty for nowhere in particular.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Where to go: there, or home.
    pub(crate) fn or_home(&self) -> &str {
        if self.0.is_empty() { "/staff" } else { &self.0 }
    }

    /// A path that carries it along.
    pub(crate) fn carried(&self, path: &str) -> String {
        match self.query() {
            query if query.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }

    /// As a query, empty for nowhere in particular.
    pub(crate) fn query(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let escape = |b: u8| match b {
            b if b.is_ascii_alphanumeric() || b"/-._~".contains(&b) => char::from(b).to_string(),
            b => format!("%{b:02X}"),
        };
        format!("next={}", self.0.bytes().map(escape).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("/staff/audit", "/staff/audit")]
    #[case("/staff/audit?before=40", "/staff/audit?before=40")]
    #[case("/staff", "/staff")]
    #[case("", "")]
    #[case("https://evil.example/staff", "")]
    #[case("//evil.example/staff", "")]
    #[case("/\\evil.example", "")]
    #[case("/staff//evil.example", "")]
    #[case("/staff/../payments", "")]
    #[case("/staff/\r\nSet-Cookie: a=b", "")]
    #[case("/staffing", "")]
    #[case("javascript:alert(1)", "")]
    #[case("/staff/sign-out", "")]
    #[case("/staff/sign-in?next=/staff", "")]
    fn only_our_own_paths(#[case] path: &str, #[case] kept: &str) {
        assert_eq!(Next::of(path).as_str(), kept);
    }

    #[test]
    fn it_is_carried_as_one_value() {
        assert_eq!(
            Next::of("/staff/audit?before=4&x=1").carried("/staff/sign-in"),
            "/staff/sign-in?next=/staff/audit%3Fbefore%3D4%26x%3D1"
        );
        assert_eq!(Next::default().carried("/staff/sign-in"), "/staff/sign-in");
    }
}
