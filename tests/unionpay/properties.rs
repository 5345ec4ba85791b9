//! Whatever arrives, nothing panics, and what was signed is found again.

use std::io::BufReader;

use luodi::gateways::Merchant;
use luodi::gateways::unionpay::message::{EmptyFields, Message};
use luodi::gateways::unionpay::notification;
use luodi::gateways::unionpay::sign::{SecureKey, SignMethod, Signer, encoded};
use luodi::gateways::unionpay::statement::{unpack, zm::Lines};
use luodi::gateways::unionpay::trust::Trust;
use proptest::prelude::*;

use crate::stand_in::{MERCHANT, form, raw, start};

fn keyed(method: SignMethod) -> (Signer, Trust) {
    let key = || SecureKey::new(method, "88888888").unwrap();
    (Signer::SecureKey(key()), Trust::SecureKey(key()))
}

proptest! {
    #[test]
    fn any_bytes_are_a_message_or_none(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        for message in [Message::parse_answer(&body), Message::parse_form(&body)].into_iter().flatten() {
            let _ = (message.canonical(EmptyFields::Kept), notification::read(&message));
        }
    }

    #[test]
    fn any_text_near_a_message_is_read_without_panic(text in "[a-c=&{}\\[\\]%+ 中]{0,60}") {
        let _ = (Message::parse_answer(text.as_bytes()), Message::parse_form(text.as_bytes()));
    }

    /// Values without brackets and ampersands travel as they are; in a form, any value does.
    #[test]
    fn what_is_signed_is_believed_by_both_roads(
        values in proptest::collection::btree_map("[a-zA-Z]{1,12}", "[^&{}\\[\\]\\s\\p{C}]{1,20}", 1..8),
        sm3 in any::<bool>(),
    ) {
        let (signer, trust) = keyed(if sm3 { SignMethod::Sm3 } else { SignMethod::Sha256 });
        let signed = signer.sign(&values);
        let answer = Message::parse_answer(raw(&signed).as_bytes()).unwrap();
        prop_assert_eq!(trust.verify_answer(&answer, start()), Ok(()));
        let sent = Message::parse_form(encoded(&signed).as_bytes()).unwrap();
        prop_assert_eq!(trust.verify_form(&sent, start()), Ok(()));
        prop_assert_eq!(Message::parse_form(&form(&signed).body).unwrap(), sent);
    }

    #[test]
    fn one_changed_value_is_always_noticed(at in 0_usize..6, by in "[a-z0-9]{1,6}") {
        let (signer, trust) = keyed(SignMethod::Sha256);
        let names = ["merId", "orderId", "txnTime", "txnAmt", "respCode", "queryId"];
        let mut signed = signer.sign(&names.iter().map(|n| ((*n).to_owned(), "1".to_owned())).collect());
        prop_assume!(by != "1");
        signed.insert(names[at].to_owned(), by);
        let answer = Message::parse_answer(raw(&signed).as_bytes()).unwrap();
        prop_assert!(trust.verify_answer(&answer, start()).is_err());
    }

    #[test]
    fn any_list_is_read_to_an_end_without_panic(lines in proptest::collection::vec("[ 0-9A-Z\\r\\n]{0,700}", 0..4)) {
        let merchant = Merchant { merchant_no: MERCHANT.to_owned(), app_id: None, sub_merchant_no: None };
        let text = lines.concat();
        let rows = Lines::new(BufReader::new(text.as_bytes()), merchant, jiff::civil::date(2026, 1, 2));
        prop_assert!(rows.count() <= text.lines().count() + 1);
        let _ = unpack(&text, jiff::civil::date(2026, 1, 2), MERCHANT);
    }
}
