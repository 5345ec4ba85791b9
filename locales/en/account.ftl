# Account (个人中心).

## Signing in and out (登录与注册)
account-sign-in = Sign in
account-sign-in-title = Sign in
account-sign-out = Sign out
account-signed-out = You are signed out
account-register = Create an account
account-register-title = Create an account
account-forgot = Forgot your password?
account-existing = I have an account
account-existing-hint = Sign in with your email address
account-new = New here?
account-new-hint = With an account you check out faster, keep addresses and follow your orders.
# $shop (String) name of the shop
account-welcome = Welcome to { $shop }. Your account is ready.
account-email = Email
account-password = Password
account-password-confirm = Confirm Password
account-password-current = Current password
account-password-new = New password
account-password-new-confirm = Repeat new password
account-password-show = Show password
account-password-strength = Password strength
account-password-weak = Weak
account-password-medium = Medium
account-password-strong = Strong
account-password-very-strong = Very strong
account-password-mismatch = The passwords differ
# $count (Number) how many
account-password-short = At least { $count } characters
account-password-as-email = The password must differ from your email address
account-password-change = Change password
account-password-updated = Password changed
account-password-wrong = The current password is wrong
account-password-reset = Reset password
account-password-reset-my = Reset my password
account-password-reset-sent = If the email is registered, you will get a link to reset the password
account-password-reset-expired = The link has expired. Please ask for a new one.
account-bad-login = Wrong account or password
account-locked = Too many tries. Please try again later.
account-unconfirmed = Please confirm your email address first
account-exists = There is an account with this email. Sign in instead.
account-remember = Stay signed in
account-not-you = Not you?
account-back-to-sign-in = Go back
account-mobile-code = Code from the text message
account-mobile-code-send = Send code
# $seconds (Number) seconds left
account-mobile-code-wait = Again in { $seconds } s
account-mobile-code-wrong = The code is wrong or has expired
account-login-wechat = Sign in with WeChat
account-login-alipay = Sign in with Alipay
account-login-mobile = Sign in with your mobile number

## The account (个人资料)
account-title = My account
account-dashboard = My account
account-info = Profile
account-info-contact = Contact details
account-info-edit = Edit profile
account-saved = Profile saved
account-birthday = Birthday
account-gender = Gender
account-gender-male = Male
account-gender-female = Female
account-gender-unsaid = Rather not say
account-email-change = Change email
account-recent-orders = Recent orders
account-newsletter = Newsletter
account-newsletter-on = You get our newsletter
account-newsletter-off = You do not get our newsletter
account-newsletter-sign-up = Send me the newsletter
newsletter-subscribe = Subscribe
newsletter-placeholder = Enter your email address
newsletter-thanks = Thank you for subscribing
account-delete = Close account
account-delete-confirm = Your data will be erased and cannot be brought back. Close the account?

## Addresses (收货地址管理)
account-addresses = Addresses
account-address-add = Add address
account-address-edit = Edit address
account-address-delete = Delete address
account-address-delete-confirm = Delete this address?
account-address-saved = Address saved
account-address-deleted = Address deleted
account-address-save-failed = The address could not be saved. Please try again later.
account-default-address = Default delivery address
account-no-default = There is no default delivery address yet
account-no-addresses = There are no other addresses yet

## Favourites (收藏)
wishlist-title = Favourites
wishlist-add = Save
# $name (String) name of the product or person
wishlist-added = “{ $name }” was saved
# $name (String) name of the product or person
wishlist-removed = “{ $name }” was removed from your favourites
wishlist-remove = Remove from favourites
wishlist-empty = Nothing saved yet
wishlist-add-all = Add all to cart
wishlist-share = Share
wishlist-login = Sign in to save products
compare-add = Compare
