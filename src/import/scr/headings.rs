//! The headings of Summary Care Records (NHS England SCR, care record element types).

use crate::record::{Section, same};

/// The section of which a heading speaks; `None` for those that fit no section of ours.
pub fn section(heading: &str) -> Option<Section> {
    let folded = same::fold(heading.split('(').next().unwrap_or_default());
    Some(match folded.trim_end_matches([':', '.']) {
        "allergies and adverse reactions" | "allergies" | "adverse reactions" => Section::Allergies,
        "medication"
        | "medications"
        | "current medication"
        | "current medications"
        | "acute medication"
        | "acute medications"
        | "repeat medication"
        | "repeat medications"
        | "current repeat medication"
        | "current repeat medications"
        | "discontinued repeat medication"
        | "discontinued repeat medications"
        | "discontinued medication"
        | "discontinued medications" => Section::Medications,
        "diagnoses" | "problems and issues" | "problems" => Section::Problems,
        "risks to patient" | "risks to care professional or third party" => Section::Alerts,
        "clinical observations and findings" | "investigations" | "investigation results" => Section::Results,
        "treatments" => Section::Procedures,
        "immunisations" | "immunizations" | "vaccinations" => Section::Immunizations,
        "family history" => Section::FamilyHistory,
        "lifestyle" | "lifestyles" | "social and personal circumstances" => Section::SocialHistory,
        "care events" => Section::Encounters,
        _ => return None,
    })
}

/// True if the text under a heading only says that there is nothing to say. That is no statement that there is none:
/// a practice may have left it out.
pub fn is_empty(text: &str) -> bool {
    let mut lines = text.lines().map(same::fold).filter(|l| !l.is_empty());
    let says = |line: &str| line.trim_end_matches('.') == "no relevant information available for this category";
    match (lines.next(), lines.next(), lines.next()) {
        (Some(one), None, _) => says(&one),
        // The names of the columns come first.
        (Some(columns), Some(one), None) => columns.contains(" | ") && says(&one),
        _ => false,
    }
}

/// True if the entries of a section say all that stands under a heading. Of allergies, medicines and risks each line must
/// name one of them: a repeat medicine beside coded acute ones stands in the text alone. The names of columns count for
/// nothing, and where the text is a table neither do lines around it. Elsewhere text and code often have different names
/// for the same thing, and nothing hangs on a line: any entry will do.
pub fn is_coded(text: &str, section: Section, coded: &[(Section, String)]) -> bool {
    /// Most bytes that are compared.
    const MOST: usize = 50_000_000;
    if !matches!(section, Section::Allergies | Section::Medications | Section::Alerts) {
        return coded.iter().any(|(of, _)| *of == section);
    }
    let names: Vec<&str> =
        coded.iter().filter(|(of, name)| *of == section && name.chars().count() > 2).map(|(_, name)| &**name).collect();
    let lines: Vec<String> = text.lines().map(same::fold).filter(|l| !l.is_empty()).collect();
    let table = lines.iter().any(|l| l.contains(" | "));
    let mut rows = lines.iter().filter(|l| !table || l.contains(" | "));
    if table {
        rows.next();
    }
    // Beyond any real summary, the text is shown rather than compared.
    let few = names.len().saturating_mul(text.len()) <= MOST;
    !names.is_empty() && few && rows.all(|row| names.iter().any(|name| row.contains(name)))
}

/// True if a text says that something was left out of the summary on purpose.
pub fn tells_withheld(text: &str) -> bool {
    same::fold(text).contains("deliberately withheld")
}
