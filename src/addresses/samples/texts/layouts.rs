//! Kinds that differ in order, separators and labels.

use rand::Rng;
use rand::rngs::StdRng;

use super::super::{one, pieces};
use super::{Made, Parts};
/// Orders, separators and labels.
pub(super) fn make(kind: &str, rng: &mut StdRng, p: &mut Parts<'_>) -> Made {
    let full = p.place.full("", rng.gen_bool(0.5));
    let (name, phone) = (p.name.clone(), p.phone.clone());
    let detail = p.detail();
    let text = match kind {
        "plain" => format!("{name} {phone} {full}{detail}"),
        "address-first" => format!("{full}{detail} {name} {phone}"),
        "commas" => {
            let comma = one(rng, &["，", ",", "、", ", ", "；"]);
            format!("{name}{comma}{phone}{comma}{full}{detail}")
        }
        "pipes-and-tabs" => {
            let bar = one(rng, &["|", "\t", " | ", "\n", "/"]);
            format!("{full}{detail}{bar}{name}{bar}{phone}")
        }
        "labels-on-lines" => {
            let colon = one(rng, &["：", ":", ": ", " "]);
            let (a, b) = (
                one(rng, &["收货人", "收件人", "姓名", "联系人"]),
                one(rng, &["手机号码", "电话", "联系电话", "手机"]),
            );
            if rng.gen_bool(0.5) {
                format!(
                    "{a}{colon}{name}\n{b}{colon}{phone}\n所在地区{colon}{full}{}\n详细地址{colon}{}",
                    p.town, p.rest
                )
            } else {
                format!(
                    "{a}{colon}{name}\n{b}{colon}{phone}\n{}{colon}{full}{detail}",
                    one(rng, &["收货地址", "地址", "详细地址"])
                )
            }
        }
        "labels-in-one-line" => match rng.gen_range(0..3) {
            0 => format!("收件人:{name} 电话:{phone} 地址:{full}{detail}"),
            1 => format!("地址：{full}{detail}，联系人：{name}，手机：{phone}"),
            _ => format!("收货人{name}电话{phone}地址{full}{detail}"),
        },
        "labels-per-level" => {
            let district = p.place.district?;
            format!(
                "姓名：{name}\n手机：{phone}\n省份：{}\n城市：{}\n区县：{}\n详细地址：{detail}",
                p.place.province.name, p.place.city.name, district.name
            )
        }
        "marketplace" => {
            let spaced = p.place.full(" ", true);
            let town = if p.town.is_empty() { String::new() } else { format!(" {}", p.town) };
            p.town = if p.town.is_empty() { String::new() } else { format!("{} ", p.town) };
            format!("{name}，{phone}，{spaced}{town} {}", p.rest)
        }
        "region-twice" => {
            format!("收货人: {name}\n手机号码: {phone}\n所在地区: {full}{}\n详细地址: {full}{detail}", p.town)
        }
        "glued-name-first" => format!("{name}{phone}{full}{detail}"),
        "glued-name-last" => {
            p.rest = pieces::detail_with_door(rng);
            let end = one(rng, &["", "收", " "]);
            format!("{full}{}{name}{end}{phone}", p.detail())
        }
        "glued-room-and-phone" => {
            p.rest = format!(
                "{}{}号{}单元{}0{}",
                pieces::road(rng),
                rng.gen_range(1..300),
                rng.gen_range(1..5),
                rng.gen_range(1..30),
                rng.gen_range(1..9)
            );
            match rng.gen_range(0..2) {
                0 => format!("{name} {full}{}{phone}", p.detail()),
                _ => format!("{full}{}{phone}{name}", p.detail()),
            }
        }
        "phone-in-the-middle" => match rng.gen_range(0..3) {
            0 => format!("{full} {phone} {detail} {name}"),
            1 => format!("{name} {full}{detail} {phone}"),
            _ => format!("{full}{detail} {phone} {name}"),
        },
        "name-in-the-middle" => match rng.gen_range(0..2) {
            0 => format!("{full} {name} {phone} {detail}"),
            _ => format!("{phone} {name} {full}{detail}"),
        },
        "region-last" => {
            p.town.clear();
            format!("{} {full} {name} {phone}", p.rest)
        }
        "blanks-in-detail" => {
            p.rest = format!(
                "{} {}号 {}栋 {}室",
                pieces::road(rng),
                rng.gen_range(1..300),
                rng.gen_range(1..30),
                rng.gen_range(101..3300)
            );
            p.town = if p.town.is_empty() { String::new() } else { format!("{} ", p.town) };
            format!("{} {} {name} {phone}", p.place.full(" ", true), p.detail())
        }
        _ => return None,
    };
    Some((text, p.expected()))
}
