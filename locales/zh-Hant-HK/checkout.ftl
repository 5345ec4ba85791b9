# Checkout: from the order page to "order placed" (结算).

## The order page (确认订单)
checkout-title = 結帳
checkout-confirm-order = 確認訂單
checkout-place-order = 提交訂單
checkout-summary = 商品清單
checkout-review = 確認及付款
checkout-forgot = 還有其他需要的嗎？
checkout-edit-cart = 返回購物車修改
checkout-note = 訂單備註
checkout-note-placeholder = 選填，可填寫您的特別要求
checkout-processing = 正在提交訂單…
checkout-options = 結帳方式

## Who orders (购买人)
checkout-email-hint = 訂單通知會發送至此電郵
checkout-email-known = 此電郵已註冊，可登入會員或以訪客身分結帳
checkout-email = 電郵地址
checkout-register-later = 落單後亦可註冊成為會員
checkout-login-required = 請先登入再落單
checkout-guest = 以訪客身分結帳
checkout-agree = 請先閱讀並同意相關條款
# $document (String) title of the terms
checkout-agreement = 本人已閱讀並同意《{ $document }》

## Failures (失败提示)
checkout-failed = 未能落單，請稍後再試
checkout-server-error = 系統繁忙，請重新提交訂單
checkout-error = 處理訂單時發生錯誤，請稍後再試
checkout-try-again = 未能提交，請重新提交訂單
checkout-request-failed = 操作失敗，請稍後再試
session-expired = 登入已逾時，請重新登入

## Order placed (提交成功)
success-title = 訂單已提交，多謝惠顧！
# $number (String) order number
success-number = 訂單編號：{ $number }
success-email = 訂單詳情及送貨資訊將發送至您的電郵
success-received = 已收到訂單
success-print = 列印訂單
success-pay-now = 立即付款
# $minutes (Number) minutes left
success-pay-before = 請於 { $minutes } 分鐘內付款，逾時訂單將自動取消
success-track-by-account = 註冊會員後可隨時查看訂單
success-create-account = 註冊會員

## Gifts (礼品)
gift-options = 禮物選項
gift-message = 禮物賀詞
gift-message-optional = 禮物賀詞（選填）
gift-from = 送禮人
gift-to = 收禮人
