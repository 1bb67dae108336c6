//! What the front may ask of the record worker, and what it answers: one list, from which the messages, the front's
//! [`Client`](super::client::Client) and the worker's dispatch are all made, so that the three can't disagree.
//!
//! Questions and answers travel as postcard. Whole files travel beside them as transferred buffers
//! ([`Blobs`]), never inside them.

use serde::{Deserialize, Serialize};

/// Named here, since the front may not ask `import`: what was typed, why nothing at all can be read of a file, and what
/// it looks like.
pub use crate::import::{Format, ImportError, Malformed, document::Clue, typed::Typed};
use crate::record::{self, Description, DocumentKind, Hash, Reading};
/// How drawn words are written, whoever types them: named here since the front may not ask `vault`.
pub use crate::vault::words::fold as fold_words;
use crate::view::{
    self, Day, Row,
    clinician::Clinician,
    documents::Documents,
    entry::EntryPage,
    guard::GuardPage,
    people::{CareShown, Header},
    report::ImportReport,
    results::Analyte,
    section::SectionPage,
    summary::Summary,
    timeline::{self, Timeline},
};

/// Whole files that travel beside a question or an answer.
pub type Blobs = Vec<Vec<u8>>;

/// Declares every errand once: name, arguments, answer.
macro_rules! errands {
    ($( $(#[$doc:meta])* $variant:ident $method:ident ( $( $arg:ident : $ty:ty ),* ) -> $answer:ty ; )*) => {
        /// One question of the front to the record worker.
        #[derive(Serialize, Deserialize)]
        pub enum Ask {
            $( $(#[$doc])* #[allow(missing_docs)] $variant { $( $arg: $ty ),* }, )*
        }

        /// Answers one question: runs the errand, and writes its result down.
        pub async fn answer<E: super::session::Edge>(
            session: &mut super::session::Session<E>,
            ask: Ask,
        ) -> Vec<u8> {
            match ask {
                $( Ask::$variant { $( $arg ),* } => {
                    let result: Result<$answer, Failure> = session.$method($( $arg ),*).await;
                    write(&result)
                } )*
            }
        }

        #[cfg(target_arch = "wasm32")]
        impl super::client::Client {
            $( $(#[$doc])* pub async fn $method(self $( , $arg: $ty )*) -> Result<$answer, Failure> {
                self.ask(&Ask::$variant { $( $arg ),* }, Vec::new()).await.map(|(answer, _)| answer)
            } )*
        }
    };
}
/// Postcard bytes of a value that is always writable: plain structs of ours, no maps of unknown length.
pub fn write<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_allocvec(value).unwrap_or_default()
}

/// Reads what [`write`] wrote.
pub fn read<T: for<'de> Deserialize<'de>>(bytes: &[u8]) -> Result<T, Failure> {
    postcard::from_bytes(bytes).map_err(|_| Failure::Garbled)
}

errands! {
    // ---- The door ----
    /// What is on this device, before anything is unlocked.
    Look look() -> Door;
    /// Words for a passphrase, as many as make it strong, in this language (`en`, `cy`).
    Words words(language: String) -> Words;
    /// How strong a passphrase of the person's own is.
    Strength strength(passphrase: Secret) -> Strength;
    /// Opens the vault with its passphrase.
    Unlock unlock(passphrase: Secret) -> ();
    /// Opens the vault with the recovery kit.
    UnlockWithKit unlock_with_kit(kit: Secret) -> ();
    /// Makes the vault, and keeps what was looked at until now. Answers with the recovery kit.
    Keep keep(passphrase: Secret) -> Kit;
    /// The recovery kit again, for printing it later. It is the master key: whoever finds the records open does not get it
    /// without the passphrase, or the kit itself.
    ShowKit show_kit(passphrase: Secret) -> Kit;
    /// The groups typed back, in the order asked. Answers with those that are wrong, counted from 0; none marks the kit as
    /// kept.
    CheckKit check_kit(groups: Vec<Secret>) -> Vec<u32>;
    /// Changes the passphrase; old backups stay open to the old one. `old` may be the recovery kit as typed; it is not
    /// asked for while the vault is open by the kit.
    ChangePassphrase change_passphrase(old: Secret, new: Secret) -> ();
    /// Whether the vault was opened with the recovery kit, and has no new passphrase yet.
    OpenByKit open_by_kit() -> bool;
    /// Whether what is stored is older than, or other than, what was last written here. Until it is settled, all can be
    /// read and nothing is written.
    Doubt doubt() -> Option<Doubt>;
    /// Goes on with what is there.
    AcceptDoubt accept_doubt() -> ();
    /// Erases the vault and every trace of it from this device, for good: for a passphrase and kit that are both lost,
    /// or a vault that is gone or past mending. The front asks twice.
    Erase erase() -> ();
    /// Drops every key and record. The front then ends the worker and reloads.
    Lock lock() -> ();
    /// The person's settings.
    Settings settings() -> Settings;
    /// Keeps them.
    PutSettings put_settings(settings: Settings) -> ();
    /// What the device gives: kept or not, and how much.
    Room room() -> Room;
    /// What was kept and can no longer be read: told, and kept as it is, never taken for nothing.
    Unread unread() -> Unread;

    // ---- People ----
    /// Who is here; empty before the first file.
    People people() -> Vec<PersonCard>;
    /// Opens another person's record.
    Choose choose_person(id: String) -> ();
    /// Starts an empty record.
    AddPerson add_person(person: NewPerson) -> PersonCard;
    /// Corrects the particulars that the person gave.
    EditPerson edit_person(id: String, person: NewPerson) -> PersonCard;
    /// Keeps the particulars that are being typed, under the name of their form (`new`, or a person's id), so that they are
    /// there again after a lock; `None` drops them.
    KeepPersonDraft keep_person_draft(name: String, typed: Option<NewPerson>) -> ();
    /// What was being typed in that form.
    PersonDraft person_draft(name: String) -> Option<NewPerson>;
    /// Removes a person with all files, for good: their key goes. Nobody else's record is opened by that.
    RemovePerson remove_person(id: String) -> ();

    // ---- Import ----
    /// Takes what the parser worker read. Beside it travel the bytes of each file, then each file's reading in the same
    /// order; `texts` were found in PDFs. The last so many hold the others: an archive its files, a picture what its codes say. `host` is
    /// the host of the Health Link that they came through, empty if none.
    Bring bring(holders: u32, texts: Vec<Text>, host: String) -> Vec<Brought>;
    /// Notes in the journal that this host was asked for the files of a Health Link.
    LinkAsked link_asked(host: String) -> ();
    /// Answers a question of the guard. The answer names each question that is changed by it, and what stands for it now.
    Decide decide(question: u32, decision: Decision) -> Vec<(u32, Vec<Brought>)>;
    /// Adds what the person typed.
    TypeIn type_in(typed: Typed) -> Brought;
    /// What the person typed, of which this parcel is made, to be corrected.
    TypedOf typed_of(parcel: Hash) -> Typed;
    /// Puts what the person types now in the place of what they typed before; that can be put back until lock.
    Retype retype(parcel: Hash, typed: Typed) -> Brought;
    /// Adds what the person says of an item, in their words; taking the parcel out takes it back.
    SayOf say_of(item: String, said: record::Said, words: String) -> Brought;
    /// The files of the open record, newest first.
    Files files() -> Vec<FileRow>;
    /// Files that stopped at the guard and belong to nobody yet.
    Unfiled unfiled() -> Vec<FileRow>;
    /// A file that waits for an answer, side by side with a person; an empty id is the open person.
    Compare compare(file: Waiting, person: String) -> GuardPage;
    /// Gives an unfiled file to a person. Answers with what became of it, and with each question that is changed by it.
    File file_unfiled(parcel: Hash, decision: Decision) -> Filed;
    /// The bytes of a file that waits for an answer, so that a person can look at it first: they travel beside the answer,
    /// its name is the answer. See [`Client::waiting`](super::client::Client::waiting).
    WaitingBytes waiting_bytes(file: Waiting) -> String;
    /// What the person has said of the document at this place of a file, and what may be suggested to them.
    AboutDocument about_document(parcel: Hash, at: String) -> AboutDocument;
    /// Keeps what the person says of it, in place of what they said before; that stays as its history. Answers with the
    /// file that holds it: taking that out undoes it.
    Describe describe(parcel: Hash, at: String, said: Description) -> Hash;
    /// The report of one file again.
    Report report(parcel: Hash) -> ImportReport;
    /// The report in machine form, as `inspect` prints it.
    ReportJson report_json(parcel: Hash) -> String;
    /// Keeps what is being typed for the open person under the name of its form, so that it is there again after a lock;
    /// `None` drops it.
    KeepDraft keep_draft(name: String, typed: Option<Typed>) -> ();
    /// What was being typed in that form.
    Draft draft(name: String) -> Option<Typed>;
    /// Takes a file out. It can be put back until the app is locked.
    TakeOut take_out(parcel: Hash) -> ();
    /// Puts a file back that was taken out of the open record, or left out of the unfiled.
    PutBack put_back(parcel: Hash) -> ();
    /// The original, byte for byte: it travels beside the answer, its name is the answer. See [`Client::original`](super::client::Client::original).
    OriginalBytes original_bytes(parcel: Hash) -> String;
    /// The letter or scan at this place of the original, decoded: it travels beside the answer; title and MIME type are the answer.
    AttachmentBytes attachment_bytes(parcel: Hash, at: String) -> (String, String);
    /// The source's own text of the entry at this place.
    Fragment fragment(parcel: Hash, at: String) -> Option<String>;

    // ---- Pages ----
    /// The strip on every page.
    Header header() -> Header;
    /// The first page.
    Summary summary() -> Summary;
    /// The timeline, a window at a time.
    Timeline timeline(ask: timeline::Ask) -> Timeline;
    /// Makes the words of the record ready to be searched: who begins to look for something is asked for no patience.
    ReadyToSearch ready_to_search() -> ();
    /// One section.
    Section section(section: record::Section) -> SectionPage;
    /// One analyte through time.
    Analyte analyte(id: String) -> Option<Analyte>;
    /// One item.
    Entry entry(id: String) -> Option<EntryPage>;
    /// What the person took off the pages.
    OffThePages off_the_pages() -> Vec<Row>;
    /// Letters and scans.
    Documents documents() -> Documents;
    /// The ids of all items with these words.
    Found found(search: String) -> Vec<String>;

    // ---- Sharing ----
    /// What can be chosen.
    ShareChoices share_choices() -> view::choose::Choose;
    /// A text that was scanned or pasted: a clinician's request?
    ReadRequest read_request(text: String) -> RequestCard;
    /// Exactly what they will see, and how many codes it takes.
    Preview preview(consent: Consent) -> Preview;
    /// The emergency card with these items, as it is printed.
    EmergencyCard emergency_card(items: Vec<String>) -> view::card::Card;
    /// Signs, seals and logs the share, and shows its codes.
    Grant grant(consent: Consent) -> Showing;
    /// The share is over on this side: nothing is shown any more.
    EndShowing end_showing() -> ();
    /// A text that was scanned from the clinician's screen after they opened it: the receipt.
    TakeReceipt take_receipt(text: String) -> bool;
    /// The journal, newest first.
    Journal journal() -> Vec<JournalRow>;
    /// A share again, exactly as it was.
    ShareAgain share_again(id: String) -> Clinician;

    // ---- Receiving: no vault needed, memory only ----
    /// Makes a request and its code for the screen.
    AskFor ask_for(form: RequestForm) -> Showing;
    /// A text from camera, picture, paste or scanner keyboard.
    Scanned scanned(text: String) -> Inbox;
    /// The spoken code of a locked share.
    SpokenCode spoken_code(code: Secret) -> Inbox;
    /// What has come so far.
    InboxNow inbox() -> Inbox;
    /// An item of the received view, with everything known of it.
    ReceivedEntry received_entry(id: String) -> Option<EntryPage>;
    /// The received view as a FHIR R4 document Bundle in the sections of the IPS, for the clinician's own system.
    ReceivedFhir received_fhir(words: crate::share::bundle::ips::Words) -> String;
    /// The receipt's code, for the patient to scan.
    Receipt receipt() -> Showing;
    /// Forgets what was received.
    Done done() -> ();
}

/// A text that is wiped when dropped: a passphrase, a kit, a spoken code.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
pub struct Secret(pub String);

/// What is on this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Door {
    /// Nothing: the first visit.
    Empty,
    /// A vault, locked.
    Locked,
    /// A vault, open in this worker; or a record that is looked at and not kept.
    Open {
        /// False while the record is only in memory.
        kept: bool,
    },
    /// A mark says that a vault was here, and it is gone. Never an empty start.
    WasHere,
    /// The vault was written by a newer app.
    TooNew,
    /// The vault's bytes don't hold.
    Damaged,
    /// Another tab holds an older version open.
    Blocked,
}

/// What is stored is not what was last written here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Doubt {
    /// It is older: this many changes are missing.
    Older(u64),
    /// It is another vault, or another content of the same age.
    Other,
}

/// A generated passphrase.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// The words, to be joined by spaces.
    pub words: Vec<String>,
    /// How many bits of chance they carry.
    pub bits: u16,
}

/// What an own passphrase is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strength {
    /// Estimated guesses, as a power of ten.
    pub guesses_log10: u8,
    /// Strong enough to be taken.
    pub enough: bool,
}

impl From<crate::vault::strength::Strength> for Strength {
    fn from(found: crate::vault::strength::Strength) -> Self {
        Self { guesses_log10: (found.bits * std::f64::consts::LOG10_2) as u8, enough: found.enough }
    }
}

/// The recovery kit.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kit {
    /// The age identity in groups, in order.
    pub groups: Vec<String>,
    /// Which groups to type back, counted from 0.
    pub asked: Vec<u32>,
    /// The same as one QR code.
    pub code: Matrix,
}

/// Settings that follow the vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// `en` or `cy`; empty: as the browser says.
    pub language: String,
    /// Percent of the normal text size: 100, 125, 150.
    pub text_size: u16,
    /// `auto`, `light`, `dark`, `contrast`.
    pub appearance: String,
    /// Minutes of idleness until the vault locks itself; 0 never.
    pub idle_minutes: u16,
    /// The recovery kit was typed back.
    pub kit_checked: bool,
    /// When the vault was made, RFC 3339: the kit is due a day later.
    pub made: String,
    /// First-run hints are shown.
    pub hints: bool,
    /// The last choices for each audience: purpose and section slugs.
    pub audiences: Vec<(String, String, Vec<String>)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: String::new(),
            text_size: 100,
            appearance: "auto".to_owned(),
            idle_minutes: 15,
            kit_checked: false,
            made: String::new(),
            hints: true,
            audiences: Vec::new(),
        }
    }
}

/// What was kept and can no longer be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// Persons of whom nothing opens.
    pub people: u32,
    /// Persons whose particulars, and on what ground they are cared for, can't be read; their files can.
    pub labels: u32,
    /// The settings: the usual ones are in force.
    pub settings: bool,
}

/// A file that waits for an answer to whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Waiting {
    /// By the number of the guard's question.
    Question(u32),
    /// Among the unfiled.
    Unfiled(Hash),
}

/// What the device gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// The browser promises not to clear it by itself.
    pub persisted: bool,
    /// Bytes used.
    pub used: u64,
    /// Bytes allowed; 0 if the browser does not say.
    pub quota: u64,
}

/// One person of the vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonCard {
    /// Opaque; stands in URLs.
    pub id: String,
    /// Name, birth, tile.
    pub header: Header,
    /// Their record is the open one.
    pub open: bool,
    /// How many files they have.
    pub files: u32,
    /// What the person was entered with.
    pub given: NewPerson,
    /// What was kept of that can't be read: `given` is empty, and nothing is shared until it is entered again.
    pub lost: bool,
    /// Since when and until when they are cared for, and when the ground is to be looked at again.
    pub care: Option<CareShown>,
}

/// Particulars as a person gives them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPerson {
    /// Given names.
    pub given: String,
    /// Family name.
    pub family: String,
    /// Date of birth, `YYYY-MM-DD`, or a part of it; empty if not given.
    pub birth_date: String,
    /// Sex, if given.
    pub sex: Option<record::Sex>,
    /// NHS number as typed; empty if not given.
    pub nhs_number: String,
    /// On what ground somebody else keeps it; `None` for the person themself.
    pub basis: Option<Basis>,
    /// That carer's name; every share of theirs says it.
    pub carer: String,
    /// What the carer is to the person, in their own words: daughter, neighbour.
    pub relation: String,
    /// What more is known of the caring.
    pub care: Care,
}

/// On what footing somebody is cared for, beside the ground itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Care {
    /// Nobody has said yet who keeps this record: it was begun by a file. Nothing of it is shared until somebody has.
    pub unsaid: bool,
    /// What evidence was seen, in the carer's words; empty if none is noted.
    pub evidence: String,
    /// Since when they care, `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; empty if not given.
    pub from: String,
    /// Until when; empty if not given.
    pub until: String,
    /// The day on which the ground was last said or looked at, `YYYY-MM-DD`; empty if that is not known.
    pub looked_at: String,
}

/// On what ground a carer keeps and shares a record (SAFETY: Carers).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Basis {
    Consent,
    ParentalResponsibility,
    Attorney,
    Deputy,
    WelfareAttorneyScotland,
    GuardianScotland,
    BestInterests,
}

/// A document, and what is said of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AboutDocument {
    /// What the file calls it.
    pub title: String,
    /// What the person says: the file that holds it, when they said it, and what.
    pub said: Option<(Hash, Option<Day>, Description)>,
    /// The date of that.
    pub date: Option<Day>,
    /// Suggestions for a title, never stored unless the person takes them over.
    pub titles: Vec<(String, Clue)>,
    /// For what kind it is.
    pub kinds: Vec<(DocumentKind, Clue)>,
    /// For its date.
    pub dates: Vec<(Day, Clue)>,
    /// For whom it is from.
    pub from: Vec<(String, Clue)>,
}

/// How far a file has been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Bytes done of this phase.
    pub bytes: u64,
    /// Bytes in all.
    pub total: u64,
    /// Which of the phases, from 0: opening, finding the pieces, reading them, looking for words in PDFs, keeping.
    pub phase: u8,
    /// In an archive: which of its files, from 1, and how many there are. Both 0 for a file that is none.
    pub file: (u32, u32),
}

/// The words of a PDF, found after everything else was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// In which of the delivered files, from 0.
    pub file: u32,
    /// Which of its attachments, from 0.
    pub attachment: u32,
    /// The words; empty if none were found.
    pub text: String,
}

impl Text {
    /// Puts the words of a delivered file's PDFs where they belong.
    pub fn put(texts: &[Text], file: u32, reading: &mut Reading) {
        for text in texts.iter().filter(|text| text.file == file) {
            if let Some(attachment) = reading.attachments.get_mut(text.attachment as usize) {
                attachment.text.clone_from(&text.text);
            }
        }
    }
}

/// How a file came that was fetched.
#[derive(Clone)]
pub struct Via {
    /// The host that was asked.
    pub host: String,
    /// The Health Link; it holds the key.
    pub link: Secret,
}

/// What became of one file at the door.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Brought {
    /// It is in the record (or was before: see the report).
    In(Box<ImportReport>),
    /// The guard stops it: whose is it?
    Whose {
        /// Names this question when it is answered.
        question: u32,
        /// The names of the files: several, if several of a delivery say the same of whose they are.
        file_names: Vec<String>,
        /// Which they are.
        parcels: Vec<Hash>,
        /// Both sides.
        page: Box<GuardPage>,
    },
    /// It waits among the unfiled.
    Unfiled {
        /// The file's name.
        file_name: String,
        /// Which it is.
        parcel: Hash,
    },
    /// It was left out, and nothing of it is here.
    LeftOut {
        /// The file's name.
        file_name: String,
        /// Which it is.
        parcel: Hash,
    },
    /// A file of an archive that could not be read, or the archive itself that could not be kept. Others are not
    /// concerned.
    Refused {
        /// The file's name.
        file_name: String,
        /// Why.
        failure: Failure,
    },
}

/// What became of a file of the tray.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filed {
    /// What became of it.
    pub brought: Brought,
    /// Each question that is changed by it, and what stands for it now.
    pub changed: Vec<(u32, Vec<Brought>)>,
}

/// The person's answer to the guard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decision {
    /// It is the open person's after all (asked twice by the front).
    ThisPerson,
    /// It is another's.
    Person(String),
    /// It starts a new person's record, with the file's own particulars.
    NewPerson,
    /// Put it aside.
    Unfiled,
    /// Leave it out.
    LeaveOut,
}

/// One file of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRow {
    /// Its hash.
    pub parcel: Hash,
    /// Its name; empty for what was typed by hand.
    pub file_name: String,
    /// What was typed by hand, in its own words; empty for a file.
    pub title: String,
    /// A packed file: what was in it are files of their own.
    pub archive: bool,
    /// Where it says it is from.
    pub source: String,
    /// `FHIR JSON R4`.
    pub format: String,
    /// When it came.
    pub imported: Option<Day>,
    /// The same, RFC 3339 in UTC.
    pub imported_at: String,
    /// Bytes.
    pub bytes: u64,
    /// Entries it holds.
    pub entries: u32,
    /// Pieces not understood.
    pub not_understood: u32,
    /// Taken out, and can be put back.
    pub out: bool,
    /// Its stored form no longer opens: nothing of it is shown, and its original may still be saved.
    pub damaged: bool,
    /// Whom it is about.
    pub people: Vec<Header>,
}

/// What a share is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// For whom, in the person's words.
    pub audience: String,
    /// Why: a code of v3-PurposeOfUse (`TREAT`, `ETREAT`, `PATRQT`, `FAMRQT`, `COVERAGE`).
    pub purpose: String,
    /// Ids of the items.
    pub items: Vec<String>,
    /// Ids of those whose letters travel with their words.
    pub letters: Vec<String>,
    /// Minutes from now until it ends.
    pub minutes: u32,
    /// How it is handed over.
    pub mode: Mode,
    /// What the reader may do beyond viewing.
    pub may: May,
    /// Say for each section that was fully chosen that it is full. Off: *selected by the patient*.
    pub say_full: bool,
    /// A note to the reader, as written; empty if none.
    pub note: String,
}

/// How a share is handed over (TOKEN: Ways to share).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// To the one screen whose request was read.
    Hand,
    /// To whoever scans it while it is shown.
    #[default]
    Show,
    /// The same, locked with a spoken code.
    ShowLocked,
}

/// What the reader may do beyond viewing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct May {
    /// Keep it.
    pub keep: bool,
    /// Take it into their own record system.
    pub import: bool,
    /// Pass it on.
    pub redisclose: bool,
}

/// A clinician's request, as the patient sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestCard {
    /// Who they say they are. Not checked.
    pub name: String,
    /// Why.
    pub purpose: String,
    /// What they ask for.
    pub wanted: Vec<record::Section>,
    /// Six digits that both screens show.
    pub comparison: String,
    /// Seconds that are left of its five minutes, by the request's own clock.
    pub seconds_left: u32,
}

/// What a clinician asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestForm {
    /// Their name, as the patient will read it ("says it is …").
    pub name: String,
    /// Why.
    pub purpose: String,
    /// What they ask for; empty: whatever the patient chooses.
    pub wanted: Vec<record::Section>,
}

/// Exactly what they will see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// The page.
    pub page: Clinician,
    /// Bytes that travel.
    pub bytes: u32,
    /// Codes it takes without loss.
    pub codes: u32,
    /// Allergies and current medicines that are left out: one plain warning.
    pub left_out: u32,
}

/// A square code: dark modules row by row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix {
    /// Modules a side, without the quiet zone of four that must stand around it.
    pub size: u16,
    /// `size × size` modules, true is dark.
    pub dark: Vec<bool>,
}

/// Codes on the screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Showing {
    /// The codes, in order. With several, any `need` of them are enough.
    pub codes: Vec<Matrix>,
    /// How many different ones the reader needs.
    pub need: u32,
    /// The same as text, for pasting: one line a code.
    pub texts: Vec<String>,
    /// The spoken code, in groups of four; empty if there is none.
    pub spoken: String,
    /// Six digits that both screens show; empty if there is no request.
    pub comparison: String,
    /// When it ends, RFC 3339 in UTC.
    pub ends_at: String,
    /// Names the share in the journal; empty for a request or a receipt.
    pub id: String,
}

/// What has come in on the receiving side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Inbox {
    /// Nothing yet.
    Empty,
    /// Some codes of several.
    Partly {
        /// Different ones so far.
        have: u32,
        /// How many are needed.
        need: u32,
    },
    /// All is there; the spoken code is wanted.
    Locked {
        /// A code was tried and is wrong.
        wrong: bool,
    },
    /// It opened and everything checked holds.
    Open(Box<Received>),
    /// It is refused, and nothing of it is shown.
    Refused(Refusal),
}

/// What was received.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Received {
    /// The page.
    pub page: Clinician,
    /// It was made for this reader alone.
    pub direct: bool,
    /// Thumbprint of the signing key, for comparing by eye.
    pub signer: String,
    /// The reader's clock and the sender's differ by this many minutes; 0 if within ten.
    pub clocks_differ: i32,
    /// What the reader may do.
    pub may: May,
    /// When it goes from this screen, RFC 3339.
    pub ends_at: String,
}

/// Why nothing is shown. Each has a sentence, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// No code of ours: another app's, a web address, a boarding pass.
    NotOurs {
        /// What it looks like.
        looks: Looks,
    },
    /// Ours, and damaged or altered.
    Altered,
    /// Made by a newer app.
    Newer,
    /// Ended.
    Expired {
        /// When, RFC 3339.
        at: String,
    },
    /// Not yet to be read.
    NotYet {
        /// From when, RFC 3339.
        at: String,
    },
    /// It says that it was made in the future: the clocks differ. That is no forgery.
    ClocksDiffer {
        /// When it says it was made, RFC 3339.
        at: String,
    },
    /// Made for another reader's screen.
    OtherReader,
    /// The request it answers was used or has run out.
    Used,
    /// The signature does not hold.
    BadSignature,
    /// Too large to be ours.
    TooLarge,
    /// A clinician's request, where a share was expected; or the reverse.
    WrongKind,
    /// Codes of two shares were mixed.
    Mixed,
    /// It opened and is about more than one person: nobody could tell which line is whose.
    SeveralPeople,
}

/// What a foreign code looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Looks {
    WebAddress,
    SmartHealthCard,
    SmartHealthLink,
    EuCertificate,
    Other,
}

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalRow {
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// Whose record; empty for the whole vault.
    pub person: String,
    /// What happened.
    pub what: Happened,
    /// Of what was typed in or taken back: what it says, while it is here. The journal itself keeps no words of it.
    pub typed: String,
}

/// What the journal knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Happened {
    /// The vault was made.
    Made,
    /// It was opened.
    Unlocked {
        /// With the recovery kit.
        kit: bool,
    },
    /// The passphrase was changed.
    PassphraseChanged,
    /// A person was added.
    PersonAdded,
    /// A person was removed, as journals told it before they named them.
    PersonRemoved,
    /// A file came in.
    Imported {
        /// Which.
        parcel: Hash,
        /// Its name.
        file_name: String,
    },
    /// A file was taken out.
    TakenOut {
        /// Which.
        parcel: Hash,
        /// Its name.
        file_name: String,
    },
    /// A share was shown.
    Shared {
        /// Names it.
        id: String,
        /// For whom.
        audience: String,
        /// Why.
        purpose: String,
        /// Until when, RFC 3339.
        until: String,
        /// How many items.
        items: u32,
        /// How.
        mode: Mode,
        /// The reader proved that they opened it.
        opened: bool,
    },
    /// A reader's receipt came back.
    Receipted {
        /// Of which share.
        id: String,
    },
    /// A line that no longer opens.
    Unreadable,
    /// An original or the whole record was exported in the clear.
    Exported {
        /// What, as a file name.
        file_name: String,
    },
    /// A file waits among the unfiled until somebody says whose it is.
    PutAside {
        /// Which.
        parcel: Hash,
        /// Its name.
        file_name: String,
    },
    /// A host was asked for the files of a Health Link.
    LinkAsked {
        /// Which.
        host: String,
    },
    /// A person was removed. The name is all that is left of them.
    PersonGone {
        /// Who.
        name: String,
    },
}

/// Why an errand failed. The front words each: what happened, what to do, that nothing was lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Failure {
    /// The worker stopped: lock and reload.
    Stopped,
    /// A message could not be read: the page is older than the worker, or newer. Reload.
    Garbled,
    /// The vault is locked.
    Locked,
    /// There is a vault already.
    VaultThere,
    /// The passphrase opens nothing here.
    WrongPassphrase,
    /// The recovery kit is mistyped, or of another vault.
    WrongKit,
    /// The passphrase is too easy to guess.
    WeakPassphrase,
    /// How strong the passphrase is could not be found out: the program for it could not be loaded.
    Unmeasured,
    /// The vault is of a newer app.
    TooNew,
    /// Stored bytes don't hold.
    Damaged,
    /// Another tab holds the vault.
    OtherTab,
    /// The browser has no room; nothing was changed.
    Full,
    /// The storage failed in the middle: look again before going on. What was acknowledged before is safe.
    StorageFailed,
    /// The browser's storage or cryptography is missing (private window, policy).
    NoStorage,
    /// The file is larger than what is read.
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// The file could not be read; its worker gave out or it was cancelled. Nothing was kept.
    Unreadable,
    /// Nothing at all can be read of it.
    Import(crate::import::ImportError),
    /// The file holds several people: it is nobody's, and is left out or put aside.
    SeveralPeople,
    /// What is stored is in doubt (see [`Doubt`]): nothing is written until that is settled.
    InDoubt,
    /// It is not here (any more).
    NotFound,
    /// No record is open.
    NoPerson,
    /// No date of birth or name, where one is needed; or they don't parse.
    BadParticulars,
    /// Nothing was chosen.
    NothingChosen,
    /// The share is too large for codes.
    ShareTooLarge,
    /// It is no request, or it is refused.
    Refused(Refusal),
    /// There is no request to answer.
    NoRequest,
    /// On what ground this person is cared for can't be read any more: nothing of theirs is shared until it is entered.
    PersonUnreadable,
    /// Nobody has said yet who keeps this person's record: nothing of theirs is shared until somebody has.
    NobodyKeeps,
    /// The key of the Health Link does not open what its host sent.
    LinkKey,
    /// What the Health Link leads to is a key to another service, and no record.
    LinkAccess,
}

impl From<crate::import::Progress> for Progress {
    fn from(progress: crate::import::Progress) -> Self {
        let phase = progress.phase as u8;
        Progress { bytes: progress.done, total: progress.total, phase, file: progress.file }
    }
}

impl From<super::keep::KeepError> for Failure {
    fn from(error: super::keep::KeepError) -> Self {
        use super::keep::KeepError as K;
        use crate::store::StoreError as S;
        use crate::vault::VaultError as V;
        match error {
            K::Vault(V::WrongPassphrase) => Failure::WrongPassphrase,
            K::Vault(V::WrongKit | V::NoDoor) | K::Kit(_) => Failure::WrongKit,
            K::Vault(V::Newer) | K::Store(S::TooNew) => Failure::TooNew,
            K::Vault(V::Unavailable | V::Kdf(_)) | K::Store(S::Unavailable) => Failure::NoStorage,
            K::Vault(V::Damaged | V::Large) | K::Store(S::Damaged | S::Batch) => Failure::Damaged,
            K::Undecided => Failure::InDoubt,
            K::Store(S::Full) => Failure::Full,
            K::Store(S::Stale | S::Closed | S::Blocked) => Failure::OtherTab,
            K::Store(S::Failed) => Failure::StorageFailed,
            K::Occupied => Failure::VaultThere,
            K::Empty => Failure::Locked,
            K::NoPerson => Failure::NoPerson,
            K::NoThing => Failure::NotFound,
        }
    }
}
