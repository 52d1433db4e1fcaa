//! The file protocol: bill file, payments file, acknowledgement.

use rstest::rstest;
use sandbox::{FaultKind, FaultRule};

use crate::support::{client, sha256_hex, signed, start};

async fn bill_file(base: &str, code: u16) -> String {
    let answer = signed("GET", base, &format!("/files/{code}/bills.csv"), "000000000001", "").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap()
}

fn payments(code: u16, reference: &str, line: &str, total: &str) -> String {
    let head = format!("H;FATOURA-PAYMENTS;1;{code};{reference};2026-11-23T10:00:00Z\n{line}\n");
    format!("{head}T;1;{total};{}\n", sha256_hex(head.as_bytes()))
}

async fn put(base: &str, code: u16, reference: &str, body: &str) -> (u16, String) {
    let path = format!("/files/{code}/payments/{reference}.csv");
    let answer = signed("PUT", base, &path, reference, body).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn ack(base: &str, code: u16, reference: &str) -> (u16, String) {
    let path = format!("/files/{code}/payments/{reference}.ack");
    let answer = signed("GET", base, &path, reference, "").send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[actix_web::test]
async fn the_bill_file_is_sound_and_its_number_follows_its_content() {
    let sandbox = start().await;
    let base = sandbox.base_url();
    let first = bill_file(&base, 1301).await;
    let body = &first[..first.rfind("\nT;").unwrap() + 1];
    let lines: Vec<_> = first.lines().collect();
    assert!(lines[0].starts_with("H;FATOURA-BILLS;1;1301;1;20"));
    assert_eq!(lines[1], "D;01;ET2026001;S1-1;0;Semestre 1, licence;5999.99;2026-09-01");
    assert_eq!(lines[3], "C;01;ET2026003");
    assert_eq!(lines[4], format!("T;3;14999.99;{}", sha256_hex(body.as_bytes())));
    assert_eq!(bill_file(&base, 1301).await, first);

    let paid = payments(1301, "000000000043", "D;01;ET2026001;S1-1;999.99", "999.99");
    assert!(put(&base, 1301, "000000000043", &paid).await.1.starts_with("A;000000000043;R1301-"));
    let second = bill_file(&base, 1301).await;
    assert!(second.starts_with("H;FATOURA-BILLS;1;1301;2;"), "{second}");
    assert!(second.contains("\nD;01;ET2026001;S1-1;0;Semestre 1, licence;5000.00;"), "{second}");
    sandbox.stop().await;
}

#[actix_web::test]
async fn a_bill_file_that_did_not_arrive_leaves_no_gap() {
    let sandbox = start().await;
    let base = sandbox.base_url();
    sandbox.control().set_fault(FaultRule::new("biller:1202", FaultKind::DropAfter).on("find").times(1)).unwrap();
    let lost = signed("GET", &base, "/files/1202/bills.csv", "000000000001", "").send().await;
    assert!(lost.is_err());
    sandbox.control().add_article(1202, "01", "AM200000", "AM-9", 5_000).unwrap();
    let file = bill_file(&base, 1202).await;
    assert!(file.starts_with("H;FATOURA-BILLS;1;1202;1;") && file.contains("AM200000"), "{file}");
    sandbox.stop().await;
}

#[actix_web::test]
async fn a_payments_file_is_booked_once() {
    let sandbox = start().await;
    let base = sandbox.base_url();
    assert_eq!(ack(&base, 1202, "000000000043").await.0, 404);
    let file = payments(1202, "000000000043", "D;01;AM100001;AM-1;400.00", "400.00");
    let first = put(&base, 1202, "000000000043", &file).await;
    assert!(first.1.starts_with("A;000000000043;R1202-"), "{first:?}");
    assert_eq!(put(&base, 1202, "000000000043", &file).await, first);
    assert_eq!(ack(&base, 1202, "000000000043").await, first);
    let other = payments(1202, "000000000043", "D;01;AM100001;AM-1;399.00", "399.00");
    assert!(put(&base, 1202, "000000000043", &other).await.1.starts_with("R;000000000043;REFERENCE_REUSED;"));
    let late = payments(1202, "000000000044", "D;01;AM100001;AM-1;400.00", "400.00");
    assert!(put(&base, 1202, "000000000044", &late).await.1.starts_with("R;000000000044;ALREADY_PAID;"));
    sandbox.stop().await;
}

#[rstest]
#[case("T;1;", "T;2;")]
#[case(";400.00;", ";400.01;")]
#[case("D;01", "X;01")]
#[case("400.00\n", "400\n")]
#[case(";1202;", ";1301;")]
#[case("2026-11-23T10:00:00Z", "yesterday")]
#[actix_web::test]
async fn a_damaged_payments_file_is_refused(#[case] from: &str, #[case] to: &str) {
    let sandbox = start().await;
    let file = payments(1202, "000000000043", "D;01;AM100001;AM-1;400.00", "400.00");
    assert!(file.contains(from));
    let (status, told) = put(&sandbox.base_url(), 1202, "000000000043", &file.replacen(from, to, 1)).await;
    assert_eq!(status, 400, "{told}");
    assert!(sandbox.control().bookings(1202).is_empty());
    sandbox.stop().await;
}

#[actix_web::test]
async fn unsigned_requests_are_refused() {
    let sandbox = start().await;
    let answer = client().get(format!("{}/files/1202/bills.csv", sandbox.base_url())).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    sandbox.stop().await;
}
