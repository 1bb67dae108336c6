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
        browser.go("#/people", "People").await;
        browser.sees("Open now").await;
        assert!(!browser.shows("Judge").await);
        browser.close().await;
    });
}

#[test]
fn to_a_parent_the_child_is_not_you() {
    journey(async {
        let browser = Browser::fresh("parent").await;
        browser.start_record().await;
        browser.go("#/people?add=carer", "People").await;
        browser.until("the form to take the focus", || browser.stands_at("given")).await;
        browser.type_into("Given", "Gwen").await;
        browser.type_into("Family", "Testwell").await;
        browser.type_into("Date of birth", "03/03/2021").await;
        browser.click(Kind::Choice, "I do, as a parent").await;
        browser.type_into("Your own name", "Ada Testwell").await;
        browser.type_into("What you are to them", "mother").await;
        browser.press("Add this person").await;
        browser.find(Kind::Heading, "Import records").await;
        browser.sees("Gwen Testwell").await;
        browser.go("#/section/vaccinations", "Vaccinations").await;
        browser.sees("Jabs they had, with the day and how old they were.").await;
        browser.go("#/section/allergies", "Allergies").await;
        browser.sees("What they react badly to").await;
        assert!(!browser.shows("What you react badly to").await);
        browser.close().await;
    });
}
