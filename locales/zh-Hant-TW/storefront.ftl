# Errors that shoppers may meet anywhere in a shop (店面提示与错误).

## Something failed (出错)
storefront-error = 系統忙碌中，請稍後再試
storefront-error-unknown = 系統發生錯誤，請稍後再試
storefront-error-warning = 警告
storefront-error-attention = 注意
storefront-timeout = 連線逾時，請重試
storefront-form-stale = 頁面已過期，請重新整理
storefront-too-many = 操作過於頻繁，請稍後再試
storefront-not-allowed = 您沒有權限進行此操作
storefront-gone = 此頁面已失效

## What was typed (填写错误)
input-email = 請輸入正確的電子郵件
input-number = 請輸入數字
input-number-positive = 請輸入 1 以上的數字
input-phone = 請輸入正確的電話號碼
input-date = 請輸入正確的日期
input-url = 請輸入正確的網址
# $max (Number) greatest allowed
input-too-long = 最多 { $max } 個字
# $min (Number) smallest allowed
input-too-short = 至少 { $min } 個字
input-qty = 請輸入正確的數量
# $max (Number) greatest allowed
input-qty-max = 最多可購買 { $max } 件
# $min (Number) smallest allowed
input-qty-min = 至少購買 { $min } 件
input-select = 請選擇
input-required = 請填寫此欄位
input-first-name = 請填寫名字
input-last-name = 請填寫姓氏
input-phone-missing = 請填寫電話號碼
input-province-missing = 請選擇省份
input-captcha = 請輸入圖中文字
input-captcha-wrong = 驗證碼錯誤
