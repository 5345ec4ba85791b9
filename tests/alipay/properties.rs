//! Whatever arrives, nothing panics, and what was signed is found again.

use luodi::gateways::alipay::sign::{AnswerNode, Form, Rule, canonical_request, encode};
use proptest::prelude::*;

proptest! {
    #[test]
    fn any_bytes_are_an_answer_or_none(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = AnswerNode::extract(&body, "alipay.trade.query");
        if let Ok(form) = Form::parse(&body) {
            for rule in Rule::ALL {
                let _ = form.canonical(rule);
            }
        }
    }

    /// Whatever stands inside the node and around it, its bytes are found exactly.
    #[test]
    fn the_node_is_found_among_anything(
        text in "\\PC{0,40}", before in "\\PC{0,20}", depth in 1..20_usize, sign_first in any::<bool>(),
    ) {
        let quote = |s: &str| serde_json::to_string(s).unwrap();
        let node = format!("{{\"a\":{},\"b\":{}{}}}", quote(&text), "[".repeat(depth), "]".repeat(depth));
        let named = format!("\"alipay_trade_query_response\" : {node}");
        let sign = format!("\"sign\":{}", quote("c2lnbg=="));
        let other = format!("{}:{}", quote(&format!("x{before}")), quote(&before));
        let body = if sign_first {
            format!("{{{sign} , {other},{named} }}")
        } else {
            format!("{{ {named},{other}, {sign}}}")
        };
        let found = AnswerNode::extract(body.as_bytes(), "alipay.trade.query").unwrap();
        prop_assert_eq!(found.raw, node.as_str());
        prop_assert_eq!(found.sign.as_deref(), Some("c2lnbg=="));
    }

    #[test]
    fn a_form_is_read_as_it_was_written(values in proptest::collection::btree_map("[a-z_]{1,12}", "\\PC{1,20}", 1..8)) {
        let body: Vec<_> = values.iter().map(|(n, v)| format!("{n}={}", encode(v))).collect();
        let form = Form::parse(body.join("&").as_bytes()).unwrap();
        let kept = values.iter().filter(|(n, _)| *n != "sign_type" && *n != "alipay_cert_sn");
        let text = canonical_request(kept.map(|(n, v)| (n.as_str(), v.as_str())));
        prop_assert_eq!(form.canonical(Rule::default()), text.into_bytes());
    }
}
