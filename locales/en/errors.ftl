# Texts of REST errors: one message and one title per code of the error catalogue (`src/error.rs`).
errors-heading = Error codes

error-unauthenticated-title = No API key was given
error-unauthenticated = Send a secret key in the header: Authorization: Bearer ld_sk_…
error-invalid-key-title = The API key is not valid
error-invalid-key = This key is unknown or has been revoked. Make a new one with “luodi keys create”.
error-wrong-key-kind-title = This call needs a secret key
error-wrong-key-kind = A publishable key (ld_pk_…) cannot do this. Use a secret key (ld_sk_…) from your server.
error-origin-not-allowed-title = This page may not call here
error-origin-not-allowed = List the page’s origin in the store’s allowed_origins. Only calls with a payment’s client_secret are open to browsers.
error-client-secret-invalid-title = The client secret does not fit
error-client-secret-invalid = Use the client_secret of this very payment, as it was given when the payment was created.
error-not-found-title = Not found
error-not-found = { $what ->
    [payment] There is no such payment for this key.
    [attempt] There is no such attempt for this key.
    [refund] There is no such refund for this key.
    [account] There is no such merchant account for this key.
    [statement] There is no statement of that day. POST /v1/statements/ACCOUNT/DATE/fetch asks for it.
    [difference] There is no such difference for this key.
    [endpoint] There is no such webhook endpoint for this key.
    [delivery] There is no such delivery for this endpoint.
    [locale] There is no such locale. See /v1/locales for those there are.
    [qr] This attempt has no QR code to show now: it is not pending.
    [region] There is no such administrative division.
   *[page] There is nothing at this address. See /docs for what there is.
}
error-method-not-allowed-title = Method not allowed
error-method-not-allowed = This address does not take this HTTP method. See /docs.
error-malformed-json-title = The body is not valid JSON
error-malformed-json = { $why ->
    [place] The body cannot be read as JSON from line { $line }, column { $column } on.
   *[cut_off] The body ended before it was complete.
}
error-unsupported-media-type-title = The body must be JSON
error-unsupported-media-type = Send the header Content-Type: application/json.
error-body-too-large-title = The body is too large
error-body-too-large = A body may have at most { $limit_bytes } bytes.
error-validation-failed-title = Some values are not valid
error-validation-failed = See “errors”: each names the field and the fix. Nothing was changed.
error-idempotency-key-missing-title = The Idempotency-Key header is missing
error-idempotency-key-missing = Send an Idempotency-Key of 16–255 visible ASCII characters, a new one for each thing to create, the same one for each repeat.
error-idempotency-key-invalid-title = The Idempotency-Key is not valid
error-idempotency-key-invalid = An Idempotency-Key has 16–255 visible ASCII characters and no spaces; a random UUID will do.
error-idempotency-in-progress-title = The first request with this key is still running
error-idempotency-in-progress = Wait as Retry-After says, then send the same request again: you will get its answer.
error-idempotency-mismatch-title = This key was used for another request
error-idempotency-mismatch = An Idempotency-Key belongs to one request. Use a new key for a different body or address.
error-payment-not-open-title = The payment is not open
error-payment-not-open = The payment is { $status }, so this cannot be done any more.
error-payment-closing-title = The payment is being closed
error-payment-closing = No new attempt can be opened. Create a new payment if the shopper still wants to pay.
error-payment-not-paid-title = The payment is not paid
error-payment-not-paid = The payment is { $status }; only money that came in can be given back.
error-attempt-unsettled-title = The earlier attempt is not settled yet
error-attempt-unsettled = The gateway has not confirmed how the earlier order ended, and two open orders could be paid twice. Try again in a few seconds.
error-refund-exceeds-paid-title = More than can be refunded
error-refund-exceeds-paid = { $refundable } yuan can still be refunded.
error-refund-not-abnormal-title = The refund is not abnormal
error-refund-not-abnormal = Only a refund that the gateway accepted and cannot deliver can be sent elsewhere.
error-mode-mismatch-title = Test and live do not mix
error-mode-mismatch = Your key is a { $key_mode } key, and this object belongs to the other mode.
error-account-missing-title = No merchant account
error-account-missing = The store has no enabled { $gateway } account in { $mode } mode. Add one with “luodi accounts add” or POST /v1/accounts.
error-account-ambiguous-title = Several merchant accounts
error-account-ambiguous = The store has several { $gateway } accounts: say which one in “account” ({ $accounts }), or disable those that are not meant.
error-account-invalid-title = The account’s settings are not valid
error-account-invalid = See “errors”: each names the setting and the fix. Nothing was stored.
error-flow-unsupported-title = This way to pay is not supported
error-flow-unsupported = { $gateway } has no flow “{ $flow }” here.
error-method-unavailable-title = This way to pay is not available
error-method-unavailable = The shop cannot take this payment right now. Please contact the shop.
error-gateway-unavailable-title = The gateway cannot be reached
error-gateway-unavailable = The gateway did not take the call, so nothing happened there. Send the same request again, with the same Idempotency-Key.
error-gateway-unknown-title = The gateway’s answer is not known yet
error-gateway-unknown = The call may have taken effect. The gateway is being asked; read the payment, and do not start another one.
error-gateway-declined-title = The gateway declined
error-gateway-declined = The gateway said { $code }: { $message }
error-gateway-misconfigured-title = The merchant account is not set up for this
error-gateway-misconfigured = The gateway said { $code }. { $fix }
error-conflict-title = Somebody else changed it
error-conflict = It changed while you were changing it. Read it again, then repeat your change.
error-difference-resolved-title = The difference is resolved
error-difference-resolved = The statement and the ledger agree by now; there is nothing to acknowledge.
error-statements-unsupported-title = Statements are not offered here
error-statements-unsupported = { $gateway } has no call for statements: compare the files of its dashboard by hand.
error-vault-locked-title = Merchant secrets cannot be opened
error-vault-locked = The server has no master key for them. Set vault.keys (LUODI_VAULT__KEYS_FILE); the log says more.
error-rate-limited-title = Too many requests
error-rate-limited = Wait as Retry-After says, then go on.
error-storage-unavailable-title = The database does not answer
error-storage-unavailable = Nothing was changed, or it is recorded under your Idempotency-Key. Send the same request again.
error-internal-title = Our own fault
error-internal = Something failed inside. Tell whoever runs this server the request_id.

field-required = This is required.
field-required-for-flow = The flow “{ $flow }” needs this.
field-required-with = Give this together with “{ $other }”.
field-told-twice = “{ $other }” tells the same: give one of them.
field-unknown-field = There is no field “{ $field }” here. There are: { $allowed }.
field-unknown-field-nearest = There is no field “{ $field }”. Did you mean “{ $nearest }”?
field-expected-whole-number = Give a whole number without quotes; amounts are in fen (12.80 yuan is 1280).
field-expected-string = Give a string in quotes.
field-expected-object = Give a JSON object.
field-expected-boolean = Give true or false.
field-expected-list = Give a list.
field-wrong-type = This value has the wrong type: { $detail }.
field-amount-not-positive = An amount is at least 1 fen.
field-amount-too-large = An amount is at most { $max } yuan.
field-exceeds-refundable = At most { $refundable_fen } fen ({ $refundable } yuan) can still be refunded.
field-unsupported = Give one of: { $allowed }.
field-too-long = At most { $max } characters; this has { $length }.
field-too-many = At most { $max } entries.
field-metadata-too-long = A name has 1–40 characters and a value at most 500.
field-control-characters = Leave out line breaks and other control characters.
field-out-of-range = Give a number from { $min } to { $max }.
field-not-an-ip = Give an IPv4 or IPv6 address, such as 203.0.113.7.
field-not-a-payer-code = { $gateway ->
    [wechatpay] A WeChat payment code has 18 digits and begins with 10 to 15: scan the shopper’s code again.
    [alipay] A payment code of Alipay has 16 to 24 digits and begins with 25 to 30: scan it again.
   *[other] A payment code of UnionPay has 16 to 20 digits and usually begins with 62: scan it again.
}
field-not-a-web-address = Give an absolute https:// address.
field-host-not-listed = Only these hosts are configured for returns: { $allowed }.
field-not-a-time = Give an RFC 3339 time, such as 2026-01-31T08:00:00Z.
field-not-a-date = Give a day as YYYY-MM-DD, such as 2026-01-31.
field-date-not-over = That day is not over yet in Beijing; its statement comes in the middle of the next morning.
field-date-too-old = Statements are asked for up to { $days } days back: choose a later day.
field-not-an-id = Give an id that begins with “{ $prefix }”.
field-unknown-account = There is no enabled account with this id in { $mode } mode.
field-address-refused = This address cannot be called: { $reason }.
field-unknown-event-type = There is no event type “{ $name }”. There are: { $allowed }.
field-unknown-event-type-nearest = There is no event type “{ $name }”. Did you mean “{ $nearest }”?
field-replay-selection = Give either “event_ids”, or “from” and “to”.
field-not-after = Give a time after “{ $other }”.
field-cursor = Give the next_cursor of this very list.
field-nul-character = Leave out NUL characters.
field-unknown-message = There is no message “{ $id }”.
field-unknown-message-nearest = There is no message “{ $id }”. Did you mean “{ $nearest }”?
field-text-or-whole-number = Give text in quotes or a whole number; format money and dates yourself.
field-region-code = A division code has six digits, a town’s nine, such as 440305.
field-unknown-shop-region = The uploaded list has no region with this id.
field-not-a-province = Give the six-digit code of a province, such as 440000.

# Settings of merchant accounts; English answers carry more particulars.
setting-certificate-not-of-key = The certificate and the private key do not belong together: take both files from one download.
setting-certificate-not-public-key = This is a certificate; the WeChat Pay public key (pub_key.pem) belongs here.
setting-host-not-allowed = A live account calls WeChat Pay’s own hosts only.
setting-invalid-app-partnerid = Give mchid or sub_mchid.
setting-invalid-certificate = This cannot be read as the merchant certificate (apiclient_cert.pem).
setting-invalid-codepay = Give v3, or leave it away.
setting-invalid-text = This is too long, or has characters that WeChat Pay refuses (emoji).
setting-invalid-web-address = Give a web address with https://.
setting-private-key-not-certificate = This is a private key, a secret; the merchant certificate (apiclient_cert.pem) belongs here.
setting-serial-not-of-certificate = The merchant certificate has another serial number: correct this one, or leave it away.
setting-store-needed = Scanning payers’ codes needs the shop it happens in: store_id or store_out_id.
setting-sub-mchid-needed = This is for service providers: give sub_mchid too.
setting-test-account-needs-stand-in = A test account needs the address of a stand-in, such as the one “luodi sandbox” prints.
setting-invalid-api-base = Give https:// and a host, or http:// and this machine, without a path.
setting-invalid-app-secret = An AppSecret has exactly 32 letters and digits; the official account’s console shows it once.
setting-invalid-apiv3-key = The APIv3 key has exactly 32 letters and digits.
setting-invalid-appid = An app id is “wx” and 16 letters or digits.
setting-invalid-mchid = A merchant number has digits only.
setting-invalid-merchant-serial = The serial number of the merchant certificate has 40 hex digits.
setting-invalid-public-key = This cannot be read as the WeChat Pay public key (pub_key.pem).
setting-invalid-public-key-id = A public key id is “PUB_KEY_ID_” and digits.
setting-key-encrypted = The key is protected by a password: give it without one.
setting-key-too-small = The RSA key is too small: 2048 bits are needed.
setting-merchant-certificate-not-public-key = This is the merchant’s own certificate; the WeChat Pay public key belongs here.
setting-missing = This is required.
setting-not-an-object = Give a JSON object.
setting-not-text = Give a string in quotes.
setting-own-public-key = This is the merchant’s own public key; the WeChat Pay public key belongs here.
setting-private-not-public-key = This is a private key; the WeChat Pay public key belongs here.
setting-public-key-id-without-key = The public key id needs its key (wechatpay_public_key).
setting-public-key-without-id = The public key needs its id (wechatpay_public_key_id).
setting-unknown-field = There is no such setting. { $nearest ->
    [none] Known are: { $allowed }.
   *[other] Did you mean “{ $nearest }”?
}

# Findings of an account check.
check-private-key = The private key can be read.
check-clock = This machine’s clock differs from WeChat Pay’s: synchronise it (NTP).
check-credentials-accepted = WeChat Pay accepted the signature.
check-public-key-needed = Download the WeChat Pay public key in the console and set it with its id.
check-sign-error = WeChat Pay refused the signature: merchant_serial and merchant_private_key do not belong together or to this mchid.
check-refused = WeChat Pay refused the call.
check-unreachable = WeChat Pay cannot be reached.
check-not-confirmed = Nothing can be said yet; try again.
check-apiv3-key-wrong = WeChat Pay’s certificates do not open with apiv3_key: compare it with the console.
check-public-key-id-mismatch = WeChat Pay signed with a key that is not configured: compare wechatpay_public_key_id with the console.
check-public-key-wrong = wechatpay_public_key does not belong to its id.
check-answer-not-proven = The answer could not be verified.
check-public-key = The WeChat Pay public key verifies what WeChat Pay signed.
check-order-left-open = The order of this check could not be closed; it ends by itself.
check-order-refused = WeChat Pay refused an order.
check-product-not-enabled = The merchant may not open orders: enable Native payment in the WeChat Pay console, and look there for restrictions.
check-app-not-bound = The app id is not bound to the merchant number: bind it in the WeChat Pay console, appid management.
check-app-bound = An order could be opened under this app id.
check-merchant-certificate-expiring = The merchant API certificate ends soon: apply for a new one in the console, then set the private key and the certificate together.
check-platform-certificate-expiring = A platform certificate expires soon; better, move to the WeChat Pay public key.

# Codes that a merchant shows to be scanned.
field-merchant-code-not-emv = This is no EMVCo merchant code: those begin with 000201. An address such as https://qr.95516.com/… is a code too, but holds nothing to read.
field-merchant-code-broken-head = At character { $at }: two digits for the object and two for its length must stand here. Something before it was lost or added; copy or scan the code again.
field-merchant-code-object-too-long = At character { $at }: object { $id } is longer than what is left. The end of the code was lost, or a length is wrong; copy or scan it again.
field-merchant-code-object-empty = At character { $at }: object { $id } has the length 00. Whoever writes the code must leave an empty object away.
field-merchant-code-object-twice = At character { $at }: object { $id } stands there for the second time. Whoever writes the code must write it once.
field-merchant-code-no-crc = The check value is missing: a code ends with 6304 and four characters. Copy or scan it to its end.
field-merchant-code-wrong-crc = At character { $at }: the check value is { $told }, but { $expected } belongs to this text. A character was changed: copy or scan the code again.
field-merchant-code-object-missing = Object { $id } is missing: { $part ->
    [account] an account of the merchant (02 to 51)
    [category] the merchant category, 4 digits
    [currency] the currency, 156 for renminbi
    [country] the country, two capital letters
    [merchant-name] the merchant’s name
   *[merchant-city] the merchant’s city
}. Whoever writes the code must add it.
field-merchant-code-object-invalid = At character { $at }: object { $id } must be { $part ->
    [initiation] 11 (for many payments) or 12 (for one)
    [unionpay-account] a UnionPay account: two numbers of 8 digits and a merchant number of at most 15 characters
    [category] the merchant category, 4 digits
    [currency] the currency, 3 digits
    [amount] an amount above zero, such as 12.34, with at most two decimals in renminbi
    [country] the country, two capital letters
    [merchant-name] the merchant’s name, at most 25 characters
   *[merchant-city] the merchant’s city, at most 15 characters
}. Whoever writes the code must correct it.
