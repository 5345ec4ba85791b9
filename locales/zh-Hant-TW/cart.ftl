# Shopping cart (购物车).

## Getting goods into the cart (加入购物车)
catalog-add-to-cart = 加入購物車
catalog-adding = 加入中…
catalog-added = 已加入
catalog-buy-now = 立即購買

## The cart itself (购物车页面)
cart-title = 購物車
cart-mini-title = 購物車
cart-proceed = 前往結帳
cart-go-checkout = 前往結帳
cart-continue = 繼續購物
cart-update = 更新購物車
cart-update-short = 更新購物車
cart-clear = 清空購物車
cart-empty = 購物車還是空的，去逛逛喜歡的商品吧
# $name (String) name of the product or person
cart-added = 已將「{ $name }」加入購物車
# $name (String) name of the product or person
cart-item-updated = 「{ $name }」已更新
cart-item-remove = 移除
cart-item-remove-confirm = 確定要移除這項商品嗎？
cart-item-removed = 已從購物車移除
cart-item-undo = 復原
cart-item-to-favourites = 移至收藏清單
cart-item-edit = 變更規格
cart-item = 商品
cart-items = 商品
cart-qty = 數量
cart-qty-less = 減少數量
cart-qty-more = 增加數量
cart-price = 單價
cart-subtotal = 小計
cart-options = 規格明細
cart-select-all = 全選
# $count (Number) how many
cart-selected = 已選 { $count } 件
cart-view = 查看購物車
# $count (Number) how many
cart-count = { $count } 件商品
cart-count-unit = 件商品
cart-count-one = 件商品
cart-recent = 最近加入的商品
cart-unavailable = 已下架商品
# $amount (String) money, formatted
cart-price-dropped = 比加入時便宜 { $amount }

## Totals (金额)
totals-goods = 商品總計
totals-payable = 應付總額
totals-estimated = 預估總額
totals-discount = 優惠折抵
# $name (String) name of the product or person
totals-discount-named = 優惠折抵（{ $name }）
totals-shipping = 運費
totals-tax = 稅金
totals-incl-tax = 含稅
totals-excl-tax = 未稅
totals-pending = 選擇地址後計算
# $amount (String) money, formatted
totals-saved = 已折抵 { $amount }
totals-store-credit = 購物金折抵
# $amount (String) money, formatted
totals-to-free-shipping = 再買 { $amount } 即可免運
cart-summary = 金額明細
cart-estimate = 運費試算
# $amount (String) money, formatted
cart-minimum = 訂單金額須滿 { $amount }

## Coupons (优惠码)
coupon-title = 使用優惠碼
coupon-code = 優惠碼
coupon-placeholder = 請輸入優惠碼
coupon-apply = 套用
coupon-cancel = 取消使用
# $code (String) coupon code as typed
coupon-applied = 已套用優惠碼「{ $code }」
coupon-accepted = 已套用優惠碼
coupon-canceled = 已取消使用優惠碼
coupon-removed = 已取消使用優惠碼
# $code (String) coupon code as typed
coupon-invalid = 優惠碼「{ $code }」無效或已過期
coupon-not-valid = 優惠碼無效，請確認後再試
coupon-failed = 暫時無法使用優惠碼，請稍後再試

## What can go wrong (购物车提示)
cart-add-failed = 暫時無法加入購物車，請稍後再試
cart-update-failed = 購物車更新失敗，請稍後再試
cart-item-update-failed = 商品變更失敗，請稍後再試
cart-item-remove-failed = 移除失敗，請稍後再試
cart-stock-short = 部分商品庫存不足
cart-stock-none = 部分商品已無庫存
cart-item-missing = 購物車中沒有此商品
cart-product-missing = 商品不存在或已下架
cart-choose-options = 請選擇商品規格
cart-option-unavailable = 所選規格暫時缺貨
# $from (String) lower end
# $to (String) upper end
cart-qty-adjusted = 數量已由 { $from } 調整為 { $to }
cart-prices-updated = 購物車商品價格已更新
cart-select-product = 請至少選擇一件商品
