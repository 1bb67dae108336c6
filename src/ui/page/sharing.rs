//! What the steps of a share have in common: the draft, the request it answers, and the codes on the screen.

use std::collections::BTreeSet;

use leptos::prelude::*;

use crate::app::wire::{Consent, May, Mode, RequestCard, Showing};
use crate::record::Section;
use crate::ui::text::share as words;
use crate::view::Row;
use crate::view::choose::Choose;
use crate::view::section::GroupKind;
use crate::view::sensitive;

/// For whom people mostly share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// The person's own surgery, or a new one.
    #[default]
    Gp,
    /// A hospital or clinic.
    Hospital,
    /// Accident and emergency, an ambulance.
    Emergency,
    /// A pharmacist.
    Pharmacist,
    /// A dentist.
    Dentist,
    /// Somebody else, in the person's words.
    Other,
}

impl Audience {
    /// All, in the order in which they are offered.
    pub const ALL: [Audience; 6] = [
        Audience::Gp,
        Audience::Hospital,
        Audience::Emergency,
        Audience::Pharmacist,
        Audience::Dentist,
        Audience::Other,
    ];

    /// A stable name, under which the last choices are remembered.
    pub fn slug(self) -> &'static str {
        match self {
            Audience::Gp => "gp",
            Audience::Hospital => "hospital",
            Audience::Emergency => "emergency",
            Audience::Pharmacist => "pharmacist",
            Audience::Dentist => "dentist",
            Audience::Other => "other",
        }
    }

    /// Its words.
    pub fn name(self) -> &'static str {
        match self {
            Audience::Gp => words::for_gp(),
            Audience::Hospital => words::for_hospital(),
            Audience::Emergency => words::for_emergency(),
            Audience::Pharmacist => words::for_pharmacist(),
            Audience::Dentist => words::for_dentist(),
            Audience::Other => words::for_other(),
        }
    }

    /// The usual set of sections for it, until the person chose otherwise.
    pub fn usual(self) -> Vec<Section> {
        use Section::*;
        match self {
            Audience::Gp => Section::ALL.to_vec(),
            Audience::Hospital => {
                vec![Allergies, Alerts, Medications, Problems, Findings, Results, Procedures, MedicalDevices, Documents]
            }
            Audience::Emergency => {
                vec![Allergies, Alerts, Medications, Problems, Results, MedicalDevices, Pregnancy, AdvanceDirectives]
            }
            Audience::Pharmacist => vec![Allergies, Alerts, Medications],
            Audience::Dentist => vec![Allergies, Alerts, Medications, Problems, MedicalDevices],
            Audience::Other => vec![Allergies, Medications],
        }
    }

    /// Minutes until it ends, to begin with: a night in A&E is not over in an hour.
    fn minutes(self) -> u32 {
        match self {
            Audience::Emergency => 24 * 60,
            _ => 60,
        }
    }

    fn purpose(self) -> &'static str {
        match self {
            Audience::Emergency => "ETREAT",
            Audience::Other => "PATRQT",
            _ => "TREAT",
        }
    }
}

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
            match self.audience {
                Audience::Emergency => self.lately(choices, &sections),
                _ => self.only(choices, &sections),
            }
        }
    }

    /// Chooses the items of these sections and no others. Sensitive sets are closed.
    pub fn only(&mut self, choices: &Choose, sections: &[Section]) {
        self.items.clear();
        self.opened.clear();
        for part in choices.sections.iter().filter(|p| sections.contains(&p.section)) {
            self.items.extend(part.items.iter().filter(|i| i.sets.is_empty()).map(|i| i.row.id.clone()));
        }
    }

    /// As [`Draft::only`], without what nobody asks for in an emergency: medicines and problems that ended over a year
    /// ago, and results older than that.
    fn lately(&mut self, choices: &Choose, sections: &[Section]) {
        self.only(choices, sections);
        let old = |row: &Row| row.end.as_ref().or(row.date.as_ref()).and_then(|d| d.days_ago).is_some_and(|n| n > 365);
        let measured = |row: &Row| matches!(row.section, Section::Results | Section::VitalSigns);
        let past = |row: &Row| row.group == GroupKind::Past && !row.disagree && row.section != Section::Allergies;
        for row in choices.sections.iter().flat_map(|part| &part.items).map(|item| &item.row) {
            if old(row) && (measured(row) || past(row)) {
                self.items.remove(&row.id);
            }
        }
    }

    /// For whom, as the share will say it.
    pub fn audience_name(&self) -> String {
        match self.audience {
            Audience::Other => self.named.trim().to_owned(),
            known => known.name().to_owned(),
        }
    }

    /// What the hall is asked for.
    pub fn consent(&self) -> Consent {
        Consent {
            audience: self.audience_name(),
            purpose: self.purpose.clone(),
            items: self.items.iter().cloned().collect(),
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
