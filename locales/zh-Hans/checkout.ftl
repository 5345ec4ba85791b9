# Checkout: from the order page to "order placed" (结算).

## The order page (确认订单)
checkout-title = 结算
checkout-confirm-order = 确认订单
checkout-place-order = 提交订单
checkout-summary = 商品清单
checkout-review = 确认并支付
checkout-forgot = 还有漏买的？
checkout-edit-cart = 返回购物车修改
checkout-note = 订单备注
checkout-note-placeholder = 选填，可告知商家您的特殊要求
checkout-processing = 正在提交订单…
checkout-options = 结算方式

## Who orders (购买人)
checkout-email-hint = 订单通知将发送至此邮箱
checkout-email-known = 该邮箱已注册，可直接登录，也可免登录下单
checkout-email = 邮箱
checkout-register-later = 下单后也可以注册账号
checkout-login-required = 请先登录再下单
checkout-guest = 免登录下单
checkout-agree = 请先阅读并同意相关条款
# $document (String) title of the terms
checkout-agreement = 我已阅读并同意《{ $document }》

## Failures (失败提示)
checkout-failed = 下单失败，请稍后再试
checkout-server-error = 系统繁忙，请重新提交订单
checkout-error = 订单处理出错，请稍后再试
checkout-try-again = 提交失败，请重新提交订单
checkout-request-failed = 操作失败，请稍后再试
session-expired = 登录已过期，请重新登录

## Order placed (提交成功)
success-title = 订单提交成功，感谢惠顾！
# $number (String) order number
success-number = 订单编号：{ $number }
success-email = 订单详情和物流信息将发送至您的邮箱
success-received = 订单已提交
success-print = 打印订单
success-pay-now = 去付款
# $minutes (Number) minutes left
success-pay-before = 请在 { $minutes } 分钟内付款，超时订单将自动取消
success-track-by-account = 注册账号后可随时查看订单
success-create-account = 注册账号

## Gifts (礼品)
gift-options = 礼品选项
gift-message = 祝福语
gift-message-optional = 祝福语（选填）
gift-from = 送礼人
gift-to = 收礼人
