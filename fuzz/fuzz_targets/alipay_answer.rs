//! Any bytes as an answer of Alipay: no panic, and the node that is found stands in the answer as it was found.

#![no_main]

use libfuzzer_sys::fuzz_target;
use luodi::gateways::alipay::sign::AnswerNode;

fuzz_target!(|data: &[u8]| {
    if let Ok(node) = AnswerNode::extract(data, "alipay.trade.query") {
        let inside = data.windows(node.raw.len()).any(|part| part == node.raw.as_bytes());
        assert!(inside, "the node is not the answer's own bytes");
        // One node decides: an answer with two is refused, in whichever order they stand.
        let name = if node.is_error { "error_response" } else { "alipay_trade_query_response" };
        let twice = [b"{\"", name.as_bytes(), b"\":{},", data.trim_ascii_start().get(1..).unwrap_or_default()].concat();
        assert!(AnswerNode::extract(&twice, "alipay.trade.query").is_err());
    }
});
