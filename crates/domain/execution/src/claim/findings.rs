//! What a check of claims finds: a code for good, the place, what is wrong, how to put it right.

use banso_kernel::LocalText;

/// How heavy a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The line cannot be reported like this.
    Wrong,
    /// Somebody has to look and say why it is right.
    Doubtful,
}

/// One thing found in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimFinding {
    pub code: FindingCode,
    /// The claim line's id.
    pub line: String,
    /// The field in it, e.g. `invoice.issued`, `quotes[1].vendor`.
    pub field: String,
    /// The values that do not fit.
    pub detail: LocalText,
    /// The clause that asks for it.
    pub clause: String,
}

impl ClaimFinding {
    /// What is wrong, with the values.
    #[must_use]
    pub fn message(&self) -> LocalText {
        let said = self.code.sentence();
        let en = format!("{} ({})", said.get(banso_kernel::Lang::En), self.detail.get(banso_kernel::Lang::En));
        LocalText::new(format!("{}（{}）", said.ja, self.detail.ja), en)
    }

    #[must_use]
    pub fn remedy(&self) -> LocalText {
        self.code.remedy()
    }
}

macro_rules! finding_codes {
    ($($name:ident = $code:literal, $weight:ident, $ja:literal, $en:literal => $do_ja:literal, $do_en:literal;)*) => {
        /// What can be found. Codes are never used twice.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum FindingCode { $($name),* }

        impl FindingCode {
            pub const ALL: &'static [FindingCode] = &[$(FindingCode::$name),*];

            /// Stable, e.g. `C101`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(FindingCode::$name => $code),* }
            }

            #[must_use]
            pub const fn weight(self) -> Weight {
                match self { $(FindingCode::$name => Weight::$weight),* }
            }

            /// What is wrong.
            #[must_use]
            pub fn sentence(self) -> LocalText {
                match self { $(FindingCode::$name => LocalText::new($ja, $en)),* }
            }

            /// How to put it right.
            #[must_use]
            pub fn remedy(self) -> LocalText {
                match self { $(FindingCode::$name => LocalText::new($do_ja, $do_en)),* }
            }
        }
    };
}

finding_codes! {
    OrderBeforeDecision = "C101", Wrong, "交付決定日より前に発注しています", "ordered before the grant decision"
        => "対象外の経費です。この明細を外してください", "the cost is not eligible: take the line out";
    QuoteAfterOrder = "C102", Wrong, "見積書の日付が発注日より後です", "the quote is dated after the order"
        => "発注前に受け取った見積書を添付してください", "attach the quote that was received before the order";
    QuoteExpired = "C103", Wrong, "発注日に見積書の有効期限が切れています", "the quote was no longer valid on the day of the order"
        => "有効な見積書を添付してください", "attach a quote that was valid";
    DeliveryBeforeOrder = "C104", Wrong, "納品日が発注日より前です", "delivered before it was ordered"
        => "発注日と納品日を確かめてください", "check both days";
    AcceptanceBeforeDelivery = "C105", Wrong, "検収日が納品日より前です", "accepted before it was delivered"
        => "納品日と検収日を確かめてください", "check both days";
    InvoiceBeforeAcceptance = "C106", Doubtful, "請求書の日付が検収日より前です", "the invoice is dated before the acceptance"
        => "前払の契約であれば契約書を添付し、理由を記してください", "if payment in advance was agreed, attach the contract and say why";
    PaymentBeforeInvoice = "C107", Doubtful, "支払日が請求書の日付より前です", "paid before the invoice was issued"
        => "前払の契約であれば契約書を添付し、理由を記してください", "if payment in advance was agreed, attach the contract and say why";
    AcceptanceAfterEnd = "C108", Wrong, "補助事業期間の終了後に検収しています", "accepted after the end of the project"
        => "対象外の経費です。この明細を外してください", "the cost is not eligible: take the line out";
    PaymentAfterEnd = "C109", Wrong, "補助事業期間の終了後に支払っています", "paid after the end of the project"
        => "対象外の経費です。この明細を外してください", "the cost is not eligible: take the line out";
    DayToCome = "C110", Wrong, "まだ来ていない日付です", "a day that has not come yet"
        => "日付を確かめてください。これから支払うものは、支払った後に報告してください", "check the day; what is still to be paid is reported once it is";
    PaperMissing = "C111", Wrong, "証拠書類がありません", "a paper of the chain is missing"
        => "書類を添付し、日付を記入してください", "attach the paper and enter its day";
    DocumentMissing = "C112", Wrong, "記入されていますが、書類が添付されていません", "entered, but the document is not attached"
        => "書類のPDF又は写真を添付してください", "attach a PDF or a photo of it";
    DoneAfterCompletion = "C113", Wrong, "補助事業が完了した日より後の日付です", "a day after the work was completed"
        => "完了した日とこの日付を確かめてください", "check the day of completion and this day";
    PaidAfterCompletion = "C114", Doubtful, "補助事業が完了した日より後に請求又は支払をしています", "invoiced or paid after the work was completed"
        => "完了した日を確かめ、正しいときは事情を説明してください", "check the day of completion; if it is right, explain";
    ClaimNotPositive = "C121", Wrong, "金額が0円以下です", "the amount is zero or less"
        => "1円以上の整数で記入してください。値引きは元の明細の金額に反映してください", "enter one yen or more; take a discount off the line it belongs to";
    ClaimAboveInvoice = "C122", Wrong, "請求額を超えて計上しています", "more is claimed than was invoiced"
        => "計上額を請求額以内にしてください", "claim no more than was invoiced";
    ClaimedWithTax = "C123", Wrong, "税込の額で計上しています（この事業の対象経費は税抜です）", "claimed with tax where eligible cost is counted without"
        => "税抜の額に直してください", "enter the amount without tax";
    OrderDiffersFromQuote = "C124", Doubtful, "発注額が採用した見積額と異なります", "the order is not for what was quoted"
        => "変更の経緯を示す書類を添付してください", "attach what explains the change";
    InvoiceDiffersFromOrder = "C125", Doubtful, "請求額が発注額と異なります", "the invoice is not for what was ordered"
        => "変更の経緯を示す書類を添付してください", "attach what explains the change";
    PaymentDiffersFromInvoice = "C126", Wrong, "支払額の合計が請求額と異なります", "what was paid is not what was invoiced"
        => "全ての支払を記入し、差額の理由となる書類を添付してください", "enter every payment, and attach what explains the difference";
    TaxWrong = "C127", Wrong, "消費税額が税率と合いません", "the tax does not fit the rate"
        => "請求書の税率ごとの金額を確かめてください", "check the amounts of the invoice for each rate";
    TaxRateUnknown = "C128", Wrong, "その日の消費税の税率ではありません", "not a tax rate of that day"
        => "税率を確かめてください", "check the rate";
    InvoiceFromAnother = "C131", Wrong, "請求者が発注先と異なります", "invoiced by somebody else than the order went to"
        => "発注先からの請求書を添付してください。債権譲渡などの場合は事務局へご相談ください", "attach the invoice of the firm that was ordered from, or ask the office";
    PaidToAnother = "C132", Wrong, "支払先が請求者と異なります", "paid to somebody else than who invoiced"
        => "請求者への支払を示してください", "show the payment to who invoiced";
    OrderToAnother = "C133", Wrong, "発注先が採用した見積の見積者と異なります", "ordered from somebody else than the chosen quote"
        => "発注先の見積書を先頭に置いてください", "put the quote of the firm that was ordered from first";
    MethodNotAllowed = "C134", Wrong, "認められない支払方法です", "paid in a way that is not allowed"
        => "認められる方法で支払った証拠がない経費は対象外です", "without proof of an allowed payment the cost is not eligible";
    QuotesTooFew = "C141", Wrong, "相見積の数が足りません", "too few competing quotes"
        => "見積書を加えるか、認められる理由があれば業者選定理由書を添付してください", "add quotes or, where a reason is allowed, the statement of reasons";
    NotTheCheapest = "C142", Wrong, "最低価格ではない見積を採用しています", "the chosen quote is not the cheapest"
        => "最低価格の者に発注するか、対象経費を最低価格までとしてください", "order from the cheapest, or claim only the lowest price";
    QuotesNotIndependent = "C143", Wrong, "相見積の提出者が互いに独立していません", "the competing quotes are not independent"
        => "別の者から見積書を取り直してください", "get a quote from an independent firm";
    QuotesForOtherThings = "C144", Doubtful, "相見積の内容が同じではありません", "the competing quotes are not for the same things"
        => "同じ仕様の見積書を添付してください", "attach quotes for the same specification";
    ExcuseRefused = "C145", Wrong, "随意契約の理由として認められません", "not a reason for buying without competition"
        => "相見積を添付してください", "attach competing quotes";
    ExcuseUnproved = "C146", Wrong, "随意契約の理由を示す書類がありません", "nothing proves the reason for buying without competition"
        => "理由を客観的に示す書類を添付してください", "attach what proves it";
    UsedWithoutCompetition = "C147", Wrong, "中古品は相見積なしでは購入できません", "used goods are never bought without competition"
        => "相見積を添付してください", "attach competing quotes";
    FromOwnGroup = "C151", Doubtful, "自社又は関係会社からの調達です", "bought from the own group"
        => "利益等排除を行い、製造原価を示す書類を添付してください", "take the profit out and attach what shows the cost of production";
    InvoiceTwice = "C161", Wrong, "同じ請求書が2度計上されています", "the same invoice is claimed twice"
        => "重複した明細を外してください", "take the second line out";
    InvoiceElsewhere = "C162", Wrong, "同じ請求書が別の補助事業で計上されています", "the same invoice is claimed in another project"
        => "一つの経費に二つの補助金を充てることはできません。明細を外してください", "two grants cannot pay one cost: take the line out";
    SerialTwice = "C163", Wrong, "同じ製造番号が2度計上されています", "the same serial number is claimed twice"
        => "製造番号を確かめてください", "check the serial numbers";
    BudgetLineUnknown = "C171", Wrong, "交付決定にない経費区分です", "not a heading of the grant decision"
        => "経費区分を選び直してください", "choose another heading";
    AboveAllotted = "C172", Wrong, "経費区分の計上額が配分額（軽微な変更を含む）を超えています", "more is claimed under a heading than was allotted, minor shifts included"
        => "計画変更の承認を受けるか、計上額を配分額以内にしてください", "ask for a change of the plan, or claim no more than was allotted";
    LineTwice = "C173", Wrong, "明細番号が重複しています", "the number of the line is used twice"
        => "明細番号を付け直してください", "give it another number";
    TooLarge = "C174", Wrong, "金額が大きすぎて計算できません", "the amounts are too large to be money"
        => "金額を確かめてください", "check the amounts";
}
