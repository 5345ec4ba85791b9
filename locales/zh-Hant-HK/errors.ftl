# Texts of REST errors: one message and one title per code of the error catalogue (`src/error.rs`).
errors-heading = 錯誤代碼

error-unauthenticated-title = 沒有提供 API 密鑰
error-unauthenticated = 請在請求標頭中傳送私密密鑰：Authorization: Bearer ld_sk_…
error-invalid-key-title = API 密鑰無效
error-invalid-key = 此密鑰不存在或已被撤銷。可用「luodi keys create」建立新的密鑰。
error-wrong-key-kind-title = 此接口需要私密密鑰
error-wrong-key-kind = 可公開密鑰（ld_pk_…）無權調用。請在伺服器端使用私密密鑰（ld_sk_…）。
error-origin-not-allowed-title = 該頁面不可調用此接口
error-origin-not-allowed = 請將該頁面的來源加入商店的 allowed_origins。瀏覽器只可憑單筆付款的 client_secret 調用。
error-client-secret-invalid-title = client_secret 不相符
error-client-secret-invalid = 請使用建立該筆付款時傳回的 client_secret。
error-not-found-title = 不存在
error-not-found = { $what ->
    [payment] 此密鑰下沒有這筆付款。
    [attempt] 此密鑰下沒有這次付款嘗試。
    [refund] 此密鑰下沒有這筆退款。
    [account] 此密鑰下沒有這個商戶帳戶。
    [statement] 這一天沒有對帳單。可用 POST /v1/statements/帳戶/日期/fetch 取得。
    [difference] 此密鑰下沒有這條對帳差異。
    [endpoint] 此密鑰下沒有這個 Webhook 網址。
    [delivery] 此網址下沒有這次投遞。
    [locale] 沒有這種語言。可用的語言見 /v1/locales。
    [qr] 這次付款嘗試現在沒有可顯示的二維碼：它不在待付款狀態。
    [region] 沒有這個行政區劃。
   *[page] 此網址沒有內容。可用的接口見 /docs。
}
error-method-not-allowed-title = 不支援的請求方法
error-method-not-allowed = 此網址不接受這種 HTTP 方法，見 /docs。
error-malformed-json-title = 請求主體不是有效的 JSON
error-malformed-json = { $why ->
    [place] 請求主體由第 { $line } 行第 { $column } 列起未能按 JSON 解析。
   *[cut_off] 請求主體不完整，傳輸已中斷。
}
error-unsupported-media-type-title = 請求主體必須是 JSON
error-unsupported-media-type = 請傳送請求標頭 Content-Type: application/json。
error-body-too-large-title = 請求主體過大
error-body-too-large = 請求主體最多 { $limit_bytes } 位元組。
error-validation-failed-title = 部分內容不符合要求
error-validation-failed = 詳見「errors」：逐項列出欄位及改法。沒有作任何更改。
error-idempotency-key-missing-title = 缺少 Idempotency-Key 請求標頭
error-idempotency-key-missing = 請傳送 Idempotency-Key（16–255 個可見 ASCII 字元）：每建立一項用一個新的，重試時用同一個。
error-idempotency-key-invalid-title = Idempotency-Key 不符合要求
error-idempotency-key-invalid = Idempotency-Key 為 16–255 個可見 ASCII 字元，不含空格；隨機 UUID 即可。
error-idempotency-in-progress-title = 使用此鍵的首次請求仍在處理
error-idempotency-in-progress = 請按 Retry-After 等待後重新傳送同一請求，即可得到其結果。
error-idempotency-mismatch-title = 此鍵已用於另一請求
error-idempotency-mismatch = 一個 Idempotency-Key 只對應一個請求。內容或網址不同時請使用新的鍵。
error-payment-not-open-title = 該筆付款已不在待付款狀態
error-payment-not-open = 該筆付款的狀態為 { $status }，不能再進行此操作。
error-payment-closing-title = 該筆付款正在關閉
error-payment-closing = 不能再開始新的付款嘗試。如買家仍要付款，請建立一筆新的付款。
error-payment-not-paid-title = 該筆付款尚未支付
error-payment-not-paid = 該筆付款的狀態為 { $status }；只有已收到的款項才可退還。
error-attempt-unsettled-title = 上一次付款嘗試尚未了結
error-attempt-unsettled = 支付渠道尚未確認上一張訂單的結果，同時開啟兩張訂單可能導致重複付款。請幾秒後再試。
error-refund-exceeds-paid-title = 超出可退金額
error-refund-exceeds-paid = 最多還可退 { $refundable } 元。
error-refund-not-abnormal-title = 此退款沒有異常
error-refund-not-abnormal = 只有渠道已受理但無法退到原帳戶的退款，才能改變去向。
error-mode-mismatch-title = 測試與正式不可混用
error-mode-mismatch = 目前密鑰屬於 { $key_mode } 模式，而該物件屬於另一模式。
error-account-missing-title = 沒有商戶帳戶
error-account-missing = 該商店在 { $mode } 模式下沒有已啟用的 { $gateway } 帳戶。請用「luodi accounts add」或 POST /v1/accounts 加入。
error-account-ambiguous-title = 有多個商戶帳戶
error-account-ambiguous = 該商店有多個 { $gateway } 帳戶，請在「account」中指明（{ $accounts }），或停用不用的帳戶。
error-account-invalid-title = 商戶帳戶的設定不符合要求
error-account-invalid = 詳見「errors」：逐項列出設定及改法。沒有儲存任何內容。
error-flow-unsupported-title = 不支援這種付款方式
error-flow-unsupported = { $gateway } 在此不支援「{ $flow }」。
error-method-unavailable-title = 此付款方式暫不可用
error-method-unavailable = 商戶暫時未能收取這筆款項，請聯絡商戶。
error-gateway-unavailable-title = 未能連接支付渠道
error-gateway-unavailable = 請求沒有到達支付渠道，甚麼也沒有發生。請用同一 Idempotency-Key 重新傳送。
error-gateway-unknown-title = 支付渠道的結果尚未明確
error-gateway-unknown = 該請求可能已生效，正在向支付渠道查證。請查詢該筆付款，不要另行開始。
error-gateway-declined-title = 支付渠道拒絕了請求
error-gateway-declined = 支付渠道傳回 { $code }：{ $message }
error-gateway-misconfigured-title = 商戶帳戶尚未開通此項
error-gateway-misconfigured = 支付渠道傳回 { $code }。{ $fix }
error-conflict-title = 內容已被他人修改
error-conflict = 在您修改期間內容已有變動。請重新讀取後再修改。
error-difference-resolved-title = 此差異已消除
error-difference-resolved = 對帳單與本地帳本現已一致，無需確認。
error-statements-unsupported-title = 此渠道不提供對帳單
error-statements-unsupported = { $gateway } 沒有對帳單接口：請在其控制台下載檔案，人手核對。
error-vault-locked-title = 未能開啟商戶密鑰
error-vault-locked = 伺服器沒有相應的主密鑰。請設定 vault.keys（LUODI_VAULT__KEYS_FILE），詳見日誌。
error-rate-limited-title = 請求過於頻繁
error-rate-limited = 請按 Retry-After 等待後繼續。
error-storage-unavailable-title = 數據庫沒有回應
error-storage-unavailable = 沒有作任何更改，或已記錄在您的 Idempotency-Key 之下。請重新傳送同一請求。
error-internal-title = 伺服器內部錯誤
error-internal = 內部發生故障。請將 request_id 告知伺服器管理員。

field-required = 請填寫此欄。
field-required-with = 請與「{ $other }」一併提供。
field-told-twice = 與「{ $other }」意思相同，只需提供其中一個。
field-unknown-field = 沒有「{ $field }」這個欄位。可用欄位：{ $allowed }。
field-unknown-field-nearest = 沒有「{ $field }」這個欄位。您是否想寫「{ $nearest }」？
field-expected-whole-number = 請填寫整數，不加引號；金額以分為單位（12.80 元寫作 1280）。
field-expected-string = 請填寫帶引號的字串。
field-expected-object = 請填寫 JSON 物件。
field-expected-boolean = 請填寫 true 或 false。
field-expected-list = 請填寫列表。
field-wrong-type = 值的類型不正確：{ $detail }。
field-amount-not-positive = 金額最少為 1 分。
field-amount-too-large = 金額最多為 { $max } 元。
field-exceeds-refundable = 最多還可退 { $refundable_fen } 分（{ $refundable } 元）。
field-unsupported = 可用的值：{ $allowed }。
field-too-long = 最多 { $max } 個字元，現有 { $length } 個。
field-too-many = 最多 { $max } 項。
field-metadata-too-long = 名稱為 1–40 個字元，值最多 500 個字元。
field-control-characters = 請移除換行等控制字元。
field-out-of-range = 請填寫 { $min } 至 { $max } 之間的數字。
field-not-an-ip = 請填寫 IPv4 或 IPv6 地址，例如 203.0.113.7。
field-not-a-payer-code = { $gateway ->
    [wechatpay] 微信付款碼為 18 位數字，以 10 至 15 開頭：請重新掃碼。
    [alipay] 支付寶付款碼為 16 至 24 位數字，以 25 至 30 開頭：請重新掃碼。
   *[other] 銀聯付款碼為 16 至 20 位數字，通常以 62 開頭：請重新掃碼。
}
field-not-a-web-address = 請填寫以 https:// 開頭的完整網址。
field-host-not-listed = 只允許返回以下域名：{ $allowed }。
field-not-a-time = 請填寫 RFC 3339 時間，例如 2026-01-31T08:00:00Z。
field-not-a-date = 請按 YYYY-MM-DD 填寫日期，例如 2026-01-31。
field-date-not-over = 北京時間的這一天尚未結束；對帳單在翌日上午產生。
field-date-too-old = 只能取得最近 { $days } 天內的對帳單，請選擇較近的日期。
field-not-an-id = 請填寫以「{ $prefix }」開頭的編號。
field-unknown-account = { $mode } 模式下沒有此編號的已啟用帳戶。
field-address-refused = 不能調用該網址：{ $reason }。
field-unknown-event-type = 沒有「{ $name }」這種事件。可用的有：{ $allowed }。
field-unknown-event-type-nearest = 沒有「{ $name }」這種事件。您是否想寫「{ $nearest }」？
field-replay-selection = 請提供「event_ids」，或同時提供「from」及「to」。
field-not-after = 請填寫晚於「{ $other }」的時間。
field-cursor = 請使用同一列表傳回的 next_cursor。
field-nul-character = 請移除 NUL 字元。
field-unknown-message = 沒有「{ $id }」這個文本。
field-unknown-message-nearest = 沒有「{ $id }」這個文本。您是否想寫「{ $nearest }」？
field-text-or-whole-number = 請填寫帶引號的文字或整數；金額及日期請先排好格式。
field-region-code = 行政區劃代碼為六位數字，鄉鎮街道為九位，例如 440305。
field-unknown-shop-region = 上載的列表中沒有這個地區 ID。
field-not-a-province = 請填寫省級行政區劃代碼（六位數字），例如 440000。
field-required-for-flow = 使用 { $flow } 方式時必須提供。

# Settings of merchant accounts.
setting-certificate-not-public-key = 這是證書；此處應填微信支付公鑰（pub_key.pem）。
setting-host-not-allowed = 正式帳戶只可調用微信支付官方域名。
setting-test-account-needs-stand-in = 測試帳戶須填寫模擬環境網址（例如「luodi sandbox」顯示的網址）：微信支付沒有測試環境。
setting-invalid-api-base = 請填寫 https:// 加域名，或本機的 http:// 網址，不帶路徑。
setting-invalid-apiv3-key = APIv3 密鑰必須是 32 位字母及數字。
setting-invalid-appid = AppID 為「wx」加 16 位字母或數字。
setting-invalid-mchid = 商戶號只含數字。
setting-invalid-merchant-serial = 商戶 API 證書序列號為 40 位十六進制字元。
setting-invalid-public-key = 未能識別為微信支付公鑰（pub_key.pem）。
setting-invalid-public-key-id = 微信支付公鑰 ID 為「PUB_KEY_ID_」加數字。
setting-key-encrypted = 私鑰設有密碼保護，請提供未加密的私鑰。
setting-key-too-small = RSA 密鑰過短，最少需要 2048 位元。
setting-merchant-certificate-not-public-key = 這是商戶自己的證書；此處應填微信支付公鑰。
setting-missing = 此項必填。
setting-not-an-object = 請填寫 JSON 物件。
setting-not-text = 請填寫帶引號的字串。
setting-own-public-key = 這是商戶自己的公鑰；此處應填微信支付公鑰。
setting-private-not-public-key = 這是私鑰；此處應填微信支付公鑰。
setting-public-key-id-without-key = 已填寫公鑰 ID，還需提供公鑰（wechatpay_public_key）。
setting-public-key-without-id = 已填寫公鑰，還需提供公鑰 ID（wechatpay_public_key_id）。
setting-unknown-field = 沒有這個設定項目，{ $nearest ->
    [none] 可用的設定項目：{ $allowed }。
   *[other] 是否想寫「{ $nearest }」？
}
setting-certificate-not-of-key = 證書與私鑰不是一對：請使用同一次下載得到的兩個文件。
setting-invalid-app-partnerid = 請填寫 mchid 或 sub_mchid。
setting-invalid-certificate = 無法識別為商戶 API 證書（apiclient_cert.pem）。
setting-invalid-codepay = 請填寫 v3，或留空。
setting-invalid-text = 內容過長，或包含微信支付不接受的字符（如表情符號）。
setting-invalid-web-address = 請填寫以 https:// 開頭的網址。
setting-private-key-not-certificate = 這是私鑰，屬於機密；此處應填寫商戶 API 證書（apiclient_cert.pem）。
setting-serial-not-of-certificate = 商戶 API 證書的序列號與此不同：請更正，或留空。
setting-store-needed = 掃描付款碼需要指明門店：請填寫 store_id 或 store_out_id。
setting-sub-mchid-needed = 此項僅供服務商使用：請同時填寫 sub_mchid。
setting-invalid-app-secret = AppSecret 為 32 位字母和數字，在微信公眾平台重置後只顯示一次。

# Findings of an account check.
check-private-key = 私鑰可以讀取。
check-clock = 本機時鐘與微信支付不一致，請校正時間（NTP）。
check-credentials-accepted = 微信支付認可了簽名。
check-public-key-needed = 此商戶沒有平台證書：請在商戶平台下載微信支付公鑰，並填寫公鑰及公鑰 ID。
check-sign-error = 微信支付拒絕了簽名：商戶證書序列號、商戶私鑰與商戶號不相符。
check-refused = 微信支付拒絕了請求。
check-unreachable = 未能連接微信支付。
check-not-confirmed = 暫時未能確認，請稍後再試。
check-apiv3-key-wrong = 未能以 APIv3 密鑰解開平台證書：請與商戶平台核對。
check-public-key-id-mismatch = 微信支付使用了未設定的公鑰簽名：請與商戶平台核對公鑰 ID。
check-public-key-wrong = 微信支付公鑰與公鑰 ID 不相符。
check-answer-not-proven = 未能驗證傳回的內容。
check-public-key = 微信支付公鑰驗簽通過。
check-platform-certificate-expiring = 平台證書即將到期；建議改用微信支付公鑰。
check-order-left-open = 自檢訂單未能關閉，稍後會自動失效。
check-order-refused = 微信支付拒絕了下單。
check-product-not-enabled = 商戶無法下單：請在商戶平台開通 Native 支付，並查看帳戶是否受限。
check-app-not-bound = 該 AppID 未與商戶號綁定：請在商戶平台的「AppID 帳號管理」中關聯。
check-app-bound = 該 AppID 可以下單。
check-merchant-certificate-expiring = 商戶 API 證書即將到期：請在商戶平台重新申請，並同時更換私鑰與證書。

# Codes that a merchant shows to be scanned.
field-merchant-code-not-emv = 這不是 EMVCo 商戶碼：商戶碼以 000201 開頭。https://qr.95516.com/… 這類網址也是收款碼，但當中沒有可解析的內容。
field-merchant-code-broken-head = 第 { $at } 個字元處應為兩位物件編號及兩位長度。前面有字元遺失或多餘，請重新複製或掃描。
field-merchant-code-object-too-long = 第 { $at } 個字元處：物件 { $id } 的長度超出餘下內容。碼的末尾不完整或長度有誤，請重新複製或掃描。
field-merchant-code-object-empty = 第 { $at } 個字元處：物件 { $id } 的長度為 00。空物件應由製碼方省略。
field-merchant-code-object-twice = 第 { $at } 個字元處：物件 { $id } 重複出現。應由製碼方只寫一次。
field-merchant-code-no-crc = 缺少校驗值：碼以 6304 加四個字元結尾。請完整複製或掃描。
field-merchant-code-wrong-crc = 第 { $at } 個字元處：校驗值為 { $told }，而這段內容的校驗值應為 { $expected }。有字元被更改，請重新複製或掃描。
field-merchant-code-object-missing = 缺少物件 { $id }：{ $part ->
    [account] 商戶帳戶（02 至 51）
    [category] 商戶類別碼，4 位數字
    [currency] 幣種，人民幣為 156
    [country] 國家/地區代碼，兩個大寫字母
    [merchant-name] 商戶名稱
   *[merchant-city] 商戶所在城市
}。請由製碼方補上。
field-merchant-code-object-invalid = 第 { $at } 個字元處的物件 { $id } 應為：{ $part ->
    [initiation] 11（可多次使用）或 12（僅限一次）
    [unionpay-account] 銀聯商戶帳戶：兩個 8 位機構號及最長 15 個字元的商戶號
    [category] 商戶類別碼，4 位數字
    [currency] 幣種，3 位數字
    [amount] 大於零的金額，如 12.34；人民幣最多兩位小數
    [country] 國家/地區代碼，兩個大寫字母
    [merchant-name] 商戶名稱，最多 25 個字元
   *[merchant-city] 商戶所在城市，最多 15 個字元
}。請由製碼方更正。
