# Orders and what becomes of them (订单).

## Lists and headings (订单列表)
order-list = 我的订单
order-number = 订单编号
order-date = 下单时间
order-status = 订单状态
order-view = 查看订单
order-view-short = 订单
order-none = 您还没有订单
order-items = 商品清单
order-info = 订单信息
order-ship-to = 收货人
order-reorder = 再次购买
order-print = 打印订单
order-back = 返回我的订单
order-all = 全部订单
order-lookup = 订单查询

## Status (订单状态)
order-status-pending = 待付款
order-status-pending-payment = 待付款
order-status-processing = 待发货
order-status-shipped = 待收货
order-status-delivered = 已签收
order-status-complete = 交易完成
order-status-closed = 交易关闭
order-status-canceled = 已取消
order-status-holded = 暂缓处理
order-status-review = 付款审核中
order-status-fraud = 订单审核中
order-status-to-review = 待评价

## Doing something about an order (订单操作)
order-pay = 去付款
order-cancel = 取消订单
order-cancel-confirm = 确定要取消该订单吗？
order-canceled-done = 订单已取消
order-cancel-failed = 该订单已无法取消
order-confirm-receipt = 确认收货
order-confirm-receipt-ask = 确认已收到商品吗？
order-remind = 提醒发货
order-contact-shop = 联系商家
order-not-found = 没有找到该订单，请核对后重试

## Money of an order (订单金额)
order-paid = 实付款
order-subtotal = 商品总额
order-shipping-fee = 运费
order-invoice = 账单
order-invoices = 账单
order-creditmemo = 退款单
order-refunds = 退款记录
order-refunded = 已退款金额
order-total-paid = 已付金额
order-total-due = 待付金额

## After the sale (售后)
refund-request = 申请退款
return-request = 申请退货退款
exchange-request = 申请换货
refund-reason = 退款原因
refund-amount = 退款金额
refund-processing = 退款处理中
refund-done = 退款成功
refund-rejected = 退款申请未通过
refund-way = 款项将原路退回
fapiao-request = 申请开票
fapiao-title = 发票抬头
fapiao-personal = 个人
fapiao-company = 单位
fapiao-view = 查看发票
fapiao-issued = 已开票
invoice-electronic-tw = 电子发票（台湾）
invoice-carrier-tw = 手机条码载具（台湾）

## Following the goods (物流信息)
order-shipment = 包裹
order-shipments = 物流信息
order-track = 查看物流
