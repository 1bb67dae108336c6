//! The way that a person took through the pages, so that *back* leads to where they were: how far down, at which line,
//! with which words in which field. In memory only, and gone with a lock: words that are looked for are clinical. Pure:
//! the front reads the page, scrolls and gives the focus.

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::place::{Place, Route};

/// So many steps are remembered.
const MOST: u32 = 100;

/// The steps from the first page on.
#[derive(Default)]
pub struct Trail {
    steps: BTreeMap<u32, Step>,
    here: u32,
    next: u32,
    /// The step that the page's own way back was pressed for.
    wanted: Option<u32>,
}

/// One page that was come to.
struct Step {
    route: Route,
    /// The step from which it was come to.
    from: Option<u32>,
    left: Option<Left>,
    noted: HashMap<&'static str, Rc<dyn Any>>,
}

/// How a page was left.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Left {
    /// How far down it was scrolled, in pixels.
    pub down: f64,
    /// The link by which it was left, if it stood on the page itself.
    pub by: Option<Link>,
    /// Which of its folded parts were open.
    pub open: Vec<bool>,
}

/// A link of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Link {
    /// Where it leads.
    pub href: String,
    /// Which of those that lead there, from 0.
    pub nth: usize,
    /// Its top from the top of the window, in pixels.
    pub top: f64,
}

impl Trail {
    /// Notes how the page is left.
    pub fn leave(&mut self, left: Left) {
        if let Some(step) = self.steps.get_mut(&self.here) {
            step.left = Some(left);
        }
    }

    /// Comes to a page: to one that was on the way, by its `mark`, or to a new one. Gives how it was left, if it was
    /// there before; a link is fresh each time, but for the page's own way back.
    pub fn arrive(&mut self, mark: Option<u32>, route: Route) -> Option<Left> {
        let wanted = self.wanted.take();
        if let Some((mark, step)) = mark.and_then(|mark| self.steps.get_mut(&mark).map(|step| (mark, step))) {
            self.here = mark;
            let same = step.route.place == route.place;
            step.change(route);
            return step.left.clone().filter(|_| same);
        }
        let again = wanted.and_then(|id| self.steps.get(&id)).filter(|step| step.route.place == route.place);
        let step = match again {
            Some(old) => Step { route, from: old.from, left: old.left.clone(), noted: old.noted.clone() },
            None => {
                let from = self.steps.contains_key(&self.here).then_some(self.here);
                Step { route, from, left: None, noted: HashMap::new() }
            }
        };
        let left = step.left.clone();
        self.here = self.next;
        self.next = self.next.wrapping_add(1);
        self.steps.insert(self.here, step);
        self.steps.retain(|id, _| id.wrapping_add(MOST) >= self.next);
        left
    }

    /// The page became another without a step, or has other filters.
    pub fn instead(&mut self, route: Route) {
        match self.steps.get_mut(&self.here) {
            Some(step) => step.change(route),
            None => _ = self.arrive(None, route),
        }
    }

    /// What marks the page in the browser's history.
    pub fn mark(&self) -> u32 {
        self.here
    }

    /// The page from which this one was come to.
    pub fn came_from(&self) -> Option<&Route> {
        let from = self.steps.get(&self.here)?.from?;
        self.steps.get(&from).map(|step| &step.route)
    }

    /// The page's own way back is taken: what stands there now is what was left there last.
    pub fn back_to(&mut self, place: &Place) {
        let mut at = self.steps.get(&self.here).and_then(|step| step.from);
        // Each step comes from an older one, so this ends.
        while let Some(step) = at.and_then(|id| self.steps.get(&id)) {
            if step.route.place == *place {
                break;
            }
            at = step.from;
        }
        self.wanted = at;
    }

    /// Notes something about a page, which is there again when one comes back.
    pub fn note(&mut self, mark: u32, name: &'static str, what: Rc<dyn Any>) {
        if let Some(step) = self.steps.get_mut(&mark) {
            step.noted.insert(name, what);
        }
    }

    /// The same for something large: only the page that was left last keeps it.
    pub fn note_alone(&mut self, mark: u32, name: &'static str, what: Rc<dyn Any>) {
        self.steps.values_mut().for_each(|step| drop(step.noted.remove(name)));
        self.note(mark, name, what);
    }

    /// What was noted about this page.
    pub fn noted<T: Clone + 'static>(&self, name: &'static str) -> Option<T> {
        self.steps.get(&self.here)?.noted.get(name)?.downcast_ref::<T>().cloned()
    }

    /// Another person's record is open: nothing of the last one's is remembered.
    pub fn forget(&mut self) {
        for step in self.steps.values_mut() {
            step.left = None;
            step.noted.clear();
        }
    }
}

impl Step {
    fn change(&mut self, route: Route) {
        if self.route.place != route.place {
            self.left = None;
            self.noted.clear();
        }
        self.route = route;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::record::Section;

    fn down(pixels: f64) -> Left {
        Left { down: pixels, ..Left::default() }
    }

    fn list() -> Route {
        Place::Section(Section::Results).into()
    }

    fn item(id: &str) -> Route {
        Place::Item(id.to_owned()).into()
    }

    /// At an item that was come to from far down a list.
    fn at_an_item() -> (Trail, u32) {
        let mut trail = Trail::default();
        assert_eq!(trail.arrive(None, Place::Summary.into()), None);
        assert_eq!(trail.arrive(None, list()), None);
        let mark = trail.mark();
        trail.note(mark, "words", Rc::new("sodium".to_owned()));
        trail.leave(down(900.0));
        assert_eq!(trail.arrive(None, item("a")), None);
        (trail, mark)
    }

    #[test]
    fn the_browsers_back_leads_to_where_one_was() {
        let (mut trail, mark) = at_an_item();
        assert_eq!(trail.came_from(), Some(&list()));
        assert_eq!(trail.noted::<String>("words"), None);
        assert_eq!(trail.arrive(Some(mark), list()), Some(down(900.0)));
        assert_eq!(trail.noted::<String>("words").as_deref(), Some("sodium"));
        assert_eq!(trail.came_from(), Some(&Place::Summary.into()));
    }

    #[test]
    fn so_does_the_pages_own_way_back_and_no_other_link() {
        let (mut trail, _) = at_an_item();
        trail.arrive(None, item("b"));
        trail.back_to(&list().place);
        assert_eq!(trail.arrive(None, list()), Some(down(900.0)));
        assert_eq!(trail.noted::<String>("words").as_deref(), Some("sodium"));
        assert_eq!(trail.came_from(), Some(&Place::Summary.into()), "one is back at the step before");
        trail.leave(down(5.0));
        trail.arrive(None, item("c"));
        assert_eq!(trail.arrive(None, list()), None, "a link begins at the top");
        assert_eq!(trail.noted::<String>("words"), None);
    }

    #[test]
    fn a_way_back_that_leads_elsewhere_is_fresh() {
        let (mut trail, _) = at_an_item();
        trail.back_to(&Place::Timeline);
        assert_eq!(trail.arrive(None, Place::Timeline.into()), None);
        trail.back_to(&list().place);
        assert_eq!(trail.arrive(None, item("b")), None, "another link was pressed");
        assert_eq!(trail.arrive(None, list()), None);
    }

    #[test]
    fn what_became_another_page_or_anothers_record_is_forgotten() {
        let (mut trail, mark) = at_an_item();
        trail.forget();
        assert_eq!(trail.arrive(Some(mark), list()), None);
        assert_eq!(trail.noted::<String>("words"), None);
        let (mut trail, mark) = at_an_item();
        trail.arrive(Some(mark), list());
        trail.instead(list().with("year", "2019"));
        assert_eq!(trail.noted::<String>("words").as_deref(), Some("sodium"), "a filter is no other page");
        trail.instead(Place::Summary.into());
        assert_eq!(trail.noted::<String>("words"), None);
        assert_eq!(trail.arrive(Some(77), item("z")), None, "a mark of an earlier life");
    }

    #[test]
    fn what_is_large_is_kept_of_one_page_only() {
        let (mut trail, mark) = at_an_item();
        trail.note_alone(mark, "heights", Rc::new(1_u8));
        let item = trail.mark();
        trail.note_alone(item, "heights", Rc::new(2_u8));
        assert_eq!(trail.noted::<u8>("heights"), Some(2));
        trail.arrive(Some(mark), list());
        assert_eq!((trail.noted::<u8>("heights"), trail.noted::<String>("words").is_some()), (None, true));
    }

    #[test]
    fn only_so_many_steps_are_remembered() {
        let (mut trail, mark) = at_an_item();
        for _ in 0..MOST + 5 {
            trail.arrive(None, item("b"));
        }
        assert_eq!(trail.steps.len() as u32, MOST);
        assert_eq!(trail.arrive(Some(mark), list()), None);
    }
}
