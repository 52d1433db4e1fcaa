//! What survives a restart, and what does not start.

use sandbox::{FaultKind, FaultRule, OrderState, Sandbox, SandboxConfig, SandboxError, TEST_CARDS};

use crate::support::{Receiver, card_form, open_page, start_with, type_card, with_hash};

#[actix_web::test]
async fn the_data_folder_survives() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let run = || start_with(|config| config.data_dir = Some(path.join("deep")));

    let first = run().await;
    let hub = Receiver::start(200, "ACTION=POSTAUTH").await;
    let page = open_page(&first.base_url(), &with_hash(card_form("HUB-1", &hub.url))).await.unwrap();
    type_card(&page, TEST_CARDS[0].number).await;
    first.control().add_article(1001, "01", "77777777", "X-1", 1_234).unwrap();
    first.control().set_fault(FaultRule::new("sms", FaultKind::Down)).unwrap();
    let before = first.control().orders();
    first.stop().await;

    let second = run().await;
    assert_eq!(second.control().orders(), before);
    assert_eq!(before[0].state, OrderState::Captured);
    assert_eq!(second.control().faults().len(), 1);
    let kept = std::fs::read_to_string(path.join("deep/sandbox.json")).unwrap();
    assert!(kept.contains("77777777") && !kept.contains(TEST_CARDS[0].number));
    second.control().reset();
    second.stop().await;

    let third = run().await;
    assert!(third.control().orders().is_empty() && third.control().faults().is_empty());
    third.stop().await;
}

#[actix_web::test]
async fn a_damaged_file_is_an_error_and_not_a_fresh_start() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("sandbox.json"), "{\"book\":").unwrap();
    let config = SandboxConfig { data_dir: Some(folder.path().to_owned()), ..SandboxConfig::default() };
    assert!(matches!(Sandbox::start(config).await, Err(SandboxError::Data { .. })));
}

#[actix_web::test]
async fn a_taken_port_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    for smtp in [true, false] {
        let mut config = SandboxConfig::default();
        if smtp {
            config.smtp_port = address.port()
        } else {
            config.http_port = address.port()
        }
        let Err(fault) = Sandbox::start(config).await else { panic!("it started on a taken port") };
        assert!(fault.to_string().contains(&address.to_string()), "{fault}");
    }
}
