use super::lines::{Shape, TEST_NAME};
use crate::record::Section;

/// What the records of a part are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Medicine,
    Allergy,
    Problem,
    Vaccine,
    Vital,
    OwnVital,
    Laboratory,
    OwnTest,
    Report,
    Note,
    Stay,
    Appointment,
    Event,
    Relative,
}

impl What {
    /// Where the records belong.
    pub fn section(self) -> Section {
        match self {
            What::Medicine => Section::Medications,
            What::Allergy => Section::Allergies,
            What::Problem => Section::Problems,
            What::Vaccine => Section::Immunizations,
            What::Vital | What::OwnVital => Section::VitalSigns,
            What::Laboratory | What::OwnTest | What::Report => Section::Results,
            What::Note => Section::Documents,
            What::Stay => Section::Encounters,
            What::Appointment => Section::PlanOfCare,
            What::Event => Section::PastIllness,
            What::Relative => Section::FamilyHistory,
        }
    }

    /// The name of a record in the ledger, in the report's own words.
    pub fn kind(self) -> &'static str {
        match self {
            What::Medicine => "Medication",
            What::Allergy => "Allergy",
            What::Problem => "Problem",
            What::Vaccine => "Immunization",
            What::Vital | What::OwnVital => "Vital Sign",
            What::Laboratory | What::OwnTest => "Lab Test",
            What::Report => "Report",
            What::Note => "Note",
            What::Stay => "Admission",
            What::Appointment => "Appointment",
            What::Event => "Medical Event",
            What::Relative => "Relationship",
        }
    }
}

/// How the records of the part with this heading are told; `None` for parts that are kept (demographics, insurance,
/// goals, journals, military service) and for headings that are not known.
pub fn of(title: &str) -> Option<(What, Shape)> {
    let shape = |head: &'static str, labels: &'static [&'static str]| Shape { head, labels, prose: false };
    let prose = |head: &'static str, labels: &'static [&'static str]| Shape { head, labels, prose: true };
    Some(match title {
        "VA MEDICATION HISTORY" | "VA MEDICATIONS" | "MEDICATION HISTORY" => {
            (What::Medicine, shape("Medication", VA_MEDICINE))
        }
        "SELF REPORTED MEDICATIONS AND SUPPLEMENTS" | "SELF REPORTED MEDICATIONS" => {
            (What::Medicine, shape("Category", OWN_MEDICINE))
        }
        "VA ALLERGIES" | "VA ALLERGIES AND ADVERSE REACTIONS" | "SELF REPORTED ALLERGIES" => {
            (What::Allergy, shape("Allergy Name", ALLERGY))
        }
        "VA PROBLEM LIST" => (What::Problem, shape("Problem", PROBLEM)),
        "VA IMMUNIZATIONS" | "SELF REPORTED IMMUNIZATIONS" => (What::Vaccine, shape("Immunization", VACCINE)),
        "VA VITALS AND READINGS" => (What::Vital, shape("Vital Sign", VITAL)),
        "SELF REPORTED VITALS AND READINGS" => (What::OwnVital, shape("Measurement Type", OWN_VITAL)),
        "VA LABORATORY RESULTS" => (What::Laboratory, shape("Lab Test", LABORATORY)),
        "SELF REPORTED LABS AND TESTS" => (What::OwnTest, shape(TEST_NAME, OWN_TEST)),
        "VA PATHOLOGY REPORTS" => (What::Report, prose("Type of Report", REPORT)),
        "VA RADIOLOGY REPORTS" | "VA ELECTROCARDIOGRAM (EKG) REPORTS" => {
            (What::Report, prose("Procedure/Test Name", REPORT))
        }
        "VA NOTES" => (What::Note, prose("Date/Time", NOTE)),
        "VA ADMISSIONS AND DISCHARGES" => (What::Stay, prose("Admission Date", STAY)),
        "VA APPOINTMENTS" => (What::Appointment, shape("Date/Time", APPOINTMENT)),
        "SELF REPORTED MEDICAL EVENTS" => (What::Event, shape("Medical Event", EVENT)),
        "SELF REPORTED FAMILY HEALTH HISTORY" => (What::Relative, shape("Relationship", RELATIVE)),
        _ => return None,
    })
}

const VA_MEDICINE: &[&str] = &[
    "Instructions",
    "Status",
    "Refills Remaining",
    "Last Filled On",
    "Initially Ordered On",
    "Quantity",
    "Days Supply",
    "Pharmacy",
    "Prescription Number",
    "Medication",
    "Comments",
    "Prescriber",
    "Indication",
];
const OWN_MEDICINE: &[&str] = &[
    "Category",
    "Drug Name",
    "Prescription Number",
    "Drug Strength",
    "Dose",
    "Frequency",
    "Start Date",
    "Stop Date",
    "Pharmacy Name",
    "Pharmacy Phone",
    "Pharmacy",
    "Reason for taking",
    "Comments",
    "Status",
];
const ALLERGY: &[&str] = &[
    "Location",
    "Date Entered",
    "Reaction",
    "Allergy Type",
    "VA Drug Class",
    "Observed/Historical",
    "Comments",
    "Date",
    "Severity",
    "Diagnosed",
    "Source",
    "Effective Date",
];
const PROBLEM: &[&str] = &["Date/Time Entered", "Location", "Status", "Provider", "Comments"];
const VACCINE: &[&str] =
    &["Date Received", "Location", "Reaction", "Comments", "Other", "Method", "Reactions", "Provider", "Facility"];
const VITAL: &[&str] = &["Measurement", "Comments", "Location", "Date/Time Collected"];
const OWN_VITAL: &[&str] = &[
    "Date",
    "Time",
    "Systolic",
    "Diastolic",
    "Heart Rate",
    "Body Weight",
    "Measure",
    "Body temperature",
    "Method",
    "Pain Level",
    "Blood sugar count",
    "INR value",
    "Target range",
    "Location",
    "Provider",
    "Comments",
    "Total cholesterol",
    "HDL",
    "LDL",
    "Triglycerides",
    "Height",
    "Feet",
    "Inches",
    "Pulse Oximetry",
    "Oxygen Setting",
    "Supplemental Oxygen",
    "Device",
    "Respiratory Rate",
    "Other readings",
    "Symptoms",
];
const LABORATORY: &[&str] = &[
    "Lab Type",
    "Ordering Provider",
    "Ordering Location",
    "Specimen",
    "Date/Time Collected",
    "Collected Location",
    TEST_NAME,
    "Result",
    "Units",
    "Reference Range",
    "Interpretation",
    "Performing Location",
    "Status",
    "Comments",
    "Collection Sample",
    "Date/Time Completed",
    "Result Key",
];
const OWN_TEST: &[&str] = &["Date", "Location performed", "Provider", "Results", "Comments"];
const REPORT: &[&str] = &[
    "Specimen",
    "Date Obtained",
    "Performing Location",
    "Date Completed",
    "Date/Time Exam Performed",
    "Ordering Location",
    "Requesting Provider",
    "Reasons for Study",
    "Reason for Study",
    "Clinical History",
    "Radiologist",
    "Result",
];
const NOTE: &[&str] = &["Note Title", "Location", "Signed By", "Co-signed By", "Date/Time Signed", "Facility"];
const STAY: &[&str] = &[
    "Location",
    "Admitting Physician",
    "Discharge Date",
    "Discharge Physician",
    "Admission Diagnosis",
    "Reason for admission",
];
const APPOINTMENT: &[&str] = &["Location", "Status", "Clinic", "Phone Number", "Type"];
const EVENT: &[&str] = &["Start Date", "Stop Date", "Response", "Comments"];
const RELATIVE: &[&str] =
    &["First Name", "Last Name", "Living or Deceased", "Health Issues", "Other Health Issues", "Comments"];
