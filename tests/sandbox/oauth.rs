//! The silent login that gives a page inside WeChat the payer's openid.

use luodi::sandbox::{Fault, FaultKind, MerchantDraft, Operation, openid_of};
use serde_json::Value;

use crate::client::{Shop, shop};

const INSIDE: &str = "Mozilla/5.0 (iPhone) MicroMessenger/8.0.42(0x18002a2e) NetType/WIFI Language/zh_CN";
const BACK: &str = "https%3A%2F%2Fshop.example.com%2Fback%3Fn%3D1";

fn authorize(appid: &str, redirect_uri: &str) -> String {
    format!(
        "/connect/oauth2/authorize?appid={appid}&redirect_uri={redirect_uri}&response_type=code&scope=snsapi_base&state=a1B2c3"
    )
}

async fn visit(shop: &Shop, path: &str, agent: &str) -> (u16, String, String) {
    let url = format!("{}{path}", shop.sandbox.base_url());
    let response = shop.http.get(url).header("User-Agent", agent).send().await.unwrap();
    let to = response.headers().get("location").map_or("", |value| value.to_str().unwrap()).to_owned();
    (response.status().as_u16(), to, response.text().await.unwrap())
}

async fn code(shop: &Shop) -> String {
    let (status, to, _) = visit(shop, &authorize(&shop.credentials.appid, BACK), INSIDE).await;
    assert_eq!(status, 302);
    let (before, code) = to.split_once("&code=").unwrap();
    assert_eq!(before, "https://shop.example.com/back?n=1");
    code.strip_suffix("&state=a1B2c3").unwrap().to_owned()
}

async fn exchange(shop: &Shop, appid: &str, secret: &str, code: &str) -> Value {
    let url = format!(
        "{}/sns/oauth2/access_token?appid={appid}&secret={secret}&code={code}&grant_type=authorization_code",
        shop.sandbox.base_url()
    );
    let response = shop.http.get(url).send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-type"]),
        (200, &"text/plain".parse().unwrap())
    );
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

#[actix_web::test]
async fn a_code_gives_the_openid_once_and_within_five_minutes() {
    let shop = shop(MerchantDraft::default()).await;
    let (appid, secret) = (shop.credentials.appid.clone(), shop.credentials.apps[0].app_secret.clone());
    let first = code(&shop).await;
    let told = exchange(&shop, &appid, &secret, &first).await;
    assert_eq!(told["openid"], openid_of(&appid, "shopper"));
    assert_eq!((told["scope"].as_str(), told.get("errcode")), (Some("snsapi_base"), None));
    assert_eq!(exchange(&shop, &appid, &secret, &first).await["errcode"], 40163);
    let second = code(&shop).await;
    assert_eq!(exchange(&shop, &appid, "wrong", &second).await["errcode"], 40125);
    assert_eq!(exchange(&shop, "wx0", &secret, &second).await["errcode"], 40013);
    assert_eq!(exchange(&shop, &appid, &secret, "madeup").await["errcode"], 40029);
    assert_eq!(exchange(&shop, &appid, "", &second).await["errcode"], 41004);
    shop.clock.advance_s(300);
    assert_eq!(exchange(&shop, &appid, &secret, &second).await["errcode"], 42003);
}

#[actix_web::test]
async fn the_page_opens_inside_wechat_only_and_matches_strongly() {
    let draft = MerchantDraft { oauth_hosts: vec!["shop.example.com".into()], ..MerchantDraft::default() };
    let shop = shop(draft).await;
    let appid = shop.credentials.appid.clone();
    let good = authorize(&appid, BACK);
    assert_eq!(visit(&shop, &good, INSIDE).await.0, 302);
    let refused = [
        (good.clone(), "Mozilla/5.0 Chrome/140", "微信客户端"),
        (good.replace("&scope=snsapi_base&state=a1B2c3", "&state=a1B2c3&scope=snsapi_base"), INSIDE, "参数错误"),
        (good.replace("a1B2c3", "a-1"), INSIDE, "state"),
        (good.replace("snsapi_base", "snsapi_login"), INSIDE, "scope"),
        (authorize("wx0", BACK), INSIDE, "appid"),
        (authorize(&appid, "https%3A%2F%2Fpay.shop.example.com%2F"), INSIDE, "redirect_uri"),
        (authorize(&appid, "javascript%3Aalert(1)"), INSIDE, "redirect_uri"),
    ];
    for (path, agent, told) in refused {
        let (status, to, page) = visit(&shop, &path, agent).await;
        assert!(status == 200 && to.is_empty() && page.contains(told), "{path}: {page}");
    }
}

#[actix_web::test]
async fn the_exchange_fails_by_script() {
    let shop = shop(MerchantDraft::default()).await;
    let (appid, secret) = (shop.credentials.appid.clone(), shop.credentials.apps[0].app_secret.clone());
    let fault = |kind| shop.sandbox.add_fault(Fault::new(Operation::OauthToken, kind).times(1)).unwrap();
    fault(FaultKind::OauthError { errcode: -1 });
    let kept = code(&shop).await;
    assert_eq!(exchange(&shop, &appid, &secret, &kept).await["errcode"], -1);
    fault(FaultKind::SnapshotUser);
    let told = exchange(&shop, &appid, &secret, &kept).await;
    assert_eq!(told["is_snapshotuser"], 1);
    assert_ne!(told["openid"], openid_of(&appid, "shopper"));
    assert!(shop.sandbox.add_fault(Fault::new(Operation::OauthToken, FaultKind::BadSignature)).is_err());
}
