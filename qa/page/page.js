// What the page does without asking the server: sources into view, dialogs, announcements.
window.meetingQa = (() => {
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const move = () => (calm() ? "auto" : "smooth");
  const by = (id) => document.getElementById(id);
  const scrolls = (element) => getComputedStyle(element).overflowY === "auto";

  function speak(text) {
    by("spoken").textContent = text ?? "";
  }

  // The source that was asked for; it may have to come from the server first.
  let wanted = null;

  function showSource(key = wanted) {
    if (!key) return;
    wanted = key;
    const card = by(`source-${key}`);
    if (!card) return;
    wanted = null;
    for (const other of document.querySelectorAll(".source.flash")) other.classList.remove("flash");
    void card.offsetWidth; // restarts the flash
    card.classList.add("flash");
    card.focus({ preventScroll: true });
    const block = scrolls(by("sources")) ? "nearest" : "center";
    card.scrollIntoView({ behavior: move(), block });
  }

  function showMarker(key) {
    const marker = document.querySelector(`#talk [data-cite="${key}"]`);
    marker?.scrollIntoView({ behavior: move(), block: "center" });
    marker?.focus({ preventScroll: true });
  }

  // Articles

  function showArticle() {
    const dialog = document.querySelector("#article dialog");
    if (!dialog || dialog.open) return;
    hidePeek();
    dialog.showModal();
    const text = dialog.querySelector(".text");
    const marks = [...dialog.querySelectorAll("mark[data-stop]")];
    const opened = marks.findIndex((mark) => mark.classList.contains("opened"));
    if (marks.length) toQuote(dialog, Math.max(0, opened));
    else text.scrollTop = 0;
    text.focus({ preventScroll: true });
  }

  function toQuote(dialog, at) {
    const marks = [...dialog.querySelectorAll("mark[data-stop]")];
    const n = (at + marks.length) % marks.length;
    dialog.dataset.at = n;
    for (const mark of dialog.querySelectorAll("mark.opened")) mark.classList.remove("opened");
    marks[n].classList.add("opened");
    // Twice: what was never shown has no height yet, so the first aim is a guess.
    marks[n].scrollIntoView({ block: "center" });
    requestAnimationFrame(() => marks[n].scrollIntoView({ block: "center" }));
    const told = dialog.querySelector(".steps .at");
    if (told) told.textContent = `Quote ${n + 1} of ${marks.length}`;
  }

  // The quote behind a marker, while it is pointed at or has the focus

  function peek() {
    let box = by("peek");
    if (!box) {
      box = document.createElement("div");
      box.id = "peek";
      box.setAttribute("role", "tooltip");
      box.append(document.createElement("p"), document.createElement("q"));
      box.addEventListener("mouseleave", hidePeek);
      document.querySelector(".gradio-container").append(box);
    }
    return box;
  }

  function showPeek(marker) {
    const box = peek();
    const [from, quote] = box.children;
    from.textContent = marker.dataset.from;
    quote.textContent = marker.dataset.quote;
    from.dir = quote.dir = "auto";
    marker.setAttribute("aria-describedby", "peek");
    box.classList.add("shown");
    const at = marker.getBoundingClientRect();
    const size = box.getBoundingClientRect();
    const left = Math.min(at.left, innerWidth - size.width - 8);
    const above = at.top - size.height - 2;
    box.style.left = `${Math.max(8, left)}px`;
    box.style.top = `${above > 4 ? above : at.bottom + 2}px`;
  }

  function hidePeek() {
    by("peek")?.classList.remove("shown");
  }

  for (const [begins, ends] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
    document.addEventListener(begins, (event) => {
      const marker = event.target.closest?.(".cite");
      if (marker && (begins !== "focusin" || marker.matches(":focus-visible"))) showPeek(marker);
    });
    document.addEventListener(ends, (event) => {
      if (event.target.closest?.(".cite") && event.relatedTarget?.closest?.("#peek") == null)
        hidePeek();
    });
  }
  document.addEventListener("scroll", hidePeek, { capture: true, passive: true });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hidePeek();
  });

  function days() {
    for (const input of document.querySelectorAll(".day input")) input.type = "date";
  }

  // Announcements

  // Keeps the question that is being answered in sight, and reads a finished answer out once.
  let announced = null;
  function follow(again = true) {
    const scroller = by("talk");
    const last = document.querySelector("#transcript .turn");
    if (!last) return;
    if (scrolls(scroller)) {
      const top = last.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
      const start = scroller.scrollTop + top;
      const bottom = start + last.offsetHeight - scroller.clientHeight;
      scroller.scrollTop = Math.min(start - 8, Math.max(0, bottom + 16));
    } else {
      const box = last.getBoundingClientRect();
      const over = box.bottom - by("composer").getBoundingClientRect().top;
      if (over > 0) scrollBy(0, Math.min(box.top - 8, over + 8));
    }
    // What was never shown has no height yet, so the first aim is a guess.
    if (again) requestAnimationFrame(() => follow(false));
    const said = last.dataset.done === "true" ? `${last.id} ${last.innerText}` : null;
    if (said && said !== announced) {
      announced = said;
      speak(last.querySelector(".reply").innerText);
    }
  }

  // Reads out how a check or a comparison came out.
  function say(where) {
    speak(document.querySelector(`${where} :is(.headline, .said)`)?.innerText);
  }

  // Narrows the claims of a comparison to those that all say, that one says, or that differ.
  function narrow(button) {
    const compared = button.closest(".compared");
    for (const one of compared.querySelectorAll("[data-narrow]"))
      one.setAttribute("aria-pressed", String(one === button));
    for (const row of compared.querySelectorAll("tr[data-who]"))
      row.hidden = ![row.dataset.who, "every"].includes(button.dataset.narrow);
  }

  function save({ name, type, text, data }) {
    const parts = data === undefined ? [text] : [Uint8Array.from(atob(data), (c) => c.charCodeAt())];
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(parts, { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without https the clipboard is out of reach but for a selection.
      const box = document.createElement("textarea");
      box.value = text;
      document.body.append(box);
      box.select();
      document.execCommand("copy");
      box.remove();
    }
    speak("Copied, with its sources");
    const button = document.querySelector("[data-copy].asked-for");
    if (!button) return;
    button.classList.remove("asked-for");
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 2_000);
  }

  // What is clicked in our HTML comes to Python as an event that names it.
  function listen(element, trigger) {
    element.addEventListener("click", (event) => {
      const at = (name) => event.target.closest(`[data-${name}]`);
      const told = at("open") ?? at("article") ?? at("example");
      if (told) trigger("click", { ...told.dataset });
      else if (at("edit")) trigger("edit", { turn: at("edit").dataset.edit });
      else if (at("keep")) trigger("edit", { turn: "0" });
      else if (at("copy")) {
        at("copy").classList.add("asked-for");
        trigger("copy", { turn: at("copy").dataset.copy });
      } else if (at("rate")) rate(at("rate"), trigger);
      else if (at("file")) trigger("download", { file: at("file").dataset.file });
      else if (at("remove")) trigger("delete", { article: at("remove").dataset.remove });
      else if (at("undo")) trigger("undo", { ...at("undo").dataset });
      else if (at("cite") && !by(`source-${at("cite").dataset.cite}`))
        trigger("select", { cite: at("cite").dataset.cite });
    });
    element.addEventListener("submit", (event) => {
      const form = event.target.closest("[data-why]");
      if (!form) return;
      event.preventDefault();
      const pressed = form.parentElement.querySelector("[data-rate][aria-pressed=true]");
      tell(trigger, pressed, form);
      form.querySelector(".sent").textContent = "Kept";
    });
  }

  function rate(button, trigger) {
    const on = button.getAttribute("aria-pressed") !== "true";
    const form = button.parentElement.querySelector(".why");
    for (const one of button.parentElement.querySelectorAll("[data-rate]"))
      one.setAttribute("aria-pressed", String(on && one === button));
    form.hidden = !on;
    form.querySelector(".sent").textContent = "";
    tell(trigger, on ? button : null, form);
    if (on) form.reason.focus();
  }

  function tell(trigger, button, form) {
    const rating = button?.dataset.rate ?? null;
    trigger("like", { turn: form.dataset.why, rating, reason: form.reason.value });
  }

  document.addEventListener("click", (event) => {
    const at = (name) => event.target.closest?.(`[data-${name}]`);
    if (at("cite")) showSource(at("cite").dataset.cite);
    else if (at("back")) showMarker(at("back").dataset.back);
    else if (at("narrow")) narrow(at("narrow"));
    else if (at("picture")) {
      const picture = at("picture").closest(".pictured").querySelector("svg");
      save({ name: "claims.svg", type: "image/svg+xml", text: picture.outerHTML });
    } else if (at("step")) {
      const dialog = event.target.closest("dialog");
      toQuote(dialog, Number(dialog.dataset.at) + Number(at("step").dataset.step));
    } else if (at("close")) event.target.closest("dialog").close();
    else if (event.target.matches?.("dialog.article")) event.target.close();
  });

  return { copy, days, follow, listen, save, say, showArticle, showSource, speak };
})();
