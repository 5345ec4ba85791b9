# Account (个人中心).

## Signing in and out (登录与注册)
account-sign-in = 登入
account-sign-in-title = 會員登入
account-sign-out = 登出
account-signed-out = 您已登出
account-register = 註冊
account-register-title = 加入會員
account-forgot = 忘記密碼？
account-existing = 已有帳號
account-existing-hint = 使用註冊信箱登入
account-new = 新會員註冊
account-new-hint = 加入會員可快速結帳、儲存多組收件地址並隨時查詢訂單
# $shop (String) name of the shop
account-welcome = 註冊成功，歡迎加入{ $shop }
account-email = 電子郵件
account-password = 密碼
account-password-confirm = 確認密碼
account-password-current = 目前密碼
account-password-new = 新密碼
account-password-new-confirm = 確認新密碼
account-password-show = 顯示密碼
account-password-strength = 密碼強度
account-password-weak = 弱
account-password-medium = 中
account-password-strong = 強
account-password-very-strong = 非常強
account-password-mismatch = 兩次輸入的密碼不一致
# $count (Number) how many
account-password-short = 密碼至少 { $count } 個字元
account-password-as-email = 密碼不可與電子郵件相同
account-password-change = 變更密碼
account-password-updated = 密碼已更新
account-password-wrong = 目前密碼錯誤
account-password-reset = 重設密碼
account-password-reset-my = 重設密碼
account-password-reset-sent = 若此信箱已註冊，您將收到重設密碼的郵件
account-password-reset-expired = 連結已失效，請重新申請重設密碼
account-bad-login = 帳號或密碼錯誤
account-locked = 登入失敗次數過多，請稍後再試
account-unconfirmed = 請先完成信箱驗證
account-exists = 此信箱已註冊，請直接登入
account-remember = 保持登入
account-not-you = 切換帳號
account-back-to-sign-in = 返回登入
account-mobile-code = 簡訊驗證碼
account-mobile-code-send = 取得驗證碼
# $seconds (Number) seconds left
account-mobile-code-wait = { $seconds } 秒後可重新取得
account-mobile-code-wrong = 驗證碼錯誤或已過期
account-login-wechat = 以微信登入
account-login-alipay = 以支付寶登入
account-login-mobile = 以手機號碼登入

## The account (个人资料)
account-title = 會員中心
account-dashboard = 會員中心
account-info = 會員資料
account-info-contact = 聯絡資訊
account-info-edit = 編輯資料
account-saved = 資料已更新
account-birthday = 生日
account-gender = 性別
account-gender-male = 男
account-gender-female = 女
account-gender-unsaid = 不公開
account-email-change = 變更電子郵件
account-recent-orders = 近期訂單
account-newsletter = 訂閱電子報
account-newsletter-on = 已訂閱電子報
account-newsletter-off = 未訂閱電子報
account-newsletter-sign-up = 訂閱電子報
newsletter-subscribe = 訂閱
newsletter-placeholder = 請輸入電子郵件
newsletter-thanks = 訂閱成功
account-delete = 刪除帳號
account-delete-confirm = 刪除後資料將被清除且無法復原，確定要刪除嗎？

## Addresses (收货地址管理)
account-addresses = 收件地址
account-address-add = 新增收件地址
account-address-edit = 編輯地址
account-address-delete = 刪除地址
account-address-delete-confirm = 確定要刪除這個地址嗎？
account-address-saved = 地址已儲存
account-address-deleted = 地址已刪除
account-address-save-failed = 地址儲存失敗，請稍後再試
account-default-address = 預設收件地址
account-no-default = 尚未設定預設收件地址
account-no-addresses = 尚無其他收件地址

## Favourites (收藏)
wishlist-title = 收藏清單
wishlist-add = 加入收藏
# $name (String) name of the product or person
wishlist-added = 已收藏「{ $name }」
# $name (String) name of the product or person
wishlist-removed = 已取消收藏「{ $name }」
wishlist-remove = 取消收藏
wishlist-empty = 尚未收藏任何商品
wishlist-add-all = 全部加入購物車
wishlist-share = 分享收藏清單
wishlist-login = 登入後即可收藏商品
compare-add = 加入比較
