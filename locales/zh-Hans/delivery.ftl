# Delivery: how goods come to the buyer (配送).

## Choosing how it is delivered (配送方式)
shipping-methods = 配送方式
shipping-method = 配送方式
shipping-method-label = 配送方式：
shipping-select = 请选择配送方式
shipping-missing = 请选择配送方式
shipping-missing-quote = 请选择配送方式
shipping-none = 该地址暂不支持配送
shipping-none-short = 该地址暂不支持配送
shipping-address-missing = 请填写收货地址
shipping-address-not-set = 请填写收货地址
shipping-address-check = 请检查收货地址
shipping-save-failed = 收货信息保存失败，请检查后重试
shipping-info = 收货信息
# $amount (String) money, formatted
shipping-remote = 偏远地区加收 { $amount }

## Kinds (配送种类)
carrier-free = 包邮
carrier-flat = 统一运费
carrier-table = 按地区计费
carrier-pickup = 到店自提
carrier-home = 送货上门
carrier-locker = 快递柜
carrier-station = 驿站自提
carrier-cvs-tw = 便利店取货
carrier-cvs-cod-tw = 便利店取货付款
carrier-cvs-choose-tw = 选择取货门店
carrier-sf = 顺丰速运
carrier-ems = 邮政 EMS
pickup-store = 自提门店
pickup-hours = 营业时间
pickup-code = 取货码
pickup-ready = 可以取货了

## When (送达时间)
delivery-time = 送货时间
delivery-any-day = 工作日、周末均可
delivery-weekdays = 仅工作日
delivery-weekends = 仅周末及节假日
# $date (String) date, formatted
delivery-estimate = 预计 { $date } 送达
# $hours (Number) hours
delivery-ships-within = { $hours } 小时内发货
delivery-next-day = 次日达

## Following a parcel (物流跟踪)
shipment-track = 查看物流
shipment-number = 快递单号
shipment-number-copy = 复制单号
shipment-carrier = 快递公司
shipment-tracking-info = 物流跟踪
shipment-none = 暂无物流信息
shipment-preparing = 商品打包中
shipment-picked-up = 快递已揽收
shipment-in-transit = 运输中
shipment-out-for-delivery = 派送中
shipment-delivered = 已签收
shipment-problem = 派送异常
shipment-returned = 已退回
