use serde::{Deserialize, Serialize};

/// A place in the record: the sixteen sections of the International Patient Summary (HL7 FHIR IPS 2.0), and ours.
/// Readings are stored with their number: a new one comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Section {
    Allergies,
    Medications,
    Problems,
    Immunizations,
    Results,
    Procedures,
    MedicalDevices,
    VitalSigns,
    PastIllness,
    FunctionalStatus,
    PlanOfCare,
    SocialHistory,
    Pregnancy,
    AdvanceDirectives,
    Alerts,
    PatientStory,
    /// Not of the IPS: visits and stays.
    Encounters,
    /// Not of the IPS: letters, reports and scans.
    Documents,
    /// Not of the IPS: LOINC 10157-6.
    FamilyHistory,
    /// Not of the IPS: consents and other legal information.
    LegalInformation,
    /// Not of the IPS: what the files say of the person's own particulars.
    AboutMe,
    /// Not of the IPS: what was written down at visits, in the words of whoever wrote it; never the person's own.
    Notes,
    /// Not of the IPS: what was found or noted without a measurement, and that its source puts on no list: an illness, a
    /// symptom, a circumstance. It may be over, and no source calls it a problem.
    Findings,
}

impl Section {
    /// All sections, in the order in which a summary shows them.
    pub const ALL: [Section; 23] = [
        Section::Allergies,
        Section::Alerts,
        Section::Medications,
        Section::Problems,
        Section::Findings,
        Section::Results,
        Section::VitalSigns,
        Section::Immunizations,
        Section::Procedures,
        Section::MedicalDevices,
        Section::Pregnancy,
        Section::FunctionalStatus,
        Section::PlanOfCare,
        Section::AdvanceDirectives,
        Section::PastIllness,
        Section::SocialHistory,
        Section::FamilyHistory,
        Section::PatientStory,
        Section::Encounters,
        Section::Notes,
        Section::Documents,
        Section::LegalInformation,
        Section::AboutMe,
    ];

    /// The LOINC code of the section in a document (IPS 2.0 Composition slices; ours by LOINC's nearest).
    pub fn loinc(self) -> &'static str {
        match self {
            Section::Allergies => "48765-2",
            Section::Medications => "10160-0",
            Section::Problems => "11450-4",
            Section::Immunizations => "11369-6",
            Section::Results => "30954-2",
            Section::Procedures => "47519-4",
            Section::MedicalDevices => "46264-8",
            Section::VitalSigns => "8716-3",
            Section::PastIllness => "11348-0",
            Section::FunctionalStatus => "47420-5",
            Section::PlanOfCare => "18776-5",
            Section::SocialHistory => "29762-2",
            Section::Pregnancy => "10162-6",
            Section::AdvanceDirectives => "42348-3",
            Section::Alerts => "104605-1",
            Section::PatientStory => "81338-6",
            Section::Encounters => "46240-8",
            Section::Documents => "77599-9",
            Section::FamilyHistory => "10157-6",
            Section::LegalInformation => "64287-6",
            Section::AboutMe => "75310-3",
            Section::Notes => "34109-9",
            Section::Findings => "55752-0",
        }
    }

    /// The section of that LOINC code.
    pub fn of_loinc(code: &str) -> Option<Section> {
        Self::ALL.into_iter().find(|s| s.loinc() == code)
    }

    /// A stable ASCII name, for URLs and `inspect`: `allergies`, `vital-signs` …
    pub fn slug(self) -> &'static str {
        match self {
            Section::Allergies => "allergies",
            Section::Medications => "medicines",
            Section::Problems => "problems",
            Section::Immunizations => "vaccinations",
            Section::Results => "results",
            Section::Procedures => "procedures",
            Section::MedicalDevices => "devices",
            Section::VitalSigns => "vital-signs",
            Section::PastIllness => "past-illness",
            Section::FunctionalStatus => "functional-status",
            Section::PlanOfCare => "plans",
            Section::SocialHistory => "social-history",
            Section::Pregnancy => "pregnancy",
            Section::AdvanceDirectives => "advance-directives",
            Section::Alerts => "alerts",
            Section::PatientStory => "patient-story",
            Section::Encounters => "visits",
            Section::Documents => "documents",
            Section::FamilyHistory => "family-history",
            Section::LegalInformation => "legal",
            Section::AboutMe => "about-me",
            Section::Notes => "notes",
            Section::Findings => "findings",
        }
    }

    /// The section of that slug.
    pub fn of_slug(slug: &str) -> Option<Section> {
        Self::ALL.into_iter().find(|s| s.slug() == slug)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn each_section_has_its_own_code_and_slug() {
        for section in Section::ALL {
            assert_eq!(Section::of_loinc(section.loinc()), Some(section));
            assert_eq!(Section::of_slug(section.slug()), Some(section));
        }
    }
}
