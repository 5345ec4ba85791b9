//! Any bytes as the list of cleared transactions (ZM): no panic, nothing is read after the first fault, nothing after
//! the totals, and the totals are those of the rows.

#![no_main]

use libfuzzer_sys::fuzz_target;
use luodi::gateways::Merchant;
use luodi::gateways::statement::{StatementLine, TradeKind};
use luodi::gateways::unionpay::statement::zm::Lines;

fuzz_target!(|data: &[u8]| {
    let merchant = Merchant { merchant_no: "777290058110048".to_owned(), app_id: None, sub_merchant_no: None };
    let (mut over, mut rows, mut paid_fen) = (false, 0, 0);
    for line in Lines::new(data, merchant, jiff::civil::date(2026, 1, 2)) {
        assert!(!over, "a line after the end");
        match line {
            Err(_) => over = true,
            Ok(StatementLine::Summary(summary)) => {
                over = true;
                assert_eq!((summary.row_count, summary.paid_fen), (rows, paid_fen));
            }
            Ok(StatementLine::Trade(row)) => {
                rows += 1;
                if row.kind == TradeKind::Payment {
                    paid_fen += row.amount.get();
                }
            }
            Ok(StatementLine::Fund(_)) => unreachable!("there is no fund statement"),
        }
    }
});
