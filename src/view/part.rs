use serde::{Deserialize, Serialize};

use super::entry::Label;
use super::people::Age;
use super::section::GroupKind;
use crate::record::{Bears, DocumentKind, Hash, Kind, Known, Nothing, Polarity, Said, Section, Standing};

/// A date for the ui to word: "3 March 2019", "March 2019", "2019", or the source's characters if they are no date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// The source's own characters.
    pub text: String,
    /// The parts that are known, never shifted between zones; `None` if the text is no date.
    pub known: Option<Known>,
    /// Whole days from then to today, negative in the future. A partial date counts from the latest day it can mean
    /// (so that "2019" never looks older than it may be); `None` if the text is no date.
    pub days_ago: Option<i32>,
    /// Surely after today: "dated in the future", never "latest".
    pub future: bool,
}

/// How far an item can be trusted. A mark for every item, never told by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Trust {
    /// Signed by its provider, and the issuer is on the trusted list.
    SignedTrusted,
    /// Signed, but nobody here knows the issuer.
    SignedUnknown,
    /// Signed, and the signature could not be checked: the issuer's key is not here.
    NotChecked,
    /// Signed, and the signature does not match. Nothing of such a file's content is shown.
    SignatureWrong,
    /// Not signed: the patient's app says it came from that source; not checked.
    NotSigned,
    /// Typed by the patient or carer.
    Typed,
}

/// One file as a source, as it is named beside an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceLine {
    /// The parcel's hash: names the file in links.
    pub parcel: Hash,
    /// The custodian or sender as named, else the file's title, else its file name; empty for what was typed by hand.
    pub name: String,
    /// The moment up to which it speaks.
    pub as_of: Option<Day>,
    /// The day it was imported.
    pub imported: Option<Day>,
    /// Its trust mark.
    pub trust: Trust,
    /// How it names the person, where that is not how the record does: filed here by the patient all the same.
    pub bears: Bears,
    /// How many entries it holds; a share may hold of a source only that it says nothing.
    pub entries: u32,
}

/// The kinds of nothing, with the one that is only the absence of all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Absent {
    /// No entry of this section was found in the file, and it says nothing about having none. Never worded as "none".
    NotInSource,
    /// The file is a letter, a picture or the like: its words are not read for this section, so nothing is known of what
    /// it says.
    NotRead,
    /// The source warns that this part of it is not whole.
    Warned,
    /// The source says: none known. The only one that may be worded as "none", and with the source's name.
    NoneKnown,
    /// The source says: unavailable, or that it does not know.
    Unavailable,
    /// The source says: not asked.
    NotAsked,
    /// The source holds entries back.
    Withheld,
    /// Something stands there that was not understood.
    NotUnderstood,
    /// The section is there and empty, without a reason.
    EmptySection,
    /// The section is there only as narrative text.
    NarrativeOnly,
}

impl From<Nothing> for Absent {
    fn from(nothing: Nothing) -> Self {
        match nothing {
            Nothing::NoneKnown => Absent::NoneKnown,
            Nothing::Unavailable => Absent::Unavailable,
            Nothing::NotUnderstood => Absent::NotUnderstood,
            Nothing::EmptySection => Absent::EmptySection,
            Nothing::NarrativeOnly => Absent::NarrativeOnly,
            Nothing::NotAsked => Absent::NotAsked,
            Nothing::Withheld => Absent::Withheld,
            Nothing::Warned => Absent::Warned,
        }
    }
}

/// What one source says about having nothing in one section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// Which kind of nothing.
    pub absent: Absent,
    /// Who says so (for [`Absent::NotInSource`]: who is silent).
    pub source: SourceLine,
    /// The source's own words ("No known drug allergies": its scope stands in them); empty if none.
    pub text: String,
    /// When it was said; `None` if that is not known.
    pub date: Option<Day>,
    /// The item that holds the statement, if it is one.
    pub item: Option<String>,
    /// Whether a statement that none is known stands against what is held here; of all other kinds of nothing never.
    pub contradicted: Contradicted,
}

/// Whether a statement of none is contradicted, and by whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Contradicted {
    /// By nobody.
    #[default]
    No,
    /// By entries of the same file.
    ByItself,
    /// By entries of another source.
    ByAnother,
}

/// Pieces of one file that were not understood, shown beside the list they may belong to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// Which file.
    pub source: SourceLine,
    /// How many pieces that are known to belong to this section by their type.
    pub here: u32,
    /// How many pieces of the file that may belong anywhere.
    pub anywhere: u32,
}

/// What stands above each list: as of when, from whom, which kinds of nothing, and what could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// Which section.
    pub section: Section,
    /// The newest moment up to which a source with something here says that it speaks; `None`: none says so.
    pub as_of: Option<Day>,
    /// The newest date of an entry here, those in the future aside; `None` if none has a date.
    pub newest: Option<Day>,
    /// Medicines whose as-of, or where no source says one their newest date, is older than 90 days or not known: amber.
    pub stale: bool,
    /// The sources that have something here.
    pub sources: Vec<SourceLine>,
    /// Every source that has nothing here, and which kind of nothing. Also statements of none that others contradict.
    pub absences: Vec<Absence>,
    /// Files with pieces that were not understood.
    pub unread: Vec<Unread>,
    /// Items that count (not entered in error, not withheld, no statements of none).
    pub total: u32,
}

/// A list that says what part of it is shown: "showing 10 of 43".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct List {
    /// The rows shown, in their order.
    pub rows: Vec<Row>,
    /// How many there are in all.
    pub total: u32,
}

/// The laboratory's own flag, by its code (HL7 v3 ObservationInterpretation / v2 table 0078).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LabFlag {
    /// The source gave none.
    #[default]
    None,
    /// N.
    Normal,
    /// L.
    Low,
    /// LL.
    CriticallyLow,
    /// H.
    High,
    /// HH.
    CriticallyHigh,
    /// A.
    Abnormal,
    /// AA.
    CriticallyAbnormal,
    /// Something else: the source's words stand in [`Flagging::words`].
    Other,
}

/// Where the number lies against a reference range that is one plain pair of numbers in the same unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Against {
    /// Not compared: no number, no range, several ranges, or a range in words. Nothing is computed then.
    #[default]
    NotCompared,
    /// Below the lab's range.
    Below,
    /// Within.
    Within,
    /// Above.
    Above,
    /// Not compared, because the range is written in another unit than the value.
    OtherUnit,
}

/// What is said of a result: the lab's own flag first, the range only where it is plain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flagging {
    /// The lab's flag.
    pub lab: LabFlag,
    /// The lab's flag in the source's words; empty if none.
    pub words: String,
    /// Against the range; drawn only if the lab gave no flag, but for a range in another unit, which is always told.
    pub range: Against,
    /// True if a laboratory said so: of a pulse or a weight the flag and the range are the file's.
    pub lab_test: bool,
}

/// A part of a value measured together with others: systolic, diastolic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The source's words for it.
    pub title: String,
    /// The value as written; empty if absent.
    pub value: String,
    /// The unit as written.
    pub unit: String,
    /// Its flags.
    pub flagging: Flagging,
}

/// What the date of a line is the date of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DateOf {
    /// Of what the line is: a test, a visit, a letter. It needs no word.
    #[default]
    Itself,
    /// When it began: a problem, an allergy.
    Began,
    /// From when a medicine is taken or a device used.
    From,
    /// When it was ordered.
    Ordered,
    /// When it was handed out.
    Supplied,
    /// When it was given.
    Given,
    /// Only when the source wrote it down.
    Recorded,
}

/// Several entries behind one line of something that lasts (an illness, an allergy, a medicine): they need not say the
/// same of how it stands, and it may have come and gone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many are called current.
    pub current: u32,
    /// How many are ended or stopped.
    pub over: u32,
    /// How many say neither.
    pub other: u32,
    /// The earliest date of them.
    pub first: Option<Day>,
    /// The latest date of them that is not in the future.
    pub latest: Option<Day>,
    /// The latest end that is told.
    pub ended: Option<Day>,
}

/// What the person says of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnWord {
    /// What kind of thing.
    pub said: Said,
    /// Their words.
    pub words: String,
    /// When they said so.
    pub date: Option<Day>,
    /// The parcel to take out in order to take it back.
    pub parcel: Hash,
}

/// One line of any list: an item of the record, told by its leading entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The item's id, for links. No clinical text.
    pub id: String,
    /// Which section.
    pub section: Section,
    /// What it is.
    pub kind: Kind,
    /// In which list of its section it stands.
    pub group: GroupKind,
    /// The source's words. Never cut.
    pub title: String,
    /// False if the title is only "code X of system Y, no name given".
    pub named: bool,
    /// The value as written (`<5`, `85.000`); empty if none.
    pub value: String,
    /// The unit as written; empty if none.
    pub unit: String,
    /// Parts measured together, in order.
    pub parts: Vec<Part>,
    /// Reference ranges as written.
    pub range: Vec<String>,
    /// Flags.
    pub flagging: Flagging,
    /// Dose texts exactly as written, of the leading entry; what others say of the dose they say in [`Row::voices`].
    pub dose: Vec<String>,
    /// A medicine listed as taken, or unclear, of which no file gives a dose: said, rather than silence.
    pub undosed: bool,
    /// Reactions, one text each, as written.
    pub reactions: Vec<String>,
    /// Severity of the worst reaction as the source worded it, criticality aside; empty if not said.
    pub severity: String,
    /// Criticality of an allergy as the source worded it (`high`, `low`, `unable-to-assess`); empty if not said.
    pub criticality: String,
    /// The date that matters for this kind.
    pub date: Option<Day>,
    /// What it is the date of.
    pub date_of: DateOf,
    /// When it ended.
    pub end: Option<Day>,
    /// A vaccination: how old the person was, where both days are known well enough to be sure.
    pub age_then: Option<Age>,
    /// What the status means.
    pub standing: Standing,
    /// The status in the source's own words; empty if none.
    pub status: String,
    /// Certainty as written; empty if none.
    pub certainty: String,
    /// Is, is not, none known …
    pub polarity: Polarity,
    /// The sources disagree in something: open the item to see both sides.
    pub disagree: bool,
    /// Set if it is about somebody else than the file's patient: whom, as the source refers to them; empty if it does
    /// not say.
    pub about: Option<String>,
    /// Names of the sources that mark the same statement as entered in error; an empty name is the person's own hand.
    pub retracted: Vec<String>,
    /// Trust mark of the leading entry.
    pub trust: Trust,
    /// Names of the sources that say so, the leading one first, each once; an empty name is the person's own hand.
    pub sources: Vec<String>,
    /// Lost meaning in a transfer.
    pub degraded: bool,
    /// The source's words say no though its codes do not: [`Entry::words_deny`](crate::record::Entry::words_deny).
    pub words_deny: bool,
    /// Called active though its end has passed: [`Entry::outlived`](crate::record::Entry::outlived).
    pub outlived: bool,
    /// A source of it bears another name, date of birth or number than the person's: see [`SourceLine::bears`].
    pub misnamed: bool,
    /// There are notes to read.
    pub notes: bool,
    /// What else its entries say, each once with its label: who did it, further details, notes. Drawn where the line has
    /// no page of its own, in a share, so that the preview shows all that leaves.
    pub more: Vec<(Label, String)>,
    /// What each source says for itself, the leading one first: where they do not agree, all of them, and
    /// [`Row::more`] is empty; where they agree, those that say more than the leading one. No word of a source is ever
    /// told under the name of another.
    pub voices: Vec<Voice>,
    /// What the person says of it, beside the source's words.
    pub said: Vec<OwnWord>,
    /// Number of letters, scans and the like.
    pub attachments: u32,
    /// Number of entries behind the item.
    pub entries: u32,
    /// How they stand, where there are several of something that lasts.
    pub tally: Option<Tally>,
    /// A medicine listed as taken, or unclear, of which nothing newer than this is told, and that is over 90 days ago.
    pub nothing_newer: Option<Day>,
    /// What a statement of the person's own is about: the item and its title. Empty but for such statements.
    pub of: Vec<(String, String)>,
    /// A document of which the person said what it is: what of this line is theirs.
    pub described: Option<Described>,
}

impl Row {
    /// True for what of [`Row::more`] must not wait for a tap: against what a vaccine is, which dose and batch; why something
    /// was not done; what a laboratory writes beside a result.
    pub fn is_open(&self, label: &Label) -> bool {
        match label {
            Label::Detail(name) if self.section == Section::Immunizations => {
                matches!(name.as_str(), "targetDisease" | "doseNumber" | "lotNumber" | "statusReason")
            }
            Label::Detail(name) => name == "statusReason" && !self.polarity.is_positive(),
            // What is given as text alone is that text.
            Label::Note if self.group == GroupKind::Words => true,
            Label::Note => {
                matches!(self.section, Section::Results | Section::VitalSigns) && self.kind == Kind::Observation
            }
            _ => false,
        }
    }

    /// The same for what one of several sources says for itself: of each also why it was stopped.
    pub fn is_open_apart(&self, label: &Label) -> bool {
        self.is_open(label) || matches!(label, Label::Detail(name) if name == "statusReason")
    }

    /// Without what a tap leads to: of a medicine ordered for forty years that is hundreds of notes.
    pub(super) fn opened(mut self) -> Row {
        let more = std::mem::take(&mut self.more);
        self.more = more.into_iter().filter(|(label, _)| self.is_open(label)).collect();
        let mut voices = std::mem::take(&mut self.voices);
        for voice in &mut voices {
            voice.more.retain(|(label, _)| self.is_open_apart(label));
        }
        Row { voices, ..self }
    }
}

/// What one source says of an item for itself. What is empty it does not say, or says like all others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    /// Who says so; empty is the person's own hand.
    pub source: String,
    /// What its status means; `None` where all say the same.
    pub standing: Option<Standing>,
    /// Is, is not, not taken …: told instead of the status where it is not so.
    pub polarity: Polarity,
    /// Certainty as written.
    pub certainty: String,
    /// When.
    pub date: Option<Day>,
    /// When it ended.
    pub end: Option<Day>,
    /// Dose texts, where the doses differ.
    pub dose: Vec<String>,
    /// The value as written with its unit, where the values differ.
    pub value: String,
    /// Severity, where it differs.
    pub severity: String,
    /// What else it says, each once with its label.
    pub more: Vec<(Label, String)>,
    /// How many of its entries say just this.
    pub entries: u32,
}

/// What of a document's line the person said, and not the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Described {
    /// The title.
    pub title: bool,
    /// The date.
    pub date: bool,
    /// What kind of document it is.
    pub kind: Option<DocumentKind>,
    /// Whom it is from; empty if not said.
    pub from: String,
}
