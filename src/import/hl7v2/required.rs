use super::wire::Segment;
use crate::record::Check;

/// The fields that the base standard requires and that a reader needs (HL7 v2.5.1, optionality R), by segment.
const FIELDS: [(&str, &[usize]); 12] = [
    ("MSH", &[9, 10, 11, 12]),
    ("PID", &[3, 5]),
    ("PV1", &[2]),
    ("OBR", &[4]),
    ("OBX", &[3, 11]),
    ("AL1", &[3]),
    ("IAM", &[3, 6]),
    ("DG1", &[6]),
    ("RXA", &[3, 5, 6]),
    ("RXE", &[2]),
    ("TXA", &[2, 12, 17]),
    ("PR1", &[3]),
];

/// How often each required field was there and was not, and the first place where it was not.
#[derive(Default)]
pub struct Required {
    seen: Vec<(&'static str, usize, u32, u32, String)>,
}

impl Required {
    /// Looks at one segment.
    pub fn look(&mut self, s: &Segment<'_>) {
        for (kind, fields) in FIELDS.iter().filter(|(kind, _)| *kind == s.kind) {
            for field in *fields {
                self.count(kind, *field, !s.whole(*field).is_empty(), s);
            }
            // A value needs its type.
            if *kind == "OBX" && !s.whole(5).is_empty() {
                self.count(kind, 2, !s.whole(2).is_empty(), s);
            }
        }
    }

    fn count(&mut self, kind: &'static str, field: usize, met: bool, s: &Segment<'_>) {
        let place = self.seen.iter().position(|(k, f, ..)| *k == kind && *f == field).unwrap_or_else(|| {
            self.seen.push((kind, field, 0, 0, String::new()));
            self.seen.len() - 1
        });
        let Some((_, _, there, missing, first)) = self.seen.get_mut(place) else { return };
        if met {
            *there += 1;
        } else {
            *missing += 1;
            if first.is_empty() {
                *first = s.at_field(field);
            }
        }
    }

    /// One row a field: `OBX-11`, or where it is missing `OBX-11 (missing in 3 of 20)` with the first place.
    pub fn rows(self) -> Vec<Check> {
        let row = |(kind, field, there, missing, at): (&str, usize, u32, u32, String)| Check {
            profile: "HL7 v2".to_owned(),
            check: match missing {
                0 => format!("{kind}-{field}"),
                n => format!("{kind}-{field} (missing in {n} of {})", there + n),
            },
            met: missing == 0,
            at,
        };
        self.seen.into_iter().map(row).collect()
    }
}
