use leptos::prelude::*;

/// A person's tile: a mosaic of five by five, the same both ways from the middle, made of the seed. Persons differ by
/// pattern, not by colour alone. It says nothing by itself: the name stands beside it.
#[component]
pub fn Tile(
    /// Of [`Header::tile`](crate::view::people::Header::tile).
    seed: u64,
    /// Larger, for a page of its own.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let stones: Vec<_> = stones(seed)
        .into_iter()
        .map(|(x, y, shape, colour)| {
            let (x, y) = (f64::from(x) * 20.0, f64::from(y) * 20.0);
            let path = match shape {
                0 => format!("M{} {}h18v18h-18z", x + 1.0, y + 1.0),
                1 => format!("M{} {}l9 -9 9 9 -9 9z", x + 1.0, y + 10.0),
                _ => format!("M{} {}a9 9 0 1 0 18 0 9 9 0 1 0 -18 0z", x + 1.0, y + 10.0),
            };
            view! { <path class=colour d=path /> }
        })
        .collect();
    view! {
        <svg class="tile" class:large=large viewBox="0 0 100 100" aria-hidden="true" focusable="false">
            {stones}
        </svg>
    }
}

/// Column, row, shape and colour of each stone that is laid.
fn stones(seed: u64) -> Vec<(u8, u8, u8, &'static str)> {
    let mut out = Vec::new();
    let mut state = seed;
    for y in 0..5 {
        for x in 0..3 {
            // SplitMix64: near seeds give unlike tiles.
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^= z >> 31;
            if z.is_multiple_of(4) {
                continue;
            }
            let shape = ((z >> 8) % 3) as u8;
            let colour = match (z >> 16) % 4 {
                0 => "c1",
                1 => "c2",
                2 => "c3",
                _ => "c4",
            };
            out.push((x, y, shape, colour));
            if x < 2 {
                out.push((4 - x, y, shape, colour));
            }
        }
    }
    out
}
