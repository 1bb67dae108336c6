use super::hl7v3::{self, Node, child, children, descend};
use super::{Context, Reader, codes, detail, id, statement};
use crate::record::{IssueCode, Kind, Outcome, Section, Severity};

impl<'a> Reader<'a, '_> {
    /// A LinkSet: the problem that one statement names, how it stands, and the statements that belong to it. One that
    /// names no condition only ties statements together.
    pub fn problem(&mut self, node: Node<'a>, context: &Context) {
        let condition = descend(node, &["conditionNamed", "namedStatementRef"]).map(id).filter(|i| !i.is_empty());
        let Some(condition) = condition else {
            return self.reading.ledger.add(self.tree.place(node), "LinkSet", Outcome::Kept, None);
        };
        let mut entry = self.begin(Section::Problems, Kind::Condition, node, context);
        let kind = self.concept(node);
        let said = kind.codings.iter().map(|c| c.display.clone()).find(|d| !d.is_empty()).unwrap_or_default();
        let status_code = std::mem::take(&mut entry.status.text);
        entry.status.text = if said.is_empty() { kind.text.clone() } else { said };
        if !entry.in_error() {
            entry.status.standing = codes::problem_standing(&kind);
        }
        detail(&mut entry, "statusCode", status_code);
        // "Active Problem, Significant": its own words beside the code's name.
        if entry.status.text != kind.text {
            detail(&mut entry, "clinicalStatus", &kind.text);
        }
        for qualifier in child(node, "code").map(|c| hl7v3::qualifiers(c, &self.words)).unwrap_or_default() {
            detail(&mut entry, "significance", qualifier.text);
        }
        let time = child(node, "effectiveTime").map(hl7v3::ivl_ts);
        // An effective time that says "unknown" is an answer; the time of writing it down is none.
        (entry.date, entry.end) = match time {
            Some(time) => (time.start, time.end),
            None => (child(node, "availabilityTime").and_then(hl7v3::ts), None),
        };
        match self.statements.get(&condition).copied() {
            Some(named) => {
                entry.concept = self.concept(named);
                entry.notes = statement::annotations(named);
                entry.labels = self.labels(named, &entry.labels);
                if let Some(code) = child(named, "code") {
                    entry.details.extend(hl7v3::qualifiers(code, &self.words));
                }
            }
            None => {
                (entry.title, entry.named) = (condition.clone(), false);
                self.issue(Severity::Warning, IssueCode::DanglingReference, &entry.at, &condition);
            }
        }
        let index = self.end(node, entry);
        if self.statements.contains_key(&condition) {
            self.references.push((index, "actualProblem", condition));
        }
        for related in children(node, "component").filter_map(|c| child(c, "statementRef")).map(id) {
            if !related.is_empty() {
                self.references.push((index, "related", related));
            }
        }
    }
}
