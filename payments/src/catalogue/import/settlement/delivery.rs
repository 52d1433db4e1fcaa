//! The `[settlement.delivery]` table: by which ways files reach a biller.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use settlement::terms::{Delivery, Sftp};

use crate::catalogue::import::mail;
use crate::catalogue::import::reader::{Faults, Table};

/// The longest host name (RFC 1035).
const HOST_MAX: usize = 253;
/// The longest user, and folder.
const USER_MAX: usize = 64;
const FOLDER_MAX: usize = 255;

pub(super) fn delivery(mut table: Table<'_>, faults: &mut Faults) -> Option<Delivery> {
    let mail = table.optional("mail").map_or(Some(None), |node| mail(&node, faults).map(Some));
    let sftp = match table.optional("sftp") {
        Some(node) => node.table(faults).and_then(|table| sftp(table, faults)).map(Some),
        None => Some(None),
    };
    table.close(faults);
    Some(Delivery { mail: mail?, sftp: sftp? })
}

fn sftp(mut table: Table<'_>, faults: &mut Faults) -> Option<Sftp> {
    let mut text = |key: &'static str, expected: &str, is_sound: &dyn Fn(&str) -> bool| {
        let node = table.required(key, expected, faults)?;
        let text = node.text(expected, faults)?;
        if is_sound(text) { Some(text.to_owned()) } else { node.refuse(expected, faults) }
    };
    let host = text("host", "a host name or an address", &is_host);
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    let user = text("user", "letters, digits, '.', '_' and '-', 1 to 64", &|user| {
        (1..=USER_MAX).contains(&user.len()) && plain(user) && !user.starts_with('-')
    });
    let folder =
        text("folder", "a path of printable ASCII without . and .. in it, at most 255 characters", &|folder| {
            (1..=FOLDER_MAX).contains(&folder.len())
                && folder.chars().all(|c| c.is_ascii_graphic() || c == ' ')
                && folder.split('/').all(|part| part != "." && part != "..")
        });
    let key = text("key", "the name of a key of the hub: lower-case letters, digits, '-' and '_', 1 to 40", &|key| {
        (1..=40).contains(&key.len())
            && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c))
    });
    let host_key =
        text("host_key", "the server's key as known_hosts has it, such as \"ssh-ed25519 AAAA...\"", &is_host_key);
    let port_text = "a port, 1 to 65535";
    let port = table.optional("port").map_or(Some(22), |node| node.integer(1..65_536, port_text, faults));
    table.close(faults);
    Some(Sftp {
        host: host?,
        port: u16::try_from(port?).ok()?,
        user: user?,
        folder: folder?,
        key: key?,
        host_key: host_key?,
    })
}

fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.parse::<std::net::IpAddr>().is_ok() || host.len() <= HOST_MAX && host.split('.').all(label)
}

/// An algorithm and the key in Base64, which begins with the algorithm's name again (RFC 4253).
fn is_host_key(text: &str) -> bool {
    const ALGORITHMS: [&str; 5] =
        ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"];
    let Some((algorithm, encoded)) = text.split_once(' ') else { return false };
    let Ok(key) = STANDARD.decode(encoded) else { return false };
    let named = u32::try_from(algorithm.len()).map(|length| [&length.to_be_bytes(), algorithm.as_bytes()].concat());
    ALGORITHMS.contains(&algorithm) && named.is_ok_and(|named| key.starts_with(&named) && key.len() > named.len() + 32)
}
