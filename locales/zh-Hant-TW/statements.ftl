# 付款渠道的對帳單，及其與本地帳本的差異。

# 差異說明與處理建議。金額單位為元。
difference-unknown-order = { $date } 的對帳單中有訂單 { $number }（{ $there } 元），本地帳本沒有記錄。
difference-unknown-order-advice = 請查明這筆款由哪個系統收取：同一商戶號下的其他店鋪，或啟用本系統之前的訂單。如有其他系統共用此商戶號，請為店鋪設定 other_systems。若無人認領，請在渠道的商戶平台退款，然後確認此差異。
difference-unpaid-here = { $date } 的對帳單顯示訂單 { $number }（{ $there } 元）已付款，而本地狀態為 { $here_state }。
difference-unpaid-here-advice = 暫時無需處理：系統正在向渠道查詢，以渠道的答覆入帳。如長時間未消除，請在商戶平台核對此訂單並聯絡渠道客服。
difference-unknown-refund = { $date } 的對帳單中有退款 { $number }（{ $there } 元），並非由本系統發起。
difference-unknown-refund-advice = 可能有人在渠道的商戶平台或透過其他系統退了款。請在店鋪中手動更正此訂單並確認此差異；今後請從本系統發起退款，以便兩邊一致。
difference-payment-absent = 本地 { $date } 記錄的付款 { $number }（{ $here } 元）不在渠道的對帳單中。
difference-payment-absent-advice = 可能出現在次日的對帳單中，屆時會自動消除。如之後仍未消除，請先在商戶平台核對此訂單，再行結帳。
difference-refund-absent = 本地 { $date } 記錄的退款 { $number }（{ $here } 元）不在渠道的對帳單中。
difference-refund-absent-advice = 可能出現在次日的對帳單中，屆時會自動消除。如之後仍未消除，請在商戶平台核對此筆退款。
difference-payment-amount = 訂單 { $number } 在 { $date } 的對帳單中為 { $there } 元，本地為 { $here } 元。
difference-payment-amount-advice = 查清之前請勿發貨。請在商戶平台核對此訂單；本地資料未作任何更改。
difference-refund-amount = 退款 { $number } 在 { $date } 的對帳單中為 { $there } 元，本地為 { $here } 元。
difference-refund-amount-advice = 請在商戶平台核對此筆退款並聯絡渠道客服；本地資料未作任何更改。
difference-currency = 訂單 { $number } 在 { $date } 的對帳單中的幣種與本地不同。
difference-currency-advice = 請在商戶平台核對此訂單；本地資料未作任何更改。
difference-reversed = { $date } 的對帳單顯示訂單 { $number }（{ $there } 元）已撤銷，而本地為已付款。
difference-reversed-advice = 請在商戶平台查詢此訂單。若款項確已退回，請追回商品或請買家重新付款；本地記錄沒有撤銷。
difference-refund-status = 退款 { $number } 在 { $date } 的對帳單中為 { $there_state }，本地為 { $here_state }。
difference-refund-status-advice = 暫時無需處理：系統正在向渠道查詢。如長時間未消除，請在商戶平台核對此筆退款。
difference-paid-twice = 訂單 { $number } 被渠道的兩筆交易付款；另見 { $there_state }。
difference-paid-twice-advice = 買家為同一訂單付了兩次款。請在商戶平台查詢這兩筆交易，並退還其中一筆。
difference-listed-twice = { $number }（{ $there } 元）在對帳單中出現兩次；另見 { $there_state }。
difference-listed-twice-advice = 記帳時請只計一次，並向渠道客服確認哪一行有效。
difference-totals-disagree = { $date } 的對帳單中，合計 { $number } 為 { $there } 元，而各行相加為 { $here } 元。
difference-totals-disagree-advice = 請以各行之和為準。可重新取得此對帳單；如仍不一致，請查詢渠道客服。

# 供 Excel 打開的文件。
statement-csv-position = 序號
statement-csv-kind = 類型
statement-csv-at = 時間（北京）
statement-csv-out-trade-no = 商戶訂單號
statement-csv-gateway-trade-no = 渠道訂單號
statement-csv-out-refund-no = 商戶退款單號
statement-csv-gateway-refund-no = 渠道退款單號
statement-csv-amount = 金額（元）
statement-csv-currency = 幣種
statement-csv-fee = 手續費（元）
statement-csv-refund-state = 退款狀態
statement-csv-description = 商品名稱
statement-csv-flow-no = 資金流水號
statement-csv-business-no = 渠道業務單號
statement-csv-business = 業務類型
statement-csv-balance = 帳戶餘額（元）
statement-csv-note = 備註
statement-csv-voucher-no = 業務憑證號
statement-row-payment = 付款
statement-row-refund = 退款
statement-row-reversal = 撤銷
statement-row-income = 收入
statement-row-expense = 支出
statement-refund-pending = 處理中
statement-refund-succeeded = 成功
statement-refund-failed = 失敗
