//! Reads and verifies the `Authorization` header of a request (§3).
//!
//! Promises: nothing is believed before scheme, five parameters, clock, serial and the
//! signature over the raw target and body all hold. Anything else is 401 `SIGN_ERROR`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::RsaPublicKey;

use super::errors::Refusal;
use super::keys::is_signed_by;
use crate::clock::Timestamp;

const SCHEME: &str = "WECHATPAY2-SHA256-RSA2048";
const CLOCK_TOLERANCE_S: u64 = 300;
const NONCE_MAX_CHARS: usize = 32;

/// What the header says; nothing of it is verified yet.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Authorization {
    pub(super) mchid: String,
    pub(super) serial_no: String,
    nonce_str: String,
    timestamp: String,
    signature: String,
}

/// The parts of a request that its signature covers, byte for byte.
pub(super) struct SignedRequest<'a> {
    pub(super) method: &'a str,
    pub(super) target: &'a str,
    pub(super) body: &'a [u8],
}

impl Authorization {
    pub(super) fn parse(header: &str) -> Result<Self, Refusal> {
        let (scheme, parameters) =
            header.trim().split_once(' ').ok_or_else(|| Refusal::signature("Authorization 格式错误"))?;
        if scheme != SCHEME {
            return Err(Refusal::signature(format!("不支持的认证类型 {scheme}, 应为 {SCHEME}")));
        }
        let mut found: [Option<String>; 5] = [const { None }; 5];
        let names = ["mchid", "serial_no", "nonce_str", "timestamp", "signature"];
        for pair in parameters.split(',') {
            let (name, quoted) =
                pair.trim().split_once('=').ok_or_else(|| Refusal::signature("Authorization 参数格式错误"))?;
            let value = quoted
                .strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'))
                .ok_or_else(|| Refusal::signature(format!("Authorization 参数 {name} 缺少引号")))?;
            let Some(at) = names.iter().position(|known| *known == name) else {
                return Err(Refusal::signature(format!("Authorization 含未知参数 {name}")));
            };
            if value.is_empty() || found[at].replace(value.to_owned()).is_some() {
                return Err(Refusal::signature(format!("Authorization 参数 {name} 为空或重复")));
            }
        }
        let mut take = |at: usize| {
            found[at].take().ok_or_else(|| Refusal::signature(format!("Authorization 缺少参数 {}", names[at])))
        };
        Ok(Self { mchid: take(0)?, serial_no: take(1)?, nonce_str: take(2)?, timestamp: take(3)?, signature: take(4)? })
    }

    /// `key` and `serial_no` are those on file for the merchant the header names.
    pub(super) fn verify(
        &self,
        request: &SignedRequest<'_>,
        key: &RsaPublicKey,
        serial_no: &str,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if self.serial_no != serial_no {
            return Err(Refusal::signature("商户证书序列号有误"));
        }
        if self.nonce_str.chars().count() > NONCE_MAX_CHARS
            || !self.nonce_str.bytes().all(|b| b.is_ascii_alphanumeric())
        {
            return Err(Refusal::signature("随机串须为不超过32位的字母和数字"));
        }
        let sent_at: i64 = self.timestamp.parse().map_err(|_| Refusal::signature("时间戳不是整数"))?;
        if now.as_seconds().abs_diff(sent_at) > CLOCK_TOLERANCE_S {
            return Err(Refusal::signature("Http头Authorization中的timestamp与发起请求的时间不得超过5分钟"));
        }
        let signature = STANDARD.decode(&self.signature).map_err(|_| Refusal::signature("签名值不是Base64"))?;
        if !is_signed_by(key, &self.message(request), &signature) {
            return Err(Refusal::signature("错误的签名，验签失败"));
        }
        Ok(())
    }

    /// Five lines, each ended by LF, the last one too (§3.1).
    fn message(&self, request: &SignedRequest<'_>) -> Vec<u8> {
        let mut message =
            format!("{}\n{}\n{}\n{}\n", request.method, request.target, self.timestamp, self.nonce_str).into_bytes();
        message.extend_from_slice(request.body);
        message.push(b'\n');
        message
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::wechatpay::keys::published_key;
    use sha2::{Digest, Sha256};

    const SERIAL: &str = "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB";
    const S3_BODY: &str = r#"{"appid":"wxd678efh567hg6787","mchid":"1900007291","description":"Image形象店-深圳腾大-QQ公仔","out_trade_no":"1217752501201407033233368018","notify_url":"https://www.weixin.qq.com/wxpay/pay.php","amount":{"total":100,"currency":"CNY"},"payer":{"openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}}"#;
    const S3: &str = "jnks4dlrPw3ZX+ozVvSK39oa0t7OMBsg83BHAwd8BRdUFiVaQNTLTvci+wURgP1OQBbKYhFGvt7iqYpDSTQkp7Uq1sltaQKyncCyrA1g88m5bsKERQfPyT0ahSwKTYJ1CAn9QiJuSJRq1QsQs07eehbU/k9BCS51jTyc1Jpsi2H77HF9f/BnjXAOP3/sPObg6V5Ee4EzwLox684hhuMuIwHo7D8KFk3LIHOKDcNI4It1aCXydFWNpNK+SG86VUDe5kwoDpw4Ulqfu9z8OFDGbDs9TCxEv8iqQzbpxOlEVoOe2kalSYM5kApQb3nZcxdUtoE0liJGW3RGUNE0t4v01A==";
    const S4: &str = "Lc9VXxmeonkdV8Xk9tmigQFLhl0vRWTerdmoRu01aAnYwIrD/5nsSwE1WlmZGLRlAFTNQ3QsMa0+VRDlJp1Wp5p0nO8EK68b5sJBbjouxaFciIfq1zfDWWz+jqhcMoKXI1A6dPm1AW7D4d30WsMTNzp6g23OXakIsh9LO3lUmwvTuE0BY8ncf6tNGk4wKmvXwERd/ZpoQY3MAVKz+Nakwc+2XBmzT66KcUehU5kr4IvGa/lEU5RZb/q00zP9VLdBhC/jQSX3X1UcJLCtEc4gTmib4tnmAT+bHF/e17ZAuxDNcx6rqT8gNEXqaJGG+1OflMSTU2tpyG65G4dMKdFcoA==";
    const S6: &str = "cVvdVujlEmASmAYpcmKXmIrlQualKxd87f8XZtnTeLCw3V7kZ1ST6YwX0kSLsqJeecZqmKJfd6ieRl/hRLZUodxXU1NzoTz1OXNh6TzBfcxU8xRNFbmPiEHwMJM7Jo52TYGk71MaCbvkPlUpUL6WhpmAgfC7jg/3IcA/UILbby4Nro0Nbq0An/DYEEp8vZMaags/5ed52JpGqxEOcTLIuqihy+Amy5z+t8m3a93YTRNDRi0W5b332UQBtrWRSwJOMU96Nof7hJC2MM71Y1bHB8YP8kBKaoDW7vEoNsEMVzkyp0pyjUHFWc6yaRVHE054z79S2koj3jSRbCiY+CaJzg==";

    fn header(signature: &str) -> String {
        format!(
            r#"WECHATPAY2-SHA256-RSA2048 timestamp="1554208460", mchid="1900007291",serial_no="{SERIAL}",signature="{signature}",nonce_str="593BEC0C930BF1AFEB40B4A08C8FB242""#
        )
    }

    fn verify(signature: &str, method: &str, target: &str, body: &str, now_s: i64) -> Result<(), Refusal> {
        let request = SignedRequest { method, target, body: body.as_bytes() };
        Authorization::parse(&header(signature))?.verify(
            &request,
            &published_key(),
            SERIAL,
            Timestamp::from_seconds(now_s),
        )
    }

    #[test]
    fn published_requests_verify_and_nothing_near_them_does() {
        let now = 1_554_208_460;
        verify(S3, "POST", "/v3/pay/transactions/jsapi", S3_BODY, now).unwrap();
        verify(S4, "GET", "/v3/refund/domestic/refunds/123123123123", "", now + 300).unwrap();
        let query = "/v3/pay/transactions/out-trade-no/1217752501201407033233368018?mchid=1900007291";
        verify(S6, "GET", query, "", now - 300).unwrap();

        assert!(verify(S3, "POST", "/v3/pay/transactions/jsapi", &S3_BODY.replace("100", "101"), now).is_err());
        assert!(verify(S3, "PUT", "/v3/pay/transactions/jsapi", S3_BODY, now).is_err());
        assert!(verify(S4, "GET", "/v3/refund/domestic/refunds/123123123123?", "", now).is_err());
        assert!(verify(S4, "GET", "/v3/refund/domestic/refunds/123123123123", "", now + 301).is_err());
        assert!(verify(S4, "GET", "/v3/refund/domestic/refunds/123123123123", "", now - 301).is_err());
    }

    #[test]
    fn the_published_canonical_bytes_are_reproduced() {
        let request = SignedRequest { method: "POST", target: "/v3/pay/transactions/jsapi", body: S3_BODY.as_bytes() };
        let message = Authorization::parse(&header(S3)).unwrap().message(&request);
        assert_eq!(message.len(), 372);
        let digest = Sha256::digest(&message);
        assert_eq!(hex::encode(digest), "87a9f84cd9b4bdb78ec4dbe4595c8c8bf04d3e79a6765b2100741d1a473d37af");
    }

    #[test]
    fn a_header_with_a_missing_doubled_or_foreign_part_is_refused() {
        let good = header(S4);
        for bad in [
            good.replace("RSA2048", "RSA4096"),
            good.replace("mchid=\"1900007291\",", ""),
            good.replace("mchid=\"1900007291\"", "mchid=1900007291"),
            good.replace("mchid=", "sub_mchid="),
            format!("{good},mchid=\"1900007291\""),
            good.replace("1900007291", ""),
            "WECHATPAY2-SHA256-RSA2048".to_owned(),
            String::new(),
        ] {
            assert!(Authorization::parse(&bad).is_err(), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_header_whatever_makes_it_panic(header in ".{0,200}", cut in 0_usize..600) {
            let _ = Authorization::parse(&header);
            let known = super::tests::header(S4);
            let _ = Authorization::parse(known.get(..cut).unwrap_or(&known));
        }
    }
}
