//! What the shop sells. Prices in fen.

use crate::i18n::Texts;
use crate::web::assets::asset_url;

pub struct Product {
    /// Lower-case letters only: it travels in the cart's cookie.
    pub id: &'static str,
    pub price_fen: i64,
    name: &'static str,
    blurb: &'static str,
    portion: &'static str,
    picture: &'static str,
}

pub static PRODUCTS: [Product; 3] = [
    Product {
        id: "puer",
        price_fen: 12_800,
        name: "shop-puer",
        blurb: "shop-puer-blurb",
        portion: "shop-puer-portion",
        picture: "tea-puer.svg",
    },
    Product {
        id: "longjing",
        price_fen: 26_800,
        name: "shop-longjing",
        blurb: "shop-longjing-blurb",
        portion: "shop-longjing-portion",
        picture: "tea-longjing.svg",
    },
    Product {
        id: "baicha",
        price_fen: 8_860,
        name: "shop-baicha",
        blurb: "shop-baicha-blurb",
        portion: "shop-baicha-portion",
        picture: "tea-baicha.svg",
    },
];

impl Product {
    pub fn find(id: &str) -> Option<&'static Self> {
        PRODUCTS.iter().find(|product| product.id == id)
    }

    pub fn name(&self, texts: &Texts) -> String {
        texts.get(self.name)
    }

    pub fn blurb(&self, texts: &Texts) -> String {
        texts.get(self.blurb)
    }

    pub fn portion(&self, texts: &Texts) -> String {
        texts.get(self.portion)
    }

    pub fn picture_url(&self) -> String {
        asset_url(self.picture)
    }

    pub fn price(&self) -> String {
        yuan(self.price_fen)
    }
}

/// `1234` fen as `12.34`. Amounts in this shop are never negative.
pub fn yuan(amount_fen: i64) -> String {
    format!("{}.{:02}", amount_fen / 100, amount_fen % 100)
}
