use std::collections::BTreeSet;

use rstest::rstest;

use super::*;
use crate::catalogue::{AmountRule, Catalogue, FieldKind};

const GUIDE: &str = include_str!("../../../../docs/biller-file.md");

pub(super) fn example() -> &'static str {
    GUIDE.split("```toml\n").nth(1).unwrap().split("```").next().unwrap()
}

pub(super) fn variables(name: &str) -> Option<String> {
    (name == "SANDBOX_URL").then(|| "http://127.0.0.1:9000".to_owned())
}

pub(super) fn sandbox() -> Catalogue {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../sandbox/billers");
    let mut billers = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let found = parse(&std::fs::read_to_string(&path).unwrap(), &variables)
            .unwrap_or_else(|faults| panic!("{}: {}", path.display(), faults[0]));
        assert_eq!(path.file_stem().unwrap().to_str().unwrap(), found[0].code.to_string());
        billers.extend(found);
    }
    Catalogue::new(billers)
}

#[test]
fn the_guides_example() {
    let billers = parse(example(), &variables).unwrap();
    let [biller] = billers.as_slice() else { panic!("one biller") };
    assert_eq!((biller.code, biller.quote_lifetime_hours, biller.name.fr.as_str()), (1101, 24, "Télécom Maghreb"));
    let [bill, top_up] = biller.receivable_types.as_slice() else { panic!("two types") };
    assert_eq!((bill.fees.len(), bill.limits.len(), bill.form[1].kind), (3, 2, FieldKind::Select));
    assert_eq!(bill.limits[0].max, Some(Money::from_minor(500_000)));
    assert!(!bill.form[1].required && bill.form[0].required && bill.fetch);
    let range = AmountRule::Range {
        min: Money::from_minor(1_000),
        max: Money::from_minor(100_000),
        multiple: Money::from_minor(1_000),
    };
    assert_eq!((top_up.fetch, &top_up.amount_rule), (false, &range));
}

#[test]
fn a_file_of_several() {
    let nested = |code: &str| {
        let text = example().replace("code = 1101", &format!("code = {code}"));
        let text = text.replace("[[receivable_type", "[[biller.receivable_type");
        let text = text.replace("[connector]", "[biller.connector]").replace("[settlement", "[biller.settlement");
        format!("[[biller]]\n{text}")
    };
    let billers = parse(&format!("{}{}", nested("1101"), nested("1102")), &variables).unwrap();
    assert_eq!(billers.iter().map(|biller| biller.code).collect::<Vec<_>>(), [1101, 1102]);
    let faults = parse(&format!("{}{}", nested("1101"), nested("1101")), &variables).unwrap_err();
    assert_eq!(faults.iter().map(|fault| fault.path.as_str()).collect::<Vec<_>>(), ["biller[1]"]);
}

#[test]
fn what_is_imported_survives_storage() {
    for biller in sandbox().billers() {
        let stored = serde_json::to_string(biller).unwrap();
        assert_eq!(&Biller::from_stored(&stored).unwrap(), biller);
    }
}

#[rstest]
#[case::code_low("code = 1101", "code = 999", "code")]
#[case::code_quoted("code = 1101", "code = \"1101\"", "code")]
#[case::no_code("code = 1101\n", "", "code")]
#[case::empty_name("fr = \"Télécom Maghreb\"", "fr = \" \"", "name.fr")]
#[case::missing_language(", en = \"Telecom Maghreb\"", "", "name.en")]
#[case::fourth_language("fr = \"Télécom Maghreb\"", "fr = \"x\", es = \"x\"", "name.es")]
#[case::category("\"telecom\"", "\"phones\"", "category")]
#[case::logo_path("\"1101.svg\"", "\"../1101.svg\"", "logo")]
#[case::logo_kind("\"1101.svg\"", "\"1101.png\"", "logo")]
#[case::colour("#e2572b", "#e2572", "colour")]
#[case::hours("quote_lifetime_hours = 24", "quote_lifetime_hours = 0", "quote_lifetime_hours")]
#[case::protocol("json_rest", "rest", "connector.protocol")]
#[case::other_protocols_key("base_url", "endpoint", "connector.endpoint")]
#[case::unknown_variable("SANDBOX_URL", "NOWHERE", "connector.base_url")]
#[case::open_variable("${SANDBOX_URL}", "${SANDBOX_URL", "connector.base_url")]
#[case::scheme("${SANDBOX_URL}", "ftp://x", "connector.base_url")]
#[case::closing_slash("billers/1101\"", "billers/1101/\"", "connector.base_url")]
#[case::secret_itself("BILLER_SECRET_1101", "s3cret!", "connector.secret_env")]
#[case::rib_check("901209", "901210", "settlement.account[0].rib")]
#[case::rib_length("901209", "90120", "settlement.account[0].rib")]
#[case::type_code("code = \"01\"", "code = \"1\"", "receivable_type[0].code")]
#[case::type_code_number("code = \"01\"", "code = 1", "receivable_type[0].code")]
#[case::type_twice("code = \"02\"", "code = \"01\"", "receivable_type[1]")]
#[case::rule("exact_or_more", "more", "receivable_type[0].amount.rule")]
#[case::rule_without_fetch(
    "rule = \"range\", min = \"10.00\", max = \"1000.00\", multiple = \"10.00\"",
    "rule = \"exact\"",
    "receivable_type[1].amount.rule"
)]
#[case::range_upside_down("max = \"1000.00\", multiple", "max = \"5.00\", multiple", "receivable_type[1].amount")]
#[case::range_without_a_multiple("multiple = \"10.00\"", "multiple = \"3000.00\"", "receivable_type[1].amount")]
#[case::amount_number("max = \"5000.00\"", "max = 5000", "receivable_type[0].limit[0].max")]
#[case::amount_precise("max = \"5000.00\"", "max = \"5000.005\"", "receivable_type[0].limit[0].max")]
#[case::amount_whole("max = \"5000.00\"", "max = \"5000\"", "receivable_type[0].limit[0].max")]
#[case::min_above_max("max = \"5000.00\"", "max = \"0.99\"", "receivable_type[0].limit[0].min")]
#[case::matrix(
    "channel = \"AGT\", instrument = \"cash\"",
    "channel = \"WEB\", instrument = \"cash\"",
    "receivable_type[0].limit[1]"
)]
#[case::pair_twice(
    "channel = \"AGT\", instrument = \"cash\"",
    "channel = \"WEB\", instrument = \"card\"",
    "receivable_type[0].limit[1]"
)]
#[case::channel("channel = \"AGT\"", "channel = \"SHOP\"", "receivable_type[0].limit[1].channel")]
#[case::slabs_overlap("from = \"2000.01\"", "from = \"2000.00\"", "receivable_type[0].fee[1]")]
#[case::date(
    "effective_from = 2027-01-01",
    "effective_from = \"2027-02-30\"",
    "receivable_type[0].fee[2].effective_from"
)]
#[case::percent("percent = \"0.5\"", "percent = \"100.5\"", "receivable_type[0].fee[2].percent")]
#[case::no_vat(", vat_percent = \"20\"", "", "receivable_type[0].fee[2].vat_percent")]
#[case::regex("'0[67]\\d{8}'\n\n[[", "'0[67'\n\n[[", "receivable_type[0].field[0].regex")]
#[case::lengths("min_length = 10", "min_length = 11", "receivable_type[0].field[0]")]
#[case::select_without_values("value = [", "unused = [", "receivable_type[0].field[1].value")]
#[case::values_without_select("kind = \"select\"", "kind = \"text\"", "receivable_type[0].field[1].value")]
#[case::value_twice("value = \"pro\"", "value = \"home\"", "receivable_type[0].field[1].value[1]")]
#[case::field_twice("name = \"offer\"", "name = \"contract\"", "receivable_type[0].field[1]")]
#[case::label_required(
    "kind = \"select\"\nrequired = false",
    "kind = \"label\"\nrequired = true",
    "receivable_type[0].field[1].required"
)]
fn faults(#[case] from: &str, #[case] to: &str, #[case] path: &str) {
    assert!(example().contains(from));
    let faults = parse(&example().replacen(from, to, 1), &variables).unwrap_err();
    let found: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(faults.iter().any(|fault| fault.path == path), "{found:#?}");
}

#[test]
fn an_unknown_key() {
    let faults = parse(&format!("tax_exempt = true\n{}", example()), &variables).unwrap_err();
    assert_eq!((faults.len(), faults[0].line, faults[0].path.as_str()), (1, 1, "tax_exempt"));
}

#[test]
fn every_fault_at_once_in_the_order_of_lines() {
    let text = example().replace("code = 1101", "code = 11").replace("901209", "901210").replace("'0[67]", "'0[67");
    let found: Vec<(usize, String)> =
        parse(&text, &variables).unwrap_err().into_iter().map(|fault| (fault.line, fault.path)).collect();
    let line =
        |part: &str, nth: usize| text.lines().enumerate().filter(|(_, l)| l.contains(part)).nth(nth).unwrap().0 + 1;
    let expected = [
        (1, "code"),
        (line("rib =", 0), "settlement.account[0].rib"),
        (line("regex =", 0), "receivable_type[0].field[0].regex"),
        (line("regex =", 1), "receivable_type[1].field[0].regex"),
    ];
    assert_eq!(found, expected.map(|(line, path)| (line, path.to_owned())));
}

#[rstest]
#[case::not_toml("code = = 1")]
#[case::empty("")]
#[case::no_billers("biller = []")]
#[case::not_tables("biller = 1")]
#[case::key_twice("code = 1001\ncode = 1002")]
fn hopeless(#[case] text: &str) {
    assert!(!parse(text, &variables).unwrap_err().is_empty());
}

#[test]
fn the_sandbox_has_nine_billers_over_all_protocols_and_rules() {
    let catalogue = sandbox();
    let codes: Vec<u16> = catalogue.billers().iter().map(|biller| biller.code).collect();
    assert_eq!(codes, [1001, 1002, 1101, 1102, 1201, 1202, 1301, 1302, 1401]);
    let kinds = |of: &dyn Fn(&Biller) -> Vec<String>| -> usize {
        catalogue.billers().iter().flat_map(of).collect::<BTreeSet<_>>().len()
    };
    assert!(kinds(&|biller| vec![format!("{:?}", biller.category)]) >= 4);
    assert_eq!(kinds(&|biller| vec![format!("{:?}", std::mem::discriminant(&biller.connector))]), 3);
    let rules = |biller: &Biller| {
        let rule = |kind: &crate::catalogue::ReceivableType| format!("{:?}", std::mem::discriminant(&kind.amount_rule));
        biller.receivable_types.iter().map(rule).collect()
    };
    assert_eq!(kinds(&rules), 5);
    assert_eq!(kinds(&|biller| vec![biller.terms.accounts[0].rib.clone()]), 9);
}

#[rstest]
#[case("", &[1001, 1002, 1101, 1102, 1201, 1202, 1301, 1302, 1401])]
#[case("ELECTRICITE", &[1001, 1002])]
#[case("atlas", &[1002])]
#[case("eau", &[1001, 1002])]
#[case("école", &[1302, 1301])]
#[case("كهرباء", &[1001, 1002])]
#[case("مدرسه", &[1302, 1301])]
#[case("الجامعه", &[1301, 1302])]
#[case("جامعة", &[1301, 1302])]
#[case("habitat", &[1401, 1201])]
#[case("rif mobile", &[1102])]
#[case("1201", &[1201])]
#[case("١٢٠١", &[1201])]
#[case("nothing like it", &[])]
fn search(#[case] query: &str, #[case] codes: &[u16]) {
    let found: Vec<u16> = sandbox().search(query).iter().map(|biller| biller.code).collect();
    assert_eq!(found, codes);
}
