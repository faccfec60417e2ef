//! The same invoice or the same machine claimed twice: in one report, or in another project.

use std::collections::BTreeMap;

use banso_kernel::{Day, LocalText, Yen, fold_width};

use crate::tax::TaxBasis;

use super::ClaimLine;
use super::findings::{ClaimFinding, FindingCode};

/// What tells an invoice from others: seller, number, day, amount. The amount is the invoice's, so that a line each for its parts is seen
/// as one invoice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InvoiceKey {
    seller: String,
    number: String,
    issued: Day,
    total: Yen,
}

/// An invoice that another report claimed, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownInvoice {
    pub key: InvoiceKey,
    /// How the office names that report, e.g. its receipt number.
    pub place: String,
}

/// The key of the invoice of a line, where there is one.
#[must_use]
pub fn invoice_key(line: &ClaimLine) -> Option<InvoiceKey> {
    let invoice = line.evidence.invoice.as_ref()?;
    let plain = |text: &str| fold_width(text).chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let seller = invoice.vendor.corporate_number.map_or_else(|| plain(&invoice.vendor.name), |n| n.to_string());
    Some(InvoiceKey { seller, number: plain(&invoice.number), issued: invoice.issued, total: invoice.price.tax_in().ok()?.0 })
}

/// Invoices claimed beyond their amount (in the basis in which cost counts) in this report, invoices known from elsewhere, and serial numbers used twice.
#[must_use]
pub fn duplicate_findings(lines: &[ClaimLine], elsewhere: &[KnownInvoice], basis: TaxBasis, clause: &str) -> Vec<ClaimFinding> {
    let mut findings = Vec::new();
    let mut push = |code, line: &ClaimLine, field: &str, detail| {
        findings.push(ClaimFinding { code, line: line.id.clone(), field: field.to_owned(), detail, clause: clause.to_owned() });
    };
    let mut claimed: BTreeMap<InvoiceKey, (Yen, &str)> = BTreeMap::new();
    let mut serials: BTreeMap<String, &str> = BTreeMap::new();
    for line in lines {
        if let Some(key) = invoice_key(line) {
            let (before, first) = claimed.get(&key).copied().unwrap_or((Yen::ZERO, line.id.as_str()));
            let sum = before.checked_add(line.claimed).unwrap_or(key.total);
            let whole = line.evidence.invoice.as_ref().and_then(|i| i.price.in_basis(basis).ok()).unwrap_or(key.total);
            if first != line.id && sum > whole {
                push(FindingCode::InvoiceTwice, line, "invoice", LocalText::new(format!("明細{first}"), format!("line {first}")));
            }
            if let Some(other) = elsewhere.iter().find(|k| k.key == key) {
                push(FindingCode::InvoiceElsewhere, line, "invoice", LocalText::new(other.place.clone(), other.place.clone()));
            }
            claimed.insert(key, (sum, first));
        }
        for serial in line.goods.serials() {
            if let Some(first) = serials.insert(fold_width(serial.trim()).to_uppercase(), &line.id) {
                let detail = LocalText::new(format!("{serial}（明細{first}）"), format!("{serial}, line {first}"));
                push(FindingCode::SerialTwice, line, "goods.serials", detail);
            }
        }
    }
    findings
}
