//! Alipay on the mainland (支付宝), one merchant's own application or a service provider's, by v2 or v3.
//! Promises: every answer and notification is verified with a key of this account before anything in it is
//! believed; code 10000 alone proves nothing. Refuses: RSA with SHA-1.

mod check;
mod client;
mod errors;
mod facts;
pub mod notification;
mod reports;
mod requests;
pub mod settings;
pub mod shopper;
pub mod sign;
pub mod statement;
mod trust;
mod values;

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use self::client::Client;
use self::errors::Operation;
pub use self::facts::FACTS;
use self::reports::{RefundAnswer, RefundFound, Refunded, Trade};
use self::requests::{PreparedRefund, PreparedTrade, Product};
use self::settings::{Parsed, QrProduct};
use self::sign::{Form, SignedRequest, Unsigned};
use self::values::{Lenient, given};
use super::shopper::PayingApp;
use super::statement::{Fetched, StatementToFetch};
use super::transport::{Transport, is_loopback};
use super::{
    AccountCredentials, CheckDepth, DeclineReason, EXPIRY_WARNING_S, ExpiringCredential, Finding, Gateway,
    GatewayError, Merchant, Notification, Opened, OrderRef, OrderReport, OrderState, OrderToOpen, Outcome,
    PreparedOrder, RawNotification, RawResponse, RefundDestination, RefundRef, RefundReport, RefundState,
    RefundToRequest, Rejected, SettingProblem, Severity, Verified,
};
use crate::clock::{SharedClock, Timestamp};
use crate::crypto::random;
use crate::money::Fen;
use crate::payments::attempt::{Flow, FormMethod, NextAction, Shopper};
use crate::payments::payment::Mode;

/// One application at Alipay.
#[derive(Debug)]
pub struct Alipay {
    merchant: Merchant,
    mode: Mode,
    qr_product: QrProduct,
    client: Client,
}

/// How long a code to scan stays good whatever the order's own time, in seconds: two hours.
const CODE_LIFETIME_S: i64 = 2 * 3600;

const FLOWS: [Flow; 6] = [Flow::Qr, Flow::Page, Flow::Wap, Flow::App, Flow::Jsapi, Flow::Barcode];

#[derive(Deserialize)]
struct Precreated {
    out_trade_no: Option<Lenient>,
    qr_code: Option<Lenient>,
}

#[derive(Deserialize)]
struct Created {
    out_trade_no: Option<Lenient>,
    trade_no: Option<Lenient>,
}

#[derive(Deserialize)]
struct Cancelled {
    out_trade_no: Option<Lenient>,
    /// `Y`: not done yet, ask again.
    retry_flag: Option<Lenient>,
}

impl Alipay {
    /// Parses keys and settings. Offline: certificates are fetched when one is met that is not known.
    ///
    /// # Errors
    /// Every problem of the settings and secrets at once.
    pub fn open(
        credentials: &AccountCredentials,
        transport: Transport,
        clock: SharedClock,
    ) -> Result<Self, Vec<SettingProblem>> {
        let parsed = Parsed::read(credentials)?;
        let merchant = Merchant {
            merchant_no: parsed.seller_id,
            app_id: Some(parsed.signer.app_id.clone()),
            sub_merchant_no: parsed.auth_app_id,
        };
        let client =
            Client::new(parsed.signer, parsed.trust, parsed.content_key, parsed.api, transport, clock, parsed.api_base);
        Ok(Self { merchant, mode: credentials.mode, qr_product: parsed.qr_product, client })
    }

    /// Whole seconds until calls are tried again; `None` unless the circuit is open.
    #[must_use]
    pub fn retry_after_s(&self) -> Option<i64> {
        self.client.breaker.retry_after_s()
    }

    /// Which of Alipay's products a flow is.
    const fn product(&self, flow: Flow) -> Product {
        match (flow, self.qr_product) {
            (Flow::Qr, QrProduct::Precreate) => Product::Precreate,
            (Flow::Qr, QrProduct::Page) => Product::Frame,
            (Flow::Page, _) => Product::Page,
            (Flow::Wap, _) => Product::Wap,
            (Flow::App, _) => Product::App,
            (Flow::Jsapi, _) => Product::Create,
            (Flow::Barcode, _) => Product::Pay,
        }
    }

    /// Signs what a browser or an app brings to Alipay. Never encrypted: these products do not take it.
    fn sign(&self, trade: &PreparedTrade, biz_content: &str, return_url: Option<&str>) -> SignedRequest {
        let unsigned = Unsigned {
            method: trade.product.method(),
            biz_content,
            is_encrypted: false,
            notify_url: Some(&trade.notify_url),
            return_url,
            is_of_application: false,
        };
        self.client.signer.sign(&unsigned, self.client.clock.now())
    }

    fn gateway_address(&self) -> String {
        format!("{}/gateway.do", self.client.base.as_str().trim_end_matches('/'))
    }

    async fn precreate(&self, trade: &PreparedTrade, out_trade_no: &str) -> Result<Opened, GatewayError> {
        let answer = self.client.call(Operation::Precreate, &trade.biz_content, Some(&trade.notify_url)).await?;
        let opened: Precreated = read(&answer.json)?;
        same_number(out_trade_no, opened.out_trade_no)?;
        let code_url = given(opened.qr_code).ok_or_else(|| incomplete("qr_code"))?;
        let expires_at = Some(self.client.clock.now().plus_s(CODE_LIFETIME_S));
        Ok(Opened::Waiting { next_action: NextAction::DisplayQr { code_url }, expires_at })
    }

    async fn create_trade(&self, trade: &PreparedTrade, out_trade_no: &str) -> Result<Opened, GatewayError> {
        let answer = self.client.call(Operation::Create, &trade.biz_content, Some(&trade.notify_url)).await?;
        let created: Created = read(&answer.json)?;
        same_number(out_trade_no, created.out_trade_no)?;
        let trade_no = given(created.trade_no).ok_or_else(|| incomplete("trade_no"))?;
        let parameters = BTreeMap::from([("tradeNO".to_owned(), trade_no)]);
        Ok(Opened::Waiting { next_action: NextAction::InvokeJsapi { parameters }, expires_at: None })
    }

    async fn pay(&self, trade: &PreparedTrade, out_trade_no: &str) -> Result<Opened, GatewayError> {
        let answer = self.client.call(Operation::Pay, &trade.biz_content, Some(&trade.notify_url)).await?;
        let waiting = Opened::Waiting { next_action: NextAction::Wait, expires_at: None };
        if answer.is_waiting {
            return Ok(waiting);
        }
        let paid: Trade = read(&answer.json)?;
        same_number(out_trade_no, paid.out_trade_no.clone())?;
        // An answer that does not name number, amount and time of the payment settles nothing: it is asked about.
        Ok(paid.paid_report(self.merchant.clone()).map_or(waiting, Opened::Settled))
    }

    /// What a browser takes to Alipay: a form, a link or a frame.
    fn browser_action(&self, trade: &PreparedTrade, order: &PreparedOrder<'_>) -> Result<NextAction, GatewayError> {
        let address = self.gateway_address();
        let return_url = Some(order.return_url);
        Ok(match trade.product {
            Product::Page => {
                let signed = self.sign(trade, &trade.biz_content, return_url);
                let mut fields: BTreeMap<String, String> =
                    signed.parameters().iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
                // Alipay reads the body as GBK unless the address itself names the charset; never in both.
                fields.remove("charset");
                NextAction::SubmitForm { action: format!("{address}?charset=utf-8"), method: FormMethod::Post, fields }
            }
            Product::Frame => {
                let signed = self.sign(trade, &trade.biz_content, return_url);
                let url = format!("{address}?{}", signed.encoded());
                NextAction::EmbedFrame { url, width_px: requests::FRAME_CODE_PX, height_px: requests::FRAME_CODE_PX }
            }
            _ => {
                let content = requests::with_quit_url(&trade.biz_content, order.return_url)?;
                let url = format!("{address}?{}", self.sign(trade, &content, return_url).encoded());
                NextAction::Redirect { url: url.clone(), gateway_url: url }
            }
        })
    }

    fn app_action(&self, trade: &PreparedTrade) -> NextAction {
        let order_string = self.sign(trade, &trade.biz_content, None).encoded();
        NextAction::InvokeApp { parameters: BTreeMap::from([("orderString".to_owned(), order_string)]) }
    }

    fn closed(&self, out_trade_no: &str) -> OrderReport {
        self.report(out_trade_no, OrderState::Closed)
    }

    fn report(&self, out_trade_no: &str, state: OrderState) -> OrderReport {
        OrderReport {
            merchant: self.merchant.clone(),
            out_trade_no: out_trade_no.to_owned(),
            amount: None,
            currency: None,
            settlement: None,
            state,
        }
    }

    /// What it means that Alipay does not know an order.
    fn state_of_unknown(&self, order: &OrderRef<'_>) -> Option<OrderState> {
        match order.flow {
            // These exist from the call on.
            Flow::Barcode | Flow::Jsapi => None,
            Flow::Qr | Flow::Page | Flow::Wap | Flow::App => {
                let until = order.expires_at.plus_s(requests::lifetime_margin_s(order.flow));
                Some(if self.client.clock.now() > until { OrderState::Closed } else { OrderState::Unopened })
            }
        }
    }

    async fn cancel(&self, out_trade_no: &str) -> Result<OrderReport, GatewayError> {
        let content = requests::numbered(out_trade_no)?;
        let answer = self.client.call(Operation::Cancel, &content, None).await?;
        let cancelled: Cancelled = read(&answer.json)?;
        same_number(out_trade_no, cancelled.out_trade_no)?;
        match given(cancelled.retry_flag).as_deref() {
            None | Some("N") => Ok(self.closed(out_trade_no)),
            Some(_) => Err(GatewayError::Unknown("Alipay wants the cancellation to be asked for again".to_owned())),
        }
    }
}

#[async_trait]
impl Gateway for Alipay {
    fn flows(&self) -> &[Flow] {
        &FLOWS
    }

    /// Alipay's own page works inside Alipay without knowing who looks at it.
    fn paying_app(&self) -> Option<&PayingApp> {
        None
    }

    fn foreign_identifier(&self, told: &Merchant) -> Option<&'static str> {
        if told.merchant_no != self.merchant.merchant_no {
            return Some("merchant_no");
        }
        if told.app_id.is_some() && told.app_id != self.merchant.app_id {
            return Some("app_id");
        }
        // Not every message names the application of the merchant that is acted for.
        let is_foreign = told.sub_merchant_no.is_some() && told.sub_merchant_no != self.merchant.sub_merchant_no;
        is_foreign.then_some("sub_merchant_no")
    }

    fn prepare(&self, order: &OrderToOpen) -> Result<String, GatewayError> {
        let local = self.mode == Mode::Test && is_loopback(&self.client.base);
        requests::trade(self.product(order.flow), order, local, self.client.clock.now())
    }

    fn reworded(&self, request: &str, description: &str) -> Option<String> {
        requests::reworded(request, description)
    }

    async fn create(&self, order: &PreparedOrder<'_>) -> Result<Verified<Opened>, GatewayError> {
        let trade: PreparedTrade = stored(order.request)?;
        let out_trade_no = number_in(&trade.biz_content)?;
        let opened = match trade.product {
            Product::Precreate => self.precreate(&trade, &out_trade_no).await?,
            Product::Create => self.create_trade(&trade, &out_trade_no).await?,
            Product::Pay => self.pay(&trade, &out_trade_no).await?,
            Product::Page | Product::Frame | Product::Wap => {
                Opened::Waiting { next_action: self.browser_action(&trade, order)?, expires_at: None }
            }
            Product::App => Opened::Waiting { next_action: self.app_action(&trade), expires_at: None },
        };
        Ok(Verified::new(opened))
    }

    async fn query(&self, order: &OrderRef<'_>) -> Result<Verified<OrderReport>, GatewayError> {
        let content = requests::numbered(order.out_trade_no)?;
        match self.client.call(Operation::Query, &content, None).await {
            Ok(answer) => {
                let trade: Trade = read(&answer.json)?;
                same_number(order.out_trade_no, trade.out_trade_no.clone())?;
                // A till's order that was paid and then cancelled is closed with the time of its payment beside
                // it: the money has gone back and must not count.
                if order.flow == Flow::Barcode && trade.is_closed() {
                    return Ok(Verified::new(self.closed(order.out_trade_no)));
                }
                let report = trade.report(self.merchant.clone()).ok_or_else(|| incomplete("trade_status"))?;
                Ok(Verified::new(report))
            }
            Err(error @ GatewayError::Declined { reason: DeclineReason::NotFound, .. }) => {
                let state = self.state_of_unknown(order).ok_or(error)?;
                Ok(Verified::new(self.report(order.out_trade_no, state)))
            }
            Err(error) => Err(error),
        }
    }

    async fn close(&self, order: &OrderRef<'_>) -> Result<Verified<OrderReport>, GatewayError> {
        if order.flow == Flow::Barcode {
            // 撤销: closes what is unpaid and sends back what was paid meanwhile.
            return self.cancel(order.out_trade_no).await.map(Verified::new);
        }
        let content = requests::numbered(order.out_trade_no)?;
        match self.client.call(Operation::Close, &content, None).await {
            Ok(answer) => {
                let closed: Created = read(&answer.json)?;
                same_number(order.out_trade_no, closed.out_trade_no)?;
                Ok(Verified::new(self.closed(order.out_trade_no)))
            }
            // Past its time an order that nobody opened can no longer be paid.
            Err(GatewayError::Declined { reason: DeclineReason::NotFound, .. })
                if self.state_of_unknown(order) == Some(OrderState::Closed) =>
            {
                Ok(Verified::new(self.closed(order.out_trade_no)))
            }
            Err(error) => Err(error),
        }
    }

    fn prepare_refund(&self, refund: &RefundToRequest) -> Result<String, GatewayError> {
        requests::refund(refund)
    }

    async fn refund(&self, request: &str) -> Result<Verified<RefundReport>, GatewayError> {
        let asked: PreparedRefund = stored(request)?;
        let answer = self.client.call(Operation::Refund, &asked.biz_content, None).await?;
        let refunded: Refunded = read(&answer.json)?;
        same_number(&asked.out_trade_no, refunded.out_trade_no)?;
        if given(refunded.fund_change).as_deref() != Some("Y") {
            // A repeat of what was done before, or not done yet: 10000 does not tell which.
            return Err(GatewayError::Unknown("Alipay answered 10000 without moving money in this call".to_owned()));
        }
        // `refund_fee` is what went back of the whole order so far; the request says what this refund is.
        let succeeded_at = given(refunded.gmt_refund_pay).as_deref().and_then(values::parse_beijing_time);
        Ok(Verified::new(RefundReport {
            merchant: self.merchant.clone(),
            out_refund_no: asked.out_refund_no,
            out_trade_no: asked.out_trade_no,
            gateway_refund_no: None,
            amount: asked.amount,
            order_amount: asked.order_amount,
            state: RefundState::Succeeded { succeeded_at },
        }))
    }

    async fn query_refund(&self, refund: &RefundRef<'_>) -> Result<Verified<RefundReport>, GatewayError> {
        let content = requests::refund_query(refund.out_trade_no, refund.out_refund_no)?;
        let answer = self.client.call(Operation::QueryRefund, &content, None).await?;
        match read::<RefundFound>(&answer.json)?.answer(refund, self.merchant.clone()) {
            RefundAnswer::Report(report) => Ok(Verified::new(*report)),
            RefundAnswer::NoSuchRefund => Err(GatewayError::Declined {
                reason: DeclineReason::NotFound,
                code: "REFUND_NOT_EXIST".to_owned(),
                message: "Alipay knows no such refund, or it failed".to_owned(),
            }),
            RefundAnswer::Incomplete => Err(incomplete("refund_status")),
        }
    }

    /// Alipay sends every refund back the way the money came, or to the payer's balance; nothing is left to steer.
    async fn redirect_refund(
        &self,
        _out_refund_no: &str,
        _gateway_refund_no: &str,
        _to: &RefundDestination,
    ) -> Result<Verified<RefundReport>, GatewayError> {
        Err(requests::refuse("unsupported", "Alipay has no refunds to send elsewhere"))
    }

    async fn statement(&self, wanted: &StatementToFetch) -> Result<Fetched, GatewayError> {
        statement::fetch(&self.client, &self.merchant, wanted).await
    }

    async fn read_notification(&self, raw: &RawNotification) -> Result<Verified<Notification>, Rejected> {
        let result = async {
            if raw.body.len() > notification::MAX_BODY {
                return Err(Rejected::Malformed);
            }
            let form = Form::parse(&raw.body)?;
            self.client.verify(&form).await?;
            notification::read(&form)
        };
        result.await.map(Verified::new).inspect_err(|rejected| client::count_rejection("notification", *rejected))
    }

    fn acknowledge(&self, outcome: Outcome) -> RawResponse {
        notification::acknowledge(outcome)
    }

    async fn check(&self, depth: &CheckDepth) -> Vec<Finding> {
        let mut findings = check::check(&self.client).await;
        let is_sound = findings.iter().all(|f| f.severity != Severity::Error);
        // Nobody sees the code, and an order that nobody opens never comes to be at Alipay.
        if let (CheckDepth::Orders { notify_url }, QrProduct::Precreate, true) = (depth, self.qr_product, is_sound) {
            let now = self.client.clock.now();
            let order = OrderToOpen {
                flow: Flow::Qr,
                out_trade_no: format!("LUODICHECK{}", random::alphanumeric(16)),
                amount: Fen::new(1).unwrap_or_default(),
                description: "Luodi".to_owned(),
                expires_at: now.plus_s(60),
                notify_url: notify_url.clone(),
                shopper: Shopper::default(),
            };
            let opened = match self.prepare(&order).and_then(|request| stored::<PreparedTrade>(&request)) {
                Ok(trade) => self.precreate(&trade, &order.out_trade_no).await,
                Err(error) => Err(error),
            };
            findings.push(check::order_finding(opened.map(|_| ())));
        }
        findings
    }

    fn expiring_credentials(&self, now: Timestamp) -> Vec<ExpiringCredential> {
        self.client.trust.expiring(EXPIRY_WARNING_S, now)
    }

    /// Certificates are fetched when one is met that is not known; nothing falls due by the clock.
    async fn maintain(&self) {}
}

/// Reads a verified body. What cannot be read may still have taken effect.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, GatewayError> {
    serde_json::from_slice(body).map_err(|e| GatewayError::Unknown(format!("the answer cannot be read: {e}")))
}

/// Reads a request of our own.
fn stored<T: DeserializeOwned>(request: &str) -> Result<T, GatewayError> {
    serde_json::from_str(request).map_err(|e| GatewayError::NotSent(format!("the stored request is damaged: {e}")))
}

fn number_in(biz_content: &str) -> Result<String, GatewayError> {
    given(stored::<Created>(biz_content)?.out_trade_no)
        .ok_or_else(|| GatewayError::NotSent("the stored request names no order".to_owned()))
}

fn incomplete(what: &str) -> GatewayError {
    GatewayError::Unknown(format!("the answer lacks {what} or cannot be understood"))
}

/// A signed answer to another question proves nothing about this one.
fn same_number(asked: &str, answered: Option<Lenient>) -> Result<(), GatewayError> {
    if given(answered).is_none_or(|answered| asked == answered) {
        Ok(())
    } else {
        Err(GatewayError::Unknown("the answer speaks of another number".to_owned()))
    }
}
