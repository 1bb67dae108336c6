//! The door: the first screen, drawn before the app is loaded.
//!
//! It is plain DOM, so that its wasm stays small: on a slow line a person reads, and types their passphrase, while the
//! app is still on its way. It opens nothing itself. What the person chose stands in the page (`data-way` of `#app`,
//! and the passphrase in its box) until the app reads it with [`leave`] and draws itself in the door's place.

use std::cell::Cell;

use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, Event, HtmlElement, HtmlInputElement, Storage, Window};

use super::place::{Place, Route};
use super::text::{self, Lang, door as words};
use crate::app::wire::Secret;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = tessera, js_name = preload)]
    fn preload();
    #[wasm_bindgen(js_namespace = tessera, js_name = startApp, catch)]
    async fn start_app() -> Result<JsValue, JsValue>;
}

/// What the person chose at the door.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// Nothing: follow the address.
    #[default]
    Address,
    /// Start a record of one's own.
    Start,
    /// Keep somebody else's record.
    Care,
    /// Read a code.
    Scan,
    /// Look around with the example person.
    Example,
    /// Unlock with the passphrase.
    Unlock,
    /// Unlock with the recovery kit.
    Kit,
}

impl Way {
    const ALL: [(Way, &str); 7] = [
        (Way::Address, "address"),
        (Way::Start, "start"),
        (Way::Care, "care"),
        (Way::Scan, "scan"),
        (Way::Example, "example"),
        (Way::Unlock, "unlock"),
        (Way::Kit, "kit"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(way, _)| *way == self).map_or("", |(_, name)| name)
    }

    fn of_name(name: &str) -> Way {
        Self::ALL.iter().find(|(_, n)| *n == name).map_or(Way::Address, |(way, _)| *way)
    }
}

/// How the person left the door.
#[derive(Clone)]
pub struct Left {
    /// What they chose.
    pub way: Way,
    /// What they typed; empty if nothing.
    pub passphrase: Secret,
}

/// Reads how the person left the door. Called once, by the app.
pub fn leave() -> Left {
    let way = root().and_then(|r| r.get_attribute("data-way")).map_or(Way::Address, |w| Way::of_name(&w));
    let passphrase = match (way, input()) {
        (Way::Unlock, Some(input)) => Secret(input.value()),
        _ => Secret::default(),
    };
    text::set_lang(kept_lang());
    Left { way, passphrase }
}

/// Draws the first screen.
pub fn start() {
    text::set_lang(kept_lang());
    // A code, an import or a help page needs no vault: the app goes straight there.
    let place = Route::read(&window().and_then(|w| w.location().hash().ok()).unwrap_or_default()).place;
    let locked = kept("tessera.here").is_some();
    if matches!(place, Place::Scan | Place::Token(_) | Place::About | Place::HowTo)
        || (place == Place::Import && !locked)
    {
        draw(false);
        go(Way::Address);
    } else {
        draw(locked);
    }
}

fn draw(locked: bool) {
    let (Some(root), Some(document)) = (root(), document()) else { return };
    root.set_text_content(None);
    if let Some(html) = document.document_element() {
        _ = html.set_attribute("lang", text::lang().tag());
    }
    document.set_title(text::common::tessera());
    let Some(main) = add(&root, "main", "door", "") else { return };
    _ = main.set_attribute("id", "main");
    top(&main, locked);
    if began_anew() {
        stopped(&main);
    }
    if locked {
        lock_screen(&main)
    } else {
        first_visit(&main)
    }
    if let Some(status) = add(&main, "p", "soft", "") {
        _ = status.set_attribute("id", "door-status");
        _ = status.set_attribute("role", "status");
    }
}

fn top(main: &Element, locked: bool) {
    let Some(top) = add(main, "div", "door-top", "") else { return };
    add(&top, "p", "brand", text::common::tessera());
    if let Some(button) = add(&top, "button", "button quiet", text::shell::other_language()) {
        let other = text::lang().other();
        _ = button.set_attribute("type", "button");
        _ = button.set_attribute("lang", other.tag());
        on(&button, "click", move |_| {
            text::set_lang(other);
            keep("tessera.lang", other.tag());
            draw(locked);
        });
    }
}

/// What became of a page whose program stopped: it was locked, and begins here.
fn stopped(main: &Element) {
    let Some(told) = add(main, "div", "callout tone-warning", "").and_then(|c| add(&c, "div", "stack-tight", ""))
    else {
        return;
    };
    _ = told.set_attribute("role", "alert");
    add(&told, "p", "callout-title", words::stopped());
    add(&told, "p", "", words::stopped_then());
}

fn first_visit(main: &Element) {
    add(main, "h1", "", words::title());
    if let Some(lede) = add(main, "div", "stack-tight", "") {
        for sentence in [words::sentence_1(), words::sentence_2(), words::sentence_3()] {
            add(&lede, "p", "", sentence);
        }
    }
    if let Some(list) = add(main, "ul", "door-ways", "") {
        way(&list, Way::Start, words::start(), words::start_hint());
        way(&list, Way::Care, words::care(), words::care_hint());
        way(&list, Way::Scan, words::scan(), words::scan_hint());
        way(&list, Way::Example, words::example(), words::example_hint());
    }
    add(main, "h2", "", words::limits());
    if let Some(list) = add(main, "ul", "", "") {
        for limit in [words::limit_1(), words::limit_2(), words::limit_3(), words::limit_4(), words::limit_5()] {
            add(&list, "li", "", limit);
        }
    }
}

fn lock_screen(main: &Element) {
    add(main, "h1", "", words::locked());
    let Some(form) = add(main, "form", "stack", "") else { return };
    let Some(field) = add(&form, "div", "field", "") else { return };
    if let Some(label) = add(&field, "label", "", words::passphrase()) {
        _ = label.set_attribute("for", "passphrase");
    }
    if let Some(input) = add(&field, "input", "input", "") {
        for (name, value) in [
            ("id", "passphrase"),
            ("type", "password"),
            ("autocomplete", "current-password"),
            ("autocapitalize", "none"),
            ("spellcheck", "false"),
        ] {
            _ = input.set_attribute(name, value);
        }
        on(&input, "input", |_| preload());
        on(&input, "focus", |_| preload());
        if let Some(input) = input.dyn_ref::<HtmlElement>() {
            _ = input.focus();
        }
    }
    if let Some(button) = add(&field, "button", "button quiet", text::unlock::show()) {
        _ = button.set_attribute("type", "button");
        _ = button.set_attribute("aria-pressed", "false");
        let shown = button.clone();
        on(&button, "click", move |_| {
            let Some(input) = input() else { return };
            let show = input.type_() == "password";
            input.set_type(if show { "text" } else { "password" });
            _ = shown.set_attribute("aria-pressed", if show { "true" } else { "false" });
            shown.set_text_content(Some(if show { text::unlock::hide() } else { text::unlock::show() }));
        });
    }
    if let Some(button) = add(&form, "button", "button primary", words::unlock()) {
        _ = button.set_attribute("type", "submit");
    }
    on(&form, "submit", |event| {
        event.prevent_default();
        // An empty box opens nothing: the person is still thinking.
        if input().is_some_and(|i| !i.value().is_empty()) {
            go(Way::Unlock);
        }
    });
    if let Some(list) = add(main, "ul", "door-ways", "") {
        way(&list, Way::Kit, words::kit(), words::kit_hint());
        way(&list, Way::Scan, words::scan(), words::scan_hint());
    }
}

fn way(list: &Element, way: Way, name: &str, hint: &str) {
    let Some(button) = add(list, "li", "", "")
        .and_then(|item| add(&item, "button", if way == Way::Start { "door-way first" } else { "door-way" }, ""))
    else {
        return;
    };
    _ = button.set_attribute("type", "button");
    add(&button, "span", "door-way-name", name);
    add(&button, "span", "soft", hint);
    on(&button, "click", move |_| go(way));
}

/// Leaves by this way: notes it, says so, and starts the app.
fn go(way: Way) {
    let Some(root) = root() else { return };
    _ = root.set_attribute("data-way", way.name());
    say(if way == Way::Unlock { words::opening() } else { words::loading() });
    wasm_bindgen_futures::spawn_local(async {
        if start_app().await.is_err() {
            say(words::no_app());
        }
    });
}

fn say(sentence: &str) {
    if let Some(status) = document().and_then(|d| d.get_element_by_id("door-status")) {
        status.set_text_content(Some(sentence));
    }
}

fn add(parent: &Element, tag: &str, class: &str, text: &str) -> Option<Element> {
    let element = document()?.create_element(tag).ok()?;
    if !class.is_empty() {
        element.set_class_name(class);
    }
    if !text.is_empty() {
        element.set_text_content(Some(text));
    }
    parent.append_child(&element).ok()?;
    Some(element)
}

fn on(element: &Element, event: &str, act: impl Fn(Event) + 'static) {
    let listener = Closure::<dyn Fn(Event)>::new(act);
    _ = element.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
    listener.forget();
}

fn window() -> Option<Window> {
    web_sys::window()
}

fn document() -> Option<Document> {
    window()?.document()
}

fn root() -> Option<Element> {
    document()?.get_element_by_id("app")
}

fn input() -> Option<HtmlInputElement> {
    document()?.get_element_by_id("passphrase")?.dyn_into().ok()
}

fn storage() -> Option<Storage> {
    window()?.local_storage().ok()?
}

fn kept(name: &str) -> Option<String> {
    storage()?.get_item(name).ok()?
}

fn keep(name: &str, value: &str) {
    if let Some(storage) = storage() {
        _ = storage.set_item(name, value);
    }
}

/// Whether the page began anew because its program stopped. It is told once, in whichever language it is read.
fn began_anew() -> bool {
    thread_local!(static TOLD: Cell<bool> = const { Cell::new(false) });
    let mark = window().and_then(|w| w.session_storage().ok()?);
    if let Some(mark) = mark.filter(|m| m.get_item("tessera.stopped").is_ok_and(|m| m.is_some())) {
        _ = mark.remove_item("tessera.stopped");
        TOLD.set(true);
    }
    TOLD.get()
}

/// The language last chosen, else the browser's.
fn kept_lang() -> Lang {
    let tag = kept("tessera.lang").or_else(|| window()?.navigator().language());
    Lang::of_tag(&tag.unwrap_or_default())
}
