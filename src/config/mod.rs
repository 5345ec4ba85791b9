//! Every setting, its default and its meaning. The structs below are the single source: they are
//! read, checked, listed for suggestions and printed as the commented example from here.
//! Promises: defaults < file < environment < `*_FILE`; all problems are reported at once, each with
//! the key and what to do; secrets never appear in `Debug` or in an error.
//! Refuses to start on an unknown setting: a misspelt limit is a limit that is not there.

mod example;
mod problem;
mod rules;
mod setting;
mod sources;
mod values;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use secrecy::SecretString;

pub use problem::{ConfigError, Problem};
use setting::{Setting, settings};
pub use sources::{NOT_SETTINGS, process_environment};
pub use values::{CashierQr, DuplicatePolicy, HkMoTwChoice, IpNetwork, LogFormat};

settings! {
    /// Luodi's settings.
    pub struct Config {
        /// Address and port the server listens on.
        bind: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 8080)),
        /// The URL under which shoppers and payment gateways reach this server. It must begin with
        /// https:// except on this machine itself; gateways send their notifications to it.
        public_url: String = "http://127.0.0.1:8080".to_owned(),
        /// Address and port on which /metrics answers, apart from the public one; "off" for none.
        metrics_bind: Option<SocketAddr> = Some(SocketAddr::from(([127, 0, 0, 1], 9090))),
        /// Worker threads; 0 means one for each processor core.
        workers: usize = 0,
        /// Networks of the reverse proxies in front of this server, such as "10.0.0.0/8". Only they are
        /// believed about whom they forward for (X-Forwarded-For).
        trusted_proxies: Vec<IpNetwork> = Vec::new(),
        /// Where the sandbox's phone page is, for links shown beside test QR codes. Live accounts ignore it.
        sandbox_phone_url: Option<String> = None,
        /// Logging.
        log: LogConfig = LogConfig::default(),
        /// Where the ledger is kept.
        storage: StorageConfig = StorageConfig::default(),
        /// The master keys under which merchant secrets are stored.
        vault: VaultConfig = VaultConfig::default(),
        /// How long things may take to be paid.
        payments: PaymentsConfig = PaymentsConfig::default(),
        /// Webhooks to the shops.
        webhooks: WebhooksConfig = WebhooksConfig::default(),
        /// The words of pages, errors and storefronts.
        wording: WordingConfig = WordingConfig::default(),
        /// How much a caller may ask for.
        limits: LimitsConfig = LimitsConfig::default(),
        /// The table of administrative divisions.
        regions: RegionsConfig = RegionsConfig::default(),
        /// How long data is kept.
        retention: RetentionConfig = RetentionConfig::default(),
        /// The shops served here, each under a short name of its own (a-z, 0-9, hyphens).
        stores: BTreeMap<String, StoreConfig> = BTreeMap::new(),
    }
}

settings! {
    /// Logging.
    pub struct LogConfig {
        /// What is logged: error, warn, info, debug, trace; or by module, such as "info,luodi::jobs=debug".
        level: String = "info".to_owned(),
        /// "text" for people, "json" for log collectors.
        format: LogFormat = LogFormat::Text,
    }
}

settings! {
    /// Where the ledger is kept.
    pub struct StorageConfig {
        /// "sqlite:" and a file name, or a postgres:// URL. Several servers may share one PostgreSQL
        /// database, never one SQLite file. May be given as a file (it can hold a password).
        url: SecretString = SecretString::from("sqlite:luodi.db"),
        /// Connections for reading, 1 to 64.
        readers: u32 = 4,
    }
}

settings! {
    /// The master keys under which merchant secrets are stored.
    pub struct VaultConfig {
        /// One or more keys, "id:base64" each, separated by commas; base64 as `openssl rand -base64 32`
        /// prints it. The first seals, all of them open: to change the key, put the new one in front.
        /// Best given as a file: LUODI_VAULT__KEYS_FILE=/run/secrets/luodi-keys
        keys: Option<SecretString> = None,
    }
}

settings! {
    /// How long things may take to be paid.
    pub struct PaymentsConfig {
        /// Seconds until an unpaid payment is closed, unless the shop says otherwise: 60 to 604800.
        expires_in_s: u32 = 7200,
        /// Seconds until a QR code or link at a gateway expires and a new one is offered: 60 to 86400.
        attempt_expires_in_s: u32 = 900,
    }
}

settings! {
    /// Webhooks to the shops.
    pub struct WebhooksConfig {
        /// Seconds a shop has to answer a webhook, 1 to 60.
        timeout_s: u32 = 15,
        /// Webhooks sent at the same time, 1 to 1000.
        concurrency: u32 = 16,
        /// Also allow plain http and addresses on this machine and in private networks. For tests, and
        /// for shops that live next door; never where strangers may register webhook endpoints.
        allow_private_addresses: bool = false,
    }
}

settings! {
    /// The words of pages, errors and storefronts.
    pub struct WordingConfig {
        /// A folder with your own wording, read last: one folder for each locale (zh-Hans, zh-Hant-HK,
        /// zh-Hant-TW, en) with .ftl files in it. Read again on SIGHUP. `luodi i18n check` examines it.
        overrides: Option<String> = None,
    }
}

settings! {
    /// How much a caller may ask for.
    pub struct LimitsConfig {
        /// Largest request body in bytes, 1024 to 1048576.
        body_bytes: u32 = 65_536,
        /// Requests each API key may make in a minute.
        key_requests_per_minute: u32 = 1200,
        /// Requests each network address may make in a minute without a secret key. Notifications of
        /// gateways are not counted.
        address_requests_per_minute: u32 = 240,
    }
}

settings! {
    /// The table of administrative divisions.
    pub struct RegionsConfig {
        /// A folder for newer tables than the one inside the program; `luodi regions import` fills it, and a
        /// running server takes over what it finds there within a minute, or at once on SIGHUP.
        folder: Option<String> = None,
    }
}

settings! {
    /// How long data is kept.
    pub struct RetentionConfig {
        /// Days an answer is kept for repetition under the same Idempotency-Key, 1 to 90.
        idempotency_days: u32 = 7,
        /// Days the raw notifications of gateways are kept, as evidence.
        notification_days: u32 = 180,
        /// Days the record of each webhook delivery is kept.
        delivery_days: u32 = 30,
        /// Days the rows of the gateways' statements are kept; their figures and the differences stay.
        statement_days: u32 = 400,
    }
}

settings! {
    /// One shop.
    pub struct StoreConfig {
        /// The name shoppers read on the payment page. Required.
        shop_name: String = String::new(),
        /// What happens when a shopper pays twice: "refund" returns the surplus, "alert" only reports it.
        duplicate_policy: DuplicatePolicy = DuplicatePolicy::Refund,
        /// Whether a refund is taken from the merchant's available balance when the gateway says that the funds
        /// not settled yet are short. Otherwise it waits until they suffice.
        refund_from_available_balance: bool = true,
        /// Whether other systems also take money under this shop's merchant numbers. Their orders then stand
        /// in the statements without being reported as differences.
        other_systems: bool = false,
        /// Origins whose pages may call this server from the browser, such as `"https://shop.example"`.
        allowed_origins: Vec<String> = Vec::new(),
        /// Hosts to which shoppers may be sent back after paying; empty allows every host your server names.
        return_url_hosts: Vec<String> = Vec::new(),
        /// A PNG file, up to 256 KiB and 1024 pixels wide, shown in the middle of this shop's QR codes.
        qr_logo: Option<String> = None,
        /// The QR code on a computer's payment page: "gateway" shows the gateway's own, which only its wallet
        /// pays; "cashier" shows the page's address, which any wallet opens and pays inside. The latter needs
        /// every wallet on offer to pay inside itself, WeChat by an app_secret; else the gateways' own are shown.
        cashier_qr: CashierQr = CashierQr::Gateway,
        /// What stands for a buyer's address where nothing is delivered (vouchers, downloads), since Magento needs
        /// a billing address and mainland shoppers are asked for none. All four, or none. The province as
        /// Magento's region code, such as "CN-GD".
        virtual_billing_region: Option<String> = None,
        /// Its city, such as "深圳市".
        virtual_billing_city: Option<String> = None,
        /// Its postal code, six digits.
        virtual_billing_postcode: Option<String> = None,
        /// District, street and number.
        virtual_billing_street: Option<String> = None,
        /// Hong Kong, Macao and Taiwan in address forms: "regions" beside the provinces, or "countries" of
        /// their own as Magento also lists them.
        hk_mo_tw: HkMoTwChoice = HkMoTwChoice::Regions,
        /// Language of the payment page where the browser asks for none we have: "zh-Hans", "zh-Hant-HK",
        /// "zh-Hant-TW" or "en".
        locale: Option<String> = None,
    }
}

impl Config {
    /// Reads the file named by the caller, or by `LUODI_CONFIG`, or `luodi.toml` if there is one; then
    /// the environment over it.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let sources = sources::gather(file, environment);
        let mut problems = sources.problems;
        let read = Self::read(&toml::Value::Table(sources.settings), "", &mut problems);
        let mut config = read.unwrap_or_default();
        config.public_url.truncate(config.public_url.trim_end_matches('/').len());
        for broken in rules::check(&config) {
            // A setting that could not be read was replaced by its default: nothing more to say of it.
            if !problems.iter().any(|known| known.setting() == broken.setting()) {
                problems.push(broken);
            }
        }
        if problems.is_empty() { Ok(config) } else { Err(ConfigError::new(problems, &sources.origins)) }
    }

    /// For a configuration built by hand.
    ///
    /// # Errors
    /// Every rule that is broken.
    pub fn check(&self) -> Result<(), ConfigError> {
        let problems = rules::check(self);
        if problems.is_empty() { Ok(()) } else { Err(ConfigError::new(problems, &BTreeMap::new())) }
    }

    /// All settings as a commented TOML file that means the same as no file at all.
    #[must_use]
    pub fn example() -> String {
        example::print(Self::FIELDS)
    }
}

#[cfg(test)]
mod tests;
