//! One item with everything known of it: all its entries side by side, and where each stands in its original.

use serde::{Deserialize, Serialize};

use super::{Day, Row, SourceLine, documents::DocumentRow};
use crate::record::{Coding, Field, Hash, Kind, Polarity, Quantity, Section, Standing};

/// An item's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryPage {
    /// The item as lists show it.
    pub row: Row,
    /// What the sources disagree about, each side with its source.
    pub disagreements: Vec<Sides>,
    /// The entries, the leading one first; a medicine's requests and issues are in `history`.
    pub cards: Vec<Card>,
    /// Requests, issues, dispenses behind a medicine; former versions of a result. Newest first.
    pub history: Vec<Card>,
    /// A source says that it should not be disclosed to the patient: ask before drawing the rest.
    pub withheld: bool,
    /// A source marks it as entered in error.
    pub in_error: bool,
    /// For a result: the analyte's id, for the link to its chart.
    pub analyte: Option<String>,
}

/// One field about which sources disagree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sides {
    /// Which field.
    pub field: Field,
    /// Each answer, with the sources that give it.
    pub sides: Vec<Side>,
}

/// One answer in a disagreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// The answer.
    pub answer: Answer,
    /// Who gives it.
    pub sources: Vec<String>,
}

/// One entry of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Where it comes from, with its trust mark.
    pub source: SourceLine,
    /// The parcel: opens the original.
    pub parcel: Hash,
    /// The format of the original: `FHIR JSON R4`.
    pub format: String,
    /// Its place in the original: JSON pointer, XPath, segment.
    pub at: String,
    /// Its bytes in the original, `start..end`, if known.
    pub span: Option<(u32, u32)>,
    /// The source's words for it.
    pub title: String,
    /// What it is.
    pub kind: Kind,
    /// Where it is filed.
    pub section: Section,
    /// Everything that was said, in a steady order; what was not said is not there.
    pub lines: Vec<Line>,
    /// Letters, scans and the like.
    pub attachments: Vec<DocumentRow>,
    /// Other items that it names: role (FHIR element), item id, title.
    pub links: Vec<(String, String, String)>,
}

/// One fact of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What it is about.
    pub label: Label,
    /// What was said.
    pub answer: Answer,
}

/// What a line is about. The ui words each but the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Label {
    Date,
    End,
    Recorded,
    Status,
    Certainty,
    Polarity,
    Value,
    /// A part of the value, by the source's words.
    Part(String),
    Range,
    Flag,
    Dose,
    Reaction,
    Severity,
    Category,
    Performer,
    Custodian,
    Identifier,
    Note,
    Codes,
    Degraded,
    SecurityLabel,
    /// Another element by FHIR's name (`route`, `lotNumber`); the ui words those it knows, else shows the name.
    Detail(String),
}

/// What was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// The source's words.
    Text(String),
    /// A date.
    Day(Day),
    /// What a status means, and the source's own word for it.
    Standing(Standing, String),
    /// Whether it is so.
    Polarity(Polarity),
    /// A number with its unit, as written: value (comparator first), unit.
    Quantity(String, String),
    /// Codes with their systems and names.
    Codes(Vec<Coding>),
    /// Nothing was said by this source (in a disagreement).
    NotSaid,
}

impl Answer {
    /// A quantity as written.
    pub fn of(quantity: &Quantity) -> Self {
        Answer::Quantity(format!("{}{}", quantity.comparator, quantity.value), quantity.unit_label().to_owned())
    }
}
