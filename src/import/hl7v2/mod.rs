//! HL7 v2 messages of any kind and version, in text ("pipes and hats"), one or many in a file, with or without batch
//! heads and MLLP framing.
//!
//! A piece is a segment. What a segment means hangs on those before it: an OBX is a line of the report, the letter or
//! the vaccination that stands open. Places are `OBX[3]-5`: segment, which of its name in the file, field.

use std::ops::ControlFlow;

use super::fhir::words::{absence, absence_of_allergy};
use super::{ImportError, LIMITS, Phase, Progress, READER, issue, tell};
use crate::record::{
    Concept, Entry, IssueCode, Kind, NhsNumber, Nothing, Outcome, PartialDate, Polarity, Reading, Section, SectionSays,
    Severity,
};

mod attachment;
mod charset;
mod clinical;
mod datatypes;
mod medicine;
mod observation;
mod person;
mod required;
mod wire;

pub use charset::declared;
pub use datatypes::compared;
pub use person::same as same_person;
use wire::{Cut, Segment};

/// Reads all messages of a text.
pub fn read(
    text: &str,
    shift: Option<usize>,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Reading, ImportError> {
    tell(progress, Phase::Indexing, 0, text.len())?;
    let cuts = wire::segments(text);
    if cuts.len() > LIMITS.pieces {
        return Err(ImportError::TooMany { limit: LIMITS.pieces });
    }
    tell(progress, Phase::Indexing, text.len(), text.len())?;
    let mut reader = Reader {
        shift,
        reading: Reading { reader: READER, format: "HL7 v2".to_owned(), ..Reading::default() },
        message: Message::default(),
        open: Open::default(),
        last: Last::Nothing,
        required: required::Required::default(),
        known: person::Known::default(),
    };
    let mut told = 0;
    for cut in &cuts {
        let end = match cut {
            Cut::Segment(segment) => {
                reader.segment(segment);
                segment.range.end
            }
            Cut::Stray(range) => {
                let found = text.get(range.clone()).unwrap_or_default();
                reader.reading.issues.push(issue(Severity::Error, IssueCode::NotAnObject, "", found));
                reader.reading.ledger.add("", "?", Outcome::NotUnderstood, Some(IssueCode::NotAnObject));
                range.end
            }
        };
        if end >= told + (64 << 10) {
            told = end;
            tell(progress, Phase::Reading, told, text.len())?;
        }
    }
    reader.finish();
    tell(progress, Phase::Reading, text.len(), text.len())?;
    Ok(reader.reading)
}

/// The decoded content at a place of an ED field.
pub fn data(text: &str, at: &str) -> Option<Vec<u8>> {
    attachment::data(text, at)
}

/// The segment at a place.
pub fn fragment<'t>(text: &'t str, at: &str) -> Option<&'t str> {
    let name = at.split_once(']').map_or(at, |(name, _)| name);
    let (kind, number) = name.split_once('[')?;
    let number: usize = number.parse().ok()?;
    wire::segments(text).into_iter().find_map(|cut| match cut {
        Cut::Segment(s) if s.kind == kind && s.number == number => text.get(s.range),
        _ => None,
    })
}

/// What the message's own head says.
#[derive(Default)]
struct Message {
    /// MSH-9.1: `ORU`, `ADT` …
    kind: String,
    /// MSH-9.2: `R01`, `A01` …
    event: String,
    /// Who sends it: MSH-4, else MSH-3.
    sender: String,
}

/// What stands open: places in the reading's entries.
#[derive(Default)]
struct Open {
    /// The report of the last OBR.
    report: Option<usize>,
    /// The document of the last TXA.
    document: Option<usize>,
    /// The heading of its last line.
    heading: Option<String>,
    /// Its headings are written into its text.
    headed: bool,
    /// The vaccination of the last RXA.
    vaccine: Option<usize>,
    /// The medicine of the last RXO, RXE, RXD, RXG or RXA.
    medicine: Option<usize>,
    /// The stay of the last PV1.
    encounter: Option<usize>,
    /// The last ORC: control code, status, placer and filler number, ordering clinician.
    order: Option<clinical::Order>,
    /// What an SPM said before its OBR (OUL^R22 has them in this order): name of the detail, words.
    specimen: Vec<(&'static str, String)>,
    /// The words of the last OBR that is no entry, for a document that has no better title.
    service: String,
}

/// What the last segment became: a note is about it, a line of text may go on from it.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    Nothing,
    Person,
    /// An entry that a note may follow.
    Entry(usize),
    /// The last component of an entry.
    Component(usize),
    /// An observation of running text, which the next OBX may go on.
    Text(usize),
}

struct Reader {
    shift: Option<usize>,
    reading: Reading,
    message: Message,
    open: Open,
    last: Last,
    required: required::Required,
    known: person::Known,
}

/// Segments of the standard that are none of our sections: heads, insurance, billing, scheduling, staff, queries,
/// master files, devices. They are kept.
const KEPT: &str = "ABS ACC ADD ADJ AFF AIG AIL AIP AIS APR ARQ ARV AUT BHS BLC BLG BPO BPX BTS BTX BUI CDM CDO CER CM0 \
    CM1 CM2 CNS CSP CSR CSS CTD CTI CTR DB1 DEV DMI DON DRG DSC DSP DST ECD ECR EDU EQP EQU ERR EVN FAC FHS FT1 FTS \
    GP1 GP2 GT1 IIM ILT IN1 IN2 IN3 INV IPC IPR ISD ITM IVC IVT LAN LCC LCH LDP LOC LRL MFA MFE MFI MRG MSA MSH NCK \
    NDS NK1 NPU NSC NST ODS ODT OH1 OH2 OH3 OH4 OM1 OM2 OM3 OM4 OM5 OM6 OM7 OM8 OMC ORC ORG OVR PAC PCE PCR PD1 PDA \
    PDC PEO PES PKG PM1 PMT PRA PRC PRD PRT PSG PSH PSL PSS PYE QAK QID QPD QRD QRF QRI RCP RDF RDT REL RF1 RFI RGS \
    RMI ROL RQ1 RQD SAC SCD SCP SDD SFT SGH SGT SID SLT STF STZ TCC TCD TQ1 TQ2 UAC UB1 UB2 URD URS VAR VND VTQ PV2 \
    NTE RXR RXC RXG SPM IAR";

impl Reader {
    fn issue(&mut self, severity: Severity, code: IssueCode, at: &str, found: &str) {
        self.reading.issues.push(issue(severity, code, at, found));
    }

    /// Reads one segment: exactly one line of the ledger.
    fn segment(&mut self, s: &Segment<'_>) {
        self.required.look(s);
        let shown = match s.kind {
            "MSH" => self.head(s),
            "PID" => self.pid(s),
            "NK1" => self.contact(s),
            "PV1" => self.visit(s),
            "PV2" => self.visit_more(s),
            "AL1" | "IAM" => self.allergy(s),
            "IAR" => self.reaction(s),
            "DG1" => self.diagnosis(s),
            "PRB" => self.problem(s),
            "PR1" => self.procedure(s),
            "GOL" => self.goal(s),
            "PTH" => self.pathway(s),
            "SCH" => self.appointment(s),
            "CON" => self.consent(s),
            "FAM" => self.family(s),
            "ORC" => self.order(s),
            "OBR" => self.request(s),
            "SPM" => self.specimen(s),
            "TXA" => self.document(s),
            "OBX" => self.observation(s),
            "NTE" => self.note(s),
            "RXA" => self.given(s),
            "RXO" | "RXE" | "RXD" => self.prescribed(s),
            // Repeats what was ordered, where that stands before it.
            "RXG" if self.open.medicine.is_none() => self.prescribed(s),
            "RXR" => self.route(s),
            "RXC" => self.ingredient(s),
            "TQ1" => self.timing(s),
            _ => false,
        };
        let known = shown || s.kind == "DSC" || KEPT.split_whitespace().any(|k| k == s.kind) || known_empty(s.kind);
        let nameless = (!shown).then(|| self.nameless(s)).flatten();
        let outcome = match (shown, known && nameless.is_none()) {
            (true, _) => Outcome::Shown,
            (false, true) => Outcome::Kept,
            (false, false) => Outcome::NotUnderstood,
        };
        let reason = match (outcome, nameless) {
            (Outcome::NotUnderstood, Some(_)) => Some((Severity::Error, IssueCode::MissingElement)),
            (Outcome::NotUnderstood, None) => Some((Severity::Warning, IssueCode::UnknownType)),
            _ => None,
        };
        if let Some((severity, code)) = reason {
            self.issue(severity, code, &s.at(), s.kind);
        }
        if let Some(section) = nameless {
            let says = SectionSays { section, nothing: Nothing::NotUnderstood, text: String::new(), at: s.at() };
            self.reading.says.push(says);
        }
        let reason = reason.map(|(_, code)| code);
        self.reading.ledger.add(s.at(), s.kind, outcome, reason);
        // Roles, participants and empty notes stand between a text and its notes; anything else ends it.
        if !shown && !matches!(s.kind, "PRT" | "ROL" | "CTD" | "NTE") {
            self.last = Last::Nothing;
        }
    }

    /// The section in which something is missing where a segment tells of an allergy, a medicine or a vaccination without
    /// naming it: a severity, a reaction, a dose. `None` if it tells nothing.
    fn nameless(&self, s: &Segment<'_>) -> Option<Section> {
        let (section, telling): (_, &[usize]) = match s.kind {
            "AL1" => (Section::Allergies, &[4, 5]),
            "IAM" => (Section::Allergies, &[4, 5, 9, 10]),
            "IAR" => (Section::Allergies, &[1]),
            "RXO" => (Section::Medications, &[2, 3, 18]),
            "RXE" => (Section::Medications, &[3, 4, 25]),
            "RXD" => (Section::Medications, &[4, 7]),
            "RXG" if self.open.medicine.is_none() => (Section::Medications, &[5, 6]),
            "RXA" if self.message.kind.starts_with("VX") => (Section::Immunizations, &[3, 6, 20]),
            "RXA" => (Section::Medications, &[3, 6]),
            _ => return None,
        };
        s.any(telling).then_some(section)
    }

    fn head(&mut self, s: &Segment<'_>) -> bool {
        let kind = s.get(9);
        let named = |field: usize| datatypes::organisation(s.get(field));
        let sender = [4, 3].into_iter().map(named).find(|n| !n.is_empty()).unwrap_or_default();
        self.message = Message { kind: kind.part(1).words(), event: kind.part(2).words(), sender };
        self.open = Open::default();
        let reading = &mut self.reading;
        if reading.version.is_empty() {
            reading.version = s.get(12).part(1).words();
        }
        if reading.source.name.is_empty() {
            reading.source.name.clone_from(&self.message.sender);
        }
        if reading.source.title.is_empty() {
            reading.source.title = [kind.part(1).words(), kind.part(2).words()].join(" ").trim().to_owned();
        }
        let sent = datatypes::when(s.get(7)).filter(|d| d.known.is_some());
        let newer = |d: &PartialDate| reading.source.as_of.as_ref().is_none_or(|a| a.sort_key() < d.sort_key());
        if let Some(date) = sent.filter(newer) {
            reading.source.as_of = Some(date);
        }
        for profile in s.all(21).map(|f| f.part(1).words()).filter(|w| !w.is_empty()) {
            if !reading.source.profiles.contains(&profile) {
                reading.source.profiles.push(profile);
            }
        }
        false
    }

    fn pid(&mut self, s: &Segment<'_>) -> bool {
        let found = person::person(s);
        if !s.code(8).is_empty() && found.sex.is_none() {
            self.issue(Severity::Warning, IssueCode::UnknownCode, &s.at_field(8), &s.code(8));
        }
        if let Some(date) = found.birth_date.as_ref().filter(|d| d.known.is_none()) {
            let text = date.text.clone();
            self.issue(Severity::Warning, IssueCode::BadDate, &s.at_field(7), &text);
        }
        if self.known.is_new(&found) {
            self.reading.people.push(found);
        }
        self.open = Open::default();
        self.last = Last::Person;
        true
    }

    /// A next of kin is one of the person's particulars.
    fn contact(&mut self, s: &Segment<'_>) -> bool {
        let parts = [datatypes::name(s.get(2), 1), datatypes::label(&datatypes::concept(s.get(3)))];
        let phones = s.all(5).map(datatypes::telephone);
        let words: Vec<String> = parts.into_iter().chain(phones).filter(|p| !p.is_empty()).collect();
        match self.reading.people.last_mut() {
            Some(person) if !words.is_empty() => {
                person.details.push(crate::record::Detail { name: "contact".to_owned(), text: words.join(", ") });
                self.last = Last::Nothing;
                true
            }
            _ => false,
        }
    }

    /// NTE: about what stands before it. Where nothing does, it is kept as a note of the message.
    fn note(&mut self, s: &Segment<'_>) -> bool {
        let lines: Vec<String> = s.all(3).map(|f| f.verbatim()).collect();
        let words = lines.join("\n").trim().to_owned();
        if words.is_empty() {
            return false;
        }
        match self.last {
            Last::Entry(i) | Last::Text(i) | Last::Component(i) => {
                if let Some(entry) = self.reading.entries.get_mut(i) {
                    entry.notes.push(words);
                }
                // A note between two lines of text ends neither.
                true
            }
            Last::Person => {
                if let Some(person) = self.reading.people.last_mut() {
                    person.details.push(crate::record::Detail { name: "note".to_owned(), text: words });
                }
                true
            }
            Last::Nothing => {
                let mut entry = self.new_entry(s, Section::Documents, Kind::Other("Note".to_owned()));
                entry.title = words.lines().next().unwrap_or_default().to_owned();
                entry.value = Some(crate::record::Value::Text(words));
                entry.recorded = datatypes::when(s.get(6));
                let i = self.push(entry);
                self.last = Last::Entry(i);
                true
            }
        }
    }

    /// An entry made of a segment, with what all have in common.
    fn new_entry(&self, s: &Segment<'_>, section: Section, kind: Kind) -> Entry {
        let mut entry = Entry::new(section, kind, s.at(), "");
        entry.span = self.shift.and_then(|shift| {
            Some((u32::try_from(s.range.start + shift).ok()?, u32::try_from(s.range.end + shift).ok()?))
        });
        entry.custodian = Some(self.message.sender.clone()).filter(|n| !n.is_empty());
        entry
    }

    /// Takes an entry in: its title, what it says of absence, and the oddities that every kind can have.
    fn push(&mut self, mut entry: Entry) -> usize {
        if entry.title.is_empty() {
            match super::fhir::title(&entry.concept) {
                Some((words, named)) => (entry.title, entry.named) = (words, named),
                None => {
                    entry.title = entry.at.split('[').next().unwrap_or_default().to_owned();
                    entry.named = false;
                    let (at, kind) = (entry.at.clone(), entry.title.clone());
                    self.issue(Severity::Warning, IssueCode::MissingElement, &at, &kind);
                }
            }
        }
        entry.title = entry.title.split_whitespace().collect::<Vec<_>>().join(" ");
        if !entry.named && !entry.concept.is_empty() {
            let (at, found) = (entry.at.clone(), entry.title.clone());
            self.issue(Severity::Information, IssueCode::CodeWithoutName, &at, &found);
        }
        let none = if entry.section == Section::Allergies { absence_of_allergy } else { absence };
        if let Some(found) = none(&entry.concept).filter(|_| entry.polarity == Polarity::Positive) {
            entry.polarity = found;
        }
        if entry.in_error() {
            let at = entry.at.clone();
            self.issue(Severity::Information, IssueCode::EnteredInError, &at, "");
        }
        let dates = [&entry.date, &entry.end, &entry.recorded].into_iter().flatten();
        let bad: Vec<String> = dates.filter(|d| d.known.is_none()).map(|d| d.text.clone()).collect();
        for text in bad {
            let at = entry.at.clone();
            self.issue(Severity::Warning, IssueCode::BadDate, &at, &text);
        }
        self.reading.entries.push(entry);
        self.reading.entries.len() - 1
    }

    fn entry(&mut self, i: Option<usize>) -> Option<&mut Entry> {
        self.reading.entries.get_mut(i?)
    }

    fn finish(&mut self) {
        self.reading.conformance = std::mem::take(&mut self.required).rows();
        match self.reading.people.len() {
            0 if !self.reading.entries.is_empty() => self.issue(Severity::Warning, IssueCode::NoPerson, "", ""),
            0 | 1 => {}
            n => self.issue(Severity::Error, IssueCode::SeveralPeople, "", &n.to_string()),
        }
        let people = self.reading.people.iter().flat_map(|p| p.identifiers.iter().map(move |i| (p, i)));
        let bad: Vec<(String, String)> = people
            .filter(|(_, i)| NhsNumber::is_system(&i.system) && NhsNumber::read(&i.value).is_none_or(|n| !n.valid))
            .map(|(p, i)| (p.at.clone(), i.value.clone()))
            .collect();
        for (at, value) in bad {
            self.issue(Severity::Warning, IssueCode::BadNhsNumber, &at, &value);
        }
    }
}

/// Segments of our own sections that held nothing to show are kept, too.
fn known_empty(kind: &str) -> bool {
    matches!(
        kind,
        "PID"
            | "PV1"
            | "AL1"
            | "IAM"
            | "DG1"
            | "PRB"
            | "PR1"
            | "GOL"
            | "PTH"
            | "SCH"
            | "CON"
            | "FAM"
            | "OBR"
            | "TXA"
            | "OBX"
            | "RXA"
            | "RXO"
            | "RXE"
            | "RXD"
    )
}

/// Adds a detail if it says anything.
fn detail(entry: &mut Entry, name: &str, text: impl AsRef<str>) {
    let text = text.as_ref().trim();
    if !text.is_empty() {
        entry.details.push(crate::record::Detail { name: name.to_owned(), text: text.to_owned() });
    }
}

/// A concept whose own words may stand in another field.
fn with_words(mut concept: Concept, words: String) -> Concept {
    if concept.label().is_none() {
        concept.text = words;
    }
    concept
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests;
