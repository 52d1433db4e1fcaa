//! A caller with a telephone: the sandbox's voice provider carries the call.

use sandbox::{Control, Dial, PhoneCall, PhoneKeys};

use super::TestApp;

/// A caller on the line, or after the call.
pub struct Phone {
    control: Control,
    pub call: PhoneCall,
}

impl TestApp {
    /// Calls the hub.
    pub async fn dial(&self, from: &str) -> Phone {
        self.dial_as(Dial::from(from)).await
    }

    pub async fn dial_as(&self, dial: Dial) -> Phone {
        let dial = Dial { url: Some(format!("{}/ivr/start", self.url)), ..dial };
        let control = self.control.clone();
        let call = control.dial(dial).await.unwrap();
        Phone { control, call }
    }

    /// Calls and keys one thing after the other.
    pub async fn dial_and_press(&self, from: &str, keys: &[&str]) -> Phone {
        let mut phone = self.dial(from).await;
        for keys in keys {
            phone.press(keys).await;
        }
        phone
    }
}

impl Phone {
    /// Keys, `w` (waits), `h` (hangs up) or `r` (the provider repeats its last request): what is said then.
    pub async fn press(&mut self, keys: &str) -> String {
        self.call = self.control.press(&self.call.sid, PhoneKeys::parse(keys).unwrap()).await.unwrap();
        self.said()
    }

    /// What was said since the last key.
    pub fn said(&self) -> String {
        self.call.last_said()
    }

    /// The last answer of the hub, an element a line, without what differs from run to run.
    pub fn twiml(&self) -> String {
        let mut text = self.call.last_answer.replace("><", ">\n<");
        while let Some(at) = text.find("http://127.0.0.1:") {
            let digits = text[at + 17..].find(|c: char| !c.is_ascii_digit()).unwrap();
            text.replace_range(at..at + 17 + digits, "https://voice.example.ma");
        }
        text
    }

    /// Everything that was said and keyed, a line each.
    pub fn transcript(&self) -> String {
        let lines = self.call.lines.iter().map(|line| match line {
            sandbox::CallLine::Said { language, text } => format!("{language}: {text}"),
            sandbox::CallLine::Keyed(keys) => format!("> {keys}"),
            sandbox::CallLine::Event(what) => format!("({what})"),
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}
