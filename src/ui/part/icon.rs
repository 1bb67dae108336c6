use leptos::prelude::*;

/// The signs that the app draws; each stands beside words, never for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Sign {
    Summary,
    Timeline,
    Share,
    Import,
    More,
    Lock,
    Person,
    Note,
    Warning,
    Danger,
    Good,
    Back,
    Language,
    Cross,
    Switch,
}

impl Sign {
    /// Lines on a field of 24 × 24.
    fn path(self) -> &'static str {
        match self {
            Sign::Summary => "M5 3h14v18H5zM9 8h6M9 12h6M9 16h3",
            Sign::Timeline => "M6 3v18M6 7h12M6 12h9M6 17h12M4 7h4M4 12h4M4 17h4",
            Sign::Share => "M3 3h7v7H3zM14 3h7v7h-7zM3 14h7v7H3zM14 14h3v3h-3zM21 14v3M17 21h4v-1M14 20v1",
            Sign::Import => "M12 3v12M7 10l5 5 5-5M4 20h16",
            Sign::More => "M4 6h16M4 12h16M4 18h16",
            Sign::Lock => "M5 11h14v10H5zM8 11V7a4 4 0 0 1 8 0v4M12 15v2",
            Sign::Person => "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c1-4 4-6 8-6s7 2 8 6",
            Sign::Note => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 7.5v.5",
            Sign::Warning => "M12 3 2 20h20zM12 10v4M12 17v.5",
            Sign::Danger => "M8 2h8l6 6v8l-6 6H8l-6-6V8zM12 7v6M12 16.5v.5",
            Sign::Good => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8 12.5l3 3 5-6",
            Sign::Back => "M14 5l-7 7 7 7",
            Sign::Cross => "M5 5l14 14M19 5L5 19",
            Sign::Switch => "M7 10l5-6 5 6M7 14l5 6 5-6",
            Sign::Language => "M3 6h10M8 4v2M11 6c-1 5-4 8-8 10M5 9c1 3 4 5 7 6M13 21l4-10 4 10M14.5 17.5h5",
        }
    }
}

/// A sign, hidden from those who hear the page: the words beside it say the same.
#[component]
pub fn Icon(sign: Sign) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=sign.path() />
        </svg>
    }
}
