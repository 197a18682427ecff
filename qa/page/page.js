// What the page does without asking the server: sources into view, dialogs, announcements.
window.meetingQa = (() => {
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const move = () => (calm() ? "auto" : "smooth");

  function showSource(key) {
    const turn = key.split("-")[0];
    for (const section of document.querySelectorAll("#sources section[data-turn]"))
      section.hidden = section.dataset.turn !== turn;
    const card = document.getElementById(`source-${key}`);
    if (!card) return;
    for (const other of document.querySelectorAll(".source.flash")) other.classList.remove("flash");
    void card.offsetWidth; // restarts the flash
    card.classList.add("flash");
    card.focus({ preventScroll: true });
    const beside = getComputedStyle(document.getElementById("sources")).overflowY === "auto";
    card.scrollIntoView({ behavior: move(), block: beside ? "nearest" : "center" });
  }

  function showMarker(key) {
    const marker = document.querySelector(`#transcript [data-cite="${key}"]`);
    marker?.scrollIntoView({ behavior: move(), block: "center" });
    marker?.focus({ preventScroll: true });
  }

  function showArticle() {
    const dialog = document.querySelector("#article dialog");
    if (!dialog || dialog.open) return;
    dialog.showModal();
    const text = dialog.querySelector(".text");
    const mark = dialog.querySelector("mark");
    if (mark) mark.scrollIntoView({ block: "center" });
    else text.scrollTop = 0;
    text.focus({ preventScroll: true });
  }

  // Keeps the question that is being answered in sight, and reads a finished answer out once.
  let announced = null;
  function follow() {
    const scroller = document.getElementById("transcript");
    const last = [...scroller.querySelectorAll(".turn")].at(-1);
    if (!last) return;
    if (getComputedStyle(scroller).overflowY === "auto") {
      const bottom = last.offsetTop + last.offsetHeight - scroller.clientHeight;
      scroller.scrollTop = Math.min(last.offsetTop - 8, Math.max(0, bottom + 16));
    } else {
      const box = last.getBoundingClientRect();
      const over = box.bottom - document.getElementById("composer").getBoundingClientRect().top;
      if (over > 0) scrollBy(0, Math.min(box.top - 8, over + 8));
    }
    const said = last.dataset.done === "true" ? `${last.id} ${last.innerText}` : null;
    if (said && said !== announced) {
      announced = said;
      document.getElementById("spoken").textContent = last.querySelector(".reply").innerText;
    }
  }

  // Reads out how a check or a comparison came out.
  function say(where) {
    const heading = document.querySelector(`${where} :is(.headline, .said)`);
    document.getElementById("spoken").textContent = heading?.innerText ?? "";
  }

  document.addEventListener("click", (event) => {
    const at = (name) => event.target.closest?.(`[${name}]`);
    const cite = at("data-cite");
    const back = at("data-back");
    if (cite) showSource(cite.dataset.cite);
    else if (back) showMarker(back.dataset.back);
    else if (at("data-close")) event.target.closest("dialog").close();
    else if (event.target.matches?.("dialog.article")) event.target.close();
  });

  return { follow, say, showArticle };
})();
