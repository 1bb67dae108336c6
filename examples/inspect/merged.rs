//! `inspect --merge`: the guard's verdict on every file, and the record that they make together, as JSON. docs/merge.md
//! describes the shape.

use std::collections::HashSet;

use jiff::civil::Date;
use serde_json::{Value, json};
use tessera::record::{EntryRef, Hash, Item, Parcel, PartialDate, Record, Section, guard};
use tessera::view::{self, Absent, Day, Heading, SourceLine, medicines, results};

/// The guard's verdict on every file against the first, and whether they are all of one person.
pub fn guard(parcels: &[Parcel]) -> (bool, Value) {
    let held = match parcels.first().map(|p| p.reading.people.as_slice()) {
        Some([one]) => one.clone(),
        // A first file of nobody, or of several, is a person of whom nothing is known.
        _ => Default::default(),
    };
    let verdicts: Vec<guard::Verdict> =
        parcels.iter().map(|parcel| guard::compare(&held, &parcel.reading.people)).collect();
    let told = parcels.iter().zip(&verdicts).map(|(parcel, verdict)| {
        let facts = verdict
            .facts()
            .iter()
            .map(|f| json!({"fact": word(&f.fact), "held": f.held, "found": f.found, "compared": word(&f.compared)}));
        json!({
            "file": parcel.note.file_name, "sha256": parcel.hash.hex(), "verdict": verdict_word(verdict),
            "facts": facts.collect::<Vec<_>>(),
        })
    });
    (verdicts.iter().all(guard::Verdict::is_match), told.collect())
}

fn verdict_word(verdict: &guard::Verdict) -> &'static str {
    match verdict {
        guard::Verdict::Match(_) => "match",
        guard::Verdict::Differs(_) => "differs",
        guard::Verdict::TooLittle(_) => "too-little",
        guard::Verdict::NoPerson => "no-person",
        guard::Verdict::SeveralPeople => "several-people",
    }
}

/// A fieldless variant by its own name, in words-with-hyphens.
fn word(of: &impl std::fmt::Debug) -> String {
    let mut out = String::new();
    for c in format!("{of:?}").chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// The merged record. Ages are told as of the newest file, or of the newest entry of a file that has no date of its own,
/// so that the output is the same every day.
pub fn record(record: &Record) -> Value {
    let newest = record.parcels.iter().filter_map(|p| {
        let reading = &p.reading;
        let dates = reading.entries.iter().filter_map(|e| e.recorded.as_ref().or(e.date.as_ref()));
        let newest = dates.filter(|d| d.known.is_some()).max_by_key(|d| d.sort_key());
        reading.source.as_of.as_ref().or(newest)
    });
    let newest = newest.max_by_key(|d| d.sort_key());
    let today = newest.and_then(PartialDate::day).unwrap_or_default();
    let index = view::Index::new(record);
    let told = Told { record, index: &index, today };
    json!({
        "asOf": newest.map(|d| &d.text),
        "sources": told.sources(),
        "sections": Section::ALL.into_iter().map(|s| told.section(s)).collect::<Vec<_>>(),
        "items": record.items.iter().map(|i| told.item(i)).collect::<Vec<_>>(),
        "enteredInError": record.in_error.iter().map(|i| told.item(i)).collect::<Vec<_>>(),
        "medicines": told.medicines(),
        "analytes": told.analytes(),
    })
}

struct Told<'a> {
    record: &'a Record,
    index: &'a view::Index,
    today: Date,
}

impl Told<'_> {
    fn file(&self, hash: Hash) -> &str {
        self.record.parcel_named(hash).map(|p| p.note.file_name.as_str()).unwrap_or_default()
    }

    fn sources(&self) -> Vec<Value> {
        let summary = view::summary::summary(self.record, self.index, None, self.today);
        let told = summary.sources.iter().map(|source| {
            let reading = self.record.parcel_named(source.parcel).map(|p| &p.reading);
            let ledger = reading.map(|r| {
                json!({"shown": r.ledger.shown, "kept": r.ledger.kept,
                "notUnderstood": r.ledger.not_understood})
            });
            json!({
                "file": self.file(source.parcel), "sha256": source.parcel.hex(), "name": source.name,
                "format": reading.map(|r| format!("{} {}", r.format, r.version).trim().to_owned()),
                "asOf": day(source.as_of.as_ref()), "daysOld": source.as_of.as_ref().and_then(|d| d.days_ago),
                "trust": word(&source.trust), "ledger": ledger,
            })
        });
        told.collect()
    }

    /// Every section, for silence about one is told too.
    fn section(&self, section: Section) -> Value {
        let page = view::section::section(self.record, self.index, section, self.today);
        let Heading { as_of, stale, sources, absences, unread, total, .. } = &page.heading;
        let nothing = absences.iter().map(|a| {
            json!({
                "nothing": nothing_word(a.absent), "file": self.file(a.source.parcel), "text": a.text,
                "date": day(a.date.as_ref()), "contradicted": a.contradicted != view::Contradicted::No,
            })
        });
        let unread =
            unread.iter().map(|u| json!({"file": self.file(u.source.parcel), "here": u.here, "anywhere": u.anywhere}));
        let groups = page.groups.iter().map(|g| {
            let ids: Vec<&str> = g.list.rows.iter().map(|r| r.id.as_str()).collect();
            json!({"group": word(&g.kind), "total": g.list.total, "items": ids})
        });
        json!({
            "section": section.slug(), "total": total, "asOf": day(as_of.as_ref()), "stale": stale,
            "sources": sources.iter().map(|s| self.file(s.parcel)).collect::<Vec<_>>(),
            "nothing": nothing.collect::<Vec<_>>(), "unread": unread.collect::<Vec<_>>(),
            "groups": groups.collect::<Vec<_>>(),
            "enteredInError": page.in_error.len(), "withheldFromPatient": page.withheld.len(),
        })
    }

    fn item(&self, item: &Item) -> Value {
        let record = self.record;
        let said = |at: &EntryRef| {
            let (parcel, entry) = (record.parcel(*at)?, record.entry(*at)?);
            let codes =
                entry.concept.codings.iter().map(|c| json!({"system": c.system, "code": c.code, "display": c.display}));
            Some(json!({
                "file": parcel.note.file_name, "at": entry.at, "title": entry.title,
                "codes": codes.collect::<Vec<_>>(),
                "status": entry.status.text, "standing": word(&entry.status.standing),
                "certainty": entry.status.certainty, "polarity": word(&entry.polarity),
                "date": entry.date.as_ref().map(|d| &d.text), "end": entry.end.as_ref().map(|d| &d.text),
                "value": entry.value.as_ref().map(|v| v.text()), "unit": entry.value.as_ref().map(|v| v.unit()),
                "dose": entry.dose, "degraded": entry.degraded.as_ref().map(|c| &c.code),
            }))
        };
        let all = |refs: &[EntryRef]| refs.iter().filter_map(said).collect::<Vec<_>>();
        let page = view::entry::entry(record, self.index, &item.id, self.today);
        let answers = page.iter().flat_map(|p| &p.disagreements).map(|d| {
            let sides = d.sides.iter().map(|s| json!({"answer": answer(&s.answer), "sources": s.sources}));
            json!({"field": word(&d.field), "sides": sides.collect::<Vec<_>>()})
        });
        json!({
            "id": item.id, "section": item.section.slug(), "kind": word(&item.kind),
            "title": record.lead(item).map(|e| e.title.clone()),
            "group": page.as_ref().map(|p| word(&p.row.group)),
            "contributors": all(&item.entries),
            "history": all(&item.history),
            "disagreements": answers.collect::<Vec<_>>(),
        })
    }

    fn medicines(&self) -> Value {
        let page = medicines::medicines(self.record, self.today);
        let lines = page.lines.iter().map(|line| {
            let cells: Vec<Value> =
                line.cells.iter().zip(&page.sources).map(|(cell, source)| self.cell(cell.as_ref(), source)).collect();
            json!({"id": line.id, "title": line.title, "mark": word(&line.mark), "sources": cells})
        });
        let changes = page.changes.iter().map(|c| {
            json!({
                "change": word(&c.what), "id": c.id, "title": c.title, "when": day(c.when.as_ref()),
                "before": c.before, "after": c.after, "by": c.by,
                "reason": Some(&c.reason).filter(|r| !r.is_empty()), "sources": c.sources,
                "against": Some(&c.against).filter(|a| !a.is_empty()),
            })
        });
        json!({"reconciliation": lines.collect::<Vec<_>>(), "changes": changes.collect::<Vec<_>>()})
    }

    fn cell(&self, cell: Option<&medicines::MedicineCell>, source: &SourceLine) -> Value {
        let file = self.file(source.parcel);
        let Some(c) = cell else { return json!({"file": file, "listed": false}) };
        json!({
            "file": file, "listed": true, "title": c.title, "dose": c.dose, "standing": word(&c.standing),
            "status": c.status, "polarity": word(&c.polarity), "prescriptionType": c.prescription_type,
            "quantity": c.quantity, "form": c.form, "route": c.route, "indication": c.indication,
            "start": day(c.start.as_ref()), "end": day(c.end.as_ref()), "issues": c.issues,
            "lastIssue": day(c.last_issue.as_ref()), "review": day(c.review.as_ref()),
        })
    }

    fn analytes(&self) -> Vec<Value> {
        let mut seen = HashSet::new();
        let all = self.record.items.iter().filter_map(|i| results::analyte(self.record, self.index, &i.id, self.today));
        let all = all.filter(|a| seen.insert(a.id.clone()));
        let told = all.map(|a| {
            let series = a.series.iter().map(|s| {
                let points = s.points.iter().map(|p| {
                    json!({
                        "id": p.id, "date": day(p.date.as_ref()), "value": p.value, "unit": p.unit,
                        "range": p.range, "flag": word(&p.flagging.lab), "against": word(&p.flagging.range),
                        "source": p.source, "scaled": p.scaled,
                    })
                });
                json!({"part": s.part, "unit": s.unit, "drawn": s.chart.is_some(), "points": points.collect::<Vec<_>>()})
            });
            let repeats = a.repeats.iter().map(|r| {
                json!({
                    "id": r.id, "date": day(Some(&r.date)), "source": r.source, "again": day(Some(&r.again)),
                    "againSource": r.again_source,
                })
            });
            json!({
                "id": a.id, "title": a.title, "latest": a.rows.first().map(|r| &r.id),
                "count": a.rows.len(), "datedInTheFuture": a.future.len(),
                "series": series.collect::<Vec<_>>(), "repeats": repeats.collect::<Vec<_>>(),
            })
        });
        told.collect()
    }
}

fn day(day: Option<&Day>) -> Option<&str> {
    day.map(|d| d.text.as_str())
}

fn nothing_word(absent: Absent) -> &'static str {
    match absent {
        // Of a letter, too, nothing stands in this list.
        Absent::NotInSource | Absent::NotRead => "not-in-this-source",
        Absent::Warned => "warned",
        Absent::NoneKnown => "none-known",
        Absent::Unavailable => "unavailable",
        Absent::NotAsked => "not-asked",
        Absent::Withheld => "withheld",
        Absent::NotUnderstood => "not-understood",
        Absent::EmptySection => "empty-section",
        Absent::NarrativeOnly => "narrative-only",
    }
}

/// One side of a disagreement, in the source's words where it has any.
fn answer(answer: &view::entry::Answer) -> String {
    use view::entry::Answer;
    match answer {
        Answer::Text(text) => text.clone(),
        Answer::Day(day) => day.text.clone(),
        Answer::Standing(standing, text) if text.is_empty() => word(standing),
        Answer::Standing(standing, text) => format!("{} ({text})", word(standing)),
        Answer::Polarity(polarity) => word(polarity),
        Answer::Quantity(value, unit) => format!("{value} {unit}").trim().to_owned(),
        Answer::Codes(codes) => codes.iter().map(|c| c.display.as_str()).collect::<Vec<_>>().join(", "),
        Answer::DocumentKind(kind) => kind.display().to_owned(),
        Answer::NotSaid => String::new(),
    }
}
