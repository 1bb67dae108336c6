//! One item with everything known of it: all its entries side by side, and where each stands in its original.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    Day, Index, Row, SourceLine,
    documents::{self, DocumentRow},
    rows,
};
use crate::record::{
    Coding, Concept, Description, Disagreement, DocumentKind, Entry, EntryRef, Field, Hash, Item, Kind, PLACE, Parcel,
    PartialDate, Polarity, Quantity, Record, STATEMENT, Section, Standing, Value, describes,
};

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
    /// A former version of a result: the item that corrects it.
    pub corrected: Option<String>,
    /// A source says that it should not be disclosed to the patient: ask before drawing the rest.
    pub withheld: bool,
    /// A source marks it as entered in error.
    pub in_error: bool,
    /// The person took it off the pages.
    pub off: bool,
    /// For a result: the analyte's id, for the link to its chart.
    pub analyte: Option<String>,
    /// For a document whose content is here: the file and the place in it, of which the person may say what it is.
    pub document: Option<(Hash, String)>,
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
    /// Set if it is about somebody else than the file's patient: whom, as the source refers to them.
    pub about: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// Where it is filed.
    pub section: Section,
    /// Everything that was said, in a steady order; what was not said is not there.
    pub lines: Vec<Line>,
    /// Letters, scans and the like.
    pub attachments: Vec<DocumentRow>,
    /// This is what the person says of a document, and no file's own word.
    pub described: bool,
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
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// The title that the person gave a document.
    Title,
    /// What kind of document the person says it is.
    DocumentKind,
    /// Whom the person says a document is from.
    From,
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
    /// One of the kinds of document that a person chooses among.
    DocumentKind(DocumentKind),
    /// Nothing was said by this source (in a disagreement).
    NotSaid,
}

impl Answer {
    /// A quantity as written.
    pub fn of(quantity: &Quantity) -> Self {
        Answer::Quantity(format!("{}{}", quantity.comparator, quantity.value), quantity.unit_label().to_owned())
    }
}

/// The page of an item; `None` if there is none of that id.
pub fn entry(record: &Record, index: &Index, id: &str, today: Date) -> Option<EntryPage> {
    let item = record.find(id)?;
    let page = Page { record, today };
    let place = record.items.iter().position(|i| i.id == item.id).map(|i| i as u32);
    let former: Vec<&Item> = versions(record, index, place).filter(|i| corrects(record, item, i)).collect();
    Some(EntryPage {
        row: rows::row(record, item, today)?,
        disagreements: item.disagreements.iter().map(|d| page.sides(d)).collect(),
        cards: item.entries.iter().filter_map(|at| page.card(*at)).collect(),
        history: item.history.iter().chain(former.iter().map(|i| &i.lead)).filter_map(|at| page.card(*at)).collect(),
        corrected: versions(record, index, place).find(|i| corrects(record, i, item)).map(|i| i.id.clone()),
        withheld: rows::is_withheld(record, item),
        in_error: place.is_none(),
        off: record.is_off(item),
        document: page.document(item),
        analyte: place.filter(|p| index.analyte_of.contains_key(p)).map(|_| item.id.clone()),
    })
}

/// The other results of the same analyte.
fn versions<'a>(record: &'a Record, index: &'a Index, place: Option<u32>) -> impl Iterator<Item = &'a Item> {
    let all = place.and_then(|place| index.analyte(place)).unwrap_or_default();
    all.iter().filter(move |i| Some(**i) != place).filter_map(|i| record.items.get(*i as usize))
}

/// True if the source of one result says that it was corrected, and the other is of the very same moment, from the same
/// source, and is not: then that is its former version. Of a day alone there may be several tests.
fn corrects(record: &Record, newer: &Item, older: &Item) -> bool {
    let (Some(new), Some(old)) = (record.lead(newer), record.lead(older)) else { return false };
    let moment =
        |e: &Entry| e.date.as_ref().filter(|d| d.known.is_some_and(|k| k.time.is_some())).map(PartialDate::sort_key);
    let source = |i: &Item| record.parcel(i.lead).map(|p| rows::source_name(p, record.lead(i)));
    new.status.standing == Standing::Amended
        && matches!(old.status.standing, Standing::Final | Standing::Preliminary)
        && moment(new).is_some()
        && moment(new) == moment(old)
        && source(newer) == source(older)
}

struct Page<'a> {
    record: &'a Record,
    today: Date,
}

impl Page<'_> {
    fn sides(&self, of: &Disagreement) -> Sides {
        let sides = of.sides.iter().filter_map(|side| {
            let first = self.record.entry(*side.first()?)?;
            let mut sources: Vec<String> = Vec::new();
            for at in side {
                let name = self.record.parcel(*at).map(|p| rows::source_name(p, self.record.entry(*at)));
                let name = name.unwrap_or_default();
                if !sources.iter().any(|s| s == name) {
                    sources.push(name.to_owned());
                }
            }
            Some(Side { answer: self.answer(first, of.field), sources })
        });
        Sides { field: of.field, sides: sides.collect() }
    }

    fn answer(&self, entry: &Entry, field: Field) -> Answer {
        let date = |date: &Option<PartialDate>| date.as_ref().map(|d| self.day(d)).unwrap_or(Answer::NotSaid);
        match field {
            Field::Date => date(&entry.date),
            Field::End => date(&entry.end),
            Field::Standing | Field::EnteredInError => {
                Answer::Standing(entry.status.standing, entry.status.text.clone())
            }
            Field::Polarity => Answer::Polarity(entry.polarity),
            Field::Value => entry.value.as_ref().map(value).unwrap_or(Answer::NotSaid),
            Field::Dose => Answer::Text(entry.dose.join("\n")),
            Field::Severity => {
                let said = entry.reactions.iter().map(|r| r.severity.as_str()).chain(entry.detail("severity"));
                Answer::Text(said.filter(|s| !s.is_empty()).collect::<Vec<_>>().join(", "))
            }
            Field::Certainty => Answer::Text(entry.status.certainty.clone()),
        }
    }

    /// The first content of a document that is here.
    fn document(&self, item: &Item) -> Option<(Hash, String)> {
        let mut all = self.record.entries(item).filter(|(_, _, entry)| entry.kind == Kind::DocumentReference);
        all.find_map(|(_, parcel, entry)| {
            let attached = entry.attachments.iter().filter_map(|i| parcel.reading.attachments.get(*i as usize));
            let found = attached.filter(|a| a.hash.is_some() && a.bytes > 0).map(|a| a.at.clone()).next();
            found.map(|at| (parcel.hash, at))
        })
    }

    /// What the person says of a document, and nothing else of that entry.
    fn said(&self, entry: &Entry) -> Vec<Line> {
        let said = Description::of(entry);
        let text =
            |label: Label, text: String| (!text.is_empty()).then_some(Line { label, answer: Answer::Text(text) });
        let kind = said.kind.map(|kind| Line { label: Label::DocumentKind, answer: Answer::DocumentKind(kind) });
        let date = entry.date.as_ref().map(|date| Line { label: Label::Date, answer: self.day(date) });
        [text(Label::Title, said.title), kind, date, text(Label::From, said.from)].into_iter().flatten().collect()
    }

    fn day(&self, date: &PartialDate) -> Answer {
        Answer::Day(Day::of(date, self.today))
    }

    fn card(&self, at: EntryRef) -> Option<Card> {
        let (parcel, entry) = (self.record.parcel(at)?, self.record.entry(at)?);
        let format = format!("{} {}", parcel.reading.format, parcel.reading.version);
        Some(Card {
            source: rows::source(parcel, self.today),
            parcel: parcel.hash,
            format: format.trim().to_owned(),
            at: entry.at.clone(),
            span: entry.span,
            title: entry.title.clone(),
            about: self.record.about_other(at).map(str::to_owned),
            kind: entry.kind.clone(),
            section: entry.section,
            described: describes(parcel, entry),
            lines: if describes(parcel, entry) { self.said(entry) } else { self.lines(entry) },
            attachments: documents::attached(parcel, entry, self.today),
            links: entry.links.iter().filter_map(|link| self.link(parcel, at.parcel, &link.role, &link.to)).collect(),
        })
    }

    /// The other item that an entry names; nothing that is withheld from the patient.
    fn link(&self, parcel: &Parcel, file: u32, role: &str, to: &str) -> Option<(String, String, String)> {
        let place = parcel.reading.entries.iter().position(|e| e.at == to)? as u32;
        let target = EntryRef { parcel: file, entry: place };
        let items = self.record.items.iter().chain(&self.record.in_error);
        let item = items
            .into_iter()
            .find(|i| holds(i, target))
            .filter(|i| !rows::is_withheld(self.record, i) && !self.record.is_off(i))?;
        Some((role.to_owned(), item.id.clone(), self.record.entry(target)?.title.clone()))
    }

    fn lines(&self, entry: &Entry) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        let mut say = |label: Label, answer: Answer| lines.push(Line { label, answer });
        if !entry.polarity.is_positive() {
            say(Label::Polarity, Answer::Polarity(entry.polarity));
        }
        if let Some(degraded) = &entry.degraded {
            say(Label::Degraded, Answer::Codes(vec![degraded.clone()]));
        }
        for (label, date) in [(Label::Date, &entry.date), (Label::End, &entry.end), (Label::Recorded, &entry.recorded)]
        {
            if let Some(date) = date {
                say(label, self.day(date));
            }
        }
        say(Label::Status, Answer::Standing(entry.status.standing, entry.status.text.clone()));
        let mut text = |label: Label, text: &str| {
            if !text.trim().is_empty() {
                lines.push(Line { label, answer: Answer::Text(text.to_owned()) });
            }
        };
        text(Label::Certainty, &entry.status.certainty);
        if let Some(said) = &entry.value {
            lines.push(Line { label: Label::Value, answer: value(said) });
        }
        for part in &entry.components {
            let answer = part.value.as_ref().map(value).unwrap_or(Answer::NotSaid);
            lines.push(Line { label: Label::Part(part.title.clone()), answer });
            lines.extend(texts(&Label::Range, &part.range));
            lines.extend(concepts(&Label::Flag, &part.interpretation));
        }
        lines.extend(texts(&Label::Range, &entry.range));
        lines.extend(concepts(&Label::Flag, &entry.interpretation));
        lines.extend(texts(&Label::Dose, &entry.dose));
        for reaction in &entry.reactions {
            lines.extend(concepts(&Label::Reaction, &reaction.manifestations));
            lines.extend(texts(&Label::Severity, std::slice::from_ref(&reaction.severity)));
            lines.extend(texts(&Label::Note, std::slice::from_ref(&reaction.note)));
            if let Some(date) = &reaction.date {
                lines.push(Line { label: Label::Date, answer: self.day(date) });
            }
        }
        // How the app itself files what a person says is nothing to read.
        let ours = |c: &Concept| c.codings.iter().any(|k| [PLACE, STATEMENT].contains(&k.system.as_str()));
        let category: Vec<Concept> = entry.category.iter().filter(|c| !ours(c)).cloned().collect();
        lines.extend(concepts(&Label::Category, &category));
        lines.extend(texts(&Label::Performer, &entry.performer));
        lines.extend(entry.custodian.iter().flat_map(|c| texts(&Label::Custodian, std::slice::from_ref(c))));
        for detail in &entry.details {
            lines.extend(texts(&Label::Detail(detail.name.clone()), std::slice::from_ref(&detail.text)));
        }
        let notes: Vec<String> = entry.notes.iter().filter(|note| !rows::says_again(entry, note)).cloned().collect();
        lines.extend(texts(&Label::Note, &notes));
        if !entry.concept.codings.is_empty() {
            lines.push(Line { label: Label::Codes, answer: Answer::Codes(entry.concept.codings.clone()) });
        }
        for id in &entry.identifiers {
            lines.extend(texts(&Label::Identifier, &[format!("{} {}", id.value, id.system).trim().to_owned()]));
        }
        if !entry.labels.is_empty() {
            lines.push(Line { label: Label::SecurityLabel, answer: Answer::Codes(entry.labels.clone()) });
        }
        lines
    }
}

fn holds(item: &Item, at: EntryRef) -> bool {
    item.entries.contains(&at) || item.history.contains(&at)
}

fn texts(label: &Label, texts: &[String]) -> Vec<Line> {
    let said = texts.iter().filter(|t| !t.trim().is_empty());
    said.map(|t| Line { label: label.clone(), answer: Answer::Text(t.clone()) }).collect()
}

fn concepts(label: &Label, concepts: &[Concept]) -> Vec<Line> {
    texts(label, &concepts.iter().map(rows::words).collect::<Vec<_>>())
}

fn value(value: &Value) -> Answer {
    match value {
        Value::Quantity(q) => Answer::of(q),
        Value::Absent(why) => Answer::Codes(vec![Coding {
            display: rows::words(why),
            ..why.codings.first().cloned().unwrap_or_default()
        }]),
        other => Answer::Quantity(other.text(), other.unit().to_owned()),
    }
}
