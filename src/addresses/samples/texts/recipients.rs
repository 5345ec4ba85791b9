//! Kinds that differ in who receives, and by which number.

use rand::Rng;
use rand::rngs::StdRng;

use super::super::places::Places;
use super::super::{one, pieces};
use super::{Made, Parts, join};
use crate::addresses::normalize;
/// Who receives, and by which number.
pub(super) fn make(kind: &str, rng: &mut StdRng, places: &Places<'_>, p: &mut Parts<'_>) -> Made {
    let full = p.place.full("", false);
    let mut expected = p.expected();
    let detail = p.detail();
    let text = match kind {
        "title" => {
            p.name = pieces::titled(rng);
            join(rng, &full, p)
        }
        "nickname" => {
            p.name = pieces::nickname(rng);
            join(rng, &full, p)
        }
        "dotted-name" => {
            p.name = pieces::minority(rng);
            join(rng, &full, p)
        }
        "name-like-a-place" => {
            p.name = places.short(rng).to_owned();
            join(rng, &full, p)
        }
        "traditional" => {
            let text = traditional(&join(rng, &full, p));
            expected.name = traditional(&p.name);
            expected.detail = traditional(&detail);
            return Some((text, expected));
        }
        "full-width" => {
            p.rest = pieces::wide(&p.rest);
            let text = format!("{}　{}　{full}{}", p.name, pieces::wide(&p.phone), p.detail());
            return Some((text, p.expected()));
        }
        "phone-forms" => {
            let written = pieces::mobile_written(rng, &p.phone);
            match rng.gen_range(0..3) {
                0 => format!("{} {written} {full}{detail}", p.name),
                1 => format!("{full}{detail} {} {written}", p.name),
                _ => format!("{full}{detail}，{written}，{}", p.name),
            }
        }
        "fixed-line" => {
            let area = &*p.place.unit.area_code;
            (area.len() >= 3).then_some(())?;
            let eight = area.len() == 3;
            let number = rng.gen_range(2_000_000..8_999_999_u32);
            let number = if eight { format!("{number}{}", rng.gen_range(0..10)) } else { number.to_string() };
            p.phone = format!("{area}{number}");
            let written = match rng.gen_range(0..4) {
                0 => format!("{area}-{number}"),
                1 => format!("({area}){number}"),
                2 => format!("{area} {number}"),
                _ => p.phone.clone(),
            };
            let text = format!("{} {written} {full}{detail}", p.name);
            return Some((text, p.expected()));
        }
        "extension" => {
            let extension = format!("{:04}", rng.gen_range(0..10_000));
            let text = format!(
                "{}，{}{}{extension}，{full}{detail}",
                p.name,
                p.phone,
                one(rng, &["-", "转", " 转", "转分机"])
            );
            p.phone = format!("{}-{extension}", p.phone);
            return Some((text, p.expected()));
        }
        "postal-code" => {
            let code = &*p.place.unit.postal_code;
            (code.len() == 6).then_some(())?;
            match rng.gen_range(0..4) {
                0 => format!("{}，{}，{full}{detail}，{code}", p.name, p.phone),
                1 => format!("{} {} {code} {full}{detail}", p.name, p.phone),
                2 => format!("{full}{detail} 邮编：{code} {} {}", p.name, p.phone),
                _ => format!("{full}{detail}（邮编{code}）{} {}", p.name, p.phone),
            }
        }
        "courtesy" => match rng.gen_range(0..4) {
            0 => format!("麻烦寄到{full}{detail}，{}，{}，谢谢", p.name, p.phone),
            1 => format!("你好，地址是{full}{detail}，收件人{}，电话{}", p.name, p.phone),
            2 => format!("{full}{detail} {}收 {}", p.name, p.phone),
            _ => format!("请寄：{full}{detail} {}（收）{}", p.name, p.phone),
        },
        "several-phones" => {
            let other = pieces::mobile(rng);
            match rng.gen_range(0..2) {
                0 => format!("{} {}/{other} {full}{detail}", p.name, p.phone),
                _ => format!("{full}{detail} {} {}、{other}", p.name, p.phone),
            }
        }
        _ => return None,
    };
    expected.name.clone_from(&p.name);
    Some((text, expected))
}

/// Each character in a traditional form, where there is one.
fn traditional(text: &str) -> String {
    text.chars().map(normalize::traditional).collect()
}
