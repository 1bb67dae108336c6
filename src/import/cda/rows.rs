use std::collections::HashSet;

use super::super::hl7v3::{self, Node, attr, child, children, is};
use super::{Ctx, Reader};
use crate::record::{Concept, Entry, IssueCode, Nothing, Section, SectionSays, Severity, Value, same};

/// Sections of which no line may be missed because it stands in the words alone.
const WATCHED: [Section; 4] = [Section::Allergies, Section::Medications, Section::Alerts, Section::Results];

/// Most bytes that are compared; beyond any real document the words are shown rather than compared.
const MOST: usize = 50_000_000;

impl<'a> Reader<'a> {
    /// Rows of a section's words that none of its entries speaks of: what is to be read by people is the narrative
    /// (CDA R2 §4.3.5), and entries may be fewer. Each row is said as it stands. `before` is where the section's entries
    /// begin.
    pub fn unsaid(&mut self, node: Node<'a>, ctx: &Ctx, before: usize) {
        let Some(section) = ctx.section.filter(|s| WATCHED.contains(s)) else { return };
        let Some(text) = child(node, "text") else { return };
        let entries = self.reading.entries.get(before..).unwrap_or_default();
        let folded = |words: Vec<&str>| words.into_iter().map(same::fold).filter(|n| n.chars().count() > 2).collect();
        let names: HashSet<String> = folded(entries.iter().flat_map(called).collect());
        let others: HashSet<String> = folded(entries.iter().flat_map(told).collect());
        let referred: HashSet<&str> = children(node, "entry")
            .flat_map(|e| e.descendants())
            .filter(|n| is(*n, "reference"))
            .map(|r| attr(r, "value").trim_start_matches('#'))
            .collect();
        let rows = rows(text);
        let bytes: usize = text.descendants().filter(Node::is_text).filter_map(|n| n.text()).map(str::len).sum();
        let few = names.len().saturating_mul(bytes) <= MOST;
        // A result is its value: a row that names what an entry measured says something else if its number is another.
        let values: HashSet<String> = entries.iter().flat_map(measured).map(|v| same::fold(&v)).collect();
        let results = section == Section::Results;
        let spoken = |row: Node<'a>| {
            let marked = |n: Node<'a>| {
                n.attributes().any(|a| a.name().eq_ignore_ascii_case("id") && referred.contains(a.value()))
            };
            let up = row.ancestors().take_while(|n| *n != node).any(marked);
            let words = hl7v3::plain(row);
            let folded = same::fold(&words.replace('\n', " "));
            let first = same::fold(words.split(['\n', '|']).next().unwrap_or_default().trim());
            // What an entry is called may stand anywhere in its row. What else it says, a reaction or a route, speaks for a
            // row only if that is all there is: another substance may have the same.
            let named = || {
                others.contains(&folded)
                    || names
                        .iter()
                        .any(|n| folded.contains(n.as_str()) || first.chars().count() > 3 && n.contains(&first))
            };
            if results {
                let cells: Vec<String> = words.split(['\n', '|']).map(|cell| same::fold(cell.trim())).collect();
                let heading = cells.iter().filter(|cell| !cell.is_empty()).count() < 2;
                let valued = || cells.iter().any(|c| values.contains(c)) || few && holds(&folded, &values);
                let named = || few && names.iter().any(|n| folded.contains(n.as_str()) || n.contains(&first));
                return heading || up || row.descendants().any(marked) || few && named() && valued();
            }
            up || row.descendants().any(marked) || !folded.contains(char::is_alphabetic) || few && named()
        };
        let left: Vec<String> = rows.into_iter().filter(|r| !spoken(*r)).map(hl7v3::plain).collect();
        let left: Vec<String> = left.into_iter().filter(|t| !t.is_empty()).collect();
        if left.is_empty() {
            return;
        }
        let at = self.at(text);
        let title = child(node, "title").map(hl7v3::plain).unwrap_or_default();
        self.issue(Severity::Information, IssueCode::NarrativeOnly, &at, &title);
        let text = left.join("\n");
        self.reading.says.push(SectionSays { section, nothing: Nothing::NarrativeOnly, text, at });
    }
}

/// What an entry measured or found, as written.
fn measured(entry: &Entry) -> Vec<String> {
    let parts = entry.components.iter().filter_map(|c| c.value.as_ref());
    entry.value.iter().chain(parts).map(Value::text).filter(|v| !v.trim().is_empty()).collect()
}

/// True if one of the values stands in a text as a word of its own: 8.1 is not in 18.1.
fn holds(text: &str, values: &HashSet<String>) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '.';
    values.iter().any(|value| {
        text.match_indices(value.as_str()).any(|(at, found)| {
            let before = text.get(..at).and_then(|t| t.chars().next_back());
            let after = text.get(at + found.len()..).and_then(|t| t.chars().next());
            !before.is_some_and(part) && !after.is_some_and(|c| c.is_alphanumeric())
        })
    })
}

/// Details that name the thing itself.
const NAMING: [&str; 5] = ["substance", "productName", "ingredient", "originalText", "orderedProduct"];

fn words_of(concept: &Concept) -> impl Iterator<Item = &str> {
    concept.codings.iter().map(|c| c.display.as_str()).chain(std::iter::once(concept.text.as_str()))
}

/// What an entry is called.
fn called(entry: &Entry) -> Vec<&str> {
    let details = entry.details.iter().filter(|d| NAMING.contains(&d.name.as_str())).map(|d| d.text.as_str());
    words_of(&entry.concept).chain(std::iter::once(entry.title.as_str())).chain(details).collect()
}

/// What else an entry says.
fn told(entry: &Entry) -> Vec<&str> {
    let reactions = entry.reactions.iter().flat_map(|r| r.manifestations.iter());
    let words = entry.category.iter().chain(reactions).flat_map(words_of);
    let more = entry.dose.iter().chain(&entry.notes).chain(entry.details.iter().map(|d| &d.text)).map(String::as_str);
    words.chain(more).collect()
}

/// The rows of a narrative: lines of its tables and items of its lists, the innermost; heads and captions are none.
fn rows<'a>(text: Node<'a>) -> Vec<Node<'a>> {
    let row = |n: &Node<'a>| is(*n, "item") || is(*n, "li") || is(*n, "tr") && n.children().any(|c| is(c, "td"));
    let aside = |n: &Node<'a>| n.ancestors().any(|a| is(a, "thead") || is(a, "tfoot") || is(a, "caption"));
    let inner = |n: &Node<'a>| !n.descendants().skip(1).any(|d| row(&d));
    text.descendants().filter(row).filter(inner).filter(|n| !aside(n)).collect()
}
