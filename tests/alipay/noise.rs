//! Good messages and bills with bytes turned, cut, doubled and moved, the same in every run. The fuzz targets
//! do the same without end.

use luodi::clock::HandClock;
use luodi::gateways::alipay::sign::{AnswerNode, Form, Rule, encode};
use luodi::gateways::alipay::statement::bill::Bill;
use luodi::gateways::statement::{StatementKind, StatementLine};
use luodi::gateways::{Gateway as _, Merchant, Notice, OrderState, RawNotification};

use crate::disturbing::{Noise, rounds};
use crate::stand_in::*;
use crate::vectors::{D1_BODY, D2_BODY, F_BODY, F_TEXT};

/// What parts and ends things in JSON, forms and bills.
const MARKS: &[u8] = b"&=%,\"\t#\r\n{}\\";

fn merchant_of_bills() -> Merchant {
    Merchant { merchant_no: SELLER_ID.to_owned(), app_id: None, sub_merchant_no: None }
}

fn bill() -> Vec<u8> {
    let row = |no: &str, kind: &str, yuan: &str, request: &str, fee: &str| {
        format!(
            "2026010122001400000000000001\t,{no}\t,{kind}    \t,\"红茶,一件\t\",2026-01-01 03:04:05\t,2026-01-01 03:05:09\t,\
             {yuan}\t,{yuan}\t,{request}\t,{fee}\t\r\n"
        )
    };
    let text = [
        "#支付宝业务明细查询\r\n",
        &format!("#账号：[{SELLER_ID}0156]\r\n"),
        "#--------业务明细列表--------\r\n",
        "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,订单金额（元）,商家实收（元）,退款批次号/请求号,服务费（元）\r\n",
        &row("LD1", "交易", "88.80", "", "-0.53"),
        &row("LD1", "退款", "-10.00", "LDR1", "0.06"),
        "#--------业务明细列表结束--------\r\n",
        "#交易合计：1笔，商家实收共88.80元，商家优惠共0.00元\r\n",
        "#退款合计：1笔，商家实收退款共-10.00元，商家优惠退款共0.00元\r\n",
    ]
    .concat();
    encoding_rs::GBK.encode(&text).0.into_owned()
}

/// Whoever believes a bill believes its sums: a changed amount must never pass as a whole bill.
#[test]
fn disturbed_bills_end_in_one_fault_or_add_up() {
    let good = bill();
    let read = |bytes: &[u8], kind| Bill::new(bytes, kind, merchant_of_bills()).collect::<Vec<_>>();
    assert!(read(&good, StatementKind::Trade).iter().all(Result::is_ok));
    let mut noise = Noise::new(1, MARKS);
    let mut believed = 0;
    for _ in 0..rounds(20_000) {
        let mut bytes = good.clone();
        noise.disturb(&mut bytes);
        let shown = || String::from_utf8_lossy(&bytes).into_owned();
        for kind in [StatementKind::Trade, StatementKind::FundFlow] {
            let lines = read(&bytes, kind);
            assert!(lines.iter().rev().skip(1).all(Result::is_ok), "{}", shown());
            if let Some(Ok(last)) = lines.last() {
                let StatementLine::Summary(summary) = last else { panic!("no end: {}", shown()) };
                assert_eq!(summary.row_count, 2, "a row is lost or made up: {}", shown());
                believed += 1;
            }
        }
    }
    assert!(believed > 100, "only {believed} bills were whole: nothing is proven");
}

#[test]
fn a_disturbed_answer_verifies_only_if_its_node_is_untouched() {
    let genuine = AnswerNode::extract(D1_BODY.as_bytes(), "alipay.trade.query").unwrap().raw;
    let key = luodi::crypto::rsa::VerifyingKey::parse(crate::vectors::K2_PUBLIC).unwrap();
    let mut noise = Noise::new(2, MARKS);
    let mut verified = 0;
    for round in 0..rounds(4_000) {
        let mut bytes = if round % 2 == 0 { D1_BODY } else { D2_BODY }.as_bytes().to_vec();
        noise.disturb(&mut bytes);
        if let Ok(node) = AnswerNode::extract(&bytes, "alipay.trade.query")
            && node.verify(&key).is_ok()
        {
            assert_eq!(node.raw, genuine, "other bytes were believed");
            verified += 1;
        }
    }
    assert!(verified > 10, "only {verified} answers were believed: nothing is proven");
}

#[test]
fn a_disturbed_notification_verifies_only_if_it_says_the_same() {
    let key = luodi::crypto::rsa::VerifyingKey::parse(crate::vectors::K2_PUBLIC).unwrap();
    let mut noise = Noise::new(3, MARKS);
    let mut verified = 0;
    for _ in 0..rounds(4_000) {
        let mut bytes = F_BODY.as_bytes().to_vec();
        noise.disturb(&mut bytes);
        if let Ok(form) = Form::parse(&bytes)
            && form.verify(&key).is_ok()
        {
            let told = Rule::ALL.map(|rule| form.canonical(rule));
            assert!(told.iter().any(|text| text == F_TEXT.as_bytes()), "{}", String::from_utf8_lossy(&bytes));
            verified += 1;
        }
    }
    assert!(verified > 10, "only {verified} notifications were believed: nothing is proven");
}

/// Signed by Alipay, and still nonsense: no panic, and no payment without its number, amount and order.
#[tokio::test]
async fn signed_nonsense_is_refused_or_whole() {
    let gateway = open(&credentials("http://127.0.0.1:1"), &HandClock::at(start()));
    let good = "app_id=2021000000000001&charset=utf-8&gmt_payment=2026-01-02 03:05:09&notify_id=1&notify_type=trade_status_sync\
                &out_trade_no=LD0001&seller_id=2088000000000001&total_amount=88.80&trade_no=2026010222001400000000000001\
                &trade_status=TRADE_SUCCESS";
    let mut noise = Noise::new(4, MARKS);
    let mut believed = 0;
    for _ in 0..rounds(400) {
        let mut bytes = good.as_bytes().to_vec();
        noise.disturb(&mut bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let mut pairs: Vec<(&str, &str)> = text.split('&').filter_map(|pair| pair.split_once('=')).collect();
        pairs.sort_unstable();
        let signed: Vec<String> = pairs.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let sign = alipay().sign_base64(signed.join("&").as_bytes());
        pairs.extend([("sign", sign.as_str()), ("sign_type", "RSA2")]);
        let body: Vec<String> = pairs.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect();
        let raw = RawNotification { headers: Vec::new(), body: body.join("&").into_bytes().into() };
        if let Ok(Notice::Order(report)) = gateway.read_notification(&raw).await.map(|n| n.into_inner().notice)
            && let OrderState::Paid { gateway_trade_no, .. } = &report.state
        {
            let is_whole = report.amount.is_some() && !report.out_trade_no.is_empty() && !gateway_trade_no.is_empty();
            assert!(is_whole && !report.merchant.merchant_no.is_empty(), "{report:?}");
            believed += 1;
        }
    }
    assert!(believed > 40, "only {believed} notifications were believed: nothing is proven");
}
