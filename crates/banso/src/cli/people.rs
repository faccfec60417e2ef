//! Accounts, as they are typed.

use banso_kernel::CorporateNumber;
use clap::{Args, Subcommand, ValueEnum};

use super::{ARGUMENTS, TEMPLATE};

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// 利用者を加えます。最初の合言葉（パスワード）を表示します
    /// Adds somebody and prints a first password
    #[command(verbatim_doc_comment, help_template = TEMPLATE)]
    Add(NewUser),
}

/// Somebody to be added.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct NewUser {
    /// 利用者名（半角英小文字・数字）/ Login name
    #[arg(help_heading = ARGUMENTS)]
    pub(crate) login: String,
    /// 氏名 / Name
    #[arg(long)]
    pub(crate) name: String,
    /// メールアドレス / Mail address
    #[arg(long)]
    pub(crate) email: String,
    /// 役割（繰り返し可）/ Role; may be repeated
    #[arg(long = "role", value_name = "ROLE", value_enum, required = true)]
    pub(crate) roles: Vec<RoleName>,
    /// 所属機関の法人番号。申請者には必要です / Corporate number of the organisation; an applicant needs one
    #[arg(long, value_name = "NUMBER")]
    pub(crate) organisation: Option<CorporateNumber>,
    /// 所属機関の名称（まだ登録されていないとき）/ Name of the organisation, when it is not registered yet
    #[arg(long, value_name = "NAME", requires = "organisation")]
    pub(crate) organisation_name: Option<String>,
    /// 所属機関の種類（まだ登録されていないとき）/ Kind of the organisation, when it is not registered yet
    #[arg(long, value_name = "KIND", value_enum, default_value_t = OrganisationKind::Sme, requires = "organisation")]
    pub(crate) organisation_kind: OrganisationKind,
}

/// Kinds of organisations as they are typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OrganisationKind {
    /// 中小企業者等 / Small or medium-sized firm
    Sme,
    /// 大学 / University
    University,
    /// 公設試験研究機関 / Public institute
    PublicInstitute,
    /// 事業管理機関・支援機関 / Managing or support organisation
    Managing,
}

/// Roles as they are typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleName {
    /// 申請者 / Applicant
    Applicant,
    /// 事務局 / Office
    Officer,
    /// 交付決定権者 / Who decides
    Director,
    /// 審査員 / Reviewer
    Reviewer,
    /// 監査 / Auditor
    Auditor,
    /// 政策分析 / Policy analyst
    Analyst,
}
