// Keeps chats in this browser: a list of them, and each under a name of its own, so that an answer
// writes one chat and not all.
window.meetingQa.chats = (() => {
  const LIST = "meeting-qa.chats";
  const CURRENT = "meeting-qa.current";
  const named = (id) => `meeting-qa.chat.${id}`;

  function read(name, otherwise) {
    try {
      return JSON.parse(localStorage.getItem(name)) ?? otherwise;
    } catch {
      return otherwise;
    }
  }

  function write(name, value) {
    try {
      localStorage.setItem(name, JSON.stringify(value));
      return true;
    } catch {
      const note = "This browser keeps no more chats; delete some, or export this one.";
      window.meetingQa.speak(note);
      document.getElementById("kept-note").textContent = note;
      return false;
    }
  }

  const list = () => read(LIST, []);

  function current(id) {
    try {
      if (id === undefined) return sessionStorage.getItem(CURRENT);
      if (id) sessionStorage.setItem(CURRENT, id);
      else sessionStorage.removeItem(CURRENT);
    } catch {
      // Without a session the page begins a new chat.
    }
    return id;
  }

  // The chat that this tab had open, for a page that is loaded again.
  const opened = () => read(named(current()), null);

  // Keeps what the server says has become of a chat.
  function keep(told) {
    if (!told) return;
    const chat = read(named(told.chat), { id: told.chat, turns: [] });
    if (told.turn && told.n <= chat.turns.length + 1) chat.turns[told.n - 1] = told.turn;
    chat.turns.length = Math.min(chat.turns.length, told.count);
    current(told.chat);
    if (!chat.turns.length || !write(named(told.chat), chat)) return;
    const others = list().filter((one) => one.id !== told.chat);
    const title = chat.turns[0].question.slice(0, 120);
    write(LIST, [{ id: told.chat, title, when: Date.now(), turns: chat.turns.length }, ...others]);
  }

  // Deleting can be taken back until the list is closed.
  const deleted = new Map();

  function drop(id) {
    deleted.set(id, [read(named(id), null), list()]);
    localStorage.removeItem(named(id));
    write(LIST, list().filter((one) => one.id !== id));
  }

  function takeBack(id) {
    const [chat, before] = deleted.get(id);
    deleted.delete(id);
    write(named(id), chat);
    write(LIST, [...list(), before.find((one) => one.id === id)].sort((a, b) => b.when - a.when));
  }

  function button(text, data, label) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "plain";
    made.textContent = text;
    Object.assign(made.dataset, data);
    if (label) made.setAttribute("aria-label", label);
    return made;
  }

  function show(element) {
    const rows = list().map((one) => {
      const row = document.createElement("li");
      const title = button(one.title, { chat: one.id });
      title.dir = "auto";
      if (one.id === current()) title.setAttribute("aria-current", "true");
      const about = document.createElement("span");
      about.className = "hint";
      about.textContent =
        `${new Date(one.when).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })}` +
        ` · ${one.turns} question${one.turns === 1 ? "" : "s"}`;
      row.append(title, about, button("Delete", { drop: one.id }, `Delete the chat: ${one.title}`));
      return row;
    });
    element.querySelector("ul").replaceChildren(...rows);
    element.querySelector(".none").hidden = rows.length > 0;
  }

  function listen(element, trigger) {
    const box = element.querySelector("#chats-list");
    box.addEventListener("beforetoggle", (event) => {
      if (event.newState === "open") show(box);
      else deleted.clear();
    });
    element.addEventListener("click", (event) => {
      const at = (name) => event.target.closest(`[data-${name}]`);
      if (at("chat")) {
        const id = at("chat").dataset.chat;
        box.hidePopover();
        current(id);
        trigger("select", { chat: read(named(id), { id, turns: null }) });
      } else if (at("drop")) {
        const id = at("drop").dataset.drop;
        const row = at("drop").closest("li");
        drop(id);
        const back = button("Undo", { back: id });
        row.replaceChildren("Deleted. ", back);
        back.focus();
        if (id === current()) {
          current(null);
          trigger("clear");
        }
      } else if (at("back")) {
        takeBack(at("back").dataset.back);
        show(box);
      } else if (at("export")) {
        element.querySelector("#export-list").hidePopover();
        trigger("download", { format: at("export").dataset.export });
      }
    });
  }

  return { begin: () => current(null), keep, listen, opened };
})();
