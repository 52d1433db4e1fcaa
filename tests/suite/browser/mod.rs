//! The pages in a real browser: paid through in every language, on desks and on phones, without scripts, without a
//! mouse; and every page on the way held against the same rules (see `audit.js`).

/// A tour as a test, in the languages and on the devices in which its pages are looked at: `everywhere`; `with_scripts` where
/// they do nothing without; `twice` where they are much like others.
macro_rules! tours {
    (everywhere $test:ident $tour:tt) => {
        tours! { @ $test $tour
            (arabic "ar" Desktop) (arabic_phone "ar" Phone) (french "fr" Desktop) (french_phone "fr" Phone)
            (english_without_scripts "en" NoScript)
        }
    };
    (with_scripts $test:ident $tour:tt) => {
        tours! { @ $test $tour
            (arabic "ar" Desktop) (arabic_phone "ar" Phone) (french "fr" Desktop) (french_phone "fr" Phone)
        }
    };
    (twice $test:ident $tour:tt) => {
        tours! { @ $test $tour (arabic_phone "ar" Phone) (french "fr" Desktop) }
    };
    (@ $test:ident ($name:literal, $tour:path, $setup:expr) $(($case:ident $language:literal $device:ident))+) => {
        #[rstest::rstest]
        $(#[case::$case($language, crate::browser::driver::Device::$device)])+
        #[tokio::test(flavor = "multi_thread")]
        async fn $test(#[case] language: &str, #[case] device: crate::browser::driver::Device) {
            use crate::browser::driver::{Browser, with_browser};
            with_browser(device, $setup, async |browser: &Browser, app: &crate::support::TestApp| {
                $tour(&crate::browser::page::Tour::new(browser, app, language, $name)).await;
            })
            .await;
        }
    };
}

mod billers;
mod board;
mod branding;
mod desk;
mod disputes;
mod driver;
mod every_page;
mod finance;
mod guard;
mod journeys;
mod mishaps;
mod outcomes;
mod outlet;
mod page;
mod personal;
mod register;
mod reports;
mod staff;
mod teleoperator;
