use std::rc::Rc;

use crate::import::node::Node;
use crate::record::{Concept, Detail};

use super::Reader;
use super::datatypes::{concept, concepts, label, name_words, quantity, quantity_words};

/// What a referenced resource is called.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Named {
    /// Its words; empty if it has none.
    pub label: String,
    /// Its code, where it has one.
    pub concept: Concept,
    /// What else matters where it is used: a medicine's form and strength, an organisation behind a role.
    pub details: Vec<Detail>,
}

/// Where a reference leads.
pub enum Target<'n, 't> {
    /// To another piece of the file.
    Piece(usize),
    /// To a resource contained in the same one.
    Contained(&'n Node<'t>),
    /// Out of the file, or nowhere.
    Outside,
}

impl<'t> Reader<'t, '_> {
    /// Where a Reference, or R5's CodeableReference, leads from the resource `holder`.
    pub fn target<'n>(&self, reference: &Node<'t>, from: usize, holder: &'n Node<'t>) -> Target<'n, 't> {
        let literal = match reference.get("reference") {
            inner @ Node::Object(_) => inner.get("reference").words(),
            plain => plain.words(),
        };
        if let Some(id) = literal.strip_prefix('#') {
            let own = |c: &&Node<'_>| c.get("id").words().trim_start_matches('#') == id;
            let mut found = holder.get("contained").each().iter().filter(own);
            let Some(first) = found.next() else { return Target::Outside };
            // Which of several different ones is meant can't be known.
            return if found.all(|other| other == first) { Target::Contained(first) } else { Target::Outside };
        }
        self.index.resolve(literal, Some(from)).map_or(Target::Outside, Target::Piece)
    }

    /// What a reference is called: its own display first where `own` says so, else the resource's own words.
    pub fn called(&self, reference: &Node<'t>, from: usize, holder: &Node<'t>) -> Named {
        let display = reference.get("display").words();
        let mut named = match self.target(reference, from, holder) {
            Target::Piece(i) => self.named(i, 0).as_ref().clone(),
            Target::Contained(node) => self.name_of(node, from, holder, 0),
            Target::Outside => Named::default(),
        };
        if named.label.is_empty() {
            named.label = display.to_owned();
        }
        named
    }

    /// The label of each reference of a list; bare references that lead out of the file have none.
    pub fn names(&self, references: &Node<'t>, from: usize, holder: &Node<'t>) -> Vec<String> {
        references.each().iter().map(|r| self.called(r, from, holder).label).filter(|l| !l.is_empty()).collect()
    }

    fn named(&self, piece: usize, depth: usize) -> Rc<Named> {
        if let Some(known) = self.labels.borrow().get(&piece) {
            return Rc::clone(known);
        }
        let found = match self.index.pieces.get(piece) {
            Some(p) if p.fault.is_none() => {
                let node = self.tree(p);
                // What is not understood gives no names either.
                if node.twice().is_some() { Named::default() } else { self.name_of(&node, piece, &node, depth) }
            }
            _ => Named::default(),
        };
        let found = Rc::new(found);
        self.labels.borrow_mut().insert(piece, Rc::clone(&found));
        found
    }

    fn name_of(&self, node: &Node<'t>, from: usize, holder: &Node<'t>, depth: usize) -> Named {
        let plain = |label: &str| Named { label: label.to_owned(), ..Named::default() };
        let coded = |concept: Concept| Named { label: label(&concept), concept, details: Vec::new() };
        match node.get("resourceType").words() {
            "Patient" | "Practitioner" | "RelatedPerson" | "Person" => {
                plain(&node.get("name").each().first().map(name_words).unwrap_or_default())
            }
            "Organization" | "Location" | "HealthcareService" | "CareTeam" => plain(node.get("name").words()),
            "PractitionerRole" if depth < 2 => {
                let follow = |key: &str| match self.target(node.get(key), from, holder) {
                    Target::Piece(i) => self.named(i, depth + 1).label.clone(),
                    Target::Contained(inner) => self.name_of(inner, from, holder, depth + 1).label,
                    Target::Outside => node.get(key).get("display").words().to_owned(),
                };
                let parts = [follow("practitioner"), follow("organization")];
                let role = concepts(node.get("code")).first().map(label).unwrap_or_default();
                let words: Vec<String> = parts.into_iter().filter(|p| !p.is_empty()).collect();
                Named { label: if words.is_empty() { role } else { words.join(", ") }, ..Named::default() }
            }
            "Medication" => self.medication(node, from, holder, depth),
            "Device" => {
                let name = node.first_of(&["deviceName", "name"]).each().first().map(|n| {
                    if n.is_object() { n.first_of(&["name", "value"]).words().to_owned() } else { n.words().to_owned() }
                });
                let concept = concept(node.get("type"));
                let label = name.filter(|n| !n.is_empty()).unwrap_or_else(|| label(&concept));
                Named { label, concept, details: Vec::new() }
            }
            "Specimen" => coded(concept(node.get("type"))),
            "Immunization" => coded(concept(node.get("vaccineCode"))),
            "Encounter" => coded(concept(node.get("type"))),
            _ => coded(concept(node.get("code"))),
        }
    }

    /// A Medication's words, codes, form and ingredients (FHIR R4 §11.1).
    fn medication(&self, node: &Node<'t>, from: usize, holder: &Node<'t>, depth: usize) -> Named {
        let own = concept(node.get("code"));
        let mut details = Vec::new();
        let form = label(&concept(node.first_of(&["form", "doseForm"])));
        let form = if form.is_empty() { label(&concept(node.get("product").get("form"))) } else { form };
        if !form.is_empty() {
            details.push(Detail { name: "form".to_owned(), text: form });
        }
        let mut parts = Vec::new();
        // DSTU2 has a product between.
        let product = node.get("product");
        let list = if product.is_object() { product } else { node };
        for ingredient in list.get("ingredient").each() {
            let item = ingredient.choice("item").map_or(ingredient.get("item"), |(_, n)| n);
            let own = label(&concept(item));
            let own = if own.is_empty() { self.ingredient(item, from, holder, depth) } else { own };
            let strength = ingredient.choice("strength").map_or(ingredient.get("strength"), |(_, n)| n);
            let (top, bottom) = (quantity(strength.get("numerator")), quantity(strength.get("denominator")));
            let mut words = own;
            if !top.value.is_empty() {
                let amount = quantity_words(&top);
                let per =
                    if bottom.value.is_empty() { String::new() } else { format!(" / {}", quantity_words(&bottom)) };
                words = format!("{words} {amount}{per}").trim().to_owned();
            }
            if !words.is_empty() {
                parts.push(words.clone());
                details.push(Detail { name: "ingredient".to_owned(), text: words });
            }
        }
        // A compound without a name of its own is called by what is in it.
        // DSTU1 has its name beside the code.
        let own_name = own.label().unwrap_or(node.get("name").words());
        let name = if own_name.is_empty() { parts.join(" + ") } else { own_name.to_owned() };
        Named { label: name, concept: own, details }
    }

    /// What an ingredient that is referred to is called: a Substance, or a Medication by its own name.
    fn ingredient(&self, reference: &Node<'t>, from: usize, holder: &Node<'t>, depth: usize) -> String {
        let inner = reference.get("reference");
        let reference = if inner.is_object() { inner } else { reference };
        let found = match self.target(reference, from, holder) {
            Target::Piece(piece) if depth < 2 => Some(self.named(piece, depth + 1).label.clone()),
            Target::Contained(node) => Some(label(&concept(node.get("code")))),
            Target::Piece(_) | Target::Outside => None,
        };
        let display = reference.get("display").words();
        found.filter(|words| !words.is_empty()).unwrap_or_else(|| display.to_owned())
    }
}
