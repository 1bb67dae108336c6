//! What the steps of a share have in common: the draft, the request it answers, and the codes on the screen.

use std::collections::BTreeSet;

use leptos::prelude::*;

use crate::app::wire::{Consent, May, Mode, RequestCard, Showing};
use crate::record::Section;
use crate::ui::text;
use crate::view::audience;
use crate::view::choose::Choose;
use crate::view::sensitive;

pub use crate::view::audience::Audience;

/// A share that is not yet made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// For whom.
    pub audience: Audience,
    /// For whom, in the person's words, where it is none of the usual.
    pub named: String,
    /// Why.
    pub purpose: String,
    /// Minutes until it ends.
    pub minutes: u32,
    /// How it is handed over.
    pub mode: Mode,
    /// What the reader may do.
    pub may: May,
    /// Say that a section is whole where it is.
    pub say_full: bool,
    /// A note to the reader.
    pub note: String,
    /// Ids of the chosen items.
    pub items: BTreeSet<String>,
    /// Ids of those of them whose letters go with their words.
    pub letters: BTreeSet<String>,
    /// Sensitive sets that the person opened.
    pub opened: Vec<sensitive::Set>,
    /// Sections to begin with; taken when the choices are first shown.
    pub begin: Option<Vec<Section>>,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            audience: Audience::default(),
            named: String::new(),
            purpose: "TREAT".to_owned(),
            minutes: 60,
            mode: Mode::Show,
            may: May { keep: true, import: true, redisclose: false },
            say_full: false,
            note: String::new(),
            items: BTreeSet::new(),
            letters: BTreeSet::new(),
            opened: Vec::new(),
            begin: Some(Audience::default().usual()),
        }
    }
}

impl Draft {
    /// Chooses for whom; the purpose and the sections to begin with follow.
    pub fn choose(&mut self, audience: Audience, last: Option<(String, Vec<Section>)>) {
        self.audience = audience;
        self.minutes = audience.minutes();
        let (purpose, sections) = last.unwrap_or_else(|| (audience.purpose().to_owned(), audience.usual()));
        self.purpose = purpose;
        self.begin = Some(sections);
    }

    /// Chooses the items of the sections to begin with. Sensitive sets stay closed.
    pub fn start(&mut self, choices: &Choose) {
        if let Some(sections) = self.begin.take() {
            self.items = self.audience.items(choices, &sections);
            self.letters.clear();
            self.opened.clear();
        }
    }

    /// Chooses the items of these sections and no others. Sensitive sets are closed.
    pub fn only(&mut self, choices: &Choose, sections: &[Section]) {
        self.items = audience::of_sections(choices, sections, |_| true);
        self.opened.clear();
    }

    /// For whom, as the share will say it.
    pub fn audience_name(&self) -> String {
        match self.audience {
            Audience::Other => self.named.trim().to_owned(),
            known => text::audience(known).to_owned(),
        }
    }

    /// What the hall is asked for.
    pub fn consent(&self) -> Consent {
        Consent {
            audience: self.audience_name(),
            purpose: self.purpose.clone(),
            items: self.items.iter().cloned().collect(),
            letters: self.letters.intersection(&self.items).cloned().collect(),
            minutes: self.minutes,
            mode: self.mode,
            may: self.may,
            say_full: self.say_full,
            note: self.note.trim().to_owned(),
        }
    }
}

/// The signals that the pages of a share have in common.
#[derive(Clone, Copy)]
pub struct Sharing {
    /// The share that is being made.
    pub draft: RwSignal<Draft>,
    /// The clinician's request that it answers.
    pub request: RwSignal<Option<RequestCard>>,
    /// The codes on the screen, and what they are.
    pub showing: RwSignal<Option<(Showing, Consent)>>,
    /// For whom was answered: the later steps stand on it.
    pub begun: RwSignal<bool>,
}

impl Sharing {
    /// Made once, by the frame of all pages.
    pub fn provide() {
        provide_context(Sharing {
            draft: RwSignal::new(Draft::default()),
            request: RwSignal::new(None),
            showing: RwSignal::new(None),
            begun: RwSignal::new(false),
        });
    }

    /// The signals, for a page.
    pub fn get() -> Self {
        expect_context::<Sharing>()
    }

    /// Begins a share that answers a request.
    pub fn answer(self, card: RequestCard) {
        self.draft.update(|d| {
            *d = Draft::default();
            d.audience = Audience::Other;
            d.named = card.name.clone();
            d.purpose = card.purpose.clone();
            d.mode = Mode::Hand;
            d.begin = Some(if card.wanted.is_empty() { Audience::Hospital.usual() } else { card.wanted.clone() });
        });
        self.request.set(Some(card));
    }

    /// Forgets the share that was made.
    pub fn clear(self) {
        self.draft.set(Draft::default());
        self.request.set(None);
        self.begun.set(false);
    }
}
