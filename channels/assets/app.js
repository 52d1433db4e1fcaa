// Everything works without this file; it saves a click, a wait and a reload.
(() => {
  "use strict";
  const one = (selector) => document.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const language = document.documentElement.lang;

  // The list of faults is read first; else one goes on where the page says, also where the browser has not seen to it.
  const faults = one("#faults");
  if (faults) faults.focus();
  addEventListener("load", () => requestAnimationFrame(() => {
    const idle = !document.activeElement || document.activeElement === document.body;
    if (idle) one("[autofocus]")?.focus();
  }));

  // A form is sent once; after "back" it can be sent again.
  all("form[data-once]").forEach((form) => form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    const button = event.submitter?.dataset.busy ? event.submitter : form.querySelector("button[data-busy]");
    if (!button) return;
    button.dataset.label = button.innerHTML;
    button.textContent = button.dataset.busy;
    button.setAttribute("aria-busy", "true");
  }));
  addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    const button = form.querySelector("button[data-label]");
    if (!button) return;
    button.innerHTML = button.dataset.label;
    button.removeAttribute("aria-busy");
  }));

  // Enter that was pressed on the page before, or is held down, must not run through page after page. Whoever has
  // used another key or the pointer here has seen this page.
  const begun = performance.now();
  let seen = false;
  addEventListener("pointerdown", () => { seen = true; }, true);
  ["keydown", "keypress"].forEach((type) => addEventListener(type, (event) => {
    if (event.key !== "Enter") seen = true;
    else if (event.repeat || (!seen && performance.now() - begun < 300)) event.preventDefault();
  }, true));

  // To the gateway. Coming back with "back" must not send again.
  const gateway = one("form[data-autosubmit]");
  const restored = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  if (gateway && !restored) gateway.submit();

  // Search as you type, folded like the server folds.
  const search = one("[data-search]");
  const fold = (text) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f\u064b-\u065f\u0640]/g, "")
    .replace(/[أإآ]/g, "ا").replace(/ة/g, "ه").replace(/ى/g, "ي").replace(/['’-]/g, " ");
  if (search) search.addEventListener("input", () => {
    const words = fold(search.value).split(/\s+/).filter(Boolean);
    let found = 0;
    all("[data-shelf]").forEach((shelf) => {
      let here = 0;
      all("[data-card]", shelf).forEach((card) => {
        card.hidden = !words.every((word) => card.dataset.card.includes(word));
        if (!card.hidden) here += 1;
      });
      shelf.hidden = here === 0;
      found += here;
    });
    const empty = one("[data-empty]");
    if (empty) empty.hidden = found > 0;
    const status = one("[data-found]");
    if (status) status.textContent = found > 0 ? String(found) : empty.querySelector("h2").textContent;
  });

  // The running total of the ticked lines, in whole centimes.
  const total = one("[data-total]");
  const boxes = all("[data-minor]");
  const money = (minor) => {
    const digits = String(Math.floor(minor / 100)), english = language === "en";
    const whole = digits.replace(/\B(?=(\d{3})+$)/g, english ? "," : "\u202f");
    const cents = String(minor % 100).padStart(2, "0");
    return `${whole}${english ? "." : ","}${cents}\u00a0${total.dataset.total}`;
  };
  if (total) {
    const add = () => { total.textContent = money(boxes.reduce((sum, box) => sum + (box.checked ? Number(box.dataset.minor) : 0), 0)); };
    boxes.forEach((box) => box.addEventListener("change", add));
    addEventListener("pageshow", add);
  }

  // Follow a payment: often at first, then less, for half an hour.
  const follow = one("[data-follow]");
  if (follow) {
    let looks = 0;
    const look = async () => {
      looks += 1;
      try {
        const answer = await fetch(follow.dataset.follow, { cache: "no-store", signal: AbortSignal.timeout(8000) });
        if (answer.ok && (await answer.json()).standing !== follow.dataset.standing) return location.reload();
      } catch { /* The network comes and goes; the next look tells. */ }
      if (looks < 400) setTimeout(look, looks < 30 ? 1500 : 5000);
    };
    setTimeout(look, 1000);
  }

  // Follow a report that is being written: its part of the page anew, until it is there.
  const again = (part) => {
    if (!part?.dataset.again) return;
    let looks = 0;
    const look = async () => {
      looks += 1;
      try {
        const answer = await fetch(`${part.dataset.again}?look`, { cache: "no-store", signal: AbortSignal.timeout(8000) });
        if (answer.redirected) return location.reload();
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector(".report-run"), badge = page.querySelector(".staff-facts .badge");
        if (answer.ok && fresh) {
          part.replaceChildren(...fresh.childNodes);
          if (badge) one(".staff-facts .badge").replaceWith(badge);
          if (!fresh.dataset.again) return;
        }
      } catch { /* The network comes and goes; the next look tells. */ }
      if (looks < 2000) setTimeout(look, 3000);
    };
    setTimeout(look, 1500);
  };
  again(one("[data-again]"));

  // Follow what was sent to a caller, each line by itself: whatever is being typed elsewhere on the page stays.
  const live = one("[data-live]");
  if (live) {
    let looks = 0;
    const tell = ({ id, state, label, tone, open, live: moving, payment }) => {
      const line = document.getElementById(id);
      if (!line || line.dataset.state === state) return;
      line.dataset.state = state;
      line.toggleAttribute("data-moving", moving);
      const badge = line.querySelector("[data-badge]");
      badge.className = `badge ${tone}`;
      badge.textContent = label;
      const link = line.querySelector("[data-payment]");
      if (payment) link.href = payment;
      link.hidden = !payment;
      const revoke = line.querySelector("[data-revoke]");
      if (revoke) revoke.hidden = !open;
    };
    const look = async () => {
      looks += 1;
      try {
        const answer = await fetch(live.dataset.live, { cache: "no-store", signal: AbortSignal.timeout(8000) });
        // Signed out meanwhile: what stands here is nobody's to read any more.
        if (answer.redirected) return location.reload();
        if (answer.ok) (await answer.json()).items.forEach(tell);
      } catch { /* The network comes and goes; the next look tells. */ }
      if (looks < 700 && live.querySelector("[data-moving]")) setTimeout(look, looks < 60 ? 2000 : 5000);
    };
    if (live.querySelector("[data-moving]")) setTimeout(look, 1000);
  }

  // The board: its tiles are had again, unless somebody stands in them or looks elsewhere. It speaks when its verdict
  // changes and at no other time.
  const board = one("[data-board]");
  if (board) {
    const said = one("[data-board-said]"), silent = one("[data-board-silent]");
    const verdict = () => one("[data-board-verdict]")?.textContent ?? "";
    let known = verdict();
    const look = async () => {
      if (!document.hidden && !board.contains(document.activeElement)) {
        try {
          const answer = await fetch(board.dataset.board, { cache: "no-store", signal: AbortSignal.timeout(8000) });
          // Signed out meanwhile: what stands here is nobody's to read any more.
          if (answer.redirected) return location.reload();
          silent.hidden = answer.ok;
          const fresh = answer.ok ? await answer.text() : "";
          if (fresh && !board.contains(document.activeElement)) {
            const open = all("details[open]", board).map((part) => part.id);
            board.innerHTML = fresh;
            open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
            if (verdict() !== known) said.textContent = known = verdict();
          }
        } catch { silent.hidden = false; }
      }
      setTimeout(look, 10000);
    };
    setTimeout(look, 10000);
  }

  // On a phone the navigation scrolls sideways: where one is should be seen.
  one(".staff-nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  const print = one("[data-print]");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }
})();
