//! Documents: what the person says of them, and pictures that hold codes.

use crate::browser::{Browser, Kind};
use crate::{data, journey};
use image::{GrayImage, Luma};
use qrcodegen::{QrCode, QrCodeEcc, QrSegment};
use std::path::PathBuf;

const LETTER: &str = "Kestrel Hospital\nDate of birth: 3 February 1961\nDate: 3 March 2019\n\nDischarge summary\n\n\
                      Dear Dr Finch,\nMorwenna was with us for a day. She is well.\n";

const RECORD: &str = r#"{"resourceType":"Bundle","type":"collection","entry":[
{"resource":{"resourceType":"Patient","id":"k","name":[{"family":"Kestrelsworth","given":["Morwenna"]}],"birthDate":"1961-02-03","gender":"female"}},
{"resource":{"resourceType":"AllergyIntolerance","patient":{"reference":"Patient/k"},"code":{"text":"Kestrelin"}}}]}"#;

fn write(browser: &Browser, name: &str, bytes: &[u8]) -> PathBuf {
    let path = browser.folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_person_says_what_a_document_is() {
    journey(async {
        let browser = Browser::fresh("describe").await;
        browser.start_record().await;
        browser.bring_own(write(&browser, "record.json", RECORD.as_bytes())).await;
        browser.keep().await;

        browser.bring_own(write(&browser, "scan_0001.txt", LETTER.as_bytes())).await;
        browser.find(Kind::Heading, "What is this document?").await;
        // Suggestions are nothing until they are pressed.
        browser.press("Use the suggestion: Discharge summary").await;
        browser.press("Use the suggestion: 3 March 2019").await;
        browser.press("Discharge summary").await;
        browser.type_into("Who is it from?", "Kestrel Hospital").await;
        browser.press("Keep this").await;
        browser.sees("You said what this document is.").await;

        // Another is left for later.
        browser.bring_own(write(&browser, "note.txt", b"The kestrel flew.")).await;
        browser.find(Kind::Heading, "What is this document?").await;
        browser.press("Skip for now").await;
        browser.sees("on the document’s own page").await;

        said(&browser, "Discharge summary").await;
        // Corrected on its own page, with a date that is none first.
        browser.follow("Discharge summary").await;
        browser.press("Change what you said").await;
        browser.type_into("Title", "About my knee").await;
        browser.type_into("Date of the document", "last spring").await;
        browser.press("Keep this").await;
        browser.sees("Type the date like this").await;
        browser.type_into("Date of the document", "March 2019").await;
        browser.press("Keep this").await;
        browser.find(Kind::Heading, "About my knee").await;
        browser.sees("Earlier: 1").await;

        let browser = browser.reopened().await;
        browser.open("/").await;
        browser.unlock().await;
        said(&browser, "About my knee").await;
        // Timeline and search use it; what nobody said is as it was.
        browser.go("#/timeline", "Timeline").await;
        browser.sees("About my knee").await;
        browser.sees("March 2019").await;
        browser.go("#/section/documents", "Letters and documents").await;
        browser.sees("note.txt").await;
        browser.close().await;
    });
}

/// The list of documents shows what was said, and by whom.
async fn said(browser: &Browser, title: &str) {
    browser.go("#/section/documents", "Letters and documents").await;
    browser.find(Kind::Link, title).await;
    browser.sees("March 2019").await;
    browser.sees("from Kestrel Hospital").await;
    browser.sees("said by you").await;
}

/// A picture of a code that holds a card's text, as the specification wants it written: digits as digits.
fn code(text: &str) -> GrayImage {
    let at = text.rfind('/').unwrap() + 1;
    let segments = [QrSegment::make_bytes(&text.as_bytes()[..at]), QrSegment::make_numeric(&text[at..])];
    let code = QrCode::encode_segments(&segments, QrCodeEcc::Low).unwrap();
    let side = code.size() as u32 + 8;
    let dark = |x: u32, y: u32| code.get_module((x / 4) as i32 - 4, (y / 4) as i32 - 4);
    GrayImage::from_fn(side * 4, side * 4, |x, y| Luma([if dark(x, y) { 0 } else { 255 }]))
}

fn picture(browser: &Browser, name: &str, image: &GrayImage) -> PathBuf {
    let path = browser.folder.join(name);
    image.save(&path).unwrap();
    path
}

fn card(name: &str) -> GrayImage {
    code(std::fs::read_to_string(data("shc").join(name)).unwrap().trim())
}

#[test]
fn codes_in_pictures_are_read_and_the_pictures_are_kept() {
    journey(async {
        let browser = Browser::fresh("codes").await;
        browser.saves_to_downloads().await;
        browser.start_record().await;
        // The card names its person: the record begins with it.
        let photo = picture(&browser, "card.png", &card("example-00-f-qr-code-numeric-value-0.txt"));
        let bytes = std::fs::read(&photo).unwrap();
        browser.bring_own(photo).await;
        browser.sees("A code in this picture was read.").await;
        browser.keep().await;
        browser.go("#/section/vaccinations", "Vaccinations").await;
        browser.sees("1 January 2021").await;
        browser.go("#/section/documents", "Letters and documents").await;
        browser.sees("card.png").await;
        assert_eq!(browser.saves_original("card.png").await, bytes);

        // A card in three parts, over three pictures, with a picture of nothing between them.
        let parts: Vec<PathBuf> = (0..3)
            .map(|n| {
                picture(
                    &browser,
                    &format!("part{n}.png"),
                    &card(&format!("example-02-f-qr-code-numeric-value-{n}.txt")),
                )
            })
            .collect();
        let plain = picture(&browser, "wall.png", &GrayImage::from_pixel(300, 200, Luma([120])));
        browser.go("#/import", "Import records").await;
        browser.upload(&[parts[0].clone(), plain, parts[1].clone(), parts[2].clone()]).await;
        // The card names nobody, and neither does the wall: each is asked for, and the pictures of the card are not.
        for name in ["part0.png (1).txt", "wall.png"] {
            browser
                .until(&format!("the question about {name}"), || async {
                    let asked = "return document.querySelector('dialog[open]')?.innerText ?? ''";
                    browser.value::<String>(asked).await.is_some_and(|words| words.contains(name))
                })
                .await;
            browser.choose_answer("It is John").await;
        }
        browser.until("the guard to be content", || async { !browser.guard_asks().await }).await;
        browser.sees("This picture holds a part of what stands in part0.png").await;
        browser.go("#/section/results", "Results").await;
        browser.sees("718-7").await;
        browser.go("#/section/documents", "Letters and documents").await;
        for name in ["card.png", "part0.png", "part1.png", "part2.png", "wall.png"] {
            browser.sees(name).await;
        }
        browser.close().await;
    });
}

/// The longest row that says what was understood of a file, with one bit of it turned.
const SPOIL: &str = r#"return (async () => {
    const ask = (request) => new Promise((done, fail) => {
        request.onsuccess = () => done(request.result);
        request.onerror = () => fail(request.error);
    });
    const database = await ask(indexedDB.open("tessera"));
    const store = database.transaction("parcels", "readwrite").objectStore("parcels");
    const rows = await Promise.all((await ask(store.getAllKeys())).map(async (key) => [key, await ask(store.get(key))]));
    const [key, row] = rows.sort(([, a], [, b]) => b.byteLength - a.byteLength)[0];
    const bytes = ArrayBuffer.isView(row) ? row : new Uint8Array(row);
    bytes[bytes.length >> 1] ^= 1;
    await ask(store.put(row, key));
    database.close();
    return rows.length;
})()"#;

/// A reading is a cache: one that is older than the readers, or lost, is made again from the original, words and all.
#[test]
fn what_was_understood_of_a_file_is_found_out_again() {
    journey(async {
        let browser = Browser::fresh("again").await;
        browser.start_record().await;
        let report = std::fs::read_to_string(data("versions/r4b_r5/diagnosticreport-example.json")).unwrap();
        let pdf = report.split('"').find(|text| text.starts_with("JVBERi0")).expect("the example holds a PDF");
        let letter = RECORD.replace(
            "}]}",
            &format!(
                r#"}},{{"resource":{{"resourceType":"DocumentReference","status":"current","subject":{{"reference":"Patient/k"}},
                "description":"Blood count","content":[{{"attachment":{{"contentType":"application/pdf","data":"{pdf}"}}}}]}}}}]}}"#
            ),
        );
        browser.bring(write(&browser, "letter.json", letter.as_bytes())).await;
        browser.keep_without_check().await;
        let found = |words: &'static str| async {
            browser.go("#/timeline", "Timeline").await;
            browser.type_into("Search your records", words).await;
            browser.find(Kind::Link, "Blood count").await;
            browser.type_into("Search your records", "").await;
        };
        // Stands in the PDF alone.
        found("COYOTE").await;
        browser.lock().await;
        assert_eq!(browser.value::<usize>(SPOIL).await, Some(2), "a reading and a note");
        browser.open("/").await;
        browser.unlock().await;
        found("COYOTE").await;
        browser.go("#/import", "Import records").await;
        browser.sees("letter.json").await;
        assert!(!browser.shows("can no longer be opened").await && !browser.shows("Can no longer be opened").await);
        browser.close().await;
    });
}
