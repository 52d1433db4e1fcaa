//! The line between hub and billers, which can be made to lose every answer while requests arrive.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};

/// A listener that passes everything on to another address.
pub struct Line {
    pub url: String,
    swallow: Arc<AtomicBool>,
}

impl Line {
    pub async fn to(base_url: &str) -> Self {
        let target = base_url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let swallow = Arc::new(AtomicBool::new(false));
        let deaf = Arc::clone(&swallow);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(pass_on(near, target.clone(), Arc::clone(&deaf)));
            }
        });
        Self { url, swallow }
    }

    pub fn swallow_answers(&self, swallow: bool) {
        self.swallow.store(swallow, Ordering::SeqCst);
    }
}

async fn pass_on(near: TcpStream, target: String, swallow: Arc<AtomicBool>) {
    let Ok(far) = TcpStream::connect(target).await else { return };
    let ((mut ask, mut answer), (mut answers, mut asks)) = (near.into_split(), far.into_split());
    // A payer's side that hangs up must not stop the biller's work: requests are passed on to their end.
    tokio::spawn(async move { copy(&mut ask, &mut asks).await });
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = answers.read(&mut bytes).await {
        if !swallow.load(Ordering::SeqCst) && answer.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
