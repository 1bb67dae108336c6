//! Coming back to a page: it stands where it was left, with the focus on the line that one went from, and its fields
//! hold what they held. See [`Trail`].

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_channel::oneshot;
use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, FocusOptions, HtmlElement, ScrollBehavior, ScrollToOptions};

use super::place::{Place, Route};
use super::trail::{Left, Link, Trail};

/// How long a page that is come back to may take to stand as it did, in milliseconds; then it is a page like any other.
const PATIENCE: f64 = 8_000.0;

thread_local! {
    static TRAIL: RefCell<Trail> = RefCell::default();
    /// The step that is being put back as it was.
    static RETURNING: Cell<Option<u32>> = const { Cell::new(None) };
    /// Tells the marks of this life of the page from those that an earlier one left in the browser's history.
    static LIFE: f64 = js_sys::Date::now();
}

fn with<T>(read: impl FnOnce(&mut Trail) -> T) -> Option<T> {
    TRAIL.with(|trail| trail.try_borrow_mut().ok().map(|mut trail| read(&mut trail)))
}

/// Notes how the page is left for another.
pub fn leave(to: &Route) {
    let y = window().page_y_offset().unwrap_or_default();
    let open = folded().iter().map(|details| details.has_attribute("open")).collect();
    // One that was still being put back is left as it was before.
    if RETURNING.take().is_none() {
        with(|trail| trail.leave(Left { down: y, by: pressed(&to.href()), open }));
    }
}

/// Comes to a page; true if it is one that was left before, and is being put back as it was.
pub fn arrive(route: Route) -> bool {
    let left = with(|trail| trail.arrive(read_mark(), route)).flatten();
    write_mark();
    let Some(left) = left else { return false };
    let Some(mark) = with(|trail| trail.mark()) else { return false };
    RETURNING.set(Some(mark));
    leptos::task::spawn_local(put_back(mark, left));
    true
}

/// The page became another without a step in the browser's history.
pub fn instead(route: Route) {
    with(|trail| trail.instead(route));
    write_mark();
}

/// True while a page is put back as it was: its heading then takes no focus.
pub fn is_returning() -> bool {
    RETURNING.get().is_some()
}

/// The page's own way back is pressed.
pub fn back_to(place: &Place) {
    with(|trail| trail.back_to(place));
}

/// From where this page was come to.
pub fn came_from() -> Option<Route> {
    with(|trail| trail.came_from().cloned()).flatten()
}

/// Nothing of another person's record is remembered.
pub fn forget() {
    with(Trail::forget);
}

/// The words of a field of this page, which hold what they held when one comes back.
pub fn kept(name: &'static str) -> RwSignal<String> {
    let signal = RwSignal::new(noted(name).unwrap_or_default());
    let mark = mark();
    Effect::new(move || note(mark, name, signal.get()));
    signal
}

/// What marks this page.
pub fn mark() -> u32 {
    with(|trail| trail.mark()).unwrap_or_default()
}

/// Notes something about a page.
pub fn note<T: Any>(mark: u32, name: &'static str, what: T) {
    with(|trail| trail.note(mark, name, Rc::new(what)));
}

/// Notes something large: only the page that was left last keeps it.
pub fn note_alone<T: Any>(mark: u32, name: &'static str, what: T) {
    with(|trail| trail.note_alone(mark, name, Rc::new(what)));
}

/// What was noted about this page.
pub fn noted<T: Clone + 'static>(name: &'static str) -> Option<T> {
    with(|trail| trail.noted(name)).flatten()
}

/// The mark that this life of the page gave the place in the browser's history. A number without any meaning.
fn read_mark() -> Option<u32> {
    let state = window().history().ok()?.state().ok()?.as_string()?;
    let (life, mark) = state.split_once(' ')?;
    (life == LIFE.with(f64::to_string)).then(|| mark.parse().ok()).flatten()
}

fn write_mark() {
    let Ok(history) = window().history() else { return };
    // The browser would move the page before it is drawn.
    _ = js_sys::Reflect::set(&history, &"scrollRestoration".into(), &"manual".into());
    let state = format!("{} {}", LIFE.with(f64::to_string), mark());
    _ = history.replace_state(&JsValue::from_str(&state), "");
}

fn folded() -> Vec<Element> {
    all("main details")
}

fn all(selector: &str) -> Vec<Element> {
    let Ok(found) = document().query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|i| found.get(i)?.dyn_into::<Element>().ok()).collect()
}

fn links(href: &str) -> Vec<Element> {
    all(&format!("main a[href=\"{href}\"]"))
}

/// The link of this page that leads there and was pressed: it has the focus; in browsers that give a link none, it is the
/// one in sight.
fn pressed(href: &str) -> Option<Link> {
    let links = links(href);
    let focused = document().active_element();
    let height = window().inner_height().ok().and_then(|h| h.as_f64()).unwrap_or_default();
    let top = |link: &Element| link.get_bounding_client_rect().top();
    let by_focus = links.iter().position(|link| focused.as_ref() == Some(link));
    let nth = by_focus.or_else(|| links.iter().position(|link| (0.0..height).contains(&top(link))))?;
    Some(Link { href: href.to_owned(), nth, top: links.get(nth).map(top)? })
}

/// Waits until the page is drawn as far down as it was, then stands there. Whoever touches the page has it as it is.
async fn put_back(mark: u32, left: Left) {
    let touched = Rc::new(Cell::new(false));
    let touch = || {
        let touched = touched.clone();
        move || touched.set(true)
    };
    let (one, two, three, four) = (touch(), touch(), touch(), touch());
    let handles = [
        window_event_listener(ev::wheel, move |_| one()),
        window_event_listener(ev::touchstart, move |_| two()),
        window_event_listener(ev::pointerdown, move |_| three()),
        window_event_listener(ev::keydown, move |_| four()),
    ];
    let started = js_sys::Date::now();
    let mut there = false;
    loop {
        next_frame().await;
        if RETURNING.get() != Some(mark) || touched.get() {
            break;
        }
        let late = js_sys::Date::now() - started > PATIENCE;
        unfold(&left.open);
        if !there && (late || tallest() + 1.0 >= left.down) {
            scroll_to(left.down);
            there = true;
            continue;
        }
        let found = left.by.as_ref().and_then(|by| Some((by, links(&by.href).into_iter().nth(by.nth)?)));
        match found {
            Some((by, link)) if there => {
                // A list may be a little longer or shorter than it was above this line.
                let y = window().page_y_offset().unwrap_or_default();
                scroll_to(y + link.get_bounding_client_rect().top() - by.top);
                focus(&link);
                break;
            }
            // What was pressed is not on the page, or is not there any more.
            _ if late || (there && left.by.is_none() && !is_loading()) => {
                all("main h1").first().into_iter().for_each(focus);
                break;
            }
            _ => {}
        }
    }
    if RETURNING.get() == Some(mark) {
        RETURNING.set(None);
        // Who did not wait stands at the heading, not nowhere.
        let nowhere = document().active_element().is_none_or(|at| at.tag_name() == "BODY");
        all("main h1").first().filter(|_| nowhere).into_iter().for_each(focus);
    }
    handles.into_iter().for_each(|handle| handle.remove());
}

/// True while nothing of the page stands there but that it comes.
fn is_loading() -> bool {
    all("main h1").is_empty()
}

/// Gives it the focus; the page does not move.
pub fn focus(element: &Element) {
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        _ = element.focus_with_options(&options);
    }
}

/// At once, however the person likes things to move.
fn scroll_to(y: f64) {
    let options = ScrollToOptions::new();
    options.set_top(y);
    options.set_behavior(ScrollBehavior::Instant);
    window().scroll_to_with_scroll_to_options(&options);
}

/// How far down the page can be scrolled.
fn tallest() -> f64 {
    let page = document().document_element().map(|root| f64::from(root.scroll_height())).unwrap_or_default();
    page - window().inner_height().ok().and_then(|h| h.as_f64()).unwrap_or_default()
}

/// Opens what was open, once all of it is there.
fn unfold(open: &[bool]) {
    let found = folded();
    if found.len() != open.len() {
        return;
    }
    for (details, open) in found.iter().zip(open).filter(|(details, open)| details.has_attribute("open") != **open) {
        _ = if *open { details.set_attribute("open", "") } else { details.remove_attribute("open") };
    }
}

async fn next_frame() {
    let (tell, told) = oneshot::channel();
    request_animation_frame(move || _ = tell.send(()));
    _ = told.await;
}
