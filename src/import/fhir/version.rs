use crate::import::node::Node;

/// Signs of the FHIR version, counted while reading: the JSON form itself never says it. A sign is an element or a
/// shape that only some versions have, or a profile's URL that names one. One stray element does not outweigh the rest.
#[derive(Default)]
pub struct Marks {
    dstu2: Seen,
    stu3: Seen,
    /// DSTU2 or STU3.
    old: Seen,
    /// R4 and later, told from STU3 and earlier.
    since_r4: Seen,
    /// R4 and R4B, told from R5.
    before_r5: Seen,
    r5: Seen,
}

/// How often a sign was seen, and the first of them.
#[derive(Default)]
struct Seen {
    count: u32,
    first: String,
}

impl Seen {
    fn note(&mut self, kind: &str, sign: &str) {
        self.count += 1;
        if self.first.is_empty() {
            self.first = format!("{kind}.{sign}");
        }
    }
}

impl Marks {
    /// Looks at one resource.
    pub fn look(&mut self, kind: &str, node: &Node<'_>) {
        let text = |key: &str| node.get(key).text().is_some();
        let there = |key: &str| !node.get(key).is_null();
        let is_medicine = matches!(
            kind,
            "MedicationStatement" | "MedicationRequest" | "MedicationDispense" | "MedicationAdministration"
        );
        match kind {
            "MedicationOrder" | "DiagnosticOrder" | "MedicationPrescription" => self.dstu2.note(kind, "resourceType"),
            "ProcedureRequest" | "ReferralRequest" => self.stu3.note(kind, "resourceType"),
            "ServiceRequest" => self.since_r4.note(kind, "resourceType"),
            "MedicationUsage" | "DeviceUsage" | "RequestOrchestration" => self.r5.note(kind, "resourceType"),
            "AllergyIntolerance" if there("substance") => self.dstu2.note(kind, "substance"),
            "Condition" if there("dateRecorded") => self.dstu2.note(kind, "dateRecorded"),
            "Condition" | "Encounter" if there("patient") => self.dstu2.note(kind, "patient"),
            "AllergyIntolerance" if text("clinicalStatus") => self.stu3.note(kind, "clinicalStatus"),
            "Condition" if text("clinicalStatus") => self.old.note(kind, "clinicalStatus"),
            "AllergyIntolerance" | "Condition" if there("clinicalStatus") => {
                self.since_r4.note(kind, "clinicalStatus");
                if node.get("type").is_object() {
                    self.r5.note(kind, "type");
                }
            }
            "MedicationStatement" if there("wasNotTaken") => self.dstu2.note(kind, "wasNotTaken"),
            "MedicationStatement" if there("taken") => self.stu3.note(kind, "taken"),
            _ if is_medicine && node.get("medication").is_object() => self.r5.note(kind, "medication"),
            _ if is_medicine => self.before_r5.note(kind, "medication[x]"),
            "Immunization" if there("wasNotGiven") => self.dstu2.note(kind, "wasNotGiven"),
            "Immunization" if there("notGiven") => self.stu3.note(kind, "notGiven"),
            "Immunization" if node.choice("occurrence").is_some() => self.since_r4.note(kind, "occurrence[x]"),
            "Observation" if there("comments") => self.dstu2.note(kind, "comments"),
            "Observation" if there("comment") || there("context") => self.stu3.note(kind, "context"),
            "Observation" if there("encounter") => self.since_r4.note(kind, "encounter"),
            "Encounter" if text("class") => self.dstu2.note(kind, "class"),
            "Encounter" if there("actualPeriod") => self.r5.note(kind, "actualPeriod"),
            "Procedure" if node.choice("occurrence").is_some() => self.r5.note(kind, "occurrence[x]"),
            "Procedure" if node.choice("performed").is_some() => self.before_r5.note(kind, "performed[x]"),
            "DocumentReference" if there("indexed") || there("created") => self.stu3.note(kind, "indexed"),
            "Binary" if there("content") => self.stu3.note(kind, "content"),
            "Patient" if there("careProvider") => self.dstu2.note(kind, "careProvider"),
            _ => {}
        }
        for profile in node.get("meta").get("profile").each() {
            let url = profile.words();
            if url.contains("/STU3/") {
                self.stu3.note(kind, "meta.profile");
            } else if url.contains("/DSTU2/") {
                self.dstu2.note(kind, "meta.profile");
            }
        }
    }

    /// The version that most signs tell, with the first of its signs; R4 where there is none.
    pub fn version(&self) -> (&'static str, &str) {
        let old = self.dstu2.count + self.stu3.count + self.old.count;
        if old > self.since_r4.count {
            let (name, seen) =
                if self.dstu2.count > self.stu3.count { ("DSTU2", &self.dstu2) } else { ("STU3", &self.stu3) };
            (name, if seen.first.is_empty() { &self.old.first } else { &seen.first })
        } else if self.r5.count > self.before_r5.count {
            ("R5", &self.r5.first)
        } else {
            ("R4", "")
        }
    }
}
