//! What the payer finds in the mailbox, and the pages on which integrators see what reached the outside world.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use mail_parser::{MessageParser, MimeHeaders};

use super::driver::{Browser, Device, keep, with_browser};
use super::page::Tour;
use crate::support::{Setup, TestApp};

#[tokio::test(flavor = "multi_thread")]
async fn mails_and_inboxes_fit_a_phone() {
    with_browser(Device::Phone, Setup::default(), async |browser: &Browser, app: &TestApp| {
        for (language, biller, contract) in
            [("ar", 1001, "12345678"), ("fr", 1201, "TAX-2026-001"), ("en", 1101, "0612345678")]
        {
            let payer = app.payer(language);
            let redirect = payer.up_to_gateway(biller, "01", contract).await;
            payer.pay_by_card(&redirect, "4000000000000010").await;
            app.settle().await;
            let mails = app.control.mails();
            let mail = MessageParser::default().parse(&mails.last().unwrap().raw).unwrap();
            let attachment = mail.attachment(0).unwrap();
            assert!(attachment.attachment_name().unwrap().ends_with(".pdf"));
            keep(&format!("receipt-{language}.pdf"), attachment.contents());
            let html = BASE64_STANDARD.encode(mail.body_html(0).unwrap().as_bytes());
            browser.open(&format!("data:text/html;base64,{html}")).await;
            let tour = Tour::new(browser, app, language, "mail");
            tour.inspect("confirmed").await;
            tour.assert_kept();
        }
        let tour = Tour::new(browser, app, "en", "desk");
        let base = app.sandbox.base_url();
        let mail = format!("/inbox/mail/{}", app.control.mails()[0].id);
        for (name, path) in [
            ("dashboard", "/"),
            ("orders", "/card-orders"),
            ("sms", "/inbox/sms"),
            ("mails", "/inbox/mail"),
            ("mail", &mail),
        ] {
            browser.open(&format!("{base}{path}")).await;
            tour.inspect(name).await;
        }
        browser.driver.enter_frame(0).await.unwrap();
        assert!(!browser.text("h1").await.is_empty(), "the mail is shown as it looks");
        tour.assert_kept();
    })
    .await;
}
