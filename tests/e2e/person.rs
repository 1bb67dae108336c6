//! What a person does with Tessera, step by step, in the words of the English pages.

use crate::browser::{Browser, Kind, PATIENCE};
use std::path::PathBuf;
use thirtyfour::prelude::*;

/// A passphrase of one's own that is strong enough.
pub const PASSPHRASE: &str = "lantern otter quartz meadow 41 trumpet";

impl Browser {
    /// First visit: to the page where files are brought in.
    pub async fn start_record(&self) {
        self.open("/").await;
        self.sees("Your health record, held by you").await;
        self.press("Start my record").await;
        self.sees("Import records").await;
    }

    /// Goes to a place of the app by its address, without loading the page again.
    pub async fn go(&self, place: &str, heading: &str) {
        self.driver.execute("location.hash = arguments[0]", vec![serde_json::json!(place)]).await.unwrap();
        self.find(Kind::Heading, heading).await;
    }

    /// Brings in one file and waits for what became of it; a question of the guard is left open.
    pub async fn bring(&self, file: PathBuf) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        self.go("#/import", "Import records").await;
        self.upload(&[file]).await;
        let done = format!("Take {name} off this list");
        self.until(&format!("{name} to be read"), || async {
            self.look(Kind::Button, &done).await.is_some() || self.guard_asks().await
        })
        .await;
    }

    /// Whether the guard's dialogue is open.
    pub async fn guard_asks(&self) -> bool {
        self.value::<bool>("return document.querySelector('dialog[open]') !== null").await.unwrap_or(false)
    }

    /// Answers the guard: chooses, says that it was looked at where that is asked, confirms, and waits until its dialogue
    /// has gone.
    pub async fn answer(&self, words: &str) {
        self.until("the guard to ask", || self.guard_asks()).await;
        self.choose_answer(words).await;
        self.until("the guard to be content", || async { !self.guard_asks().await }).await;
    }

    /// The same, and another question may follow.
    pub async fn choose_answer(&self, words: &str) {
        self.click(Kind::Choice, words).await;
        let confirms = ["Yes, it is", "Start their record", "Leave it out"];
        self.until("the answer to be confirmed", || async {
            for name in confirms {
                if self.look(Kind::Button, name).await.is_some() {
                    return true;
                }
            }
            false
        })
        .await;
        if self.look(Kind::Choice, "I have looked at it").await.is_some() {
            self.click(Kind::Choice, "I have looked at it").await;
        }
        for name in confirms {
            if self.look(Kind::Button, name).await.is_some() {
                self.press(name).await;
                return;
            }
        }
    }

    /// Tells the guard that the file is the open person's, having looked at it. They are the only one here.
    pub async fn mine(&self) {
        self.answer("It is ").await;
    }

    /// Brings in a file of the person whose record is open.
    pub async fn bring_own(&self, file: PathBuf) {
        self.bring(file).await;
        if self.guard_asks().await {
            self.mine().await;
        }
        self.find(Kind::Control, "See the report").await;
    }

    /// Keeps what was looked at under [`PASSPHRASE`]; the recovery kit stands on the screen.
    pub async fn keep_without_check(&self) {
        self.go("#/set-up", "Keep your records on this device").await;
        self.click(Kind::Choice, "With a passphrase of my own").await;
        self.type_into("Your passphrase", PASSPHRASE).await;
        self.type_into("The same again", PASSPHRASE).await;
        self.sees("Strong enough.").await;
        self.press("Keep my records").await;
        // What stood there may have been said of a letter less.
        self.until("the kit", || async {
            if self.shows("then press the button again.").await {
                self.press("Keep my records").await;
            }
            self.look(Kind::Heading, "Your recovery kit").await.is_some()
        })
        .await;
        self.until("the kit's groups", || async { !self.kit_groups().await.is_empty() }).await;
    }

    /// The same, and types two groups of the kit back; gives the kit.
    pub async fn keep(&self) -> Vec<String> {
        self.keep_without_check().await;
        let groups = self.kit_groups().await;
        let asked: Vec<String> = self
            .value("return Array.from(document.querySelectorAll('form label'), (label) => label.innerText.trim())")
            .await
            .unwrap();
        assert_eq!(asked.len(), 2, "two groups are asked for: {asked:?}");
        for label in asked {
            let number: usize = label.rsplit(' ').next().unwrap().parse().unwrap();
            self.type_into(&label, &groups[number - 1]).await;
        }
        self.press("Check").await;
        self.sees("The kit is checked").await;
        // The page takes the focus once more when the question has gone.
        self.until("the question about the kit to go", || async { self.count("main form").await == 0 }).await;
        groups
    }

    async fn kit_groups(&self) -> Vec<String> {
        self.value("return Array.from(document.querySelectorAll('ol.kit li'), (group) => group.innerText.trim())")
            .await
            .unwrap_or_default()
    }

    /// Locks; the locked screen stands there, and nothing of the record.
    pub async fn lock(&self) {
        self.press("Lock").await;
        self.sees("Unlock your records").await;
    }

    /// Unlocks with [`PASSPHRASE`].
    pub async fn unlock(&self) {
        self.unlock_with(PASSPHRASE).await;
    }

    pub async fn unlock_with(&self, passphrase: &str) {
        self.type_into("Your passphrase", passphrase).await;
        self.press("Unlock").await;
        self.within(PATIENCE * 2, "the record to open", || async { self.look(Kind::Link, "Summary").await.is_some() })
            .await;
    }

    /// Saves the original of a file of the open record, and gives its bytes as they came to lie in downloads/.
    pub async fn saves_original(&self, name: &str) -> Vec<u8> {
        let saved = self.folder.join("downloads").join(name);
        let _ = std::fs::remove_file(&saved);
        self.go("#/import", "Import records").await;
        self.press(&format!("Save the original of {name}")).await;
        // The browser writes under another name until all of it is there.
        self.until(&format!("{name} to be saved"), || async { saved.is_file() }).await;
        std::fs::read(saved).unwrap()
    }

    /// True if the page shows these words now.
    pub async fn shows(&self, words: &str) -> bool {
        self.text().await.contains(words)
    }

    /// Whether the keyboard stands at the element of this id.
    pub async fn stands_at(&self, id: &str) -> bool {
        self.value::<String>("return document.activeElement?.id ?? ''").await.as_deref() == Some(id)
    }

    /// Waits until all that the page asked for is drawn.
    pub async fn drawn(&self) {
        self.until("the page to be drawn", || async { !self.shows("One moment …").await }).await;
    }

    /// The link that begins with these words, followed.
    pub async fn follow(&self, words: &str) {
        self.click(Kind::Link, words).await;
    }

    /// How many elements there are of a selector.
    pub async fn count(&self, selector: &str) -> usize {
        self.driver.find_all(By::Css(selector)).await.map_or(0, |all| all.len())
    }
}
