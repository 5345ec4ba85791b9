//! What a field accepts, as regular expressions for the `pattern` attribute of HTML: matched against the whole
//! value, in Unicode mode (`v`). They accept what a shopper may sensibly type; `/v1/addresses/check` brings it
//! into Magento's form.

use super::Country;

/// A name in any script, with the middle dot of long names (阿卜杜拉·玉素甫).
pub const NAME: &str = r"\p{L}[\p{L}\p{M}\p{N} .·•・‧'’\-]{0,49}";
pub const NAME_MAX: u32 = 50;

/// No control characters, and no symbols and emoji, which Magento and courier labels refuse.
pub const DETAIL: &str = r"[^\p{Cc}\p{So}]{2,200}";
/// Magento keeps 255 for all street lines; district and town stand before this.
pub const DETAIL_MAX: u32 = 200;

pub const EMAIL: &str = r"[^@\s]+@[^@\s]+\.[^@\s]+";
/// The width of Magento's column for an order's address.
pub const EMAIL_MAX: u32 = 128;

/// As typed: with the country's prefix, gaps and an extension. Magento keeps 20 of what is left.
pub const PHONE_MAX: u32 = 30;

/// A mobile, a landline with its area code, or a 400 or 800 number; privacy numbers with their extension.
const PHONE_CN: &str = r"(\+?86[ \-]?)?(1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}|0\d{2,3}[ \-]?[2-8]\d{2,3}[ \-]?\d{4}|[48]00[ \-]?\d{3}[ \-]?\d{4})([ ]?[\-转轉][ ]?\d{1,6})?";
/// What couriers want.
const MOBILE_CN: &str = r"(\+?86[ \-]?)?1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}([ ]?[\-转轉][ ]?\d{1,6})?";
const PHONE_HK: &str = r"(\+?852[ \-]?)?[2-9]\d{3}[ \-]?\d{4}";
const PHONE_MO: &str = r"(\+?853[ \-]?)?[2-8]\d{3}[ \-]?\d{4}";
const PHONE_TW: &str = r"(\+?886[ \-]?|0)(9\d{2}[ \-]?\d{3}[ \-]?\d{3}|[2-8]\d{0,2}[ \-]?\d{3,4}[ \-]?\d{4})";

pub const fn phone(country: Country) -> &'static str {
    match country {
        Country::China => PHONE_CN,
        Country::HongKong => PHONE_HK,
        Country::Macao => PHONE_MO,
        Country::Taiwan => PHONE_TW,
    }
}

/// `None` where every number will do.
pub const fn preferred_phone(country: Country) -> Option<&'static str> {
    match country {
        Country::China => Some(MOBILE_CN),
        _ => None,
    }
}

/// `None` where there are no postal codes.
pub const fn postal_code(country: Country) -> Option<(&'static str, u32)> {
    match country {
        Country::China => Some((r"\d{6}", 6)),
        Country::Taiwan => Some((r"\d{3}(\d{2,3})?", 6)),
        Country::HongKong | Country::Macao => None,
    }
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    fn accepts(pattern: &str, text: &str) -> bool {
        Regex::new(&format!("^(?:{pattern})$")).unwrap().is_match(text)
    }

    #[test]
    fn what_shoppers_type_is_accepted_and_nonsense_is_not() {
        for (pattern, good, bad) in [
            (
                NAME,
                &["李明", "欧阳娜娜", "阿卜杜拉·玉素甫", "John O'Neil-Smith", "王2", "Mr. 王"][..],
                &["", "123", "李明😀", "李明@", "王/李"][..],
            ),
            (
                PHONE_CN,
                &[
                    "13800138000",
                    "138 0013 8000",
                    "+86 138-0013-8000",
                    "8613800138000",
                    "010-62345678",
                    "02162345678",
                    "0755 2345 6789",
                    "400-820-8820",
                    "17812345678-1234",
                    "17812345678转1234",
                ],
                &["12345678901", "1380013800", "138001380000", "95588", "010-12345678", "abc"],
            ),
            (PHONE_HK, &["91234567", "+852 9123 4567", "2123-4567"], &["13800138000", "1234567"]),
            (PHONE_MO, &["66123456", "+853 2812 3456"], &["13800138000"]),
            (
                PHONE_TW,
                &["0912345678", "0912-345-678", "+886 912 345 678", "02-2345-6789", "0223456789"],
                &["13800138000", "912"],
            ),
            (DETAIL, &["科技园南路1号A座#301（东门）", "3F"], &["1", "南路1号\u{1f3e0}", "南路\n1号"]),
            (EMAIL, &["li.ming@example.com"], &["li.ming", "a b@example.com", "a@b"]),
            (postal_code(Country::China).unwrap().0, &["518000"], &["51800", "5180000"]),
            (postal_code(Country::Taiwan).unwrap().0, &["106", "10617", "106409"], &["1061", "1234567"]),
        ] {
            for text in good {
                assert!(accepts(pattern, text), "{text:?} should fit {pattern}");
            }
            for text in bad {
                assert!(!accepts(pattern, text), "{text:?} should not fit {pattern}");
            }
        }
        assert!(accepts(MOBILE_CN, "+86 13800138000") && !accepts(MOBILE_CN, "010-62345678"));
    }
}
