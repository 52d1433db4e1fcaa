//! What the mail with a settlement file says.

use ledger::KeptFile;

/// Largest file that a mail carries; in Base64 it grows by a third, and many servers take 20 MB.
pub(super) const ATTACHED_MAX: i64 = 10 * 1024 * 1024;

/// Subject and text, in French as all of a biller's paper.
pub(super) fn letter(name: &str, file: &KeptFile, public_url: &str) -> (String, String) {
    let subject = format!("Règlement {name} : {}", file.name);
    let place = match file.bytes <= ATTACHED_MAX {
        true => "Vous le trouverez en pièce jointe.".to_owned(),
        false => format!(
            "Il est trop volumineux pour un courriel (limite : {} Mo). Téléchargez-le dans votre espace facturier : \
             {public_url}/fr/staff/settlement/windows/{}",
            ATTACHED_MAX / (1024 * 1024),
            file.window
        ),
    };
    let text = format!(
        "Bonjour,\n\nLe fichier de règlement de {name} (code {}) est disponible.\n{place}\n\nFichier : {}\nTaille : {} \
         octets\nSHA-256 : {}\n\nCe message est envoyé automatiquement.\n",
        file.biller, file.name, file.bytes, file.digest
    );
    (subject, text)
}
