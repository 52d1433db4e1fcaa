//! The sandbox's billers, inside the binary so that the demo works wherever it is run.

use anyhow::anyhow;
use payments::catalogue::{Biller, import};

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../sandbox/billers/", $name)))),*]
    };
}

/// Name and text of each file.
const FILES: &[(&str, &str)] = files![
    "1001.toml",
    "1002.toml",
    "1101.toml",
    "1102.toml",
    "1201.toml",
    "1202.toml",
    "1301.toml",
    "1302.toml",
    "1401.toml",
];

/// Every biller, reached at the sandbox's address.
pub(super) fn read(sandbox_url: &str) -> anyhow::Result<Vec<Biller>> {
    let variables = |name: &str| (name == "SANDBOX_URL").then(|| sandbox_url.to_owned());
    let mut billers = Vec::new();
    for (name, text) in FILES {
        let read = import::parse(text, &variables).map_err(|faults| {
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            anyhow!("the demo's own {name} has faults: {}", faults.join("; "))
        })?;
        billers.extend(read);
    }
    Ok(billers)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_of_the_sandbox_is_here_and_good() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/sandbox/billers");
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let listed: BTreeSet<String> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(listed, names.collect());
        let codes: BTreeSet<u16> = read("http://127.0.0.1:1").unwrap().iter().map(|biller| biller.code).collect();
        assert_eq!(codes, sandbox::billers().iter().map(|biller| biller.code).collect());
    }
}
