# Checkout: from the order page to "order placed" (结算).

## The order page (确认订单)
checkout-title = 結帳
checkout-confirm-order = 確認訂單
checkout-place-order = 送出訂單
checkout-summary = 商品明細
checkout-review = 確認並付款
checkout-forgot = 還有漏買的嗎？
checkout-edit-cart = 回購物車修改
checkout-note = 訂單備註
checkout-note-placeholder = 選填，可填寫給商家的備註
checkout-processing = 訂單送出中…
checkout-options = 結帳方式

## Who orders (购买人)
checkout-email-hint = 訂單通知將寄送至此信箱
checkout-email-known = 此電子郵件已註冊，可登入會員或以訪客身分結帳
checkout-email = 電子郵件
checkout-register-later = 訂購後也可以加入會員
checkout-login-required = 請先登入再訂購
checkout-guest = 訪客結帳
checkout-agree = 請先閱讀並同意相關條款
# $document (String) title of the terms
checkout-agreement = 我已閱讀並同意《{ $document }》

## Failures (失败提示)
checkout-failed = 訂購失敗，請稍後再試
checkout-server-error = 系統忙碌中，請重新送出訂單
checkout-error = 訂單處理發生錯誤，請稍後再試
checkout-try-again = 送出失敗，請重新送出訂單
checkout-request-failed = 操作失敗，請稍後再試
session-expired = 登入已逾時，請重新登入

## Order placed (提交成功)
success-title = 訂購成功，感謝您的購買！
# $number (String) order number
success-number = 訂單編號：{ $number }
success-email = 訂單明細與出貨通知將寄送至您的信箱
success-received = 已收到訂單
success-print = 列印訂單
success-pay-now = 前往付款
# $minutes (Number) minutes left
success-pay-before = 請於 { $minutes } 分鐘內完成付款，逾時將自動取消訂單
success-track-by-account = 加入會員即可隨時查詢訂單
success-create-account = 加入會員

## Gifts (礼品)
gift-options = 禮物選項
gift-message = 禮物卡片留言
gift-message-optional = 禮物卡片留言（選填）
gift-from = 送禮人
gift-to = 收禮人
