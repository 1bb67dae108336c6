use jiff::civil;
use serde::{Deserialize, Serialize};

use super::{Coding, Concept, Identifier, PartialDate, Quantity, Section, words};

/// One clinical statement of one file, normalised, with its place in the original. Immutable.
///
/// The title is always the source's own words where it has any; a code without a name is titled by the reader as
/// "code X of system Y" and has `named == false`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Where it stands in the original: JSON pointer, XPath, or segment and field.
    pub at: String,
    /// Its bytes in the original, `start..end`, where the format allows it.
    pub span: Option<(u32, u32)>,
    /// Where it belongs in the record.
    pub section: Section,
    /// What it is.
    pub kind: Kind,
    /// The source's words for it, one line.
    pub title: String,
    /// False if the title had to be made of a bare code.
    pub named: bool,
    /// What the statement is about: substance, product, problem, analyte …, with all codes. Empty for documents.
    pub concept: Concept,
    /// The clinically relevant date: onset, effective, performed, authored, in that kind's own sense.
    pub date: Option<PartialDate>,
    /// When it ended or abated, where that was said.
    pub end: Option<PartialDate>,
    /// When the source wrote it down.
    pub recorded: Option<PartialDate>,
    /// Its status.
    pub status: Status,
    /// Whether it says that something *is*, is *not*, or that *none is known*.
    pub polarity: Polarity,
    /// What was measured or found.
    pub value: Option<Value>,
    /// Parts that were measured together (systolic and diastolic), in order.
    pub components: Vec<Component>,
    /// Reference ranges as the source wrote them, one text each.
    pub range: Vec<String>,
    /// The laboratory's own flags (H, L, A …).
    pub interpretation: Vec<Concept>,
    /// Dose instructions as the source wrote them, one text each.
    pub dose: Vec<String>,
    /// Reactions to an allergen.
    pub reactions: Vec<Reaction>,
    /// Category codes or words (laboratory, vital-signs, medication, food …).
    pub category: Vec<Concept>,
    /// Who did, asserted or authored it, as named by the source.
    pub performer: Vec<String>,
    /// The organisation that keeps it, as named by the source.
    pub custodian: Option<String>,
    /// Business identifiers.
    pub identifiers: Vec<Identifier>,
    /// Other entries of the same reading that this one names.
    pub links: Vec<Link>,
    /// Notes, comments, narrative, as text.
    pub notes: Vec<String>,
    /// Everything else that was said, in the source's words.
    pub details: Vec<Detail>,
    /// Set if the entry lost meaning in a transfer: the source's own marking (transfer-degraded, RECORD: UK rules).
    pub degraded: Option<Coding>,
    /// Security labels (`NOPAT` …).
    pub labels: Vec<Coding>,
    /// Indices into [`Reading::attachments`](super::Reading::attachments).
    pub attachments: Vec<u32>,
}

/// What an entry is, in FHIR's names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Kind {
    AllergyIntolerance,
    MedicationStatement,
    MedicationRequest,
    MedicationDispense,
    MedicationAdministration,
    Condition,
    Observation,
    DiagnosticReport,
    Immunization,
    Procedure,
    Encounter,
    /// A letter, report or scan.
    DocumentReference,
    CarePlan,
    Goal,
    ServiceRequest,
    Appointment,
    DeviceUseStatement,
    FamilyMemberHistory,
    Flag,
    Consent,
    /// Another FHIR resource that is shown, by its type.
    Other(String),
}

/// What a statement says of its subject. Never a missing row: each is shown in words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Polarity {
    /// It is, was, was given, was found.
    #[default]
    Positive,
    /// The source says that it is not so (CDA `negationInd`, "not allergic to …").
    Negated,
    /// It was thought so and has been ruled out (FHIR verificationStatus refuted).
    Refuted,
    /// It was not done, not given (FHIR not-done).
    NotDone,
    /// The person does not take it (FHIR not-taken).
    NotTaken,
    /// An order not to do it (FHIR doNotPerform).
    DoNotPerform,
    /// None is known: a statement about absence ("no known allergies", "no current medicines").
    NoneKnown,
    /// The source says that it does not know, did not ask, or withholds ("no information about …").
    Unknown,
}

impl Polarity {
    /// True if the entry says that something is or was so.
    pub fn is_positive(self) -> bool {
        self == Polarity::Positive
    }
}

/// The status of an entry: the source's words, and what they mean across formats.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Status {
    /// The source's own code or words; empty if it gave none.
    pub text: String,
    /// Verification or certainty as the source wrote it (confirmed, provisional, unconfirmed …); empty if none.
    pub certainty: String,
    /// What the status means.
    pub standing: Standing,
}

/// What a status means, across formats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Standing {
    /// Current.
    Active,
    /// Was so, and is over: completed, resolved, inactive, in remission.
    Ended,
    /// Was stopped or cancelled.
    Stopped,
    /// Paused.
    OnHold,
    /// Intended, not yet so: planned, draft, booked, proposed.
    Planned,
    /// A final finding.
    Final,
    /// A preliminary or partial finding.
    Preliminary,
    /// A finding that was corrected or amended since.
    Amended,
    /// Should never have been written: listed apart, in no count and no summary.
    EnteredInError,
    /// The source gave no status, or says unknown.
    #[default]
    Unknown,
}

/// What was measured or found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    /// A number with its unit.
    Quantity(Quantity),
    /// A coded answer.
    Concept(Concept),
    /// Words, a truth value, a time, or a date, as written.
    Text(String),
    /// From low to high.
    Range(Quantity, Quantity),
    /// Numerator to denominator.
    Ratio(Quantity, Quantity),
    /// Why there is no value (FHIR dataAbsentReason).
    Absent(Concept),
}

impl Value {
    /// The value alone as written, without its unit: `85.000`, `<5`, `1:128`, `Positive`. Empty for an absent one.
    pub fn text(&self) -> String {
        // One unit may stand at either end of a range, or at both.
        fn one_unit(low: &Quantity, high: &Quantity) -> bool {
            low.unit_label() == high.unit_label() || low.unit_label().is_empty() || high.unit_label().is_empty()
        }
        fn number(q: &Quantity) -> String {
            format!("{}{}", q.comparator, q.value)
        }
        match self {
            Value::Quantity(q) => number(q),
            Value::Concept(c) => c.label().map(str::to_owned).unwrap_or_else(|| {
                c.codings.iter().map(|c| c.code.clone()).find(|c| !c.is_empty()).unwrap_or_default()
            }),
            Value::Text(t) => t.clone(),
            Value::Range(low, high) if one_unit(low, high) => format!("{}–{}", number(low), number(high)),
            Value::Range(low, high) => format!("{} {}–{}", number(low), low.unit_label(), number(high)),
            Value::Ratio(n, d) if n.unit_label().is_empty() || n.unit_label() == d.unit_label() => {
                format!("{}:{}", number(n), number(d))
            }
            Value::Ratio(n, d) => format!("{} {}:{}", number(n), n.unit_label(), number(d)),
            Value::Absent(_) => String::new(),
        }
    }

    /// The unit as written; empty where there is none. Of a range and a ratio it is that of the number which stands last;
    /// where the first has another, [`Value::text`] says it.
    pub fn unit(&self) -> &str {
        match self {
            Value::Quantity(q) | Value::Ratio(_, q) => q.unit_label(),
            Value::Range(low, high) if high.unit_label().is_empty() => low.unit_label(),
            Value::Range(_, high) => high.unit_label(),
            _ => "",
        }
    }
}

/// One part of a value that was measured together with others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// The source's words for the part.
    pub title: String,
    /// Its codes.
    pub concept: Concept,
    /// What was measured.
    pub value: Option<Value>,
    /// Reference ranges as written.
    pub range: Vec<String>,
    /// The laboratory's flags.
    pub interpretation: Vec<Concept>,
}

/// How a person reacted to an allergen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// What happened, each as the source worded it.
    pub manifestations: Vec<Concept>,
    /// `mild`, `moderate`, `severe`, or the source's words; empty if not said.
    pub severity: String,
    /// Free text, exposure route and such.
    pub note: String,
    /// Onset.
    pub date: Option<PartialDate>,
}

/// A link from one entry to another of the same reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The FHIR element that holds the link: `basedOn`, `reasonReference`, `result`, `encounter` …
    pub role: String,
    /// The [`Entry::at`] of the other entry.
    pub to: String,
}

/// One more thing that was said: the FHIR element's name (`route`, `form`, `quantity`, `criticality`, `bodySite`,
/// `lotNumber`, `prescriptionType`, `lastIssueDate` …) and the source's words for its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Detail {
    /// The element's name in FHIR's spelling.
    pub name: String,
    /// Its value in the source's words.
    pub text: String,
}

impl Entry {
    /// An entry of which nothing is known but what and where it is; readers fill in the rest.
    pub fn new(section: Section, kind: Kind, at: impl Into<String>, title: impl Into<String>) -> Self {
        Self {
            at: at.into(),
            span: None,
            section,
            kind,
            title: title.into(),
            named: true,
            concept: Concept::default(),
            date: None,
            end: None,
            recorded: None,
            status: Status::default(),
            polarity: Polarity::Positive,
            value: None,
            components: Vec::new(),
            range: Vec::new(),
            interpretation: Vec::new(),
            dose: Vec::new(),
            reactions: Vec::new(),
            category: Vec::new(),
            performer: Vec::new(),
            custodian: None,
            identifiers: Vec::new(),
            links: Vec::new(),
            notes: Vec::new(),
            details: Vec::new(),
            degraded: None,
            labels: Vec::new(),
            attachments: Vec::new(),
        }
    }

    /// The words of the first detail of this name.
    pub fn detail(&self, name: &str) -> Option<&str> {
        self.details.iter().find(|d| d.name == name).map(|d| d.text.as_str())
    }

    /// True if the source marks it as never having been right.
    pub fn in_error(&self) -> bool {
        self.status.standing == Standing::EnteredInError
    }

    /// True if the source's words deny what nothing in its codes denies: "not allergic to nuts", "denies asthma", as the
    /// name of an allergy or a problem that is coded as there is any other. It is never turned round, only marked: words
    /// can be read by whoever reads them.
    pub fn words_deny(&self) -> bool {
        self.polarity.is_positive() && words::deny(&self.kind, &self.title)
    }

    /// True for what a source gives as text alone where it could have made a list: "PENICILLINS" under Allergies. Nobody
    /// can tell what the text lists, or whether it denies it; it is shown as it stands.
    pub fn words_only(&self) -> bool {
        // A share carries such words as something told.
        let told = matches!(&self.kind, Kind::Other(kind) if matches!(
            kind.as_str(),
            "section" | "Composition.section" | "presentationText" | "Communication"
        ));
        let listed =
            !matches!(self.section, Section::Notes | Section::PatientStory | Section::Documents | Section::Encounters);
        told && listed
    }

    /// True for a medicine that is called active though it ended before this day by its own words.
    pub fn outlived(&self, today: civil::Date) -> bool {
        let medicine = matches!(self.kind, Kind::MedicationStatement | Kind::MedicationRequest);
        let over = self.end.as_ref().is_some_and(|end| end.is_before(today));
        medicine && over && self.status.standing == Standing::Active && self.polarity.is_positive()
    }

    /// True if the source forbids showing it to patient or carers (v3-ActCode `NOPAT`).
    pub fn withheld_from_patient(&self) -> bool {
        self.labels.iter().any(|l| l.code == "NOPAT")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn quantity(value: &str, unit: &str) -> Quantity {
        Quantity { value: value.into(), unit: unit.into(), ..Quantity::default() }
    }

    #[test]
    fn no_number_goes_by_another_ones_unit() {
        let check = |value: Value, expected: (&str, &str)| assert_eq!((value.text().as_str(), value.unit()), expected);
        let range = |a: (&str, &str), b: (&str, &str)| Value::Range(quantity(a.0, a.1), quantity(b.0, b.1));
        let ratio = |a: (&str, &str), b: (&str, &str)| Value::Ratio(quantity(a.0, a.1), quantity(b.0, b.1));
        check(range(("1", "g"), ("2", "g")), ("1–2", "g"));
        check(range(("1", ""), ("2", "g")), ("1–2", "g"));
        check(range(("1", "g"), ("2", "")), ("1–2", "g"));
        check(range(("500", "mg"), ("1", "g")), ("500 mg–1", "g"));
        check(ratio(("1", ""), ("128", "")), ("1:128", ""));
        check(ratio(("5", "mg"), ("10", "mL")), ("5 mg:10", "mL"));
        check(ratio(("5", "mg"), ("10", "")), ("5 mg:10", ""));
        check(ratio(("1", ""), ("10", "mL")), ("1:10", "mL"));
    }

    #[test]
    fn a_medicine_that_ended_and_is_called_active_says_so() {
        let check = |kind: Kind, end: &str, standing: Standing, expected: bool| {
            let mut entry = Entry::new(Section::Medications, kind, "", "Aspirin");
            entry.end = Some(PartialDate::fhir(end));
            entry.status.standing = standing;
            assert_eq!(entry.outlived(civil::date(2026, 11, 22)), expected, "{end} {standing:?}");
        };
        let statement = Kind::MedicationStatement;
        check(statement.clone(), "2026-11-21", Standing::Active, true);
        check(statement.clone(), "2025", Standing::Active, true);
        check(statement.clone(), "2026-10", Standing::Active, true);
        check(statement.clone(), "2026-11-22", Standing::Active, false);
        check(statement.clone(), "2026-11", Standing::Active, false);
        check(statement.clone(), "2026", Standing::Active, false);
        check(statement.clone(), "soon", Standing::Active, false);
        check(statement, "2025", Standing::Ended, false);
        check(Kind::Condition, "2025", Standing::Active, false);
    }
}
