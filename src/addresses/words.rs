//! Lists of words that are looked for at one place of the text. Most places are ruled out by their first character.

/// Words, the longest first, each with a tag.
pub struct Words<T> {
    /// One bit for each first character of the basic plane.
    first: Vec<u64>,
    words: Vec<(Vec<char>, T)>,
}

impl<T: Copy> Words<T> {
    #[must_use]
    pub fn new(words: impl IntoIterator<Item = (&'static str, T)>) -> Self {
        let mut first = vec![0_u64; 1024];
        let mut words: Vec<(Vec<char>, T)> =
            words.into_iter().map(|(word, tag)| (word.chars().collect(), tag)).collect();
        words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        for (word, _) in &words {
            if let Some((slot, bit)) = word.first().and_then(|c| place(*c)) {
                first[slot] |= bit;
            }
        }
        Self { first, words }
    }

    /// The longest word that the characters begin with: its length and tag.
    #[must_use]
    pub fn at(&self, chars: &[char]) -> Option<(usize, T)> {
        let (slot, bit) = place(*chars.first()?)?;
        if self.first[slot] & bit == 0 {
            return None;
        }
        self.words.iter().find(|(word, _)| chars.starts_with(word)).map(|(word, tag)| (word.len(), *tag))
    }

    /// Some word stands somewhere in the characters.
    #[must_use]
    pub fn within(&self, chars: &[char]) -> bool {
        (0..chars.len()).any(|at| self.at(&chars[at..]).is_some())
    }
}

/// How many of the characters at the end are this word. Compares backwards: most places differ in the last one.
#[must_use]
pub fn length_at_end(chars: &[char], word: &str) -> Option<usize> {
    let mut rest = chars.iter().rev();
    let mut length = 0;
    for letter in word.chars().rev() {
        if *rest.next()? != letter {
            return None;
        }
        length += 1;
    }
    Some(length)
}

fn place(c: char) -> Option<(usize, u64)> {
    let point = u32::from(c);
    (point < 0x1_0000).then(|| ((point >> 6) as usize, 1 << (point & 63)))
}

/// A set of characters of the basic plane.
pub struct Letters(Vec<u64>);

impl Letters {
    #[must_use]
    pub fn new(letters: &str) -> Self {
        let mut bits = vec![0_u64; 1024];
        for (slot, bit) in letters.chars().filter_map(place) {
            bits[slot] |= bit;
        }
        Self(bits)
    }

    #[must_use]
    pub fn contains(&self, c: char) -> bool {
        place(c).is_some_and(|(slot, bit)| self.0[slot] & bit != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_wins() {
        let words = Words::new([("手机", 1), ("手机号码", 2), ("电话", 3)]);
        let at = |text: &str| words.at(&text.chars().collect::<Vec<_>>());
        assert_eq!(at("手机号码138"), Some((4, 2)));
        assert_eq!(at("手机店"), Some((2, 1)));
        assert_eq!(at("机"), None);
        assert_eq!(at(""), None);
    }
}
