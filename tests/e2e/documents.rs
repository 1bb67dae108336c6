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
            let marked =
                "return Array.from(document.querySelectorAll('main article mark'), (m) => m.innerText.toLowerCase())";
            browser
                .until("the word of the letter", || async {
                    browser.value::<Vec<String>>(marked).await.unwrap_or_default().contains(&words.to_lowercase())
                })
                .await;
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

/// A PDF of one page with one line: its table of places is worked out, so that every viewer opens it.
fn pdf(words: &str) -> Vec<u8> {
    let stream = format!("BT /F1 24 Tf 72 700 Td ({words}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut out = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (object, number) in objects.iter().zip(1..) {
        places.push(out.len());
        out.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let table = out.len();
    out.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1));
    places.iter().for_each(|place| out.push_str(&format!("{place:010} 00000 n \n")));
    out.push_str(&format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", places.len() + 1));
    out.into_bytes()
}

impl Browser {
    /// True if a picture can be drawn from this address.
    async fn draws(&self, address: &str) -> bool {
        let begin = format!(
            "window.drawn = null; const image = new Image();
             image.onload = () => window.drawn = true; image.onerror = () => window.drawn = false;
             image.src = {address:?};"
        );
        self.driver.execute(&begin, vec![]).await.unwrap();
        self.until("the address to be tried", || async { self.value::<bool>("return window.drawn").await.is_some() })
            .await;
        let drawn = self.value::<bool>("return window.drawn").await.unwrap();
        if !drawn {
            // The browser says of a dead address that there is nothing: that is what was asked.
            let said = self.complaints().await;
            assert!(said.iter().all(|line| line.contains("ERR_FILE_NOT_FOUND")), "{said:#?}");
        }
        drawn
    }

    /// Brings a document and leaves for later what it is.
    async fn bring_document(&self, file: PathBuf) {
        self.bring_own(file).await;
        self.find(Kind::Heading, "What is this document?").await;
        self.press("Skip for now").await;
    }
}

#[test]
fn a_picture_and_a_pdf_are_looked_at_and_their_addresses_end_with_the_lock() {
    journey(async {
        let browser = Browser::fresh("look").await;
        browser.start_record().await;
        // What is called a picture and is none is never handed to the browser to be opened.
        let page = data_encoding::BASE64.encode(b"<html><script>alert(1)</script></html>");
        let record = RECORD.replace(
            r#"{"resource":{"resourceType":"AllergyIntolerance""#,
            &format!(
                r#"{{"resource":{{"resourceType":"DocumentReference","status":"current","subject":{{"reference":"Patient/k"}},
                "content":[{{"attachment":{{"contentType":"image/png","title":"page.png","data":"{page}"}}}}]}}}},
                {{"resource":{{"resourceType":"AllergyIntolerance""#
            ),
        );
        browser.bring_own(write(&browser, "record.json", record.as_bytes())).await;
        browser.keep().await;
        browser.bring_document(picture(&browser, "wall.png", &GrayImage::from_pixel(300, 200, Luma([120])))).await;
        browser.bring_document(write(&browser, "letter.pdf", &pdf("The kestrel flew."))).await;

        browser.go("#/section/documents", "Letters and documents").await;
        browser.press("View: wall.png").await;
        let drawn = "const i = document.querySelector('img.scan'); return i?.naturalWidth ? [i.src, i.alt] : null";
        browser.until("the picture", || async { browser.value::<[String; 2]>(drawn).await.is_some() }).await;
        let [address, alt] = browser.value::<[String; 2]>(drawn).await.unwrap();
        assert_eq!(alt, "Picture: wall.png");
        assert!(address.starts_with("blob:") && !address.contains("wall"), "{address}");
        browser.sees("The file stays on this device; nothing is sent.").await;
        assert_eq!(crate::axe::violations(&browser).await, Vec::<String>::new());

        // Put away, its address leads nowhere.
        assert!(browser.draws(&address).await);
        browser.press("Hide: wall.png").await;
        assert!(!browser.draws(&address).await, "the address is still good");

        browser.press("View: letter.pdf").await;
        let link = browser.find(Kind::Link, "Open it in a new tab").await;
        assert_eq!(link.attr("rel").await.unwrap().as_deref(), Some("noopener noreferrer"));
        assert_eq!(link.attr("target").await.unwrap().as_deref(), Some("_blank"));
        let to = link.attr("href").await.unwrap().unwrap();
        assert!(to.starts_with("blob:"), "{to}");
        assert_eq!(crate::axe::violations(&browser).await, Vec::<String>::new());
        let here = browser.driver.window().await.unwrap();
        link.click().await.unwrap();
        // The browser's own viewer has it, in a tab that knows nothing of this one.
        browser.until("the new tab", || async { browser.driver.windows().await.is_ok_and(|w| w.len() == 2) }).await;
        let all = browser.driver.windows().await.unwrap();
        browser.driver.switch_to_window(all.into_iter().find(|w| *w != here).unwrap()).await.unwrap();
        browser
            .until("the viewer", || async {
                browser.driver.current_url().await.is_ok_and(|url| url.as_str().starts_with("blob:"))
            })
            .await;
        assert_eq!(browser.value::<bool>("return window.opener === null").await, Some(true));
        browser.driver.close_window().await.unwrap();
        browser.driver.switch_to_window(here).await.unwrap();

        browser.press("View: page.png").await;
        browser.sees("neither a picture nor a PDF").await;

        browser.press("Cymraeg").await;
        browser.press("Gweld: wall.png").await;
        browser.sees("Mae’r ffeil yn aros ar y ddyfais hon").await;
        browser.press("English").await;
        browser.press("View: wall.png").await;
        browser.until("the picture", || async { browser.value::<[String; 2]>(drawn).await.is_some() }).await;
        let [address, _] = browser.value::<[String; 2]>(drawn).await.unwrap();
        browser.lock().await;
        assert!(!browser.draws(&address).await, "the address outlived the lock");
        browser.close().await;
    });
}
