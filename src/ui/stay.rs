//! The keyboard never falls off the page: when what was pressed goes, as the answer to the press or with a list that is
//! drawn anew, the focus stays where it stood (WCAG 2.2, 2.4.3). A page that gives the focus itself comes first, and a
//! page that makes room for another is none of this.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::document;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, MutationObserver, MutationObserverInit};

use super::way;

/// What was pressed last, and what holds it, from the inside out, up to the page.
type Held = Rc<RefCell<Vec<Element>>>;

/// Watches for as long as the app lives.
pub fn watch() {
    let held = Held::default();
    let pressing = held.clone();
    let pressed = move |_: JsValue| {
        if let Ok(mut held) = pressing.try_borrow_mut() {
            *held = standing();
        }
    };
    let pressed = Closure::<dyn FnMut(JsValue)>::new(pressed);
    // Before the page hears of it: its answer may take away what was pressed.
    for name in ["click", "change"] {
        _ = document().add_event_listener_with_callback_and_bool(name, pressed.as_ref().unchecked_ref(), true);
    }
    pressed.forget();
    let seen = move |_: JsValue, _: JsValue| stay(&held);
    let seen = Closure::<dyn FnMut(JsValue, JsValue)>::new(seen);
    let Ok(observer) = MutationObserver::new(seen.as_ref().unchecked_ref()) else { return };
    seen.forget();
    let what = MutationObserverInit::new();
    what.set_child_list(true);
    what.set_subtree(true);
    if let Some(page) = document().get_element_by_id("main") {
        _ = observer.observe_with_options(&page, &what);
    }
}

/// What has the focus within the page, and what holds it.
fn standing() -> Vec<Element> {
    let inside = |one: &Element| one.id() != "main";
    let Some(at) = document().active_element().filter(|at| at.closest("#main").ok().flatten().is_some()) else {
        return Vec::new();
    };
    std::iter::successors(Some(at), |one| one.parent_element()).take_while(inside).collect()
}

fn stay(held: &Held) {
    let Ok(mut held) = held.try_borrow_mut() else { return };
    let Some(pressed) = held.first().filter(|one| !one.is_connected()) else { return };
    let nowhere = document().active_element().is_none_or(|at| at.tag_name() == "BODY");
    if nowhere && !way::is_returning() {
        let left = held.iter().find(|one| one.is_connected());
        if let Some(place) = left.and_then(|left| again(pressed, left).or_else(|| Some(left.clone()))) {
            if !place.matches("a[href], button, input, select, textarea, summary, [tabindex]").unwrap_or_default() {
                _ = place.set_attribute("tabindex", "-1");
            }
            way::focus(&place);
        }
    }
    held.clear();
}

/// What was pressed, drawn anew: it has the same id, or is of the same kind and words within what is left.
fn again(pressed: &Element, left: &Element) -> Option<Element> {
    let id = pressed.id();
    if !id.is_empty() {
        return document().get_element_by_id(&id);
    }
    let words = pressed.text_content().filter(|words| !words.trim().is_empty())?;
    let alike = left.query_selector_all(&pressed.tag_name()).ok()?;
    let mut alike = (0..alike.length()).filter_map(|i| alike.get(i)?.dyn_into::<Element>().ok());
    alike.find(|one| one.text_content().as_ref() == Some(&words))
}
