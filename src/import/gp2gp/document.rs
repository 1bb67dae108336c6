use super::hl7v3::{self, Node, attr, child, children};
use super::{Context, Reader, detail, text, when};
use crate::import::{document, issue, narrative};
use crate::record::{Attachment, Entry, Hash, IssueCode, Kind, Section, Severity};

/// The document outside of the record to which a narrative refers.
pub fn referred<'a>(node: Node<'a>) -> Option<Node<'a>> {
    children(node, "reference").find_map(|r| child(r, "referredToExternalDocument"))
}

impl<'a> Reader<'a, '_> {
    /// A letter or scan. Its content travels beside the record, mostly in messages of its own; a placeholder stands for
    /// one that could not be sent.
    pub fn document(&mut self, node: Node<'a>, outside: Node<'a>, context: &Context) {
        let mut entry = self.begin(Section::Documents, Kind::DocumentReference, node, context);
        entry.concept = self.concept(outside);
        let time = when(node);
        (entry.date, entry.end) = (time.start, time.end);
        entry.labels = self.labels(outside, &entry.labels);
        entry.identifiers.extend(hl7v3::identifiers(outside));
        entry.identifiers.dedup();
        let said = child(node, "text").map(text::tidy).unwrap_or_default();
        let kind = entry.concept.label().map(str::to_owned).unwrap_or_default();
        if let Some(content) = child(outside, "text") {
            self.content(content, &mut entry, if said.is_empty() { &kind } else { &said });
        }
        if said.is_empty() {
            let file = entry.attachments.first().and_then(|i| self.reading.attachments.get(*i as usize));
            let file = file.map(|a| a.url.trim_start_matches("file://localhost/").to_owned()).unwrap_or_default();
            if kind.is_empty() {
                entry.named = !file.is_empty();
                entry.title = if file.is_empty() { "referredToExternalDocument".to_owned() } else { file };
            }
        } else {
            let (title, whole) = narrative::headline(&said);
            entry.title = title;
            if !whole {
                entry.notes.push(said);
            }
            detail(&mut entry, "type", kind);
        }
        self.end(node, entry);
    }

    fn content(&mut self, node: Node<'a>, entry: &mut Entry, title: &str) {
        let at = self.tree.place(node);
        let found = hl7v3::content(node).unwrap_or_default();
        let url = if found.url.is_empty() {
            child(node, "reference").map(|r| attr(r, "value").to_owned()).unwrap_or_default()
        } else {
            found.url
        };
        let (code, shown) = match &found.bytes {
            Some(_) => (None, String::new()),
            None if found.damaged => (Some(IssueCode::BadAttachment), String::new()),
            None => (Some(IssueCode::AttachmentElsewhere), url.clone()),
        };
        if let Some(code) = code {
            self.reading.issues.push(issue(Severity::Warning, code, &at, &shown));
        }
        entry.attachments.push(u32::try_from(self.reading.attachments.len()).unwrap_or(u32::MAX));
        let mut attachment = Attachment {
            title: title.split_whitespace().collect::<Vec<_>>().join(" "),
            content_type: attr(node, "mediaType").to_owned(),
            bytes: found.bytes.as_ref().map_or(0, |b| b.len() as u64),
            hash: found.bytes.as_deref().map(Hash::of),
            at,
            url,
            text: String::new(),
        };
        self.reading.issues.extend(document::search(&mut attachment, found.bytes.as_deref()));
        self.reading.attachments.push(attachment);
    }
}
