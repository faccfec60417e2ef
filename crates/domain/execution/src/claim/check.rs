//! One claim line against its evidence: are the papers there, in order, in time, do they add up, do they name the same firm?

use banso_kernel::{Day, LocalText, MoneyError, Yen};

use super::findings::{ClaimFinding, FindingCode};
use super::quotes::check_quotes;
use super::{ClaimLine, ClaimRules, Evidence, Goods, OwnGroup, Period, Vendor};
use crate::tax::{Price, TaxBasis, is_statutory_rate};

/// Collects findings of one line.
pub(super) struct Found<'a> {
    line: &'a str,
    findings: Vec<ClaimFinding>,
}

impl Found<'_> {
    pub(super) fn push(&mut self, code: FindingCode, field: &str, detail: LocalText, clause: &str) {
        self.findings.push(ClaimFinding { code, line: self.line.to_owned(), field: field.to_owned(), detail, clause: clause.to_owned() });
    }
}

/// Everything that is wrong or doubtful with a line, in the order of the papers.
#[must_use]
pub fn check_line(line: &ClaimLine, period: Period, rules: &ClaimRules, own: &OwnGroup) -> Vec<ClaimFinding> {
    let mut found = Found { line: &line.id, findings: Vec::new() };
    there(line, rules, &mut found);
    in_order(&line.evidence, rules, &mut found);
    in_time(&line.evidence, period, rules, &mut found);
    same_firm(&line.evidence, rules, own, &mut found);
    if add_up(line, rules, &mut found).is_err() {
        found.push(
            FindingCode::TooLarge,
            "claimed",
            LocalText::new(line.claimed.to_string(), line.claimed.to_string()),
            &rules.evidence_clause,
        );
    }
    found.findings
}

fn there(line: &ClaimLine, rules: &ClaimRules, found: &mut Found<'_>) {
    let (evidence, clause) = (&line.evidence, &rules.evidence_clause);
    let papers = [
        ("order", "発注書・契約書", "order", evidence.order.as_ref().map(|p| p.document.is_some())),
        ("delivery", "納品書", "delivery note", evidence.delivery.as_ref().map(|p| p.document.is_some())),
        ("acceptance", "検収書", "record of acceptance", evidence.acceptance.as_ref().map(|p| p.document.is_some())),
        ("invoice", "請求書", "invoice", evidence.invoice.as_ref().map(|p| p.document.is_some())),
        (
            "payments",
            "支払の証拠書類",
            "proof of payment",
            (!evidence.payments.is_empty()).then(|| evidence.payments.iter().all(|p| p.document.is_some())),
        ),
    ];
    // What is paid to one's own people is neither ordered nor delivered.
    let own = line.goods == Goods::Own;
    for (field, ja, en, attached) in papers.into_iter().filter(|(field, ..)| !own || *field == "payments") {
        match attached {
            None => found.push(FindingCode::PaperMissing, field, LocalText::new(ja, en), clause),
            Some(false) => found.push(FindingCode::DocumentMissing, field, LocalText::new(ja, en), clause),
            Some(true) => {}
        }
    }
    for (n, quote) in evidence.quotes.iter().enumerate().filter(|(_, q)| q.document.is_none()) {
        let detail = LocalText::new(format!("見積書（{}）", quote.vendor.name), format!("quote of {}", quote.vendor.name));
        found.push(FindingCode::DocumentMissing, &format!("quotes[{n}]"), detail, clause);
    }
}

pub(super) fn two_days(first: (&str, &str, Day), then: (&str, &str, Day)) -> LocalText {
    LocalText::new(
        format!("{} {}、{} {}", first.0, first.2.wareki(), then.0, then.2.wareki()),
        format!("{} {}, {} {}", first.1, first.2, then.1, then.2),
    )
}

fn in_order(evidence: &Evidence, rules: &ClaimRules, found: &mut Found<'_>) {
    let clause = &rules.evidence_clause;
    let order = evidence.order.as_ref().map(|o| ("発注日", "ordered", o.on));
    let delivery = evidence.delivery.as_ref().map(|d| ("納品日", "delivered", d.on));
    let acceptance = evidence.acceptance.as_ref().map(|a| ("検収日", "accepted", a.on));
    let invoice = evidence.invoice.as_ref().map(|i| ("請求日", "invoiced", i.issued));
    let payment = evidence.payments.iter().map(|p| p.on).min().map(|on| ("支払日", "paid", on));
    if let Some(order) = order {
        for (n, quote) in evidence.quotes.iter().enumerate() {
            if quote.issued > order.2 {
                let detail = two_days(("見積日", "quoted", quote.issued), order);
                found.push(FindingCode::QuoteAfterOrder, &format!("quotes[{n}].issued"), detail, clause);
            }
            if let Some(until) = quote.valid_until.filter(|until| *until < order.2) {
                let detail = two_days(("有効期限", "valid until", until), order);
                found.push(FindingCode::QuoteExpired, &format!("quotes[{n}].valid_until"), detail, clause);
            }
        }
    }
    for (code, field, first, then) in [
        (FindingCode::DeliveryBeforeOrder, "delivery.on", order, delivery),
        (FindingCode::AcceptanceBeforeDelivery, "acceptance.on", delivery, acceptance),
        (FindingCode::InvoiceBeforeAcceptance, "invoice.issued", acceptance, invoice),
        (FindingCode::PaymentBeforeInvoice, "payments[0].on", invoice, payment),
    ] {
        if let (Some(first), Some(then)) = (first, then)
            && then.2 < first.2
        {
            found.push(code, field, two_days(first, then), clause);
        }
    }
}

fn in_time(evidence: &Evidence, period: Period, rules: &ClaimRules, found: &mut Found<'_>) {
    let clause = &rules.evidence_clause;
    let begins = ("交付決定日", "decided", period.begins);
    let ends = ("終了日", "ends", period.ends);
    if let Some(order) = evidence.order.as_ref().filter(|o| o.on < period.begins) {
        found.push(FindingCode::OrderBeforeDecision, "order.on", two_days(begins, ("発注日", "ordered", order.on)), clause);
    }
    if let Some(acceptance) = evidence.acceptance.as_ref().filter(|a| a.on > period.ends) {
        found.push(FindingCode::AcceptanceAfterEnd, "acceptance.on", two_days(ends, ("検収日", "accepted", acceptance.on)), clause);
    }
    for (n, payment) in evidence.payments.iter().enumerate().filter(|(_, p)| p.on > period.ends) {
        let detail = two_days(ends, ("支払日", "paid", payment.on));
        found.push(FindingCode::PaymentAfterEnd, &format!("payments[{n}].on"), detail, clause);
    }
}

fn two_firms(a: &Vendor, b: &Vendor) -> LocalText {
    LocalText::new(format!("「{}」と「{}」", a.name, b.name), format!("`{}` and `{}`", a.name, b.name))
}

fn same_firm(evidence: &Evidence, rules: &ClaimRules, own: &OwnGroup, found: &mut Found<'_>) {
    let clause = &rules.evidence_clause;
    if let (Some(quote), Some(order)) = (evidence.quotes.first(), &evidence.order)
        && !quote.vendor.is(&order.vendor)
    {
        found.push(FindingCode::OrderToAnother, "order.vendor", two_firms(&quote.vendor, &order.vendor), clause);
    }
    if let (Some(order), Some(invoice)) = (&evidence.order, &evidence.invoice)
        && !order.vendor.is(&invoice.vendor)
    {
        found.push(FindingCode::InvoiceFromAnother, "invoice.vendor", two_firms(&order.vendor, &invoice.vendor), clause);
    }
    for (n, payment) in evidence.payments.iter().enumerate() {
        if let Some(invoice) = evidence.invoice.as_ref().filter(|i| !i.vendor.is(&payment.payee)) {
            let detail = two_firms(&invoice.vendor, &payment.payee);
            found.push(FindingCode::PaidToAnother, &format!("payments[{n}].payee"), detail, clause);
        }
        if !rules.methods.contains(&payment.method) {
            let detail = payment.method.label();
            found.push(FindingCode::MethodNotAllowed, &format!("payments[{n}].method"), detail, &rules.methods_clause);
        }
    }
    if evidence.order.is_none() && evidence.invoice.is_none() {
        return;
    }
    let sellers =
        [("order.vendor", evidence.order.as_ref().map(|o| &o.vendor)), ("invoice.vendor", evidence.invoice.as_ref().map(|i| &i.vendor))];
    for (field, seller) in sellers {
        if let Some((ours, tie)) = seller.and_then(|s| own.tie(s)) {
            let (ja, en) = tie.label();
            let detail = LocalText::new(format!("「{}」: {ja}", ours.name), format!("`{}`: {en}", ours.name));
            found.push(FindingCode::FromOwnGroup, field, detail, &rules.own_group_clause);
            return;
        }
    }
}

fn two_amounts(ja: (&str, &str), en: (&str, &str), a: Yen, b: Yen) -> LocalText {
    LocalText::new(format!("{} {a}、{} {b}", ja.0, ja.1), format!("{} {a}, {} {b}", en.0, en.1))
}

fn add_up(line: &ClaimLine, rules: &ClaimRules, found: &mut Found<'_>) -> Result<(), MoneyError> {
    let (evidence, clause) = (&line.evidence, &rules.evidence_clause);
    not_positive(line, rules, found);
    if let Some(order) = &evidence.order {
        check_quotes(line, &order.price, &rules.quotes, found)?;
        if let Some(quote) = evidence.quotes.first() {
            let (quoted, ordered) = (quote.price.tax_in()?.0, order.price.tax_in()?.0);
            if quoted != ordered {
                let detail = two_amounts(("見積額", "発注額"), ("quoted", "ordered"), quoted, ordered);
                found.push(FindingCode::OrderDiffersFromQuote, "order.price", detail, clause);
            }
        }
    }
    if line.goods == Goods::Own {
        return paid_out(line, rules, found);
    }
    let Some(invoice) = &evidence.invoice else { return Ok(()) };
    taxes(&invoice.price, invoice.issued, rules, found)?;
    let invoiced = invoice.price.tax_in()?.0;
    if let Some(order) = &evidence.order {
        let ordered = order.price.tax_in()?.0;
        if ordered != invoiced {
            let detail = two_amounts(("発注額", "請求額"), ("ordered", "invoiced"), ordered, invoiced);
            found.push(FindingCode::InvoiceDiffersFromOrder, "invoice.price", detail, clause);
        }
    }
    if !evidence.payments.is_empty() {
        let paid = Yen::sum(evidence.payments.iter().map(|p| p.amount))?;
        if paid != invoiced {
            let detail = two_amounts(("請求額", "支払額"), ("invoiced", "paid"), invoiced, paid);
            found.push(FindingCode::PaymentDiffersFromInvoice, "payments", detail, clause);
        }
    }
    claimed(line, &invoice.price, rules, found)
}

/// What is claimed of wages and travel is what was paid.
fn paid_out(line: &ClaimLine, rules: &ClaimRules, found: &mut Found<'_>) -> Result<(), MoneyError> {
    let paid = Yen::sum(line.evidence.payments.iter().map(|p| p.amount))?;
    if !line.evidence.payments.is_empty() && line.claimed > paid {
        let detail = two_amounts(("計上額", "支払額"), ("claimed", "paid"), line.claimed, paid);
        found.push(FindingCode::ClaimAboveInvoice, "claimed", detail, &rules.basis_clause);
    }
    Ok(())
}

fn not_positive(line: &ClaimLine, rules: &ClaimRules, found: &mut Found<'_>) {
    let mut amounts = vec![("claimed".to_owned(), line.claimed)];
    amounts.extend(line.evidence.payments.iter().enumerate().map(|(n, p)| (format!("payments[{n}].amount"), p.amount)));
    if let Some(invoice) = &line.evidence.invoice {
        amounts.extend(invoice.price.0.iter().enumerate().map(|(n, b)| (format!("invoice.price[{n}]"), b.net.0)));
    }
    for (field, amount) in amounts.into_iter().filter(|(_, a)| *a <= Yen::ZERO) {
        let detail = LocalText::new(amount.to_string(), amount.to_string());
        found.push(FindingCode::ClaimNotPositive, &field, detail, &rules.evidence_clause);
    }
}

fn taxes(price: &Price, on: Day, rules: &ClaimRules, found: &mut Found<'_>) -> Result<(), MoneyError> {
    for (n, band) in price.0.iter().enumerate() {
        let field = format!("invoice.price[{n}]");
        let detail = || {
            LocalText::new(
                format!("税率 {}、税抜 {}、税 {}", band.rate, band.net.0, band.tax),
                format!("rate {}, net {}, tax {}", band.rate, band.net.0, band.tax),
            )
        };
        if !is_statutory_rate(band.rate, on) {
            found.push(FindingCode::TaxRateUnknown, &field, detail(), &rules.evidence_clause);
        } else if !band.tax_is_right()? {
            found.push(FindingCode::TaxWrong, &field, detail(), &rules.evidence_clause);
        }
    }
    Ok(())
}

fn claimed(line: &ClaimLine, invoiced: &Price, rules: &ClaimRules, found: &mut Found<'_>) -> Result<(), MoneyError> {
    let (limit, with_tax) = (invoiced.in_basis(rules.basis)?, invoiced.tax_in()?.0);
    if line.claimed <= limit {
        return Ok(());
    }
    let detail = two_amounts(("計上額", "請求額"), ("claimed", "invoiced"), line.claimed, limit);
    let code = match rules.basis {
        TaxBasis::TaxOut if line.claimed == with_tax => FindingCode::ClaimedWithTax,
        TaxBasis::TaxOut | TaxBasis::TaxIn => FindingCode::ClaimAboveInvoice,
    };
    found.push(code, "claimed", detail, &rules.basis_clause);
    Ok(())
}
