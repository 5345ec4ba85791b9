# Errors that shoppers may meet anywhere in a shop (店面提示与错误).

## Something failed (出错)
storefront-error = Something went wrong. Please try again later.
storefront-error-unknown = Something went wrong on our side.
storefront-error-warning = Warning
storefront-error-attention = Attention
storefront-timeout = The connection is slow. Please try again.
storefront-form-stale = The page is outdated. Please reload it.
storefront-too-many = Too many tries. Please wait a moment.
storefront-not-allowed = You have no permission for this
storefront-gone = This page no longer exists

## What was typed (填写错误)
input-email = Please enter a valid email address
input-number = Please enter a number
input-number-positive = Please enter 1 or more
input-phone = Please enter a valid phone number
input-date = Please enter a valid date
input-url = Please enter a valid address
# $max (Number) greatest allowed
input-too-long = At most { $max } characters
# $min (Number) smallest allowed
input-too-short = At least { $min } characters
input-qty = Please enter a valid quantity
# $max (Number) greatest allowed
input-qty-max = At most { $max } can be bought
# $min (Number) smallest allowed
input-qty-min = At least { $min } must be bought
input-select = Please choose
input-required = This is required.
input-first-name = Please enter a given name
input-last-name = Please enter a family name
input-phone-missing = Please enter a phone number
input-province-missing = Please choose a province
input-captcha = Please type what the picture shows
input-captcha-wrong = That is not what the picture shows
