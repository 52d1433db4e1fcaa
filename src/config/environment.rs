//! The environment as the program reads it: once, variable by variable, with every fault kept.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

/// Our own variables begin with this, so that a misspelt one is noticed.
const PREFIX: &str = "FATOURA_";

/// What holds where a variable is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unset {
    /// The program does not start without it.
    Required,
    /// What it is for is left out.
    LeftOut,
    /// Required as soon as its group is used at all.
    WithGroup,
    /// This value.
    Value(&'static str),
}

/// A variable that the program knows: one row of `docs/configuration.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub meaning: &'static str,
    /// What it may hold, as it is told to who got it wrong.
    pub expected: &'static str,
    /// What holds without it.
    pub unset: Unset,
    /// Whether its value is never shown.
    pub secret: bool,
}

/// Where the name of a variable of a family stands.
const ANY_NAME: &str = "<NAME>";

impl Variable {
    /// Whether this is its name, or one of its family: capitals, digits and `_` for `<NAME>`.
    pub(super) fn fits(&self, name: &str) -> bool {
        let Some(start) = self.name.strip_suffix(ANY_NAME) else { return self.name == name };
        let is_name = |rest: &str| {
            !rest.is_empty() && rest.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        };
        name.strip_prefix(start).is_some_and(is_name)
    }
}

/// A variable with a fixed value where it is not set.
pub(super) const fn with_default(
    name: &'static str,
    default: &'static str,
    expected: &'static str,
    meaning: &'static str,
) -> Variable {
    Variable { name, meaning, expected, unset: Unset::Value(default), secret: false }
}

/// A variable without a fixed value.
pub(super) const fn variable(
    name: &'static str,
    unset: Unset,
    expected: &'static str,
    meaning: &'static str,
) -> Variable {
    Variable { name, meaning, expected, unset, secret: false }
}

/// A variable that is never shown.
pub(super) const fn secret(
    name: &'static str,
    unset: Unset,
    expected: &'static str,
    meaning: &'static str,
) -> Variable {
    Variable { name, meaning, expected, unset, secret: true }
}

/// The variables of a process, taken once. An empty one counts as not set: so compose files and units leave one out.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// That of this process.
    pub fn of_process() -> Self {
        std::env::vars_os().collect()
    }

    /// What a variable holds, unless it is empty or no UTF-8 text.
    pub fn get(&self, name: &str) -> Option<String> {
        self.raw(name)?.to_str().map(str::to_owned)
    }

    /// What a variable holds, kept from being shown: billers' secrets are looked up by the names in their files.
    pub fn secret(&self, name: &str) -> Option<SecretString> {
        self.get(name).map(SecretString::from)
    }

    fn raw(&self, name: &str) -> Option<&OsString> {
        self.0.get(std::ffi::OsStr::new(name)).filter(|value| !value.is_empty())
    }
}

impl<K: Into<OsString>, V: Into<OsString>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// Names only: values may be secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Everything that is wrong with the environment, one line a variable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the configuration has {} fault(s); docs/configuration.md lists every variable\n  {}", .0.len(), .0.join("\n  "))]
pub struct ConfigFaults(pub Vec<String>);

/// Reads variables and keeps every fault, so that all are reported at once.
pub(super) struct Reader<'a> {
    environment: &'a Environment,
    faults: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(environment: &'a Environment) -> Self {
        Self { environment, faults: Vec::new() }
    }

    pub(super) fn is_set(&self, variable: &Variable) -> bool {
        self.environment.raw(variable.name).is_some()
    }

    /// The value as `parse` reads it. `None` either comes with a fault or means that an optional variable is not set.
    pub(super) fn get<T>(&mut self, variable: &Variable, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let Some(raw) = self.environment.raw(variable.name) else {
            return match variable.unset {
                Unset::Value(default) => parse(default),
                Unset::LeftOut => None,
                Unset::Required | Unset::WithGroup => {
                    self.fault(variable, "it is not set");
                    None
                }
            };
        };
        let parsed = raw.to_str().and_then(|text| parse(if variable.secret { text } else { text.trim() }));
        if parsed.is_none() {
            match (variable.secret, raw.to_str()) {
                (true, _) => self.fault(variable, "found something else, which is not shown"),
                (false, Some(text)) => self.fault(variable, &format!("found {text:?}")),
                (false, None) => self.fault(variable, "found bytes that are not UTF-8"),
            }
        }
        parsed
    }

    /// Every variable of a family that is set, by its name.
    pub(super) fn family(&mut self, variable: &Variable) -> Vec<(String, String)> {
        let names = self.environment.0.keys().filter_map(|name| name.to_str()).filter(|name| variable.fits(name));
        names.filter_map(|name| Some((name.to_owned(), self.environment.get(name)?))).collect()
    }

    pub(super) fn text(&mut self, variable: &Variable) -> Option<String> {
        self.get(variable, |text| Some(text.to_owned()))
    }

    /// A secret of at least so many bytes.
    pub(super) fn secret(&mut self, variable: &Variable, least: usize) -> Option<SecretString> {
        self.get(variable, |text| (text.len() >= least).then(|| SecretString::from(text)))
            .filter(|secret| !secret.expose_secret().is_empty())
    }

    pub(super) fn flag(&mut self, variable: &Variable) -> Option<bool> {
        self.get(variable, |text| text.parse().ok())
    }

    pub(super) fn number<T>(&mut self, variable: &Variable, range: RangeInclusive<T>) -> Option<T>
    where
        T: std::str::FromStr + PartialOrd,
    {
        self.get(variable, |text| text.parse().ok().filter(|number| range.contains(number)))
    }

    pub(super) fn seconds(&mut self, variable: &Variable, range: RangeInclusive<u64>) -> Option<Duration> {
        self.number(variable, range).map(Duration::from_secs)
    }

    pub(super) fn fault(&mut self, variable: &Variable, what: &str) {
        let fault = format!("{}: expected {}; {what}", variable.name, variable.expected);
        // Two parts of the configuration may read one variable.
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// A fault of variables that do not go together.
    pub(super) fn clash(&mut self, what: String) {
        self.faults.push(what);
    }

    /// Faults every variable of ours that the program does not know: a misspelt one would silently do nothing.
    pub(super) fn refuse_unknown(&mut self, known: &[&Variable]) {
        let names = self.environment.0.keys().map(|name| name.to_string_lossy());
        let unknown: Vec<String> = names
            .filter(|name| name.starts_with(PREFIX) && !known.iter().any(|variable| variable.fits(name)))
            .map(|name| format!("{name}: no such variable; see docs/configuration.md for the right name, or remove it"))
            .collect();
        self.faults.extend(unknown);
    }

    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, ConfigFaults> {
        match value {
            Some(value) if self.faults.is_empty() => Ok(value),
            _ => Err(ConfigFaults(self.faults)),
        }
    }
}
