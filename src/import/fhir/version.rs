use crate::import::node::Node;

/// Signs of the FHIR version, gathered while reading: the JSON form itself never says it. Each sign is an element that
/// only that version has, or a profile's URL that names it.
#[derive(Default)]
pub struct Marks {
    dstu2: Option<String>,
    stu3: Option<String>,
    r5: Option<String>,
}

impl Marks {
    /// Looks at one resource.
    pub fn look(&mut self, kind: &str, node: &Node<'_>) {
        let plain = |key: &str| node.get(key).text().is_some();
        let there = |key: &str| !node.get(key).is_null();
        let note = |slot: &mut Option<String>, key: &str| {
            slot.get_or_insert_with(|| format!("{kind}.{key}"));
        };
        match kind {
            "MedicationOrder" | "DiagnosticOrder" | "MedicationPrescription" => note(&mut self.dstu2, "resourceType"),
            "ProcedureRequest" | "ReferralRequest" => note(&mut self.stu3, "resourceType"),
            "MedicationUsage" | "DeviceUsage" | "RequestOrchestration" => note(&mut self.r5, "resourceType"),
            "AllergyIntolerance" if there("substance") => note(&mut self.dstu2, "substance"),
            "AllergyIntolerance" if plain("clinicalStatus") => note(&mut self.stu3, "clinicalStatus"),
            "AllergyIntolerance" if node.get("type").is_object() => note(&mut self.r5, "type"),
            "Condition" if there("dateRecorded") => note(&mut self.dstu2, "dateRecorded"),
            "Condition" if plain("clinicalStatus") => note(&mut self.stu3, "clinicalStatus"),
            "MedicationStatement" if there("wasNotTaken") => note(&mut self.dstu2, "wasNotTaken"),
            "MedicationStatement" if there("taken") => note(&mut self.stu3, "taken"),
            "MedicationStatement" | "MedicationRequest" | "MedicationDispense" | "MedicationAdministration"
                if node.get("medication").is_object() =>
            {
                note(&mut self.r5, "medication");
            }
            "Immunization" if there("wasNotGiven") => note(&mut self.dstu2, "wasNotGiven"),
            "Immunization" if there("notGiven") => note(&mut self.stu3, "notGiven"),
            "Observation" if there("comments") => note(&mut self.dstu2, "comments"),
            "Observation" if there("comment") || there("context") => note(&mut self.stu3, "comment"),
            "Observation" if there("instantiatesCanonical") || there("triggeredBy") => {
                note(&mut self.r5, "triggeredBy")
            }
            "Encounter" if node.get("class").text().is_some() => note(&mut self.dstu2, "class"),
            "Encounter" if there("actualPeriod") => note(&mut self.r5, "actualPeriod"),
            "Procedure" if there("occurrenceDateTime") || there("occurrencePeriod") => note(&mut self.r5, "occurrence"),
            "DocumentReference" if there("indexed") || there("created") => note(&mut self.stu3, "indexed"),
            "Binary" if there("content") => note(&mut self.stu3, "content"),
            "Patient" if there("careProvider") => note(&mut self.dstu2, "careProvider"),
            _ => {}
        }
        for profile in node.get("meta").get("profile").each() {
            let url = profile.words();
            if url.contains("/STU3/") {
                self.stu3.get_or_insert_with(|| url.to_owned());
            } else if url.contains("/DSTU2/") {
                self.dstu2.get_or_insert_with(|| url.to_owned());
            }
        }
    }

    /// The version that the signs tell; R4 where there is none.
    pub fn version(&self) -> &'static str {
        match (&self.dstu2, &self.stu3, &self.r5) {
            (_, Some(_), _) => "STU3",
            (Some(_), None, _) => "DSTU2",
            (None, None, Some(_)) => "R5",
            (None, None, None) => "R4",
        }
    }

    /// The sign of another version than R4.
    pub fn other(&self) -> Option<String> {
        self.stu3.clone().or_else(|| self.dstu2.clone()).or_else(|| self.r5.clone())
    }
}
