//! Messages with their fields in disorder, empty, doubled, swallowed, and answers that are none.

use luodi::gateways::Rejected;
use luodi::gateways::unionpay::message::{EmptyFields, MAX_FORM, Message};

fn answer(text: &str) -> Message {
    Message::parse_answer(text.as_bytes()).unwrap()
}

fn canonical(text: &str, empty: EmptyFields) -> String {
    String::from_utf8(answer(text).canonical(empty)).unwrap()
}

#[test]
fn a_name_ends_at_the_first_equal_sign() {
    let message = answer("signature=ab+/==&a=1=2&last");
    assert_eq!(message.get("signature"), Some("ab+/=="));
    assert_eq!(message.get("a"), Some("1=2"));
    assert_eq!(message.get("last"), None, "there, but empty");
    assert!(message.has_empty_fields() && message.fields().contains_key("last"));
}

#[test]
fn brackets_keep_their_ampersands_and_end_at_the_first_closing_one() {
    let message = answer("a={b=1&c=2}&d=[x&y]&e=}&f={g={h}&i=1");
    assert_eq!(message.get("a"), Some("{b=1&c=2}"));
    assert_eq!(message.get("d"), Some("[x&y]"));
    assert_eq!(message.get("e"), Some("}"));
    assert_eq!(message.get("f"), Some("{g={h}"));
    assert_eq!(message.get("i"), Some("1"));
    assert_eq!(message.fields().len(), 5);
}

#[test]
fn what_is_never_closed_swallows_the_rest_and_the_signature_with_it() {
    let message = answer("a={b=1&signature=c2ln&respCode=00");
    assert_eq!(message.fields().len(), 1);
    assert_eq!((message.signature(), message.get("respCode")), (None, None));
}

#[test]
fn a_whole_answer_may_stand_in_braces() {
    assert_eq!(answer("{a=1&b={c=2&d=3}}"), answer("a=1&b={c=2&d=3}"));
}

#[test]
fn a_name_that_stands_twice_or_not_at_all_is_refused() {
    for body in ["", "a=1&a=1", "a=1&a=2", "=1", "a=1&", "a=1&&b=2", "&a=1"] {
        assert_eq!(Message::parse_answer(body.as_bytes()), Err(Rejected::Malformed), "{body}");
    }
    for body in ["", "a=1&a=2", "=1", "%61=1&a=2"] {
        assert_eq!(Message::parse_form(body.as_bytes()), Err(Rejected::Malformed), "{body}");
    }
}

#[test]
fn names_are_sorted_by_byte_and_not_by_pair() {
    assert_eq!(
        canonical("txnType=1&a=1&txn=2&VPC=3&ICCard=4&signature=x", EmptyFields::Kept),
        "ICCard=4&VPC=3&a=1&txn=2&txnType=1"
    );
}

#[test]
fn empty_fields_are_part_of_an_answer_or_not() {
    assert_eq!(canonical("b=&a=1&signature=x", EmptyFields::Kept), "a=1&b=");
    assert_eq!(canonical("b=&a=1&signature=x", EmptyFields::Dropped), "a=1");
}

#[test]
fn gbk_is_read_where_the_message_says_so() {
    // The second byte of a Chinese character may be a brace: it is decoded before it is cut.
    let (name, _, _) = encoding_rs::GBK.encode("膥瀨");
    let body = [b"encoding=gbk&respMsg=".as_slice(), &name, b"&a=1"].concat();
    let message = Message::parse_answer(&body).unwrap();
    assert_eq!((message.get("respMsg"), message.get("a")), (Some("膥瀨"), Some("1")));
    assert_eq!(message.canonical(EmptyFields::Kept), [b"a=1&encoding=gbk&respMsg=".as_slice(), &name].concat());
    let encoded: String = name.iter().map(|b| format!("%{b:02X}")).collect();
    let form = Message::parse_form(format!("respMsg={encoded}&encoding=GBK").as_bytes()).unwrap();
    assert_eq!(form.get("respMsg"), Some("膥瀨"));
    let other = [b"encoding=UTF-8&respMsg=".as_slice(), &name].concat();
    assert_eq!(Message::parse_answer(&other), Err(Rejected::Malformed), "no UTF-8");
}

#[test]
fn a_form_is_decoded_once() {
    let form = Message::parse_form(b"a=1+2%2B3%2520&b=%3D%26").unwrap();
    assert_eq!((form.get("a"), form.get("b")), (Some("1 2+3%20"), Some("=&")));
    let large = vec![b'a'; MAX_FORM + 1];
    assert_eq!(Message::parse_form(&large), Err(Rejected::Malformed));
}
