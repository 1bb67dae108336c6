//! Sharing between two devices: the clinician's camera sees the patient's real screen.

use crate::browser::{Browser, Kind};
use crate::{data, journey};

/// The one sentence that stands over everything received.
const OPENED: &str = "Not changed since this phone signed it. That does not make it true.";

impl Browser {
    /// A patient who keeps a record and is about to share.
    pub async fn patient(name: &str) -> Self {
        let patient = Self::fresh(name).await;
        patient.start_record().await;
        patient.bring_own(data("fhir_r4/ips/IPS_IG-bundle-01.json")).await;
        patient.keep().await;
        patient
    }

    /// A clinician without a vault, at the page that scans.
    pub async fn clinician(name: &str) -> Self {
        let clinician = Self::fresh(name).await;
        clinician.open("/").await;
        clinician.press("Scan a code").await;
        clinician.find(Kind::Button, "Use the camera").await;
        clinician
    }

    /// The steps of a share up to the code, for one of the usual audiences. `sections` leaves only these chosen.
    pub async fn share_with(&self, audience: &str, how: &str, sections: Option<&[&str]>) {
        self.go("#/share", "For whom and why").await;
        self.click(Kind::Choice, audience).await;
        self.click(Kind::Choice, how).await;
        self.press("Continue").await;
        self.choose(sections).await;
        self.see_and_show().await;
    }

    /// Step 2 of a share.
    async fn choose(&self, sections: Option<&[&str]>) {
        self.find(Kind::Heading, "What to share").await;
        self.until("something chosen", || async { self.look(Kind::Button, "See what they will see").await.is_some() })
            .await;
        if let Some(wanted) = sections {
            let ticked: Vec<String> = self
                .value(
                    "return Array.from(document.querySelectorAll('.share-part'))
                       .filter((part) => part.querySelector('input:checked'))
                       .map((part) => part.querySelector('label').innerText.trim())",
                )
                .await
                .unwrap();
            for label in ticked.iter().filter(|label| !wanted.iter().any(|section| label.starts_with(section))) {
                self.click(Kind::Choice, label).await;
            }
        }
        self.press("See what they will see").await;
    }

    async fn see_and_show(&self) {
        self.find(Kind::Heading, "Exactly what they will see").await;
        self.press("Show the code").await;
        self.find(Kind::Heading, "Show this code").await;
    }

    /// Pictures of every code that this screen shows, in turn, as a camera would see them.
    pub async fn codes_on_screen(&self) -> Vec<Vec<u8>> {
        self.one_code_at_a_time().await;
        let count = self.code_count().await;
        if count > 1 {
            self.press("Pause").await;
        }
        let mut pictures = Vec::new();
        for _ in 0..count {
            pictures.push(self.picture_of(".code-frame").await);
            if count > 1 {
                let before = self.which_code().await;
                self.press("Next").await;
                self.until("the next code", || async { self.which_code().await != before }).await;
            }
        }
        pictures
    }

    /// Leaves the grid of four, if there is one.
    async fn one_code_at_a_time(&self) {
        if self.look(Kind::Button, "One at a time").await.is_some() {
            self.press("One at a time").await;
            self.find(Kind::Button, "Four side by side").await;
        }
    }

    /// "Code 3 of 14".
    async fn which_code(&self) -> String {
        self.value("return document.body.innerText.match(/Code \\d+ of \\d+/)?.[0] ?? ''").await.unwrap_or_default()
    }

    async fn code_count(&self) -> usize {
        self.which_code().await.rsplit(' ').next().and_then(|count| count.parse().ok()).unwrap_or(1)
    }

    /// How many different codes are enough, as the screen says.
    async fn codes_needed(&self) -> usize {
        self.value("return Number(document.body.innerText.match(/any (\\d+) (is|are) enough/)?.[1] ?? 1)")
            .await
            .unwrap_or(1)
    }

    /// The same codes as text, as they would be pasted.
    pub async fn codes_as_text(&self) -> String {
        let stand_in =
            "navigator.clipboard.writeText = (text) => { globalThis.copied = text; return Promise.resolve(); }";
        self.driver.execute(stand_in, vec![]).await.unwrap();
        self.press("Copy the codes as text").await;
        self.until("the codes as text", || async { self.copied().await.is_some() }).await;
        self.copied().await.unwrap()
    }

    async fn copied(&self) -> Option<String> {
        self.value("return globalThis.copied ?? null").await
    }

    /// Points the camera at these pictures and switches it on.
    pub async fn scan(&self, pictures: &[Vec<u8>]) {
        self.camera.shows(pictures);
        self.press("Use the camera").await;
    }

    /// Pastes a code.
    pub async fn paste(&self, text: &str) {
        if self.look(Kind::Field, "Paste the code here").await.is_none() {
            self.press("No camera?").await;
        }
        let field = self.find(Kind::Field, "Paste the code here").await;
        self.driver
            .execute(
                "const [field, text] = arguments;
                 field.value = text;
                 field.dispatchEvent(new InputEvent('input', { bubbles: true }));",
                vec![field.to_json().unwrap(), serde_json::json!(text)],
            )
            .await
            .unwrap();
        self.press("Read this").await;
    }
}

/// What the clinician must see of Martha's record.
async fn reads_the_share(clinician: &Browser) {
    clinician.sees(OPENED).await;
    clinician.sees("DELAROSA").await;
    clinician.sees("01-May-1972").await;
    clinician.sees("penicillin").await;
}

#[test]
fn one_code_from_screen_to_camera() {
    journey(async {
        let patient = Browser::patient("share-patient").await;
        patient.share_with("A pharmacist", "Show a code: whoever", Some(&["Allergies"])).await;
        let pictures = patient.codes_on_screen().await;
        assert_eq!(pictures.len(), 1, "allergies alone fit in one code");

        let clinician = Browser::clinician("share-clinician").await;
        clinician.scan(&pictures).await;
        reads_the_share(&clinician).await;
        let told = clinician.text().await.to_lowercase();
        assert!(!told.contains("anastrozole"), "a medicine that was not chosen is shown");
        // A reload would cost the patient all their codes again.
        clinician.sees("the patient must show the codes again").await;
        assert!(clinician.asks_before_leaving().await);

        // One slip forgets nothing.
        clinician.press("Done: forget it").await;
        clinician.sees("To see it again the patient must show the codes again.").await;
        clinician.press("Forget it").await;
        clinician.find(Kind::Heading, "Scan a code").await;
        assert!(!clinician.shows("DELAROSA").await, "what was received is still there");
        assert!(!clinician.asks_before_leaving().await);
        let profile = clinician.folder.join("profile");
        clinician.close().await;
        crate::disk::assert_nothing_of(&profile, &["Martha DeLarosa", "1972-05-01", "Anorg Aniza"]);
        patient.close().await;
    });
}

#[test]
fn several_codes_with_a_third_missing() {
    journey(async {
        let patient = Browser::patient("frames-patient").await;
        patient.share_with("A GP surgery", "Show a code: whoever", None).await;
        let need = patient.codes_needed().await;
        let pictures = patient.codes_on_screen().await;
        assert!(need >= 2 && pictures.len() >= need, "{need} of {}", pictures.len());
        // Every third code is never seen, and the rest come backwards.
        let seen: Vec<Vec<u8>> =
            pictures.iter().enumerate().filter(|(at, _)| at % 3 != 0).map(|(_, png)| png.clone()).rev().collect();
        assert!(seen.len() >= need, "{} of {} codes are left, {need} are needed", seen.len(), pictures.len());

        let clinician = Browser::clinician("frames-clinician").await;
        clinician.scan(&seen).await;
        reads_the_share(&clinician).await;
        clinician.close().await;
        patient.close().await;
    });
}

#[test]
fn a_still_picture_of_four_codes_is_enough() {
    journey(async {
        let patient = Browser::patient("grid-patient").await;
        patient.share_with("A GP surgery", "Show a code: whoever", None).await;
        patient.find(Kind::Button, "One at a time").await;
        let need = patient.codes_needed().await;
        assert!((2..=4).contains(&need), "{need} codes are needed: the film must be another");
        assert_eq!(patient.count(".code-frame .code-view").await, 4);
        let before = patient.picture_of(".code-frame").await;
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        assert_eq!(before, patient.picture_of(".code-frame").await, "enough is in sight, so nothing moves");

        let clinician = Browser::clinician("grid-clinician").await;
        clinician.scan(&[before]).await;
        reads_the_share(&clinician).await;
        clinician.close().await;
        patient.close().await;
    });
}

#[test]
fn a_request_is_answered_on_that_screen_only() {
    journey(async {
        let patient = Browser::patient("direct-patient").await;
        let clinician = Browser::clinician("direct-clinician").await;
        clinician.press("Ask first").await;
        clinician.type_into("Who you are", "Ward 7, St Elsewhere").await;
        clinician.press("Show my request code").await;
        clinician.sees("Ask the patient to scan this code").await;
        let request = clinician.picture_of(".request .code-frame").await;
        let digits = clinician.comparison().await;

        patient.go("#/scan", "Scan a code").await;
        patient.scan(&[request]).await;
        patient.sees("Says it is Ward 7, St Elsewhere. That was not checked.").await;
        assert_eq!(patient.comparison().await, digits, "both screens show the same digits");
        patient.press("Continue").await;
        patient.choose(None).await;
        patient.see_and_show().await;
        let answer = patient.codes_on_screen().await;
        let text = patient.codes_as_text().await;

        // Somebody else who films the same screen can open nothing.
        let other = Browser::clinician("direct-other").await;
        other.paste(&text).await;
        other.sees("This share was made for another screen").await;
        other.close().await;

        clinician.scan(&answer).await;
        reads_the_share(&clinician).await;
        clinician.sees("It was made for this screen alone.").await;

        // A receipt goes back, and stands in the patient's journal.
        clinician.press("Send a receipt").await;
        let receipt = clinician.picture_of("dialog[open] .code-frame").await;
        patient.press("They have it").await;
        patient.press("Scan their receipt").await;
        patient.scan(&[receipt]).await;
        patient.sees("The receipt is good").await;

        clinician.press("Close").await;
        // One slip forgets nothing.
        clinician.press("Done: forget it").await;
        clinician.sees("To see it again the patient must show the codes again.").await;
        clinician.press("Forget it").await;

        // The same answer a second time.
        clinician.find(Kind::Heading, "Scan a code").await;
        clinician.paste(&text).await;
        clinician
            .until("the replay to be refused", || async {
                clinician.shows("was used already").await || clinician.shows("was made for another screen").await
            })
            .await;
        assert!(!clinician.shows("DELAROSA").await);
        clinician.close().await;
        patient.close().await;
    });
}

impl Browser {
    /// The six digits that both screens show.
    async fn comparison(&self) -> String {
        self.until("the six digits", || async { self.count(".comparison.figures").await > 0 }).await;
        self.value("return document.querySelector('.comparison.figures').innerText.trim()").await.unwrap()
    }
}
