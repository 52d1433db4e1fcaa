//! What the voice server's dialogue keeps, and the callers whom it hands over.

use ledger::{NewVoiceStep, TakenStep, VoiceCall};

use super::Hub;
use crate::api::Infrastructure;
use crate::voice::{Handover, VoiceStep};

impl Hub {
    /// A call by the provider's name for it, made if it is new, with this state. `phone` is `+212...`.
    pub async fn open_voice_call(
        &self,
        sid: &str,
        phone: Option<&str>,
        state: &str,
    ) -> Result<VoiceCall, Infrastructure> {
        let (sid, phone, state) = (sid.to_owned(), phone.map(str::to_owned), state.to_owned());
        let now = self.now().naive_utc();
        self.write(move |op| op.open_voice_call(&sid, phone.as_deref(), &state, now)).await
    }

    /// A call that is known.
    pub async fn voice_call(&self, sid: &str) -> Result<Option<VoiceCall>, Infrastructure> {
        let sid = sid.to_owned();
        self.read(move |reader| reader.voice_call(&sid)).await
    }

    /// What a step of a call was answered, and whether this request is the one that was answered.
    pub async fn voice_answer(
        &self,
        call: i64,
        step: i32,
        request: [u8; 16],
    ) -> Result<Option<(String, bool)>, Infrastructure> {
        self.read(move |reader| reader.voice_answer(call, step, &request)).await
    }

    /// Keeps a step with its answer and moves the call on.
    pub async fn take_voice_step(&self, step: VoiceStep) -> Result<TakenStep, Infrastructure> {
        let VoiceStep { call, step, request, answer, state, biller, ends, handover } = step;
        let at = self.now().naive_utc();
        let new = NewVoiceStep { call, step, request, answer, state, biller, ends, handover, at };
        self.write(move |op| op.take_voice_step(&new)).await
    }

    /// The caller is gone.
    pub async fn end_voice_call(&self, sid: &str) -> Result<(), Infrastructure> {
        let (sid, now) = (sid.to_owned(), self.now().naive_utc());
        self.write(move |op| op.end_voice_call(&sid, now)).await
    }

    /// The biller at which a caller's last call found a bill.
    pub async fn last_voice_biller(&self, phone: &str) -> Result<Option<u16>, Infrastructure> {
        let phone = phone.to_owned();
        self.read(move |reader| reader.last_voice_biller(&phone)).await
    }

    /// Callers who were handed over to teleoperators and are not done with, those who wait longest first.
    pub async fn open_handovers(&self) -> Result<Vec<Handover>, Infrastructure> {
        self.read(|reader| reader.open_handovers()).await
    }

    /// A teleoperator takes a caller; `false` if another one was faster.
    pub async fn take_handover(&self, handover: i64, staff: i64) -> Result<bool, Infrastructure> {
        let now = self.now().naive_utc();
        self.write(move |op| op.take_handover(handover, staff, now)).await
    }

    /// The teleoperator who took a caller is done; `false` if it was another one.
    pub async fn close_handover(&self, handover: i64, staff: i64) -> Result<bool, Infrastructure> {
        let now = self.now().naive_utc();
        self.write(move |op| op.close_handover(handover, staff, now)).await
    }
}
