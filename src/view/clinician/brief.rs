//! What a reader of the first minute needs least: told whole, and in few words. What is over, what is old, and results
//! that have no value of their own stand in one short line for each name, with every one of their dates.

use serde::{Deserialize, Serialize};

use crate::record::{LETTER, Section};
use crate::view::section::GroupKind;
use crate::view::{Row, entry::Label};

/// Rows of one name and one group, in the order in which they stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    /// What they have in common.
    pub kind: GroupKind,
    /// At least one.
    pub rows: Vec<Row>,
}

/// What happened longer ago is old, in days.
const OLD: i32 = 365;

/// So many rows of what happened once (visits, operations, letters) stand in full, however old they are.
const FEW: usize = 8;

/// Takes the rows that are told in brief out of the others; none is lost.
pub(super) fn apart(rows: Vec<Row>) -> (Vec<Row>, Vec<Brief>) {
    let many = rows.len() > FEW;
    let (brief, full): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| is_plain(row) && is_brief(row, many));
    (full, gathered(brief))
}

/// The same of a list of results on the person's own pages: what has neither a value nor words of its own, but names what
/// was done together, stands in one line for each name.
pub(in crate::view) fn without_value(rows: Vec<Row>) -> (Vec<Row>, Vec<Brief>) {
    let concludes = |(label, _): &(Label, String)| matches!(label, Label::Detail(n) if n.starts_with("conclusion"));
    let bare = |row: &Row| {
        row.group == GroupKind::All && is_brief(row, false) && row.attachments == 0 && !row.more.iter().any(concludes)
    };
    let (brief, full): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| is_plain(row) && bare(row));
    (full, gathered(brief))
}

/// Rows of one name together, in the order of the first of each.
fn gathered(rows: Vec<Row>) -> Vec<Brief> {
    let mut all: Vec<Brief> = Vec::new();
    for row in rows {
        let same = |b: &&mut Brief| {
            let one = |r: &Row| r.title == row.title && r.named == row.named && r.kind == row.kind;
            b.kind == row.group && b.rows.first().is_some_and(one)
        };
        match all.iter_mut().find(same) {
            Some(found) => found.rows.push(row),
            None => all.push(Brief { kind: row.group, rows: vec![row] }),
        }
    }
    all
}

/// True if the row says nothing that must not be overlooked: no denial, no disagreement, no loss, no doubt, no word of
/// the person. Of allergies and alerts nothing is ever told in brief.
fn is_plain(row: &Row) -> bool {
    !matches!(row.section, Section::Allergies | Section::Alerts)
        && row.polarity.is_positive()
        && !(row.disagree || row.degraded || row.words_deny || row.outlived || row.misnamed)
        && row.about.is_none()
        && row.retracted.is_empty()
        && row.said.is_empty()
        && row.of.is_empty()
        && row.nothing_newer.is_none()
        && row.voices.iter().all(|voice| voice.standing.is_none())
}

/// True for what is over, and for what is old in a long list of what happened once.
fn is_brief(row: &Row, many: bool) -> bool {
    use Section::*;
    let valued = !row.value.is_empty() || row.parts.iter().any(|part| !part.value.is_empty());
    let told = row.more.iter().any(|(label, _)| *label == Label::Note);
    let letter = row.more.iter().any(|(label, _)| matches!(label, Label::Detail(name) if name == LETTER));
    match (row.group, row.section) {
        // A letter that came with its words is there to be read.
        _ if letter => false,
        (GroupKind::Past, _) => true,
        // A report without a value names what stands above; one with words is read.
        (GroupKind::All, Results | VitalSigns) => !valued && !told,
        (GroupKind::All, Encounters | Procedures | Immunizations | Documents | SocialHistory) => many && is_old(row),
        _ => false,
    }
}

fn is_old(row: &Row) -> bool {
    row.date.as_ref().and_then(|day| day.days_ago).is_some_and(|days| days > OLD)
}
