//! The other end of the sockets: a server that plays a list of acts.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use biller_adapters::{Connector, ConnectorSettings, init_tls};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The secret that hub and biller share.
pub const SECRET: &str = "mac-secret";

/// What the server does with one request, once it has read it whole.
#[derive(Clone)]
pub enum Act {
    /// Sends these bytes and closes.
    Send(Vec<u8>),
    /// Closes without a word: the work may be done.
    Drop,
    /// Sends these bytes and then nothing, for as long as the client stays.
    Stall(Vec<u8>),
}

pub struct Server {
    pub port: u16,
    /// Every request as it came, head and body.
    pub requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Plays the acts in order; a request beyond them is dropped.
    pub async fn play(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, acts) = (Arc::clone(&requests), Arc::new(Mutex::new(VecDeque::from(acts))));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, acts) = (Arc::clone(&seen), Arc::clone(&acts));
                tokio::spawn(async move {
                    let _ = serve(stream, &seen, &acts).await;
                });
            }
        });
        Self { port, requests }
    }

    pub fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    pub fn json(&self) -> Box<dyn Connector> {
        build(ConnectorSettings::JsonRest {
            base_url: format!("http://127.0.0.1:{}/api", self.port),
            secret_env: "S".into(),
        })
    }

    pub fn soap(&self) -> Box<dyn Connector> {
        build(ConnectorSettings::FatouratiSoap {
            endpoint: format!("http://127.0.0.1:{}/soap", self.port),
            secret_env: "S".into(),
            acquirer_id: "900001".into(),
        })
    }

    pub fn flat(&self) -> Box<dyn Connector> {
        build(ConnectorSettings::FlatFile {
            bills_url: format!("http://127.0.0.1:{}/bills.csv", self.port),
            payments_url: format!("http://127.0.0.1:{}/payments", self.port),
            secret_env: "S".into(),
        })
    }
}

async fn serve(mut stream: TcpStream, seen: &Mutex<Vec<String>>, acts: &Mutex<VecDeque<Act>>) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !is_whole(&request) {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        request.extend_from_slice(&buffer[..count]);
    }
    seen.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
    let act = acts.lock().unwrap().pop_front();
    match act {
        None | Some(Act::Drop) => {}
        Some(Act::Send(bytes)) => {
            stream.write_all(&bytes).await?;
            stream.shutdown().await?;
        }
        Some(Act::Stall(bytes)) => {
            stream.write_all(&bytes).await?;
            let _ = stream.read(&mut buffer).await?;
        }
    }
    Ok(())
}

/// Whether head and announced body are there.
pub fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let announced = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= announced.map_or(0, |length| length.parse().unwrap())
}

pub fn http(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}").into_bytes()
}

pub fn signed(reference: &str, body: &str) -> Vec<u8> {
    let digest = hex::encode(Sha256::digest(body));
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("200\n{reference}\n{digest}").as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    http("200 OK", &format!("X-Fatoura-Signature: {signature}\r\n"), body)
}

pub fn build(settings: ConnectorSettings) -> Box<dyn Connector> {
    settings.build(1020, &|_| Some(SecretString::from(SECRET))).unwrap()
}

/// A server with a certificate for `localhost` of a private authority; answers one request. Key and
/// certificates under tests/tls belong to this test alone; the authority's key was not kept.
pub fn tls_server() -> u16 {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    init_tls();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/tls");
    let certificates = CertificateDer::pem_file_iter(folder.join("server.pem")).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).unwrap();
    let config = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(certificates, key).unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (tcp, _) = listener.accept().unwrap();
        let mut stream = rustls::StreamOwned::new(rustls::ServerConnection::new(Arc::new(config)).unwrap(), tcp);
        let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
        while !is_whole(&request) {
            match stream.read(&mut buffer) {
                Ok(count) if count > 0 => request.extend_from_slice(&buffer[..count]),
                _ => return,
            }
        }
        stream.write_all(&signed("000000000043", crate::CONFIRMED)).unwrap();
        stream.conn.send_close_notify();
        stream.flush().unwrap();
    });
    port
}
