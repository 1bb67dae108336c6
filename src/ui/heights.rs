//! Where the rows of a very long list stand: measured heights where a row was drawn, their mean everywhere else.
//! Pure: the page measures, scrolls and draws. It is asked at every turn of the wheel, so each answer takes a few steps
//! however many rows there are and were drawn.

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
    /// What was measured; 0 for a row that was not.
    known: Vec<f64>,
    /// By how much measured rows differ from the mean, in sums of runs (a Fenwick tree, from 1).
    sums: Vec<f64>,
    /// True once the mean is that of measured rows.
    measured: bool,
}

impl Heights {
    /// A list of `total` rows, each guessed to be `guess` pixels high, with headings of `head` pixels above `heads`.
    pub fn new(total: u32, heads: Vec<u32>, head: f64, guess: f64) -> Self {
        let zeros = vec![0.0; total as usize + 1];
        Self { total, heads, head, mean: guess, known: zeros.clone(), sums: zeros, measured: false }
    }

    /// Takes what was measured. The first few set the mean for all others, which then stays: a list must not move under
    /// the reader's eyes. True if anything changed.
    pub fn measure(&mut self, rows: impl IntoIterator<Item = (u32, f64)>) -> bool {
        let rows: Vec<(u32, f64)> =
            rows.into_iter().filter(|(row, height)| *row < self.total && *height > 0.0).collect();
        if !self.measured && !rows.is_empty() {
            self.measured = true;
            self.mean = rows.iter().map(|(_, height)| height).sum::<f64>() / rows.len() as f64;
        }
        let mut changed = false;
        for (row, height) in rows {
            let Some(known) = self.known.get_mut(row as usize) else { continue };
            let before = std::mem::replace(known, height);
            changed |= (before - height).abs() > 0.5;
            self.add(row, height - if before > 0.0 { before } else { self.mean });
        }
        changed
    }

    /// Forgets what was measured: the window has another width.
    pub fn forget(&mut self) {
        self.known.fill(0.0);
        self.sums.fill(0.0);
        self.measured = false;
    }

    /// The top of a row, its heading included, from the top of the list.
    pub fn top(&self, row: u32) -> f64 {
        let heads = self.heads.partition_point(|h| *h < row) as f64;
        f64::from(row) * self.mean + self.before(row) + heads * self.head
    }

    /// How many rows there are.
    pub fn total(&self) -> u32 {
        self.total
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

    fn add(&mut self, row: u32, more: f64) {
        let mut at = row as usize + 1;
        while let Some(sum) = self.sums.get_mut(at) {
            *sum += more;
            at += at & at.wrapping_neg();
        }
    }

    /// By how much the rows before this one differ from the mean, all together.
    fn before(&self, row: u32) -> f64 {
        let mut at = row as usize;
        let mut all = 0.0;
        while at > 0 {
            all += self.sums.get(at).copied().unwrap_or_default();
            at &= at - 1;
        }
        all
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

    #[test]
    fn a_list_of_which_everything_was_seen_is_as_tall_as_its_rows() {
        let mut heights = Heights::new(1000, vec![0, 500], 50.0, 100.0);
        for row in 0..1000 {
            heights.measure([(row, f64::from(60 + row % 7))]);
        }
        let rows: f64 = (0..1000).map(|row| f64::from(60 + row % 7)).sum();
        assert!((heights.height() - rows - 100.0).abs() < 1e-6);
        assert!(heights.measure([(500, 90.0)]), "a row may grow");
        heights.forget();
        assert!(heights.measure([(0, 200.0)]));
        assert_eq!(heights.height(), 200.0 * 1000.0 + 100.0);
    }
}
