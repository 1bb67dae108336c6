//! A delivery of many files: seven formats of one person and one stray, in one ZIP.

use crate::browser::{Browser, Kind, PATIENCE};
use crate::{data, journey};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A ZIP of these files.
fn zip(folder: &Path, name: &str, files: &[(&str, Vec<u8>)]) -> PathBuf {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    let path = folder.join(name);
    std::fs::write(&path, zip.finish().unwrap().into_inner()).unwrap();
    path
}

const PATIENT: &str = r#"{"resourceType":"Patient","id":"k","name":[{"family":"Kestrelsworth","given":["Morwenna"]}],"birthDate":"1961-02-03","gender":"female"}"#;

/// Morwenna's records as seven kinds of file, and one file of somebody else.
fn delivery() -> Vec<(&'static str, Vec<u8>)> {
    let bundle = format!(
        r#"{{"resourceType":"Bundle","type":"collection","entry":[{{"resource":{PATIENT}}},{{"resource":{{"resourceType":"AllergyIntolerance","patient":{{"reference":"Patient/k"}},"code":{{"text":"Kestrelin in JSON"}}}}}}]}}"#
    );
    let lines = format!(
        "{PATIENT}\n{}\n",
        r#"{"resourceType":"AllergyIntolerance","patient":{"reference":"Patient/k"},"code":{"text":"Kestrelin in lines"}}"#
    );
    let xml = r#"<?xml version="1.0" encoding="UTF-8"?>
<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/>
<entry><resource><Patient><id value="k"/><name><family value="Kestrelsworth"/><given value="Morwenna"/></name><gender value="female"/><birthDate value="1961-02-03"/></Patient></resource></entry>
<entry><resource><AllergyIntolerance><code><text value="Kestrelin in XML"/></code><patient><reference value="Patient/k"/></patient></AllergyIntolerance></resource></entry></Bundle>"#;
    let hl7 = "MSH|^~\\&|LAB|KESTREL|||20240102||ORU^R01|1|P|2.5.1\rPID|1||123^^^KESTREL^MR||Kestrelsworth^Morwenna||19610203|F\rOBR|1|||K^Kestrel panel\rOBX|1|NM|KG^Kestrelglobin||140|g/L|120-160||||F\r";
    let rtf = r"{\rtf1\ansi Dear Morwenna,\par the kestrel clinic writes.\par}";
    let stray = std::fs::read(data("fhir_r4/ips/NZ_Peter_Jordan_AAA1234.json")).unwrap();
    vec![
        ("fhir/record.json", bundle.into_bytes()),
        ("fhir/record.ndjson", lines.into_bytes()),
        ("fhir/record.xml", xml.into()),
        ("lab/result.hl7", hl7.into()),
        ("letters/letter.rtf", rtf.into()),
        ("letters/note.txt", b"The kestrel flew.".to_vec()),
        ("letters/scan.png", std::fs::read(data("dcc/1.png")).unwrap()),
        ("other/stray.json", stray),
        ("other/broken.json", b"{\"resourceType\":\"Patient\"".to_vec()),
        ("__MACOSX/._record.json", b"x".to_vec()),
    ]
}

#[test]
fn a_zip_of_seven_formats_and_a_stray() {
    journey(async {
        let browser = Browser::fresh("archive").await;
        browser.saves_to_downloads().await;
        browser.start_record().await;
        let first = zip(&browser.folder, "first.zip", &[("record.json", delivery().remove(0).1)]);
        browser.bring_own(first).await;
        browser.keep().await;

        let path = zip(&browser.folder, "all.zip", &delivery());
        browser.bring(path).await;
        // The stray and what names nobody are asked for, each once; whichever comes first.
        browser.until("the guard's question", || async { asked(&browser).await.contains("Leave it out") }).await;
        let stray_first = asked(&browser).await.contains("stray.json");
        for stray in [stray_first, !stray_first] {
            browser
                .until("the next question", || async { asked(&browser).await.contains("stray.json") == stray })
                .await;
            if stray {
                browser.press("Answer later").await;
            } else {
                browser.choose_answer("It is Morwenna").await;
            }
        }
        browser.until("the guard to be content", || async { !browser.guard_asks().await }).await;
        browser.sees("7 files are in your records").await;
        browser.sees("1 file could not be read").await;
        // It waits where it came in, and in one place only.
        browser.sees("It waits for your answer").await;
        browser.find(Kind::Link, "result.hl7").await;
        assert!(!browser.shows("Files put aside").await);

        checks(&browser).await;
        // Everything after a reload.
        let browser = browser.reopened().await;
        browser.saves_to_downloads().await;
        browser.open("/").await;
        browser.unlock().await;
        checks(&browser).await;
        browser.go("#/import", "Import records").await;
        browser.sees("Files put aside").await;
        browser.press("Say whose stray.json is").await;
        browser.find(Kind::Choice, "Leave it out").await;
        browser.find(Kind::Link, "result.hl7").await;
        // The archive holds files of two people: it is nobody's.
        browser.find(Kind::Button, "Leave all.zip out").await;
        browser.close().await;
    });
}

/// The words of the guard's dialogue.
async fn asked(browser: &Browser) -> String {
    browser.value::<String>("return document.querySelector('dialog[open]')?.innerText ?? ''").await.unwrap_or_default()
}

/// What each format brought, and that attachments open.
async fn checks(browser: &Browser) {
    browser.go("#/section/allergies", "Allergies").await;
    for words in ["Kestrelin in JSON", "Kestrelin in lines", "Kestrelin in XML"] {
        browser.sees(words).await;
    }
    browser.go("#/section/vaccinations", "Vaccinations").await;
    browser.drawn().await;
    assert!(!browser.shows("Influenza").await, "the stray is in the record");
    browser.go("#/section/results", "Results").await;
    browser.sees("Kestrelglobin").await;
    browser.go("#/section/documents", "Letters and documents").await;
    for words in ["letter.rtf", "note.txt", "scan.png"] {
        browser.sees(words).await;
    }
    browser.press("View: scan.png").await;
    browser
        .until("the picture to be drawn", || async {
            browser.value::<bool>("return (document.querySelector('img.scan')?.naturalWidth ?? 0) > 0").await
                == Some(true)
        })
        .await;
}

#[test]
fn a_cancelled_file_leaves_nothing() {
    journey(async {
        let browser = Browser::fresh("cancelled").await;
        browser.start_record().await;
        // Large enough to be stopped half-way, and of one person.
        let entry = r#"{"resource":{"resourceType":"Observation","status":"final","subject":{"reference":"Patient/k"},"code":{"text":"Kestrelglobin"},"valueQuantity":{"value":1,"unit":"g/L"}}},"#;
        let large = format!(
            r#"{{"resourceType":"Bundle","type":"collection","entry":[{}{{"resource":{PATIENT}}}]}}"#,
            entry.repeat(150_000)
        );
        let path = zip(
            &browser.folder,
            "large.zip",
            &[("a.json", large.clone().into_bytes()), ("b.json", large.into_bytes())],
        );
        browser.go("#/import", "Import records").await;
        browser.upload(&[path]).await;
        browser.press("Cancel large.zip").await;
        browser.sees("You stopped this file.").await;
        browser.sees("Nothing of it was kept.").await;
        // Nothing is open: there is only the first visit.
        browser.go("#/summary", "Your health record, held by you").await;
        assert!(!browser.shows("Kestrelsworth").await);
        browser.close().await;
    });
}

/// Two hundred megabytes: letters that nothing can squeeze and some thousand results, looked at and then kept.
#[test]
#[ignore = "long: cargo xtask prove"]
fn prove_two_hundred_megabytes_are_brought_in() {
    journey(async {
        let browser = Browser::fresh("large").await;
        let mut dice = crate::delivery::Dice::new(7);
        let base64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = format!(r#"{{"resourceType":"Bundle","type":"collection","entry":[{{"resource":{PATIENT}}}"#);
        for n in 0..5000 {
            text += &format!(
                r#",{{"resource":{{"resourceType":"Observation","status":"final","subject":{{"reference":"Patient/k"}},"effectiveDateTime":"20{:02}-0{}-01","code":{{"text":"Kestrelglobin {}"}},"valueQuantity":{{"value":{n},"unit":"g/L"}}}}}}"#,
                n % 25,
                n % 9 + 1,
                n % 40
            );
        }
        for n in 0..20 {
            let letter: String = (0..10_000_000).map(|_| char::from(base64[dice.below(64) as usize])).collect();
            text += &format!(
                r#",{{"resource":{{"resourceType":"DocumentReference","status":"current","subject":{{"reference":"Patient/k"}},"description":"Letter {n}","content":[{{"attachment":{{"contentType":"application/octet-stream","data":"{letter}"}}}}]}}}}"#
            );
        }
        text += "]}";
        let path = browser.folder.join("large.json");
        std::fs::write(&path, &text).unwrap();
        browser.start_record().await;
        browser.go("#/import", "Import records").await;
        let started = std::time::Instant::now();
        browser.upload(&[path]).await;
        browser
            .within(PATIENCE * 10, "the large file to be read", || async {
                browser.look(Kind::Button, "Take large.json off this list").await.is_some()
            })
            .await;
        println!("figure import-of-{}-bytes 1 0 {}", text.len(), started.elapsed().as_secs());
        browser.find(Kind::Control, "See the report").await;
        browser.go("#/section/results", "Results").await;
        browser.sees("Kestrelglobin").await;
        browser.close().await;
    });
}
