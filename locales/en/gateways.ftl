# What gateways' refusals mean, for merchants. $told are the gateway's own words.

# WeChat Pay (微信支付).
gateway-wechatpay-param-error = WeChat Pay refused a parameter: { $told }
gateway-wechatpay-invalid-request = WeChat Pay refused the request as it stands: { $told }
gateway-wechatpay-appid-mchid-not-match = The app id is not bound to the merchant number. Bind it in the WeChat Pay console under product centre, appid management, and confirm it in the account of the app.
gateway-wechatpay-mch-not-exists = WeChat Pay does not know this merchant number: compare mchid with the console.
gateway-wechatpay-order-closed = The order is closed at WeChat Pay. Open a new attempt.
gateway-wechatpay-order-paid = The order is paid already; the payment will show it.
gateway-wechatpay-order-reversed = The order was reversed. Open a new attempt.
gateway-wechatpay-sign-error = WeChat Pay refused the signature: merchant number, certificate serial number and private key must belong together, and the clock must be right. “luodi accounts check” tells which it is.
gateway-wechatpay-no-auth = The merchant may not use this product. Enable it in the WeChat Pay console under product centre, look there for restrictions, and in partner mode for the sub-merchant’s authorisation.
gateway-wechatpay-out-trade-no-used = The order number was used before with other content.
gateway-wechatpay-rule-limit = WeChat Pay’s risk rules refused this payment: { $told }
gateway-wechatpay-trade-error = WeChat Pay could not take the money from this account: { $told }
gateway-wechatpay-not-enough = The balance is too low. For a refund: top up the merchant account; the same refund is then sent again. For a payment code: the payer may choose another card.
gateway-wechatpay-account-error = There is a problem with the account at WeChat Pay: { $told }
gateway-wechatpay-user-account-abnormal = The payer’s account cannot take the money back. Settle the refund in the WeChat Pay console or outside of it.
gateway-wechatpay-order-not-exist = WeChat Pay does not know this order.
gateway-wechatpay-resource-not-exists = WeChat Pay does not know this order or refund, or the order is not paid.
gateway-wechatpay-frequency-limited = Too many requests for now; the same request is sent again later. An old order is refunded more slowly.
gateway-wechatpay-ratelimit-exceeded = Too many requests for now; the same request is sent again later.
gateway-wechatpay-rate-limited = Too many requests for now; the same request is sent again later.
gateway-wechatpay-system-error = WeChat Pay does not know the outcome itself; it is being asked.
gateway-wechatpay-bank-error = The bank gave no answer; WeChat Pay is being asked.
gateway-wechatpay-openid-mismatch = The openid does not belong to the app id that pays: fetch it under that app id.
gateway-wechatpay-invalid-transactionid = WeChat Pay’s order number is not valid.
gateway-wechatpay-userpaying = The payer is confirming on the phone.
gateway-wechatpay-auth-code-error = The payment code cannot be used. Ask the shopper to refresh it and scan again.
gateway-wechatpay-auth-code-expire = The payment code has expired. Ask the shopper to refresh it and scan again.
gateway-wechatpay-auth-code-expired = The payment code has expired. Ask the shopper to refresh it and scan again.
gateway-wechatpay-auth-code-invalid = This is no WeChat payment code. Scan the code that WeChat shows under “Money”.
gateway-wechatpay-payerror = The payment failed: { $told }
gateway-wechatpay-abnormal = The payer’s account cannot take the money. Have it paid to one of the payer’s bank cards, or to your own account and settle with the payer: the WeChat Pay console offers both.
gateway-wechatpay-closed = WeChat Pay cancelled the refund; the money stays with the merchant. Ask for a new refund.

# Any gateway, and refusals of our own.
gateway-outcome-unknown = The gateway’s answer is not known yet; it is being asked.
gateway-gateway-unreachable = The gateway could not be reached; nothing happened there.
gateway-never-opened = The gateway never received this order.
gateway-code-lost = The gateway opened this order, but what the shopper needs to pay it was lost on the way. Open a new attempt.
gateway-amount-zero = The amount must be at least 1 fen.
gateway-description-empty = The description has no character that the gateway accepts.
gateway-expired = The order would expire before it is opened.
gateway-payer-id-missing = Payment inside WeChat needs the shopper’s openid under the app id that pays.
gateway-payer-id = An openid has at most 128 letters, digits and marks.
gateway-shopper-ip-missing = Payment from a mobile browser needs the shopper’s own IP address (shopper.ip).
gateway-app-id-unknown = This app id is none of the account’s for this flow: add it to the account’s settings (appid, mini_program_appid, app_appid), or name one that is there.
gateway-codepay-off = Scanning payment codes is switched off: set codepay to v3 once WeChat Pay has opened it to the merchant, and store_id or store_out_id.
gateway-notify-url = Gateways send notifications to public https addresses without a query: set the public address of this service.
gateway-refund-amount = A refund is at least 1 fen and at most what the order cost.
gateway-too-many-refunds = WeChat Pay takes at most 50 refunds for one order: return the rest outside of it.
gateway-bank-type = This bank takes no abnormal refunds.
gateway-too-long = The card number or the name is too long.
gateway-fund-flow-of-sub-merchant = A service provider does not get its sub-merchants’ fund flow here: the sub-merchant finds it in its own console.
