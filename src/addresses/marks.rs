//! Which characters of the text have been read as something other than the address.

use super::normalize::{Folded, is_bracket, is_separator};

/// What a character has been read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Still to be read: region, name or detail.
    Open,
    /// A separator or bracket; part of the detail if it stands inside it.
    Gap,
    /// A label (收货人：).
    Label,
    /// Words of courtesy and fillers of the table (市辖区).
    Filler,
    Phone,
    /// An identity number: never handed back.
    Identity,
    PostalCode,
    Region,
    Town,
    Name,
}

/// One mark for each character, with counts that make "is there anything between these two" cheap.
pub struct Marks {
    marks: Vec<Mark>,
    /// How many `Open` characters, and those of phones, stand before each position.
    open_before: Vec<u32>,
}

impl Marks {
    #[must_use]
    pub fn new(text: &Folded) -> Self {
        let of = |c: &char| if is_separator(*c) || is_bracket(*c) { Mark::Gap } else { Mark::Open };
        let mut marks = Self { marks: text.chars.iter().map(of).collect(), open_before: Vec::new() };
        marks.count();
        marks
    }

    /// Must follow every batch of `set` before `clear_between` is asked.
    pub fn count(&mut self) {
        let mut open = 0;
        self.open_before.clear();
        self.open_before.push(0);
        for mark in &self.marks {
            open += u32::from(matches!(mark, Mark::Open | Mark::Phone));
            self.open_before.push(open);
        }
    }

    pub fn set(&mut self, start: usize, end: usize, mark: Mark) {
        let end = end.min(self.marks.len());
        if let Some(marks) = self.marks.get_mut(start..end) {
            marks.fill(mark);
        }
    }

    #[must_use]
    pub fn get(&self, at: usize) -> Option<Mark> {
        self.marks.get(at).copied()
    }

    #[must_use]
    pub fn is_open(&self, at: usize) -> bool {
        self.get(at) == Some(Mark::Open)
    }

    /// Nothing of the address stands in between, and no phone.
    #[must_use]
    pub fn clear_between(&self, start: usize, end: usize) -> bool {
        start <= end && self.open_before[start.min(self.marks.len())] == self.open_before[end.min(self.marks.len())]
    }

    /// Nothing in this span has been read yet.
    #[must_use]
    pub fn all_open(&self, start: usize, end: usize) -> bool {
        (self.open_before[end] - self.open_before[start]) as usize == end - start
    }

    /// The text begins here, or something that is no address stands right before.
    #[must_use]
    pub fn edge_before(&self, at: usize) -> bool {
        at == 0 || !self.is_open(at - 1)
    }

    #[must_use]
    pub fn edge_after(&self, at: usize) -> bool {
        !self.is_open(at)
    }

    /// The next character that is still to be read, from here on.
    #[must_use]
    pub fn next_open(&self, from: usize) -> Option<usize> {
        (from..self.marks.len()).find(|at| self.is_open(*at))
    }
}
