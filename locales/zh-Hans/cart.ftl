# Shopping cart (购物车).

## Getting goods into the cart (加入购物车)
catalog-add-to-cart = 加入购物车
catalog-adding = 正在加入…
catalog-added = 已加入
catalog-buy-now = 立即购买

## The cart itself (购物车页面)
cart-title = 购物车
cart-mini-title = 购物车
cart-proceed = 去结算
cart-go-checkout = 去结算
cart-continue = 继续逛逛
cart-update = 更新购物车
cart-update-short = 更新购物车
cart-clear = 清空购物车
cart-empty = 购物车还是空的，去挑几件喜欢的商品吧
# $name (String) name of the product or person
cart-added = 已将“{ $name }”加入购物车
# $name (String) name of the product or person
cart-item-updated = “{ $name }”已更新
cart-item-remove = 删除
cart-item-remove-confirm = 确定要删除该商品吗？
cart-item-removed = 已从购物车删除
cart-item-undo = 撤销
cart-item-to-favourites = 移入收藏
cart-item-edit = 修改规格
cart-item = 商品
cart-items = 商品
cart-qty = 数量
cart-qty-less = 减少数量
cart-qty-more = 增加数量
cart-price = 单价
cart-subtotal = 小计
cart-options = 规格详情
cart-select-all = 全选
# $count (Number) how many
cart-selected = 已选 { $count } 件
cart-view = 查看购物车
# $count (Number) how many
cart-count = { $count } 件商品
cart-count-unit = 件商品
cart-count-one = 件商品
cart-recent = 最近加入的商品
cart-unavailable = 已失效商品
# $amount (String) money, formatted
cart-price-dropped = 比加入时降 { $amount }

## Totals (金额)
totals-goods = 商品总额
totals-payable = 应付总额
totals-estimated = 预计总额
totals-discount = 优惠
# $name (String) name of the product or person
totals-discount-named = 优惠（{ $name }）
totals-shipping = 运费
totals-tax = 税费
totals-incl-tax = 含税
totals-excl-tax = 不含税
totals-pending = 选择地址后计算
# $amount (String) money, formatted
totals-saved = 已优惠 { $amount }
totals-store-credit = 余额支付
# $amount (String) money, formatted
totals-to-free-shipping = 还差 { $amount } 包邮
cart-summary = 金额明细
cart-estimate = 运费估算
# $amount (String) money, formatted
cart-minimum = 订单金额需满 { $amount }

## Coupons (优惠码)
coupon-title = 使用优惠码
coupon-code = 优惠码
coupon-placeholder = 请输入优惠码
coupon-apply = 使用
coupon-cancel = 取消使用
# $code (String) coupon code as typed
coupon-applied = 优惠码“{ $code }”已生效
coupon-accepted = 优惠码已生效
coupon-canceled = 已取消使用优惠码
coupon-removed = 已取消使用优惠码
# $code (String) coupon code as typed
coupon-invalid = 优惠码“{ $code }”无效或已过期
coupon-not-valid = 优惠码无效，请核对后重试
coupon-failed = 暂时无法使用优惠码，请稍后再试

## What can go wrong (购物车提示)
cart-add-failed = 暂时无法加入购物车，请稍后再试
cart-update-failed = 购物车更新失败，请稍后再试
cart-item-update-failed = 商品修改失败，请稍后再试
cart-item-remove-failed = 删除失败，请稍后再试
cart-stock-short = 部分商品库存不足
cart-stock-none = 部分商品已无货
cart-item-missing = 购物车中没有该商品
cart-product-missing = 商品不存在或已下架
cart-choose-options = 请选择商品规格
cart-option-unavailable = 所选规格暂时无货
# $from (String) lower end
# $to (String) upper end
cart-qty-adjusted = 数量已由 { $from } 调整为 { $to }
cart-prices-updated = 购物车商品价格有更新
cart-select-product = 请至少选择一件商品
