//! What a reader refuses: each with its own sentence, and nothing of the share on the screen.

use crate::browser::Browser;
use crate::site::Site;
use crate::{data, journey};

#[test]
fn altered_foreign_and_garbage() {
    journey(async {
        let patient = Browser::patient("refusals-patient").await;
        patient.share_with("A pharmacist", "Show a code: whoever", Some(&["Allergies"])).await;
        let text = patient.codes_as_text().await;
        patient.close().await;

        let clinician = Browser::clinician("refusals-clinician").await;
        // One digit in the middle of the code.
        let at = text.len() / 2;
        let digit = if &text[at..=at] == "5" { "6" } else { "5" };
        let altered = format!("{}{digit}{}", &text[..at], &text[at + 1..]);
        for (pasted, sentence) in [
            (altered.as_str(), "This code is damaged, or it was changed"),
            ("The quick brown fox", "This is not a code of Tessera."),
            ("https://example.org/menu", "This is a web address"),
            ("HC1:6BFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3", "This is a European health certificate"),
            ("shc:/567629095243206034602924374044603122295953265460346029", "This is a SMART Health Card"),
        ] {
            clinician.paste(pasted).await;
            clinician.sees(sentence).await;
            assert!(!clinician.shows("DELAROSA").await, "{sentence}");
            clinician.press("Start again").await;
            clinician.until("a clean desk", || async { !clinician.shows(sentence).await }).await;
        }
        // The whole one still opens: it was not the clinician's browser that refused everything.
        clinician.paste(&text).await;
        clinician.sees("Not changed since this phone signed it").await;
        clinician.close().await;
    });
}

#[test]
fn another_apps_code_on_a_picture() {
    journey(async {
        let clinician = Browser::clinician("foreign-picture").await;
        let photo = std::fs::read(data("dcc/1.png")).expect("a certificate's picture");
        clinician.scan(&[photo]).await;
        clinician.sees("This is a European health certificate").await;
        clinician.close().await;
    });
}

#[test]
fn the_spoken_code_must_be_right() {
    journey(async {
        let patient = Browser::patient("locked-patient").await;
        patient.share_with("A pharmacist", "Show a code, and say", Some(&["Allergies"])).await;
        let pictures = patient.codes_on_screen().await;
        let spoken: String =
            patient.value("return document.querySelector('.comparison.code').innerText.trim()").await.unwrap();

        let clinician = Browser::clinician("locked-clinician").await;
        clinician.scan(&pictures).await;
        clinician.type_into("The code that the patient says", "0000 0000").await;
        clinician.press("Open it").await;
        clinician.sees("That is not the code of this share.").await;
        assert!(!clinician.shows("DELAROSA").await);
        clinician.type_into("The code that the patient says", &spoken.to_lowercase()).await;
        clinician.press("Open it").await;
        clinician.sees("Not changed since this phone signed it").await;
        clinician.close().await;
        patient.close().await;
    });
}

#[test]
fn an_ended_share_stays_closed() {
    journey(async {
        let patient = Browser::patient("ended-patient").await;
        patient.share_with("A pharmacist", "Show a code: whoever", Some(&["Allergies"])).await;
        let text = patient.codes_as_text().await;
        patient.close().await;

        // A reader whose clock is two days on, as it would be two days later.
        let later = Site::with_clock("later", 2 * 24 * 3600);
        let clinician = Browser::fresh_at("ended-clinician", &later.address).await;
        clinician.open("/#/scan").await;
        clinician.paste(&text).await;
        clinician.sees("This share ended on").await;
        assert!(!clinician.shows("DELAROSA").await);
        clinician.close().await;
    });
}
