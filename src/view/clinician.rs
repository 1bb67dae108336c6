//! The clinician's page for the first minute: whose, how fresh, from where, and what was not shared.
//!
//! The same struct serves the patient's preview, a received grant, and print. What the share itself says (by whom, for
//! whom, until when, which label each section has inside the signature) comes in as [`Share`].

use serde::{Deserialize, Serialize};

use super::{
    Day, Heading, Row, SourceLine,
    medicines::Medicines,
    people::Header,
    results::{AnalyteRow, Repeat},
};
use crate::record::Section;

/// What the share says of itself, inside its signature.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// When the patient shared it, RFC 3339; empty in a preview.
    pub shared_at: String,
    /// When it ends, RFC 3339; empty if it has no end.
    pub ends_at: String,
    /// Who shares, if it is not the patient.
    pub by: Option<By>,
    /// For whom, as the patient named them; empty for whoever scans.
    pub audience: String,
    /// Purpose, as a v3-PurposeOfUse code (`TREAT`).
    pub purpose: String,
    /// The label of each section; a section that is not listed is *not shared*.
    pub labels: Vec<(Section, Label)>,
    /// Sections that the clinician asked for.
    pub wanted: Vec<Section>,
    /// A note of the patient, as written; empty if none.
    pub note: String,
}

/// A carer who shares: "shared by Ann, their daughter, attorney".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// Their name; empty if not said.
    pub name: String,
    /// What they are to the person, in their own words; empty if not said.
    pub relation: String,
    /// On what basis, as `share::Basis::slug` names it.
    pub basis: String,
}

/// How much of a section was shared. Set by the patient's app and signed; never guessed by the reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Label {
    /// Everything that the patient's copy holds: this many items.
    InFull(u32),
    /// What the patient chose. Says nothing of what else there is.
    Selected,
    /// Nothing of it. Not the same as a source that says none known.
    #[default]
    NotShared,
    /// Asked for and declined; only where the patient wished it said.
    Declined,
    /// Asked for, and the patient's copy holds nothing; only where the patient wished it said.
    NothingHeld,
}

/// The page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clinician {
    /// Whose it is: "SURNAME, Given · 03-Mar-1951 (75y) · NHS 943 476 5919".
    pub person: Header,
    /// What the share says of itself: banner, audience, end.
    pub share: Share,
    /// When it was shared.
    pub shared_on: Option<Day>,
    /// When it ends.
    pub ends_on: Option<Day>,
    /// The files that the items come from.
    pub sources: Vec<SourceLine>,
    /// The newest moment up to which any source speaks.
    pub as_of: Option<Day>,
    /// Every section, in the order of the first minute, the ones not shared too.
    pub sections: Vec<ClinicianSection>,
    /// Medicines side by side.
    pub medicines: Option<Medicines>,
    /// What is dated within the last 90 days, newest first.
    pub recent: Vec<Row>,
    /// Repeated within 30 days by different sources: already done.
    pub done: Vec<Repeat>,
    /// Wanted, and not shared or not held.
    pub not_given: Vec<Section>,
}

/// One section on the clinician's page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClinicianSection {
    /// Which.
    pub section: Section,
    /// Shared in full, selected, not shared.
    pub label: Label,
    /// As of, sources, kinds of nothing as the sources state them.
    pub heading: Heading,
    /// All rows that were shared, none cut; for results the latest of each analyte stands in `analytes`.
    pub rows: Vec<Row>,
    /// Results and vital signs: the latest of each, with its trend.
    pub analytes: Vec<AnalyteRow>,
    /// Entered in error, as shared: apart.
    pub in_error: Vec<Row>,
}
