use serde::{Deserialize, Serialize};

use super::{Entry, Kind, Person, Section, guard};

/// SHA-256 of a file's bytes: the name of its parcel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hash(pub [u8; 32]);

/// How a name by SHA-256 begins, no authority given.
const NAMED: &str = "ni:///sha-256;";

impl Hash {
    /// SHA-256 (FIPS 180-4) of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::Digest;
        Hash(sha2::Sha256::digest(bytes).into())
    }

    /// Lower-case hexadecimal, 64 characters.
    pub fn hex(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.0)
    }

    /// The bytes' own name as a URI (RFC 6920): `ni:///sha-256;`, then the hash in base64url without padding.
    pub fn name(&self) -> String {
        format!("{NAMED}{}", data_encoding::BASE64URL_NOPAD.encode(&self.0))
    }

    /// Reads such a name; what else it says (`?ct=`) is passed over.
    pub fn from_name(uri: &str) -> Option<Self> {
        let value = uri.strip_prefix(NAMED)?.split('?').next()?;
        data_encoding::BASE64URL_NOPAD.decode(value.as_bytes()).ok()?.try_into().ok().map(Hash)
    }

    /// Reads 64 hexadecimal characters.
    pub fn from_hex(text: &str) -> Option<Self> {
        data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?.try_into().ok().map(Hash)
    }
}

/// One file of one person: its reading, and the note of how it came. The original bytes stand beside it in the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    /// SHA-256 of the original bytes.
    pub hash: Hash,
    /// What was understood of it.
    pub reading: Reading,
    /// When, by whom and under what title it came.
    pub note: Note,
}

/// How a parcel came into the vault.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When it was imported, RFC 3339 in UTC.
    pub imported: String,
    /// The file's own name, made safe; empty for what was typed by hand.
    pub file_name: String,
    /// Size of the original in bytes.
    pub bytes: u64,
    /// A title the person gave; empty if none.
    pub title: String,
    /// Where it came from.
    pub origin: Origin,
    /// How the file names the person, where that is not how the record does in which it stands. Never stored: compared
    /// anew whenever the record is merged, and told by a share.
    #[serde(skip)]
    pub bears: Bears,
}

/// How a file names its person, against the record in which it stands: a trace of what the person confirmed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Bears {
    /// As the record does, as far as it says.
    #[default]
    Same,
    /// It names nobody.
    Nobody,
    /// Differently: each fact that differs, as the file writes it.
    Other(Vec<(guard::Fact, String)>),
}

impl Bears {
    /// What the people of a file say against the person in whose record it stands.
    pub fn of(held: &Person, found: &[Person]) -> Bears {
        let verdict = guard::compare(held, found);
        let differs = verdict.facts().iter().filter(|f| f.compared == guard::Compared::Differs);
        let differs: Vec<_> = differs.map(|f| (f.fact, f.found.clone())).collect();
        match differs.is_empty() {
            false => Bears::Other(differs),
            true if !guard::names(found) => Bears::Nobody,
            true => Bears::Same,
        }
    }
}

/// Who put a parcel there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Origin {
    /// A provider's file, unsigned: the app says where it says it is from; nothing is checked.
    #[default]
    File,
    /// The person typed it, or corrected or disputed something.
    Person,
    /// Received through a share, in a clinician's viewer.
    Share,
    /// A file with a provider's signature that verified, from an issuer on the trusted list.
    SignedTrusted,
    /// A file with a provider's signature that verified, from an issuer not on the list.
    SignedUnknown,
    /// A file that was fetched through a SMART Health Link, from this host. Like [`Origin::File`] it bears witness to
    /// nothing: whoever made the link chose the host.
    Link(String),
}

/// What was understood of one file: a cache of (bytes, reader version), renewed by a better reader.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Version of the reader that made it (`import::READER`).
    pub reader: u32,
    /// Format, as `inspect` prints it: `FHIR JSON`, `C-CDA`, `HL7 v2` …
    pub format: String,
    /// Version of the format: `R4`, `STU3`, `2.5.1` …; empty if not said.
    pub version: String,
    /// The people that the file is about, usually one.
    pub people: Vec<Person>,
    /// Where it says it comes from.
    pub source: Source,
    /// All that is shown.
    pub entries: Vec<Entry>,
    /// Decoded attachments; their bytes stay in the original.
    pub attachments: Vec<Attachment>,
    /// What each section of the file says about having nothing.
    pub says: Vec<SectionSays>,
    /// The proof that nothing was lost.
    pub ledger: Ledger,
    /// What was odd.
    pub issues: Vec<Issue>,
    /// Checks against the profiles that the file claims.
    pub conformance: Vec<Check>,
    /// What the file's own signature showed.
    pub signed: Signed,
}

/// What a file's own signature showed; of several, the weakest of those whose content is shown. Worst last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Signed {
    /// It carries none.
    #[default]
    No,
    /// It verifies, and its issuer is on the trusted list.
    Trusted,
    /// It verifies; its issuer is not on the list.
    Unknown,
    /// It could not be checked: its issuer's key is not here.
    NotChecked,
    /// It does not match: nothing of the content is shown.
    Wrong,
}

impl Reading {
    /// True for an archive: what is inside are files of their own, and it says nothing itself.
    pub fn is_archive(&self) -> bool {
        matches!(self.format.as_str(), "ZIP" | "gzip" | "ITK envelope")
    }

    /// True if what a section says stands as an entry, so that it is listed, found and shared like any other.
    pub fn stands_as_entry(&self, said: &SectionSays) -> bool {
        said.nothing == Nothing::NarrativeOnly
            && self.entries.iter().any(|e| {
                e.section == said.section
                    && e.at == said.at
                    && matches!(&e.kind, Kind::Other(kind) if kind == "Communication")
            })
    }
}

/// Where a file says it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The custodian, author organisation or sending facility, as named; empty if none.
    pub name: String,
    /// The document's or bundle's own title; empty if none.
    pub title: String,
    /// The moment up to which it says that it speaks: document date, bundle timestamp. Never a guess from its entries.
    pub as_of: Option<super::PartialDate>,
    /// Profiles the file claims.
    pub profiles: Vec<String>,
}

/// An attachment inside a file: a letter, a scan, a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The source's title; empty if none.
    pub title: String,
    /// MIME type as the source gave it; empty if none.
    pub content_type: String,
    /// Decoded size in bytes; 0 if the content is not in the file.
    pub bytes: u64,
    /// SHA-256 of the decoded bytes; `None` if the content is not in the file.
    pub hash: Option<Hash>,
    /// Where it stands in the original.
    pub at: String,
    /// Where its content is said to be, if it is not in the file. Never fetched unasked.
    pub url: String,
    /// Text found in it, for search and preview; empty if none was looked for.
    pub text: String,
}

/// What one section of a file says about having nothing. The kinds of nothing are kept apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionSays {
    /// Which section.
    pub section: Section,
    /// What it says.
    pub nothing: Nothing,
    /// The source's own words (narrative, as text); empty if none.
    pub text: String,
    /// Where it stands.
    pub at: String,
}

/// The kinds of nothing. "Not in this source" is the absence of any of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Nothing {
    /// The source says: none known.
    NoneKnown,
    /// The source says: unavailable, or that it does not know.
    Unavailable,
    /// Something stands there that was not understood.
    NotUnderstood,
    /// The section is there and empty, without a reason.
    EmptySection,
    /// The section is there only as narrative text, shown as text.
    NarrativeOnly,
    /// The source says: not asked, or not begun to be asked.
    NotAsked,
    /// The source says: there is something, or may be, and it is held back.
    Withheld,
    /// The source warns that what it lists here is not whole (GP Connect: data in transit, or awaiting filing).
    Warned,
}

/// For each piece of the original exactly one outcome: `shown + kept + not_understood` = all pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Pieces that became entries (or the person's particulars).
    pub shown: u32,
    /// Pieces readable as source that are none of our sections (practitioners, organisations, headers …).
    pub kept: u32,
    /// Pieces that were not understood.
    pub not_understood: u32,
    /// One line a piece, or a series of pieces.
    pub lines: Vec<LedgerLine>,
}

/// A count that comes from elsewhere makes no more lines than this: "10,000" says enough.
const MOST_UNREAD: u32 = 10_000;

/// What became of one piece of the original.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerLine {
    /// Where it stands.
    pub at: String,
    /// Its type in the source's terms: resource type, element, segment.
    pub kind: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it was not understood; `None` otherwise.
    pub reason: Option<IssueCode>,
    /// How many pieces the line stands for: 1, but for a series of a device's readings.
    pub count: u32,
}

/// What became of one piece of the original.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Outcome {
    Shown,
    Kept,
    NotUnderstood,
}

/// The types whose pieces belong to one section by their type alone (FHIR R4); the first of a section stands for it.
const OF_TYPE: [(&str, Section); 25] = [
    ("AllergyIntolerance", Section::Allergies),
    ("MedicationStatement", Section::Medications),
    ("MedicationRequest", Section::Medications),
    ("MedicationDispense", Section::Medications),
    ("MedicationAdministration", Section::Medications),
    ("MedicationOrder", Section::Medications),
    ("Medication", Section::Medications),
    ("Condition", Section::Problems),
    ("DiagnosticReport", Section::Results),
    ("Specimen", Section::Results),
    ("Immunization", Section::Immunizations),
    ("Procedure", Section::Procedures),
    ("DeviceUseStatement", Section::MedicalDevices),
    ("Device", Section::MedicalDevices),
    ("Encounter", Section::Encounters),
    ("DocumentReference", Section::Documents),
    ("Binary", Section::Documents),
    ("Media", Section::Documents),
    ("CarePlan", Section::PlanOfCare),
    ("Goal", Section::PlanOfCare),
    ("ServiceRequest", Section::PlanOfCare),
    ("Appointment", Section::PlanOfCare),
    ("FamilyMemberHistory", Section::FamilyHistory),
    ("Flag", Section::Alerts),
    ("Consent", Section::AdvanceDirectives),
];

impl LedgerLine {
    /// The section to which the piece belongs by its type alone; `None` if it may be any.
    pub fn section(&self) -> Option<Section> {
        OF_TYPE.iter().find(|(name, _)| *name == self.kind).map(|(_, section)| *section)
    }
}

impl Ledger {
    /// How many pieces were not understood that belong to this section by their type, and how many that may belong
    /// anywhere.
    pub fn unread(&self, section: Section) -> (u32, u32) {
        if self.not_understood == 0 {
            return (0, 0);
        }
        let (mut here, mut elsewhere) = (0u32, 0u32);
        for line in self.lines.iter().filter(|l| l.outcome == Outcome::NotUnderstood) {
            match line.section() {
                Some(own) if own == section => here += line.count,
                Some(_) => elsewhere += line.count,
                None => {}
            }
        }
        (here, self.not_understood.saturating_sub(here + elsewhere))
    }

    /// Adds as many pieces that were not understood: of a section, as far as a type belongs to it alone, or of any.
    pub fn add_unread(&mut self, section: Option<Section>, pieces: u32) {
        let kind = OF_TYPE.iter().find(|(_, own)| Some(*own) == section).map(|(kind, _)| *kind).unwrap_or_default();
        for _ in 0..pieces.min(MOST_UNREAD) {
            self.add("", kind, Outcome::NotUnderstood, None);
        }
    }

    /// Adds a piece.
    pub fn add(&mut self, at: impl Into<String>, kind: impl Into<String>, outcome: Outcome, reason: Option<IssueCode>) {
        self.line(LedgerLine { at: at.into(), kind: kind.into(), outcome, reason, count: 1 });
    }

    /// Adds a series of pieces of one kind and one outcome, in one line.
    pub fn add_series(&mut self, at: impl Into<String>, kind: impl Into<String>, outcome: Outcome, count: u32) {
        self.line(LedgerLine { at: at.into(), kind: kind.into(), outcome, reason: None, count });
    }

    /// Adds a line that another ledger holds.
    pub fn line(&mut self, line: LedgerLine) {
        let sum = match line.outcome {
            Outcome::Shown => &mut self.shown,
            Outcome::Kept => &mut self.kept,
            Outcome::NotUnderstood => &mut self.not_understood,
        };
        *sum = sum.saturating_add(line.count);
        self.lines.push(line);
    }
}

/// One thing that was odd in a file. The ui has the words for each code; `found` quotes the source, short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// How much it matters.
    pub severity: Severity,
    /// What it is.
    pub code: IssueCode,
    /// Where it stands.
    pub at: String,
    /// What stood there, at most 80 characters; empty where that says nothing.
    pub found: String,
}

/// How much an issue matters (FHIR IssueSeverity).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Severity {
    Information,
    Warning,
    Error,
}

/// The kinds of oddity. Each has a sentence in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum IssueCode {
    /// A resource type or element that this reader has no section for and can't name.
    UnknownType,
    /// A piece that should be an object is something else.
    NotAnObject,
    /// A key stands twice in one object: which of the two is meant can't be known.
    DuplicateKey,
    /// Two resources of one file share an identity.
    DuplicateId,
    /// A required element is missing.
    MissingElement,
    /// A date is no date.
    BadDate,
    /// A number is no number.
    BadNumber,
    /// An element has a value outside its required value set.
    UnknownCode,
    /// A code has no name.
    CodeWithoutName,
    /// A reference leads nowhere inside the file.
    DanglingReference,
    /// An attachment did not decode, or has another size or hash than declared.
    BadAttachment,
    /// The attachment's content is not in the file.
    AttachmentElsewhere,
    /// Something stands only as narrative text.
    NarrativeOnly,
    /// The declared character encoding is wrong, or characters were lost before the file came to us.
    BadEncoding,
    /// A modifier extension that this reader does not know: the piece may mean something else.
    UnknownModifier,
    /// The NHS number fails its check digit or is a known stand-in.
    BadNhsNumber,
    /// The subject is not the file's patient.
    OtherSubject,
    /// The file holds more than one patient.
    SeveralPeople,
    /// The file names no patient.
    NoPerson,
    /// The source withholds items as confidential (GP Connect `confidential-items`).
    ConfidentialItems,
    /// The source says that data is still in transit (GP Connect `data-in-transit`).
    DataInTransit,
    /// The source says that data awaits filing (GP Connect `data-awaiting-filing`).
    DataAwaitingFiling,
    /// The entry lost meaning in a transfer.
    Degraded,
    /// A unit's code and its words differ, or a quantity has none.
    UnitTrouble,
    /// Hidden or active markup was found in narrative and is shown as plain text.
    UnsafeNarrative,
    /// A value is nested or long beyond the limits.
    BeyondLimits,
    /// The source marks it as entered in error.
    EnteredInError,
    /// The entry is dated in the future. Readers have no clock: whoever makes the report raises it.
    FutureDate,
    /// The file is of a version that this reader reads only as far as it says the same as R4.
    OtherVersion,
    /// A file inside an archive could not be read: it is kept in the archive's own bytes.
    FileInside,
    /// The name of a file inside an archive leads out of it, or is no name; another is used.
    UnsafeName,
    /// A series is so long that only its newest pieces are shown; `found` says how many of how many.
    SomeShown,
    /// A document holds words that its text, as found, may lack: pictures, objects, drawings.
    TextIncomplete,
    /// A signature does not match its content: changed or forged. Nothing of the content is shown.
    BadSignature,
    /// A signature could not be checked: the issuer's key is not here.
    SignatureNotChecked,
    /// A signed card breaks a rule of its own specification.
    CardRule,
    /// It looks like a table, and its header is none that is known: kept as text.
    UnknownTable,
    /// The source says that something failed, or that not all was given (FHIR OperationOutcome).
    SourceFailed,
    /// The file is one page of several, or holds fewer entries than its source counts: the rest is elsewhere.
    MorePages,
    /// The source deleted it.
    Deleted,
    /// The words of an entry deny what nothing in its codes denies.
    WordsDeny,
    /// A medicine is called active, and its own end lies in the past. As [`IssueCode::FutureDate`], told by who has a clock.
    Outlived,
}

/// One check against a profile that the file claims.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The profile's URL, or the base specification's name.
    pub profile: String,
    /// What was checked, as FHIRPath or in short words.
    pub check: String,
    /// Whether it was met.
    pub met: bool,
    /// Where, if it was not met.
    pub at: String,
}
