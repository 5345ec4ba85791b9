//! Identity numbers (居民身份证) in running text: they look like phone numbers and belong to no address.

use super::normalize::Folded;
/// Where identity numbers of 18 characters with a right check character stand.
#[must_use]
pub fn find(text: &Folded) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if !text.chars[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let run = text.chars[at..].iter().take(19).take_while(|c| c.is_ascii_digit()).count();
        let end = at + run + usize::from(run == 17 && matches!(text.get(at + 17), Some('X' | 'x')));
        if end - at == 18 && is_identity_number(&text.chars[at..end]) {
            found.push((at, end));
        }
        at = end;
        while text.get(at).is_some_and(|c| c.is_ascii_digit()) {
            at += 1;
        }
    }
    found
}

/// ISO 7064 MOD 11-2, with a plausible birth date.
fn is_identity_number(chars: &[char]) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let sum: u32 = chars.iter().zip(WEIGHTS).map(|(c, weight)| c.to_digit(10).unwrap_or(0) * weight).sum();
    let two = |at: usize| chars[at].to_digit(10).unwrap_or(0) * 10 + chars[at + 1].to_digit(10).unwrap_or(0);
    let dated = matches!(two(6), 18..=20) && matches!(two(10), 1..=12) && matches!(two(12), 1..=31);
    dated && chars.len() == 18 && CHECKS[(sum % 11) as usize] == chars[17].to_ascii_uppercase()
}
