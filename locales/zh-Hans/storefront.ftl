# Errors that shoppers may meet anywhere in a shop (店面提示与错误).

## Something failed (出错)
storefront-error = 系统繁忙，请稍后再试
storefront-error-unknown = 系统出错，请稍后再试
storefront-error-warning = 警告
storefront-error-attention = 提示
storefront-timeout = 网络超时，请重试
storefront-form-stale = 页面已过期，请刷新后重试
storefront-too-many = 操作过于频繁，请稍后再试
storefront-not-allowed = 您没有权限进行此操作
storefront-gone = 页面已失效

## What was typed (填写错误)
input-email = 请输入正确的邮箱地址
input-number = 请输入数字
input-number-positive = 请输入大于或等于 1 的数字
input-phone = 请输入正确的手机号
input-date = 请输入正确的日期
input-url = 请输入正确的网址
# $max (Number) greatest allowed
input-too-long = 最多 { $max } 个字
# $min (Number) smallest allowed
input-too-short = 至少 { $min } 个字
input-qty = 请输入正确的数量
# $max (Number) greatest allowed
input-qty-max = 最多可购买 { $max } 件
# $min (Number) smallest allowed
input-qty-min = 至少购买 { $min } 件
input-select = 请选择
input-required = 请填写此项
input-first-name = 请填写名
input-last-name = 请填写姓
input-phone-missing = 请填写手机号
input-province-missing = 请选择省份
input-captcha = 请输入图片中的文字
input-captcha-wrong = 验证码错误
