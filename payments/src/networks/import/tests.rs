use ledger::Money;
use rstest::rstest;

use super::*;
use crate::api::cash::CounterFault;
use crate::networks::Networks;

const GUIDE: &str = include_str!("../../../../docs/network-file.md");
const SAMPLE: &str = include_str!("../../../../sandbox/networks/networks.toml");

fn example() -> &'static str {
    GUIDE.split("```toml\n").nth(1).unwrap().split("```").next().unwrap()
}

#[test]
fn the_guides_example() {
    let networks = parse(example()).unwrap();
    let [network] = networks.as_slice() else { panic!("one network") };
    assert_eq!((network.code.as_str(), network.active, network.commission.len()), ("BARID", true, 2));
    assert_eq!(network.tolerance, Money::from_minor(1_000));
    assert_eq!(network.outlets[0].tills, ["1", "2"]);
    let stored = serde_json::to_string(network).unwrap();
    assert_eq!(&serde_json::from_str::<Network>(&stored).unwrap(), network);
}

#[test]
fn the_sample_has_two_networks_of_several_outlets() {
    let networks = Networks::new(parse(SAMPLE).unwrap());
    assert_eq!(networks.all().iter().map(|network| network.code.as_str()).collect::<Vec<_>>(), ["ATLAS", "BARID"]);
    let (network, outlet) = networks.outlet("20002").unwrap();
    assert_eq!((network.code.as_str(), outlet.city.fr.as_str()), ("ATLAS", "Tanger"));
    assert_eq!(network.pending_at_closure, PendingAtClosure::Block);
    assert!(networks.open_till("10001", "2").is_ok());
    assert_eq!(networks.open_till("10001", "3").unwrap_err(), CounterFault::UnknownTill);
    assert_eq!(networks.open_till("10003", "1").unwrap_err(), CounterFault::Inactive);
    assert_eq!(networks.open_till("99999", "1").unwrap_err(), CounterFault::UnknownOutlet);
}

#[rstest]
#[case::code("\"BARID\"", "\"barid\"", "network[0].code")]
#[case::code_length("\"BARID\"", "\"B\"", "network[0].code")]
#[case::no_name("fr = \"Réseau Barid Express\", ", "", "network[0].name.fr")]
#[case::secret_itself("NETWORK_SECRET_BARID", "s3cret!", "network[0].secret_env[0]")]
#[case::secret_not_a_list("[\"NETWORK_SECRET_BARID\"]", "\"NETWORK_SECRET_BARID\"", "network[0].secret_env")]
#[case::three_secrets("[\"NETWORK_SECRET_BARID\"]", "[\"A\", \"B\", \"C\"]", "network[0].secret_env")]
#[case::secret_twice("[\"NETWORK_SECRET_BARID\"]", "[\"A\", \"A\"]", "network[0].secret_env[1]")]
#[case::tolerance("\"10.00\"", "10", "network[0].tolerance")]
#[case::low_float("\"500.00\"\np", "\"500\"\np", "network[0].low_float")]
#[case::pending("\"carry\"", "\"drop\"", "network[0].pending_at_closure")]
#[case::no_alert("alert = { mail = \"float@barid.example.ma\", language = \"fr\" }\n", "", "network[0].alert")]
#[case::mail("float@barid.example.ma", "barid", "network[0].alert.mail")]
#[case::mail_header("float@barid.example.ma", "a@b.ma>, <c@d.ma", "network[0].alert.mail")]
#[case::language("language = \"fr\"", "language = \"es\"", "network[0].alert.language")]
#[case::slabs("from = \"500.01\"", "from = \"500.00\"", "network[0].commission[1]")]
#[case::no_vat(", vat_percent = \"20\" },\n    {", " },\n    {", "network[0].commission[0].vat_percent")]
#[case::number("\"10001\"", "\"1A\"", "network[0].outlet[0].number")]
#[case::number_zero("\"10001\"", "\"010001\"", "network[0].outlet[0].number")]
#[case::number_bare("\"10001\"", "10001", "network[0].outlet[0].number")]
#[case::no_tills("[\"1\", \"2\"]", "[]", "network[0].outlet[0].tills")]
#[case::till_twice("[\"1\", \"2\"]", "[\"1\", \"1\"]", "network[0].outlet[0].tills[1]")]
#[case::till_name("[\"1\", \"2\"]", "[\"1 2\"]", "network[0].outlet[0].tills[0]")]
#[case::no_outlets("[[network.outlet]]", "[[network.shop]]", "network[0].outlet")]
#[case::unknown_key("[[network.outlet]]", "[[network.shop]]", "network[0].shop")]
fn faults(#[case] from: &str, #[case] to: &str, #[case] path: &str) {
    assert!(example().contains(from));
    let faults = parse(&example().replacen(from, to, 1)).unwrap_err();
    let found: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(faults.iter().any(|fault| fault.path == path), "{found:#?}");
}

#[test]
fn every_fault_at_once_and_nothing_twice() {
    let twice = format!("{}\n{}", example(), example());
    let found: Vec<String> = parse(&twice).unwrap_err().into_iter().map(|fault| fault.expected).collect();
    assert_eq!(
        found,
        ["expected every network once; found BARID again", "expected every outlet once; found 10001 again"]
    );
    let text = example().replace("\"BARID\"", "\"x\"").replace("\"10.00\"", "\"1\"").replace("\"10001\"", "\"1\"");
    let paths: Vec<String> = parse(&text).unwrap_err().into_iter().map(|fault| fault.path).collect();
    assert_eq!(paths, ["network[0].code", "network[0].tolerance", "network[0].outlet[0].number"]);
}

#[rstest]
#[case::not_toml("network = = 1")]
#[case::empty("")]
#[case::none("network = []")]
#[case::not_tables("network = 1")]
fn hopeless(#[case] text: &str) {
    assert!(!parse(text).unwrap_err().is_empty());
}
