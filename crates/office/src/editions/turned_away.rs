//! Why a file that reads well is not published all the same, in words.

use banso_kernel::{CallId, LocalText};

pub(super) fn changed_after_publication(path: &str, call: &CallId, number: u32) -> LocalText {
    let (next, round) = (number + 1, call.round());
    LocalText::new(
        format!(
            "公表済みの第{number}版の本文が変わっています（{path}）。公表した版は書き換えられません。元に戻し、改正は第{next}版（{round}.{next}.md）として置いてください。"
        ),
        format!(
            "The published edition {number} has been edited ({path}). Put it back, and publish the change as edition {next} ({round}.{next}.md)."
        ),
    )
}

/// The edition in force is the one published last and the one with the highest number: an earlier one that came later would part the two.
pub(super) fn out_of_turn(call: &CallId, number: u32, last: u32) -> LocalText {
    let (next, round) = (last + 1, call.round());
    LocalText::new(
        format!(
            "第{last}版がすでに公表されているため、第{number}版を後から公表することはできません。改正は第{next}版（{round}.{next}.md）として置いてください。"
        ),
        format!(
            "Edition {last} is published already, so edition {number} cannot follow it. Publish the change as edition {next} ({round}.{next}.md)."
        ),
    )
}

pub(super) fn judged_otherwise(edition: &str) -> LocalText {
    LocalText::new(
        format!("審査が始まっているため、採点表・選定・加点は改められません。「{edition}」と同じ内容に戻してください。"),
        format!(
            "The review has begun: score sheet, selection and bonus points stay as they are. Put them back as they stand in `{edition}`."
        ),
    )
}

pub(super) fn same_text(number: u32) -> LocalText {
    LocalText::new(
        format!("公表済みの第{number}版と同じ本文です。改正した本文を置くか、このファイルを除いてください。"),
        format!("This is the text of the published edition {number}. Put the amended text here, or take the file away."),
    )
}

pub(super) fn wrong_place(says: &CallId, stands: &CallId) -> LocalText {
    LocalText::new(
        format!("本文は「{says}」の要領ですが、「{stands}」の場所にあります。"),
        format!("The text is of `{says}` but stands at `{stands}`."),
    )
}
