//! A carer: two persons on one device never mix.

use crate::browser::{Browser, Kind};
use crate::{data, journey};

#[test]
fn two_persons_never_mix() {
    journey(async {
        let browser = Browser::fresh("carer").await;
        browser.start_record().await;
        // Martha's record is open when James' file comes: the guard stops it.
        browser.bring_own(data("fhir_r4/ips/IPS_IG-bundle-01.json")).await;
        browser.bring(data("fhir_r4/ips/NZ_Peter_Jordan_AAA1234.json")).await;
        browser.sees("this file may be about somebody else").await;
        browser.answer("It is a new person’s").await;
        // It is said in whose record it is, and hers is still the open one.
        browser.sees("not in the one that is open").await;
        browser.find(Kind::Control, "Open James Judge’s record").await;
        browser.sees("Martha").await;
        browser.go("#/people", "People").await;
        browser.sees("DeLarosa").await;
        browser.sees("Judge").await;
        browser.close().await;
    });
}

#[test]
fn a_foreign_file_that_is_left_out_leaves_nothing() {
    journey(async {
        let browser = Browser::fresh("guard").await;
        browser.start_record().await;
        browser.bring_own(data("fhir_r4/ips/IPS_IG-bundle-01.json")).await;
        browser.bring(data("fhir_r4/ips/NZ_Peter_Jordan_AAA1234.json")).await;
        browser.answer("Leave it out").await;
        browser.sees("Left out. Nothing of it was kept.").await;
        browser.go("#/timeline", "Timeline").await;
        assert!(!browser.shows("Judge").await);
        browser.close().await;
    });
}
