//! `fatoura network`: networks taken in from files, and listed with their floats.

use crate::cli::{Bench, Ran};

const FILE: &str = include_str!("../../sandbox/networks/networks.toml");

#[test]
fn networks_are_imported_and_listed() {
    let bench = Bench::migrated();
    let none = bench.run(&["network", "list"]).done();
    assert_eq!(none, "no networks; import some with `fatoura network import FILE...`\n");
    let file = bench.write("networks.toml", FILE);
    let told = bench.run(&["network", "import", &file]).done();
    assert!(told.ends_with("2 network(s) imported\n"), "{told}");
    assert!(told.contains("note: NETWORK_SECRET_ATLAS is not set here; the network's system cannot sign"), "{told}");
    let mut again = bench.command(&["network", "import", &file]);
    for name in ["NETWORK_SECRET_ATLAS", "NETWORK_SECRET_ATLAS_NEXT", "NETWORK_SECRET_BARID"] {
        again.env(name, "a secret of more than sixteen bytes");
    }
    let told = Ran::of(again.output().unwrap()).done();
    assert!(!told.contains("note:") && !told.contains("sixteen"), "{told}");
    insta::assert_snapshot!(bench.run(&["network", "list"]).done());
}

#[test]
fn one_fault_keeps_every_network_out() {
    let bench = Bench::migrated();
    let good = bench.write("good.toml", FILE);
    let bad = bench.write("bad.toml", &FILE.replace("\"20001\"", "\"020001\"").replace("\"carry\"", "\"drop\""));
    bench.run(&["network", "import", &bad]).failed(
        1,
        &["bad.toml:", "outlet[0].number: expected 3 to 10 digits", "expected carry or block", "nothing was imported"],
    );
    bench.run(&["network", "import", &good, &bad]).failed(1, &["nothing was imported"]);
    let copy = bench.write("copy.toml", FILE);
    let twice = bench.run(&["network", "import", &good, &copy]);
    twice.failed(1, &["copy.toml: network ATLAS is in ", "copy.toml: outlet 10001 is in ", "nothing was imported"]);
    bench.run(&["network", "import", "nowhere.toml"]).failed(1, &["nowhere.toml: cannot be read"]);
    bench.run(&["network", "import"]).failed(2, &["required arguments were not provided"]);
    assert!(bench.run(&["network", "list"]).done().starts_with("no networks"));
    // An outlet stays with the network that had it first.
    bench.run(&["network", "import", &good]).done();
    let moved = bench.write("moved.toml", &FILE.replace("\"ATLAS\"", "\"RIF\""));
    bench.run(&["network", "import", &moved]).failed(
        1,
        &["network RIF: outlet 20001 belongs to network ATLAS; an outlet's number is its own for ever", "nothing was"],
    );
}
