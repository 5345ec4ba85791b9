//! Card data and the certificate it is encrypted with, which UnionPay renews.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luodi::clock::HandClock;
use luodi::gateways::Gateway as _;
use luodi::gateways::unionpay::UnionPay;

use crate::authority::*;
use crate::stand_in::*;

type Script = Box<dyn Fn(&Seen) -> Reply + Send + Sync>;

const ENCRYPTION: &str = "CN=041@8310000000083040@中国银联股份有限公司@00099998,O=Test,C=CN";

fn certificate(serial: u8, pair: &Pair, issuer: (&str, &Pair)) -> String {
    Wanted { serial: &[serial], issuer, ..Wanted::leaf(ENCRYPTION, pair) }.pem()
}

async fn with_encryption(
    script: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
) -> (UnionPay, std::sync::Arc<HandClock>, StandIn) {
    let (stand_in, clock) = (StandIn::serving(script).await, HandClock::at(start()));
    let mut credentials = credentials(&stand_in.base);
    credentials.secrets["encryption_certificate"] = certificate(1, unionpay(), (MIDDLE, middle())).into();
    (open(&credentials, &clock), clock, stand_in)
}

fn cert_id(gateway: &UnionPay) -> String {
    gateway.encryption().unwrap().certificate().serial_decimal().to_owned()
}

fn renewed(seen: &Seen, pem: &str) -> Reply {
    Reply::with(seen, "00", fields([("certType", "01"), ("encryptPubKeyCert", pem)]))
}

#[tokio::test]
async fn card_data_opens_with_unionpay_s_key_alone_and_names_the_certificate() {
    let (gateway, _, _) = with_encryption(|_| Reply::Reset).await;
    let encryption = gateway.encryption().unwrap();
    let card = encryption.encrypt(b"6216261000000000018").unwrap();
    assert_eq!(unionpay().decrypts(&card.value), b"6216261000000000018");
    assert_eq!(card.cert_id, "1");
    assert_ne!(card.value, encryption.encrypt(b"6216261000000000018").unwrap().value, "padded with randomness");
    assert!(encryption.encrypt(&[b'1'; 245]).is_ok() && encryption.encrypt(&[b'1'; 246]).is_err());

    let holder = [("customerNm", "全渠道"), ("cvn2", "123"), ("expired", "2612"), ("phoneNo", "13552535506")];
    let told = STANDARD.decode(encryption.customer_info(&holder).unwrap()).unwrap();
    let told = String::from_utf8(told).unwrap();
    let inner = told.strip_prefix("{customerNm=全渠道&encryptedInfo=").and_then(|t| t.strip_suffix('}')).unwrap();
    assert_eq!(unionpay().decrypts(inner), b"cvn2=123&expired=2612&phoneNo=13552535506");
    for secret in ["123", "2612", "13552535506"] {
        assert!(!told.replace(inner, "").contains(secret));
    }
}

#[tokio::test]
async fn the_certificate_is_asked_for_once_a_day_and_taken_in_when_proven() {
    let next = certificate(2, other(), (MIDDLE, middle()));
    let (gateway, clock, stand_in) = with_encryption(move |seen| renewed(seen, &next)).await;
    assert_eq!(cert_id(&gateway), "1");
    gateway.maintain().await;
    assert_eq!(cert_id(&gateway), "2");
    gateway.maintain().await;
    clock.advance_s(24 * 3600 - 1);
    gateway.maintain().await;
    assert_eq!(stand_in.seen().len(), 1);
    clock.advance_s(1);
    gateway.maintain().await;
    let seen = stand_in.seen();
    assert_eq!(seen.len(), 2);
    assert_ne!(seen[0].get("orderId"), seen[1].get("orderId"), "a fresh number each time");
    assert!(is_signed_by_merchant(&seen[0].fields));
    let said = ["txnType", "txnSubType", "bizType", "channelType", "certType"].map(|name| seen[0].get(name));
    assert_eq!(said, ["95", "00", "000000", "07", "01"]);
    assert_eq!(seen[0].target, "/gateway/api/backTransReq.do");
}

#[tokio::test]
async fn what_is_not_proven_does_not_take_its_place() {
    let stranger = certificate(2, other(), (MIDDLE, other()));
    let good = certificate(3, other(), (MIDDLE, middle()));
    let scripts: [Script; 6] = [
        Box::new(move |seen| renewed(seen, &stranger)),
        Box::new(|seen| renewed(seen, "x")),
        Box::new(|seen| Reply::code(seen, "00")),
        Box::new({
            let good = good.clone();
            move |seen| Reply::with(seen, "00", fields([("certType", "02"), ("encryptPubKeyCert", &good)]))
        }),
        Box::new(move |seen| {
            let mut told = seen.echo();
            told.extend(fields([("respCode", "00"), ("certType", "01"), ("encryptPubKeyCert", &good)]));
            Reply::of(&signed(told, other(), &chain().signer))
        }),
        Box::new(|_| Reply::Reset),
    ];
    for script in scripts {
        let (gateway, _, _) = with_encryption(move |seen| script(seen)).await;
        gateway.maintain().await;
        assert_eq!(cert_id(&gateway), "1");
    }
}

#[tokio::test]
async fn an_account_that_sends_no_card_data_asks_for_nothing() {
    let (gateway, _, stand_in) = account(|_| Reply::Reset).await;
    gateway.maintain().await;
    assert!(stand_in.seen().is_empty() && gateway.encryption().is_none());
}
