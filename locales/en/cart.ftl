# Shopping cart (购物车).

## Getting goods into the cart (加入购物车)
catalog-add-to-cart = Add to cart
catalog-adding = Adding…
catalog-added = Added
catalog-buy-now = Buy now

## The cart itself (购物车页面)
cart-title = Shopping Cart
cart-mini-title = Cart
cart-proceed = Check out
cart-go-checkout = Check out
cart-continue = Continue shopping
cart-update = Update cart
cart-update-short = Update cart
cart-clear = Clear cart
cart-empty = Your cart is empty. Have a look around
# $name (String) name of the product or person
cart-added = “{ $name }” was added to your cart
# $name (String) name of the product or person
cart-item-updated = “{ $name }” was updated
cart-item-remove = Remove
cart-item-remove-confirm = Remove this product from your cart?
cart-item-removed = Removed from your cart
cart-item-undo = Undo
cart-item-to-favourites = Save for later
cart-item-edit = Change options
cart-item = Product
cart-items = Products
cart-qty = Qty
cart-qty-less = One less
cart-qty-more = One more
cart-price = Unit price
cart-subtotal = Subtotal
cart-options = Options
cart-select-all = Select all
# $count (Number) how many
cart-selected = { $count } selected
cart-view = View cart
# $count (Number) how many
cart-count = { $count ->
    [one] { $count } item
   *[other] { $count } items
}
cart-count-unit = items in cart
cart-count-one = item in cart
cart-recent = Recently added
cart-unavailable = No longer available
# $amount (String) money, formatted
cart-price-dropped = { $amount } less than when you added it

## Totals (金额)
totals-goods = Goods
totals-payable = Total due
totals-estimated = Estimated total
totals-discount = Discount
# $name (String) name of the product or person
totals-discount-named = Discount ({ $name })
totals-shipping = Shipping
totals-tax = Tax
totals-incl-tax = incl. tax
totals-excl-tax = excl. tax
totals-pending = Calculated once the address is chosen
# $amount (String) money, formatted
totals-saved = You save { $amount }
totals-store-credit = Store credit
# $amount (String) money, formatted
totals-to-free-shipping = { $amount } more for free shipping
cart-summary = Price details
cart-estimate = Estimate shipping
# $amount (String) money, formatted
cart-minimum = The minimum order is { $amount }

## Coupons (优惠码)
coupon-title = Use a coupon code
coupon-code = Coupon code
coupon-placeholder = Enter coupon code
coupon-apply = Apply
coupon-cancel = Do not use
# $code (String) coupon code as typed
coupon-applied = Coupon code “{ $code }” is in effect
coupon-accepted = Coupon code applied
coupon-canceled = Coupon code removed
coupon-removed = Coupon code removed
# $code (String) coupon code as typed
coupon-invalid = Coupon code “{ $code }” is not valid or has expired
coupon-not-valid = The coupon code is not valid
coupon-failed = The coupon code cannot be used right now

## What can go wrong (购物车提示)
cart-add-failed = It cannot be added right now. Please try again later.
cart-update-failed = The cart cannot be updated right now. Please try again later.
cart-item-update-failed = The product cannot be changed right now
cart-item-remove-failed = The product could not be removed. Please try again later.
cart-stock-short = Some products are not in stock in that quantity
cart-stock-none = Some products are sold out
cart-item-missing = This product is not in your cart
cart-product-missing = This product no longer exists
cart-choose-options = Please choose the options first
cart-option-unavailable = This combination is not available right now
# $from (String) lower end
# $to (String) upper end
cart-qty-adjusted = The quantity was changed from { $from } to { $to }
cart-prices-updated = Some prices in your cart have changed
cart-select-product = Choose at least one product
