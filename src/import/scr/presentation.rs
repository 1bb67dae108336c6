use super::hl7v3::{self, Node, child};
use super::{Reader, elements, headings, name};
use crate::import::narrative;
use crate::record::{IssueCode, Outcome, Section, Severity};

impl<'a> Reader<'a> {
    /// The text of a summary, heading by heading; gives it as a whole, too.
    pub fn presentation(&mut self, node: Node<'a>, coded: &[(Section, String)]) -> String {
        let at = self.tree.place(node);
        self.reading.ledger.add(at.clone(), "presentationText", Outcome::Shown, None);
        let Some(value) = child(node, "value") else {
            self.issue(Severity::Warning, IssueCode::MissingElement, &at, "value");
            return String::new();
        };
        let own = self.text.get(self.tree.range(value)).unwrap_or_default();
        if narrative::plain(own).active {
            self.issue(Severity::Warning, IssueCode::UnsafeNarrative, &at, "");
        }
        let mut blocks = Vec::new();
        split(value, &mut blocks);
        let whole: Vec<String> = blocks.iter().map(|b| b.text.clone()).filter(|t| !t.is_empty()).collect();
        if whole.iter().any(|t| headings::tells_withheld(t)) {
            let found = whole.iter().find(|t| headings::tells_withheld(t)).cloned().unwrap_or_default();
            self.issue(Severity::Warning, IssueCode::ConfidentialItems, &at, &found);
        }
        // What stands before the second heading is the summary's own: title, time, author, warnings.
        let mut current: Option<(String, String, Vec<String>)> = None;
        let mut first = true;
        for block in blocks {
            match block.heading {
                Some(heading) => {
                    self.under(current.take(), &mut first, coded);
                    current = Some((block.text, self.tree.place(heading), Vec::new()));
                }
                None => {
                    if let Some((.., lines)) = &mut current {
                        lines.push(block.text);
                    }
                }
            }
        }
        self.under(current, &mut first, coded);
        whole.join("\n")
    }

    fn under(&mut self, found: Option<(String, String, Vec<String>)>, first: &mut bool, coded: &[(Section, String)]) {
        let Some((title, at, lines)) = found else { return };
        let text = lines.into_iter().filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n");
        if !std::mem::take(first) || headings::section(&title).is_some() {
            self.heading(&title, &text, &at, coded);
        }
    }
}

struct Block<'a> {
    /// The element, if it is a heading that begins a part.
    heading: Option<Node<'a>>,
    text: String,
}

fn is_heading(node: Node<'_>) -> bool {
    matches!(name(node).to_ascii_lowercase().as_str(), "h1" | "h2")
}

/// The text in blocks: headings, and what stands between them.
fn split<'a>(node: Node<'a>, blocks: &mut Vec<Block<'a>>) {
    for inner in node.children() {
        if inner.is_text() {
            let text = inner.text().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
            if !text.is_empty() {
                blocks.push(Block { heading: None, text });
            }
        } else if is_heading(inner) {
            let text = hl7v3::plain(inner).replace('\n', " ");
            blocks.push(Block { heading: Some(inner).filter(|_| !text.is_empty()), text });
        } else if inner.is_element() && !matches!(name(inner), "head" | "script" | "style") {
            let deeper = matches!(name(inner), "html" | "body" | "div") && elements(inner).next().is_some();
            match deeper {
                true => split(inner, blocks),
                false => blocks.push(Block { heading: None, text: hl7v3::plain(inner) }),
            }
        }
    }
}
