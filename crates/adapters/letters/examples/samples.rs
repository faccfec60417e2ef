//! Writes one made-up letter of each kind into a folder, for looking at: `cargo run -p banso-letters --example samples FOLDER`.

#[path = "../tests/samples/mod.rs"]
#[expect(clippy::unwrap_used, reason = "made-up letters shared with the tests")]
mod samples;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("name a folder for the PDFs")?;
    let letters = banso_letters::Letters::new();
    for (name, letter) in samples::all() {
        let made = letters.typeset(&letter)?;
        println!("{name}: {} pages, {} bytes {:?}", made.pages, made.pdf.len(), made.warnings);
        std::fs::write(std::path::Path::new(&folder).join(format!("{name}.pdf")), made.pdf)?;
    }
    Ok(())
}
