//! Where the rows of a very long list stand: measured heights where a row was drawn, their mean everywhere else.
//! Pure: the page measures, scrolls and draws.

use std::collections::BTreeMap;

/// The heights of a list of rows under headings, in pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Heights {
    total: u32,
    /// The rows above which a heading stands, in order.
    heads: Vec<u32>,
    /// The height of every heading.
    head: f64,
    /// The height of a row that was not measured.
    mean: f64,
    known: BTreeMap<u32, f64>,
}

impl Heights {
    /// A list of `total` rows, each guessed to be `guess` pixels high, with headings of `head` pixels above `heads`.
    pub fn new(total: u32, heads: Vec<u32>, head: f64, guess: f64) -> Self {
        Self { total, heads, head, mean: guess, known: BTreeMap::new() }
    }

    /// Takes what was measured. The first few set the mean for all others, which then stays: a list must not move under
    /// the reader's eyes. True if anything changed.
    pub fn measure(&mut self, rows: impl IntoIterator<Item = (u32, f64)>) -> bool {
        let first = self.known.is_empty();
        let mut changed = false;
        for (row, height) in rows.into_iter().filter(|(row, height)| *row < self.total && *height > 0.0) {
            let before = self.known.insert(row, height);
            changed |= before.is_none_or(|b| (b - height).abs() > 0.5);
        }
        if first && !self.known.is_empty() {
            self.mean = self.known.values().sum::<f64>() / self.known.len() as f64;
        }
        changed
    }

    /// Forgets what was measured: the window has another width.
    pub fn forget(&mut self) {
        self.known.clear();
    }

    /// The top of a row, its heading included, from the top of the list.
    pub fn top(&self, row: u32) -> f64 {
        let heads = self.heads.partition_point(|h| *h < row) as f64;
        let known: f64 = self.known.range(..row).map(|(_, h)| h - self.mean).sum();
        f64::from(row) * self.mean + known + heads * self.head
    }

    /// The whole list.
    pub fn height(&self) -> f64 {
        self.top(self.total)
    }

    /// The row at this distance from the top; the first or last one beyond the ends.
    pub fn at(&self, y: f64) -> u32 {
        let (mut low, mut high) = (0, self.total);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.top(middle) <= y {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(heights: &Heights) {
        for row in 0..heights.total {
            assert_eq!(heights.at(heights.top(row)), row, "the top of row {row} is in row {row}");
            assert!(heights.top(row + 1) > heights.top(row));
        }
        assert_eq!(heights.at(-50.0), 0);
        assert_eq!(heights.at(heights.height() + 1e6), heights.total.saturating_sub(1));
    }

    #[test]
    fn every_row_is_found_at_its_top() {
        let mut heights = Heights::new(100, vec![0, 3, 40], 56.0, 100.0);
        assert_eq!(heights.height(), 100.0 * 100.0 + 3.0 * 56.0);
        check(&heights);
        assert!(heights.measure([(0, 80.0), (1, 120.0), (2, 250.0)]));
        check(&heights);
        check(&Heights::new(1, vec![0], 56.0, 100.0));
    }

    #[test]
    fn rows_that_were_seen_do_not_move_when_others_are_measured() {
        let mut heights = Heights::new(100, vec![0], 56.0, 100.0);
        heights.measure((0..8).map(|row| (row, 90.0)));
        let before = heights.top(8);
        heights.measure((8..16).map(|row| (row, 300.0)));
        assert_eq!(heights.top(8), before);
        assert!(!heights.measure([(3, 90.2)]), "a fraction of a pixel is nothing new");
    }
}
