//! What pages share: where the person is, what is open, whose record it is, and how they want it shown.

use std::cell::Cell;
use std::pin::pin;

use futures_util::future::select;
use gloo::timers::future::TimeoutFuture;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

use super::place::{Place, Route};
use super::text::{self, Lang};
use super::way;
use crate::app::client::Client;
use crate::app::wire::{Door, Failure, Settings};
use crate::view::people::Header;

#[wasm_bindgen]
extern "C" {
    /// Ends the record worker, with all that was unlocked, and loads the page again (`public/boot.js`).
    #[wasm_bindgen(js_namespace = tessera, js_name = lock)]
    fn reload_locked();
    /// Takes the waiting release and loads the page again.
    #[wasm_bindgen(js_namespace = tessera, js_name = update)]
    fn take_update();
    /// While on, the browser asks before it leaves or reloads the page.
    #[wasm_bindgen(js_namespace = tessera, js_name = unkept)]
    fn ask_before_leaving(on: bool);
}

/// How long a lock waits for the worker, in milliseconds.
const LOCK_WAIT: u32 = 1_000;

/// The signals that pages share. Copy: it stands in any closure.
#[derive(Clone, Copy)]
pub struct Front {
    /// The hall.
    pub client: Client,
    /// Where the person is. Changed by links and [`Front::go`] only.
    pub route: RwSignal<Route>,
    /// What is on this device and whether it is open; `None` until the hall has answered.
    pub door: RwSignal<Option<Result<Door, Failure>>>,
    /// A new release waits for the person's word.
    pub update: RwSignal<bool>,
    /// Whose record is open.
    pub person: RwSignal<Option<Header>>,
    /// What names them in this vault; empty if nobody's is open.
    pub person_id: RwSignal<String>,
    /// They are cared for by whoever keeps their record: to this reader they are not *you*.
    pub cared_for: RwSignal<bool>,
    /// How many persons there are.
    pub people: RwSignal<usize>,
    /// How the person wants it shown, and what is still to do.
    pub settings: RwSignal<Settings>,
    /// Grows whenever the record may have changed: [`load`](super::part::load) asks again.
    pub changes: RwSignal<u32>,
    /// Whether it is asked before what is only looked at is forgotten.
    pub forgetting: RwSignal<bool>,
    /// The record that is looked at is the example's.
    pub example: RwSignal<bool>,
    /// Somebody's share, or some of its codes, stands in memory: see the scan page.
    pub received: RwSignal<bool>,
    /// Work that a lock must not interrupt: see [`Front::hold`].
    held: RwSignal<u32>,
    /// What the page says aloud.
    pub said: RwSignal<String>,
    /// A token that came with the address, until the scan page takes it.
    pub token: RwSignal<Option<String>>,
}

thread_local! {
    // The language is read by plain functions all over the front; this is the signal that they follow.
    static FOLLOW: Cell<Option<RwSignal<Lang>>> = const { Cell::new(None) };
}

impl Front {
    /// Made once, by the shell.
    pub(super) fn new() -> Self {
        let lang = RwSignal::new(text::lang());
        FOLLOW.set(Some(lang));
        text::on_read(|| {
            if let Some(lang) = FOLLOW.get() {
                lang.track();
            }
        });
        Self {
            client: Client,
            route: RwSignal::new(Route::read(&hash())),
            door: RwSignal::new(None),
            update: RwSignal::new(false),
            person: RwSignal::new(None),
            person_id: RwSignal::new(String::new()),
            cared_for: RwSignal::new(false),
            people: RwSignal::new(0),
            settings: RwSignal::new(Settings::default()),
            changes: RwSignal::new(0),
            forgetting: RwSignal::new(false),
            example: RwSignal::new(false),
            received: RwSignal::new(false),
            held: RwSignal::new(0),
            said: RwSignal::new(String::new()),
            token: RwSignal::new(None),
        }
    }

    /// The signals of this app, for a page or the shell. Parts are given what they need.
    pub fn get() -> Self {
        expect_context::<Front>()
    }

    /// Goes to a place.
    pub fn go(self, route: impl Into<Route>) {
        _ = window().location().set_hash(&route.into().href());
    }

    /// Goes to a place instead of this one: the back button leads past it.
    pub fn go_instead(self, route: impl Into<Route>) {
        let route = route.into();
        if let Ok(history) = window().history() {
            _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&route.href()));
        }
        way::instead(route.clone());
        self.route.set(route);
    }

    /// True while a record is open, kept or only looked at.
    pub fn is_open(self) -> bool {
        self.door.with(|d| matches!(d, Some(Ok(Door::Open { .. }))))
    }

    /// True if somebody else's record is open than this person's. Keeping what was looked at names everybody anew: who was
    /// named before is known by name and birth.
    pub fn is_elsewhere(self, id: &str, holder: &Header) -> bool {
        let same = |open: &Header| open.name == holder.name && open.birth == holder.birth;
        self.person_id.with(|open| open != id) && !self.person.with(|open| open.as_ref().is_some_and(same))
    }

    /// True while the open record is only in memory.
    pub fn is_unkept(self) -> bool {
        self.door.with(|d| matches!(d, Some(Ok(Door::Open { kept: false }))))
    }

    /// True while something is only in memory that nobody can bring back by a tap: a record that is only looked at, what
    /// was typed in, a share that was scanned. The example is always there again.
    pub fn holds_unkept(self) -> bool {
        self.received.get() || (self.is_unkept() && !(self.example.get() && self.people.get() < 2))
    }

    /// Has the browser ask before it leaves or reloads the page, for as long as something would be lost by that.
    pub(super) fn ask_before_leaving(self) {
        Effect::new(move || ask_before_leaving(self.holds_unkept()));
    }

    /// Asks the hall what is here, and whose record is open; call it after anything that may have changed that.
    pub async fn refresh(self) {
        let door = self.client.look().await;
        let open = matches!(door, Ok(Door::Open { .. }));
        // What was here, or cannot be looked at just now, must not look like a first visit next time.
        match door {
            Ok(Door::Empty | Door::Open { kept: false }) => remember("tessera.here", ""),
            Ok(_) => remember("tessera.here", "1"),
            Err(_) => {}
        }
        if open {
            if let Ok(people) = self.client.people().await {
                self.people.set(people.len());
                let open = people.into_iter().find(|p| p.open);
                self.cared_for.set(open.as_ref().is_some_and(|p| p.given.basis.is_some()));
                self.person_id.set(open.as_ref().map(|p| p.id.clone()).unwrap_or_default());
                self.person.set(open.map(|p| p.header));
            }
            if let Ok(settings) = self.client.settings().await {
                self.show_as(&settings);
                self.settings.set(settings);
            }
        } else {
            self.people.set(0);
            self.person_id.set(String::new());
            self.person.set(None);
            self.cared_for.set(false);
        }
        self.door.set(Some(door));
        self.changes.update(|n| *n = n.wrapping_add(1));
    }

    /// Keeps settings, and shows the pages by them at once.
    pub async fn keep_settings(self, settings: Settings) -> Result<(), Failure> {
        self.show_as(&settings);
        self.settings.set(settings.clone());
        if self.is_open() { self.client.put_settings(settings).await } else { Ok(()) }
    }

    fn show_as(self, settings: &Settings) {
        let lang = if settings.language.is_empty() { text::lang() } else { Lang::of_tag(&settings.language) };
        set_language(lang);
        set_appearance(&settings.appearance);
        set_text_size(settings.text_size);
    }

    /// Speaks the other language, now and next time.
    pub fn switch_language(self) {
        let lang = text::lang().other();
        set_language(lang);
        let mut settings = self.settings.get_untracked();
        settings.language = lang.tag().get(..2).unwrap_or_default().to_owned();
        leptos::task::spawn_local(async move { _ = self.keep_settings(settings).await });
    }

    /// Takes the waiting release; the page loads again.
    pub fn take_update(self) {
        take_update();
    }

    /// Reads a sentence out to those who hear the page.
    pub fn say(self, sentence: impl Into<String>) {
        self.said.set(sentence.into());
    }

    /// Keeps the idle lock away until the hold is dropped: an import, a code on the screen, the camera.
    pub fn hold(self) -> Hold {
        self.held.update(|n| *n += 1);
        Hold(self)
    }

    /// True while something is held.
    pub fn is_held(self) -> bool {
        self.held.get_untracked() > 0
    }

    /// Locks what is kept; of what is only looked at it is asked first, for that goes for good.
    pub fn lock_or_ask(self) {
        if self.is_unkept() {
            self.forgetting.set(true);
        } else {
            self.lock();
        }
    }

    /// Locks here and in every other tab: who lends a phone out does not think of tabs.
    pub fn lock(self) {
        tell_tabs(Tabs::Lock);
        self.close();
    }

    /// Hears what is done in other tabs, for as long as the page lives.
    pub fn hear_tabs(self) {
        let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let kept = self.door.with_untracked(|d| matches!(d, Some(Ok(Door::Open { kept: true }))));
            match event.data().as_string().as_deref().and_then(Tabs::of_name) {
                Some(Tabs::Lock) if kept => self.close(),
                // Nothing can be written any more: what is open here has no home.
                Some(Tabs::Erased) if kept => reload_locked(),
                _ => {}
            }
        });
        TABS.with(|tabs| {
            if let Some(tabs) = tabs {
                tabs.set_onmessage(Some(hear.as_ref().unchecked_ref()));
            }
        });
        hear.forget();
    }

    /// Everything on this device was erased: no other tab shows it any longer, and this one begins anew.
    pub fn erased(self) {
        tell_tabs(Tabs::Erased);
        self.go_instead(Route::default());
        reload_locked();
    }

    /// Drops every key and every record of this tab, and shows the locked screen.
    pub fn close(self) {
        leptos::task::spawn_local(async move {
            // The worker is ended in any case: it is only given the time to finish what it writes. One that is busy or
            // has given out keeps nothing open.
            let told = pin!(self.client.lock());
            let enough = pin!(TimeoutFuture::new(LOCK_WAIT));
            _ = select(told, enough).await;
            // The address may name a place in the record: the locked screen opens there again.
            reload_locked();
        });
    }
}

thread_local! {
    /// Where the tabs of this origin hear of each other. Nothing of a record is ever said there. One for the whole page:
    /// what it says it does not hear itself.
    static TABS: Option<BroadcastChannel> = BroadcastChannel::new("tessera").ok();
}

/// What one tab tells the others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tabs {
    Lock,
    Erased,
}

impl Tabs {
    fn name(self) -> &'static str {
        match self {
            Tabs::Lock => "lock",
            Tabs::Erased => "erased",
        }
    }

    fn of_name(name: &str) -> Option<Tabs> {
        [Tabs::Lock, Tabs::Erased].into_iter().find(|tabs| tabs.name() == name)
    }
}

fn tell_tabs(tabs: Tabs) {
    TABS.with(|channel| channel.as_ref().map(|channel| channel.post_message(&tabs.name().into())));
}

/// See [`Front::hold`].
pub struct Hold(Front);

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.held.try_update(|n| *n = n.saturating_sub(1));
    }
}

fn set_language(lang: Lang) {
    text::set_lang(lang);
    remember("tessera.lang", lang.tag());
    if let Some(root) = document().document_element() {
        _ = root.set_attribute("lang", lang.tag());
    }
    if let Some(follow) = FOLLOW.get()
        && follow.get_untracked() != lang
    {
        follow.set(lang);
    }
}

/// `auto`, `light`, `dark` or `contrast`.
fn set_appearance(appearance: &str) {
    let appearance = if matches!(appearance, "light" | "dark" | "contrast") { appearance } else { "" };
    remember("tessera.appearance", appearance);
    mark("data-appearance", appearance);
}

/// Percent of the normal size: 100, 125, 150.
fn set_text_size(percent: u16) {
    let size = if matches!(percent, 125 | 150) { percent.to_string() } else { String::new() };
    remember("tessera.text", &size);
    mark("data-text", &size);
}

fn mark(name: &str, value: &str) {
    let Some(root) = document().document_element() else { return };
    _ = if value.is_empty() { root.remove_attribute(name) } else { root.set_attribute(name, value) };
}

/// Notes how the locked screen is to look. Nothing of a record, nothing of a person.
fn remember(name: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        _ = if value.is_empty() { storage.remove_item(name) } else { storage.set_item(name, value) };
    }
}

/// What stands behind the `#` of the address.
pub fn hash() -> String {
    window().location().hash().unwrap_or_default()
}

/// Gives the focus to the element of this id.
pub fn focus(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        _ = element.focus();
    }
}

impl Front {
    /// Follows the address: its place, and a token taken out of it at once.
    pub(super) fn follow_address(self) {
        let route = Route::read(&hash());
        if let Place::Token(token) = &route.place {
            self.token.set(Some(token.clone()));
            self.go_instead(Place::Scan);
            return;
        }
        let moved = self.route.with_untracked(|now| now.place != route.place);
        way::leave(&route);
        let again = way::arrive(route.clone());
        self.route.set(route);
        // What is new begins at its top; what one comes back to stands as it was left.
        if moved && !again {
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    }
}
