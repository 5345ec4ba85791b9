# Account (个人中心).

## Signing in and out (登录与注册)
account-sign-in = 登录
account-sign-in-title = 登录
account-sign-out = 退出登录
account-signed-out = 您已退出登录
account-register = 注册
account-register-title = 注册账号
account-forgot = 忘记密码？
account-existing = 已有账号
account-existing-hint = 使用注册邮箱登录
account-new = 新用户注册
account-new-hint = 注册后可快速下单、保存多个收货地址、随时查看订单
# $shop (String) name of the shop
account-welcome = 注册成功，欢迎来到{ $shop }
account-email = 邮箱
account-password = 密码
account-password-confirm = 确认密码
account-password-current = 当前密码
account-password-new = 新密码
account-password-new-confirm = 确认新密码
account-password-show = 显示密码
account-password-strength = 密码强度
account-password-weak = 弱
account-password-medium = 中
account-password-strong = 强
account-password-very-strong = 很强
account-password-mismatch = 两次输入的密码不一致
# $count (Number) how many
account-password-short = 密码至少 { $count } 位
account-password-as-email = 密码不能与邮箱相同
account-password-change = 修改密码
account-password-updated = 密码修改成功
account-password-wrong = 当前密码错误
account-password-reset = 重置密码
account-password-reset-my = 重置密码
account-password-reset-sent = 如该邮箱已注册，您将收到重置密码的邮件
account-password-reset-expired = 链接已失效，请重新申请重置密码
account-bad-login = 账号或密码错误
account-locked = 登录失败次数过多，请稍后再试
account-unconfirmed = 请先完成邮箱验证
account-exists = 该邮箱已注册，请直接登录
account-remember = 记住我
account-not-you = 切换账号
account-back-to-sign-in = 返回登录
account-mobile-code = 短信验证码
account-mobile-code-send = 获取验证码
# $seconds (Number) seconds left
account-mobile-code-wait = { $seconds } 秒后重新获取
account-mobile-code-wrong = 验证码错误或已过期
account-login-wechat = 微信登录
account-login-alipay = 支付宝登录
account-login-mobile = 手机号登录

## The account (个人资料)
account-title = 个人中心
account-dashboard = 个人中心
account-info = 个人资料
account-info-contact = 联系方式
account-info-edit = 编辑资料
account-saved = 资料已更新
account-birthday = 生日
account-gender = 性别
account-gender-male = 男
account-gender-female = 女
account-gender-unsaid = 保密
account-email-change = 修改邮箱
account-recent-orders = 最近订单
account-newsletter = 邮件订阅
account-newsletter-on = 已订阅邮件资讯
account-newsletter-off = 未订阅邮件资讯
account-newsletter-sign-up = 订阅优惠资讯
newsletter-subscribe = 订阅
newsletter-placeholder = 请输入邮箱
newsletter-thanks = 订阅成功
account-delete = 注销账号
account-delete-confirm = 注销后数据将被清除且无法恢复，确定注销吗？

## Addresses (收货地址管理)
account-addresses = 收货地址
account-address-add = 新增收货地址
account-address-edit = 编辑地址
account-address-delete = 删除地址
account-address-delete-confirm = 确定要删除该地址吗？
account-address-saved = 地址已保存
account-address-deleted = 地址已删除
account-address-save-failed = 地址保存失败，请稍后再试
account-default-address = 默认收货地址
account-no-default = 还没有默认收货地址
account-no-addresses = 还没有其他收货地址

## Favourites (收藏)
wishlist-title = 我的收藏
wishlist-add = 收藏
# $name (String) name of the product or person
wishlist-added = “{ $name }”已收藏
# $name (String) name of the product or person
wishlist-removed = 已取消收藏“{ $name }”
wishlist-remove = 取消收藏
wishlist-empty = 还没有收藏任何商品
wishlist-add-all = 全部加入购物车
wishlist-share = 分享收藏
wishlist-login = 登录后即可收藏商品
compare-add = 加入对比
