//! A statement in one line of notation, as its own element writes it: for those who check an export, never for the app.

use std::collections::HashMap;
use std::ops::ControlFlow;

use super::super::hl7v3::{self, Node, Words, attr, child, children, descend, is, kind_of};
use super::common::is_negated;
use super::fragment::with_tree;
use super::template;
use crate::record::{Concept, Entry, Kind, Value};

/// What stands in a line where the element itself says nothing: its words are elsewhere, or its time is its holder's.
const NOTHING: &str = "None";

/// The line of an entry, and of those of its components that are statements of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// `[NOT ]name[ = value unit @time]`.
    pub text: String,
    /// For each component that is a statement, in order: its concept, and its line.
    pub components: Vec<(Concept, String)>,
}

/// The lines of all entries of a file, by their places. None if the file is not the one that they were read from.
pub fn lines(text: &str, entries: &[Entry]) -> HashMap<String, Line> {
    let told = with_tree(text, &mut |_| ControlFlow::Continue(()), |tree, source, _| {
        let root = tree.root();
        let words = Words::of(root);
        let mut wanted: HashMap<&str, &Entry> = entries.iter().map(|e| (e.at.as_str(), e)).collect();
        let mut out = HashMap::new();
        for node in root.descendants().filter(|n| template::is_statement(*n)) {
            if let Some(entry) = wanted.remove(source.place(tree, node).as_str()) {
                out.insert(entry.at.clone(), of(node, entry, entries, &words));
            }
        }
        Ok(out)
    });
    told.unwrap_or_default()
}

fn of<'a>(node: Node<'a>, entry: &Entry, entries: &[Entry], words: &Words<'a>) -> Line {
    let vaccine = entry.kind == Kind::Immunization;
    let sign = match (denied(node), vaccine) {
        (false, _) => "",
        (true, false) => "NOT ",
        (true, true) => "REFUSED ",
    };
    let about = subject(node, &entry.kind).map(|n| name(n, words)).filter(|n| !n.is_empty());
    let name = about.unwrap_or_else(|| entry.title.clone());
    let text = match entry.kind {
        Kind::Observation => format!("{sign}{name} = {} @{}", answer(node, words), time(node)),
        Kind::Immunization => format!("{sign}{name} @{}", time(node)),
        _ => format!("{sign}{name}"),
    };
    Line { text, components: if entry.components.is_empty() { Vec::new() } else { parts(node, entries.len(), words) } }
}

/// Findings inside a finding.
fn parts<'a>(node: Node<'a>, most: usize, words: &Words<'a>) -> Vec<(Concept, String)> {
    let relations = children(node, "entryRelationship").chain(children(node, "component"));
    let held = relations.flat_map(|r| children(r, "observation")).take(most.max(64));
    held.filter_map(|part| {
        let code = child(part, "code")?;
        let sign = if denied(part) { "NOT " } else { "" };
        let line = format!("{sign}{} = {} @{}", name(code, words), answer(part, words), time(part));
        Some((hl7v3::cd(code, words), line))
    })
    .collect()
}

/// Whether a statement says *not*: itself, what relates it, or the act around it.
fn denied(node: Node<'_>) -> bool {
    let above = node.parent_element();
    let frame = above.and_then(|p| p.parent_element()).filter(|g| is(*g, "act") || is(*g, "organizer"));
    is_negated(node) || above.is_some_and(is_negated) || frame.is_some_and(is_negated)
}

/// The code of what a statement is about.
fn subject<'a>(node: Node<'a>, kind: &Kind) -> Option<Node<'a>> {
    let holder = child(node, "consumable").or_else(|| child(node, "product"));
    let product = holder.and_then(|h| child(h, "manufacturedProduct"));
    let material = product
        .and_then(|p| p.children().find(|c| is(*c, "manufacturedMaterial") || is(*c, "manufacturedLabeledDrug")));
    if let Some(material) = material {
        return child(material, "code").or_else(|| child(material, "name"));
    }
    let (code, value) = (child(node, "code"), child(node, "value"));
    let coded = value.filter(|v| template::is_coded(*v));
    match kind {
        Kind::AllergyIntolerance => {
            let consumed =
                children(node, "participant").filter(|p| matches!(attr(*p, "typeCode"), "CSM" | "CAGNT" | ""));
            let entity = consumed
                .filter_map(|p| child(p, "participantRole"))
                .find_map(|role| ["playingEntity", "playingMaterial"].iter().find_map(|k| child(role, k)));
            entity.and_then(|e| child(e, "code").or_else(|| child(e, "name"))).or(coded).or(code)
        }
        // Words in the place of a code name it as well.
        Kind::Condition => value.or(code),
        _ => code.filter(|c| !template::is_generic(attr(*c, "code")) || coded.is_none()).or(coded),
    }
}

/// What a code is called in its element: its name, else its words, else why there is none.
fn name<'a>(code: Node<'a>, words: &Words<'a>) -> String {
    let display = attr(code, "displayName");
    if !display.is_empty() {
        return display.to_owned();
    }
    let label = hl7v3::cd(code, words).label().unwrap_or_default().to_owned();
    match hl7v3::null_flavour(code) {
        Some(flavour) if label.is_empty() => format!("nullFlavor={flavour}"),
        _ => label,
    }
}

/// The value that an element itself holds, with its unit as written (UCUM's `1` too).
fn answer<'a>(node: Node<'a>, words: &Words<'a>) -> String {
    let Some(value) = child(node, "value") else { return NOTHING.to_owned() };
    let unit = attr(value, "unit");
    let said = match hl7v3::value(value, words) {
        // Words that stand in the narrative are not the element's own.
        Some(Value::Text(_)) if descend(value, &["reference"]).is_some() && hl7v3::plain(value).is_empty() => {
            String::new()
        }
        Some(Value::Quantity(q)) if q.comparator.is_empty() && !attr(value, "value").is_empty() => {
            format!("{} {}", q.value, if unit.is_empty() { q.unit_label() } else { unit })
        }
        Some(Value::Concept(said)) => said.label().map(str::to_owned).unwrap_or_else(|| name(value, words)),
        Some(Value::Absent(_)) => hl7v3::null_flavour(value).unwrap_or_default().to_owned(),
        Some(found) => hl7v3::range_words(&found),
        None if kind_of(value) == "ED" => attr(value, "mediaType").to_owned(),
        None => String::new(),
    };
    if said.is_empty() { NOTHING.to_owned() } else { said }
}

/// The moment that an element itself gives, or the beginning of its interval.
fn time(node: Node<'_>) -> String {
    let times = children(node, "effectiveTime").filter_map(|t| hl7v3::ivl_ts(t).start);
    times.map(|t| t.text).next().unwrap_or_else(|| NOTHING.to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::import::cda::read;

    fn check(section: &str, entry: &str, expected: &[&str]) {
        let text = format!(
            "<section xmlns='urn:hl7-org:v3' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><code code='{section}' \
             codeSystem='2.16.840.1.113883.6.1'/><text><content ID='w'>In words</content></text><entry>{entry}</entry></section>"
        );
        let reading = read(&text, Some(0), &mut |_| ControlFlow::Continue(())).unwrap();
        let mut lines = lines(&text, &reading.entries);
        let told: Vec<String> = reading.entries.iter().map(|e| lines.remove(&e.at).unwrap().text).collect();
        assert_eq!(told, expected, "{entry}");
    }

    #[test]
    fn a_line_says_what_the_element_itself_says() {
        let result = |rest: &str| {
            format!(
                "<observation classCode='OBS' moodCode='EVN'><code code='1' displayName='Urea'><originalText>UREA</originalText></code><statusCode code='completed'/>{rest}</observation>"
            )
        };
        let time = "<effectiveTime value='202401021030'/>";
        for (value, line) in [
            ("<value xsi:type='PQ' value='5.40' unit='mmol/L'/>", "Urea = 5.40 mmol/L @202401021030"),
            ("<value xsi:type='PQ' value='28' unit='1'/>", "Urea = 28 1 @202401021030"),
            (
                "<value xsi:type='IVL_PQ'><high value='5' unit='g/L' inclusive='false'/></value>",
                "Urea = < 5 g/L @202401021030",
            ),
            ("<value xsi:type='CD' code='2' displayName='Detected'/>", "Urea = Detected @202401021030"),
            ("<value xsi:type='PQ' nullFlavor='NA'/>", "Urea = NA @202401021030"),
            ("<value xsi:type='ED'><reference value='#w'/></value>", "Urea = None @202401021030"),
            ("", "Urea = None @202401021030"),
        ] {
            check("30954-2", &result(&format!("{time}{value}")), &[line]);
        }
        check("30954-2", &result("<value xsi:type='INT' value='7'/>"), &["Urea = 7  @None"]);
        let medicine = |attributes: &str, code: &str| {
            format!(
                "<substanceAdministration classCode='SBADM' moodCode='EVN' {attributes}><text><reference value='#w'/></text><effectiveTime value='2024'/><consumable><manufacturedProduct><manufacturedMaterial><code {code}/></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>"
            )
        };
        check("10160-0", &medicine("", "code='1' displayName='Aspirin'"), &["Aspirin"]);
        check("10160-0", &medicine("negationInd='true'", "code='1' displayName='Aspirin'"), &["NOT Aspirin"]);
        check("10160-0", &medicine("", "nullFlavor='UNK'"), &["nullFlavor=UNK"]);
        check("11369-6", &medicine("negationInd='true'", "code='1' displayName='Flu'"), &["REFUSED Flu @2024"]);
        let problem = "<observation classCode='OBS' moodCode='EVN'><templateId root='2.16.840.1.113883.10.20.22.4.4'/><code code='55607006' displayName='Problem'/><value xsi:type='ST'>Gout</value></observation>";
        check("11450-4", problem, &["Gout"]);
    }
}
