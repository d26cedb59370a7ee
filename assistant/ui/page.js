// What the page does in the browser: markers open sources, buttons raise events, screen readers
// are told when an answer is ready. Python draws the HTML; see transcript.py and sources.py.
(() => {
  const NARROW = window.matchMedia("(max-width: 900px)");
  let lastCite = null;

  const announce = (text) => {
    let region = document.getElementById("st-status");
    if (!region) {
      region = document.createElement("div");
      region.id = "st-status";
      region.className = "st-hidden";
      region.setAttribute("role", "status");
      document.body.append(region);
    }
    if (region.textContent !== text) region.textContent = text;
  };

  const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const glide = (element, block) =>
    element?.scrollIntoView({ behavior: calm() ? "auto" : "smooth", block });

  const closeSources = () => {
    document.querySelectorAll(".st-shown").forEach((e) => e.classList.remove("st-shown"));
    const back = lastCite && document.querySelector(lastCite);
    back?.focus();
  };

  // Opens a card, brings its quote into view and moves the keyboard to it.
  const reveal = (panel, card) => {
    panel.querySelectorAll(".st-source").forEach((other) => {
      other.classList.toggle("st-active", other === card);
      other.open = other === card;
    });
    document.querySelectorAll(".st-cite.st-on").forEach((e) => e.classList.remove("st-on"));
    const group = panel.dataset.group, marker = card.dataset.marker;
    document
      .querySelectorAll(`.st-cite[data-exchange="${group}"][data-marker="${marker}"]`)
      .forEach((e) => e.classList.add("st-on"));
    const frame = panel.closest("#sources, #commitment-source");
    if (NARROW.matches || frame.id === "commitment-source") frame.classList.add("st-shown");
    requestAnimationFrame(() => {
      const mark = card.querySelector("mark");
      const excerpt = card.querySelector(".st-excerpt");
      if (mark && excerpt) {
        const gap = mark.getBoundingClientRect().top - excerpt.getBoundingClientRect().top;
        excerpt.scrollTop += gap - 48;
      }
      const gap = card.getBoundingClientRect().top - frame.getBoundingClientRect().top;
      frame.scrollTo({ top: frame.scrollTop + gap - 52, behavior: calm() ? "auto" : "smooth" });
    });
  };

  const copy = async (button) => {
    const text = button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Browsers give the clipboard to secure addresses only; a plain http server has this way.
      const area = document.createElement("textarea");
      area.value = text;
      area.className = "st-hidden";
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    const label = button.textContent;
    button.textContent = button.dataset.copied;
    announce(button.dataset.copied);
    setTimeout(() => (button.textContent = label), 1500);
  };

  const transcript = (element, trigger, watch) => {
    let seen = 0;
    element.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button || !element.contains(button)) return;
      const { act, exchange, marker, verdict, question, copy: text } = button.dataset;
      if (question) return trigger("example", { question });
      if (text) return copy(button);
      if (act === "verdict") return trigger("verdict", { exchange, verdict });
      if (marker) {
        lastCite = `.st-cite[data-exchange="${exchange}"][data-marker="${marker}"]`;
        const panel = document.querySelector("#sources .st-sources");
        const card = panel?.querySelector(`.st-source[data-marker="${marker}"]`);
        if (card && panel.dataset.group === exchange) {
          reveal(panel, card);
          card.querySelector("summary").focus({ preventScroll: true });
        } else {
          wanted = true;
          trigger("cite", { exchange, marker });
        }
      }
    });
    watch("value", () => {
      const root = element.querySelector("[data-status]");
      announce(root?.dataset.status || "");
      const count = Number(root?.dataset.count || 0);
      if (count > seen) glide(element.querySelector(".st-exchange:last-child"), "start");
      seen = count;
    });
  };

  let wanted = false;
  const panel = (element, trigger, watch) => {
    element.addEventListener("click", (event) => {
      if (event.target.closest("[data-act=close]")) closeSources();
    });
    watch("value", () => {
      const root = element.querySelector(".st-sources");
      const card = root?.querySelector(".st-source.st-active");
      if (!card) return;
      // A fresh answer fills the panel without taking the screen; a press on a marker opens it.
      if (wanted || root.closest("#commitment-source")) {
        reveal(root, card);
        if (wanted) card.querySelector("summary").focus({ preventScroll: true });
      }
      wanted = false;
    });
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeSources();
  });

  const focus = (selector) =>
    setTimeout(() => {
      const element = document.querySelector(selector);
      element?.focus();
      glide(element, "nearest");
    }, 80);

  // Gradio draws these labels beside their controls without tying them together.
  const header = (element, trigger, watch) => {
    const speak = () => {
      document.documentElement.lang = element.querySelector(".st-brand")?.dataset.language || "nb";
    };
    const name = () => {
      for (const id of ["day", "language"]) {
        const block = document.getElementById(id);
        const label = block?.querySelector("[data-testid=block-info]")?.textContent.trim();
        const control = id === "day" ? block?.querySelector("input") : block;
        if (label && control) control.setAttribute("aria-label", label);
        if (label && id === "day") block.querySelector("button")?.setAttribute("aria-label", label);
      }
    };
    watch("value", () => {
      speak();
      setTimeout(name, 200);
    });
    speak();
    setTimeout(name, 500);
  };

  window.stifinner = {
    transcript,
    panel,
    focus,
    restart: () => {
      closeSources();
      focus("#question textarea");
    },
    header,
  };
})();
