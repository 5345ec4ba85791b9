"use strict";
// <luodi-address>: a Chinese address form of native fields in the page's own form.
//
//   <script src="…/components/address.js" data-key="ld_pk_live_…" defer></script>
//   <form …><luodi-address> plain fields for when this script does not run </luodi-address></form>
//
// What stands inside the element stays until the lists have arrived, and for good if they never do. Nothing is
// remembered: no cookie, no storage; a pasted text goes to the address reader and nowhere else.
(() => {
  if (customElements.get("luodi-address")) return;
  const script = document.currentScript;
  const home = script ? new URL(script.src).origin : location.origin;

  // By locale; the server puts them here, in the merchant's wording where there is one.
  const WORDS = __WORDS__;
  const say = (text, args) => text.replace(/\{(\w+)\}/g, (all, name) => (name in args ? args[name] : all));

  /** The locale of ours for a language tag. */
  function localeOf(tag) {
    if (/^en\b/i.test(tag)) return "en";
    if (/^(zh|yue)\b.*-(hk|mo)\b/i.test(tag)) return "zh-Hant-HK";
    return /^zh\b.*-(tw|hant)\b/i.test(tag) ? "zh-Hant-TW" : "zh-Hans";
  }
  const STEPS = ["province", "city", "district", "town"];

  // Constructed, so that the strictest style policy of a page allows it; of no weight, so that the shop's wins.
  const css = `
    :where(luodi-address) { display: block; }
    :where(luodi-address) [hidden] { display: none !important; }
    :where(luodi-address .la-field) { display: block; margin-top: .625rem; }
    :where(luodi-address .la-grid) { display: grid; grid-template-columns: 1fr 1fr; gap: .5rem; border: 0; padding: 0; margin: .625rem 0 0; min-width: 0; }
    :where(luodi-address .la-grid legend) { padding: 0; font-size: .875rem; }
    :where(luodi-address select, luodi-address input, luodi-address textarea) { width: 100%; min-height: 44px; box-sizing: border-box; font: inherit; font-size: 1rem; }
    :where(luodi-address select) { min-width: 0; padding: .375rem .5rem; border: 1px solid #a9a391; border-radius: 8px; background: #fff; color: inherit; text-overflow: ellipsis; }
    :where(luodi-address .la-act) { display: flex; align-items: center; justify-content: space-between; gap: .75rem; margin-top: .375rem; }
    :where(luodi-address .la-act .la-note) { margin: 0; }
    :where(luodi-address .la-read) { flex: none; min-height: 44px; margin-left: auto; padding: .25rem 1.25rem; border: 1px solid currentColor; border-radius: 999px; background: none; color: inherit; font: inherit; cursor: pointer; }
    :where(luodi-address .la-note) { margin: .25rem 0 0; font-size: .875rem; line-height: 1.5; }
    :where(luodi-address .la-choices) { display: flex; flex-wrap: wrap; gap: .5rem; margin: .375rem 0 0; }
    :where(luodi-address .la-choices button) { min-height: 44px; padding: .25rem .75rem; border: 1px solid currentColor; border-radius: 8px; background: none; color: inherit; font: inherit; cursor: pointer; }
    :where(luodi-address .la-unseen) { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  `;
  let styled = false;
  function style() {
    if (styled) return;
    styled = true;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }

  let serial = 0;

  function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name in element && name !== "list") element[name] = value;
      else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }

  /** Full-width digits and signs as people's input methods write them. */
  const narrow = (text) => text.replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/\u3000/g, " ");

  /** Whether what was typed is a beginning of each of the first syllables, one after the other. */
  function shortened(typed, syllables) {
    if (!typed) return true;
    if (!syllables.length) return false;
    const [first, ...rest] = syllables;
    let alike = 0;
    while (alike < typed.length && alike < first.length && (typed[alike] === first[alike] || (typed[alike] === "u" && first[alike] === "v"))) alike += 1;
    for (; alike > 0; alike -= 1) if (shortened(typed.slice(alike), rest)) return true;
    return false;
  }

  /** The first of the choices that fits best: 0 best, 3 not at all. */
  function fit(choice, typed) {
    if (choice.name.startsWith(typed)) return 0;
    if (choice.pinyin.replace(/ /g, "").startsWith(typed)) return 0;
    if (choice.initials.startsWith(typed)) return 1;
    if (choice.name_en.toLowerCase().startsWith(typed)) return 1;
    return shortened(typed, choice.pinyin.split(" ")) ? 2 : 3;
  }

  class LuodiAddress extends HTMLElement {
    connectedCallback() {
      if (this.begun) return;
      this.begun = true;
      // The parser may still be busy with what stands inside.
      if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => this.begin(), { once: true });
      else this.begin();
    }

    async begin() {
      this.key = this.getAttribute("key") || (script && script.dataset.key) || "";
      this.api = (this.getAttribute("api") || home).replace(/\/$/, "");
      const language = this.getAttribute("lang") || (this.closest("[lang]") || document.documentElement).lang || "zh";
      this.locale = localeOf(language.replace(/_/g, "-"));
      this.english = this.locale === "en";
      this.words = WORDS[this.locale];
      this.fieldPrefix = this.getAttribute("prefix") || "";
      this.lists = {};
      this.typed = {};
      this.turn = 0;
      try {
        const place = this.getAttribute("region-code") ? await this.place(this.getAttribute("region-code")) : null;
        const lists = await this.listsOf(place && place.status === "current" ? place.path : {});
        this.build();
        lists.forEach(([step, list, chosen]) => this.fill(step, list, chosen));
        this.takeOver();
        this.prefillPostalCode();
        if (place && place.status === "retired") await this.offerSuccessors(place);
        this.tell();
      } catch (error) {
        // The plain fields inside go on working.
        this.dispatchEvent(new CustomEvent("luodi-address-unavailable", { bubbles: true, detail: String(error) }));
      }
    }

    // ---- what the server knows ------------------------------------------------------------------------

    async ask(path, parameters = {}) {
      const url = new URL(this.api + path);
      for (const [name, value] of Object.entries(parameters)) if (value) url.searchParams.set(name, value);
      // In the address and not in a header: no preflight, and a network in between may keep the answer.
      if (this.key) url.searchParams.set("key", this.key);
      const answer = await fetch(url, { credentials: "omit", referrerPolicy: "no-referrer" });
      if (!answer.ok) throw new Error(path + ": " + answer.status);
      return answer.json();
    }

    children(parent) {
      return this.ask("/v1/regions", { parent, hk_mo_tw: parent ? "" : this.getAttribute("hk-mo-tw") });
    }

    place(code) {
      return this.ask("/v1/regions/" + encodeURIComponent(code));
    }

    /** The lists along a path with what is chosen in each. */
    async listsOf(path) {
      const codes = STEPS.map((step) => path[step] && path[step].code);
      // A town without a district stands on the district's step.
      if (!codes[2] && codes[3]) codes.splice(2, 2, codes[3]);
      const parents = ["", codes[0], codes[1], codes[2]].filter((code, at) => at === 0 || code);
      const lists = await Promise.all(parents.map((parent, at) => (at === 3 && parent.length > 6 ? { data: [] } : this.children(parent))));
      return lists.map((list, at) => [STEPS[at], list.data, codes[at] || ""]);
    }

    // ---- building -------------------------------------------------------------------------------------

    build() {
      style();
      const w = this.words;
      const old = { name: this.kept("name"), phone: this.kept("phone") };
      this.fallback = [...this.childNodes];
      this.parts = {};
      const p = this.parts;
      p.note = make("p", { className: "la-note", role: "status" });
      p.choices = make("div", { className: "la-choices", hidden: true, role: "group" });
      p.spoken = make("p", { className: "la-unseen", role: "status" });
      this.panel = make("div", { className: "la-form" });
      if (this.getAttribute("paste") !== "off") this.panel.append(this.pasteBox());
      p.name = this.field("name", w.name, make("input", { autocomplete: "name", maxLength: 40, required: true, value: old.name }));
      p.phone = this.field("phone", w.phone, make("input", { type: "tel", inputMode: "tel", autocomplete: "tel-national", maxLength: 32, required: true, value: old.phone }));
      this.panel.append(this.regionFields());
      p.street = this.field("street", w.street, make("textarea", { rows: 2, maxLength: 120, autocomplete: "street-address", required: true, placeholder: w.streetHint }));
      p.street.value = this.getAttribute("street") || "";
      p.postal_code = this.field("postal_code", w.postal, make("input", { inputMode: "numeric", autocomplete: "postal-code", maxLength: 12, pattern: "[0-9]{6}" }));
      p.postal_code.value = this.getAttribute("postal-code") || "";
      this.postalTyped = p.postal_code.value !== "";
      this.hiddenFields = {};
      for (const name of ["region_code", ...STEPS]) {
        this.hiddenFields[name] = make("input", { type: "hidden", name: this.fieldPrefix + name });
        this.panel.append(this.hiddenFields[name]);
      }
      this.panel.append(p.spoken);
      p.phone.addEventListener("change", () => this.checkPhone());
      p.phone.addEventListener("input", () => p.phone.setCustomValidity(""));
      p.postal_code.addEventListener("input", () => { this.postalTyped = p.postal_code.value !== ""; });
      p.postal_code.addEventListener("change", () => this.checkPostalCode());
      this.panel.addEventListener("change", () => this.tell());
    }

    kept(name) {
      const field = this.querySelector(`[name="${CSS.escape(name)}"]`);
      return field ? field.value : this.getAttribute(name) || "";
    }

    /** A labelled field with room for help below it. */
    field(name, label, control) {
      const id = `la-${(serial += 1)}-${name}`;
      control.id = id;
      control.name = this.fieldPrefix + name;
      const help = make("p", { className: "la-note", id: id + "-help", hidden: true, "aria-live": "polite" });
      control.setAttribute("aria-describedby", help.id);
      control.help = help;
      this.panel.append(make("div", { className: "la-field" }, make("label", { htmlFor: id, textContent: label }), control, help));
      return control;
    }

    help(control, text) {
      control.help.textContent = text;
      control.help.hidden = !text;
    }

    pasteBox() {
      const w = this.words, p = this.parts, id = `la-${(serial += 1)}-paste`;
      p.paste = make("textarea", { id, rows: 2, maxLength: 2000, placeholder: w.pasteHint, autocomplete: "off" });
      p.read = make("button", { type: "button", className: "la-read", textContent: w.read });
      p.read.addEventListener("click", () => this.read(p.paste.value));
      // After the paste has arrived in the box.
      p.paste.addEventListener("paste", () => setTimeout(() => this.read(p.paste.value)));
      // Enter is a line of the address; with Ctrl or Cmd it means: read it.
      p.paste.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.read(p.paste.value);
      });
      return make("div", { className: "la-field la-paste" }, make("label", { htmlFor: id, textContent: w.paste }), p.paste, make("div", { className: "la-act" }, p.note, p.read), p.choices);
    }

    regionFields() {
      const w = this.words, id = `la-${(serial += 1)}`;
      const grid = make("fieldset", { className: "la-grid" }, make("legend", { textContent: w.region }));
      const hint = make("span", { id: id + "-hint", className: "la-unseen", textContent: w.typeAhead });
      grid.append(hint);
      this.selects = {};
      for (const step of STEPS) {
        const select = make("select", { id: `${id}-${step}`, className: "la-" + step, required: step !== "town", autocomplete: "off" });
        select.setAttribute("aria-label", w[step]);
        select.setAttribute("aria-describedby", hint.id);
        select.addEventListener("change", () => this.chosen(step));
        select.addEventListener("keydown", (event) => this.typeAhead(step, event));
        // Whoever tabs on at once must find the next list on its way.
        select.addEventListener("blur", () => {
          if (this.typed[step]) this.typed[step].left = true;
          this.settle(step);
        });
        this.selects[step] = select;
        grid.append(select);
        this.fill(step, [], "");
      }
      if (this.getAttribute("levels") === "3") this.selects.town.hidden = true;
      return grid;
    }

    /** Shows the fields in place of what stood inside, without losing what was typed there meanwhile. */
    takeOver() {
      const focused = this.contains(document.activeElement) ? document.activeElement.name : "";
      for (const name of ["name", "phone"]) {
        const typed = this.kept(name);
        if (typed) this.parts[name].value = typed;
      }
      const address = this.querySelector('[name="address"]');
      const typed = address && address.value !== address.defaultValue ? address.value : "";
      this.replaceChildren(this.panel);
      if (typed && this.parts.paste) {
        this.parts.paste.value = typed;
        this.read(typed);
      }
      const control = { name: this.parts.name, phone: this.parts.phone, address: this.parts.street }[focused];
      if (control) control.focus();
      this.setAttribute("ready", "");
    }

    // ---- the region -----------------------------------------------------------------------------------

    /** Shows a list. `coming`: a fuller one is on its way, so an empty one is not the last word. */
    fill(step, list, chosen, coming = false) {
      const w = this.words, select = this.selects[step];
      this.lists[step] = list;
      const towns = step === "district" && list.length > 0 && list.every((choice) => choice.code.length > 6);
      const label = towns ? w.thirdTown : w[step];
      select.setAttribute("aria-label", label);
      // The label as the first entry: four boxes in a grid say what they are without four more lines.
      const first = towns ? w.chooseThirdTown : w[{ province: "chooseProvince", city: "chooseCity", district: "chooseDistrict", town: "townFirst" }[step]];
      const options = list.map((choice) => make("option", {
        value: choice.code, textContent: this.english ? choice.name_en : choice.name,
      }));
      select.replaceChildren(make("option", { value: "", textContent: first }), ...options);
      select.value = chosen || "";
      // Never disabled: Tab must not jump over a list that is still on its way.
      select.removeAttribute("aria-busy");
      // A list that will never come is not shown; one that waits for the step before is.
      const after = step === "town" && this.lists.district.length > 0 && this.lists.district.every((choice) => choice.code.length > 6);
      const waits = !after && (step === "province" || !this.selects[STEPS[STEPS.indexOf(step) - 1]].value);
      if (step !== "town" || this.getAttribute("levels") !== "3") select.hidden = list.length === 0 && !waits && !coming;
      // Towns on the district's step: there is no fourth list.
      if (towns) this.selects.town.hidden = true;
      select.required = step !== "town" && !select.hidden;
      if (list.length && !chosen && this.typed[step] && Date.now() - this.typed[step].at < 5000) this.choosePinyin(step);
    }

    /** The shopper chose: what lies below begins anew. */
    async chosen(step) {
      const at = STEPS.indexOf(step), turn = (this.turn += 1);
      const code = this.selects[step].value;
      STEPS.slice(at + 1).forEach((below) => this.fill(below, [], "", true));
      this.tell();
      const choice = this.lists[step].find((one) => one.code === code);
      if (!choice) return;
      const next = STEPS[at + 1];
      if (!next || !choice.has_children) {
        STEPS.slice(at + 1).forEach((below) => { this.selects[below].hidden = true; this.selects[below].required = false; });
        this.prefillPostalCode();
        return;
      }
      this.selects[next].setAttribute("aria-busy", "true");
      try {
        const { data } = await this.children(code);
        if (turn !== this.turn) return;
        // A municipality is its own city: nothing to choose.
        const only = next === "city" && data.length === 1 ? data[0].code : "";
        this.fill(next, data, only);
        if (only) await this.chosen(next);
      } catch {
        if (turn !== this.turn) return;
        this.selects[next].replaceChildren(make("option", { value: "", textContent: this.words.unavailable }));
        this.selects[next].removeAttribute("aria-busy");
        // Choosing the same again asks again.
        this.selects[step].value = "";
      }
      this.prefillPostalCode();
      this.tell();
    }

    /** Letters choose by pinyin, as an input method would. */
    typeAhead(step, event) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !/^[a-z]$/i.test(event.key)) return;
      event.preventDefault();
      const now = Date.now(), before = this.typed[step];
      const text = (before && !before.left && now - before.at < 1200 ? before.text : "") + event.key.toLowerCase();
      this.typed[step] = { at: now, text };
      this.choosePinyin(step);
    }

    /** Chooses what fits best to what was typed, also when the list comes after the typing. */
    choosePinyin(step) {
      let best = null, rank = 3;
      for (const choice of this.lists[step]) {
        const fits = fit(choice, this.typed[step].text);
        if (fits < rank) [best, rank] = [choice, fits];
      }
      if (!best || this.selects[step].value === best.code) return;
      this.selects[step].value = best.code;
      this.parts.spoken.textContent = say(this.words.typed, { name: this.english ? best.name_en : best.name });
      // Acted on once the typing pauses for a moment, or the focus moves on.
      this.unsettled = step;
      clearTimeout(this.settling);
      if (document.activeElement === this.selects[step]) this.settling = setTimeout(() => this.settle(step), 250);
      else this.settle(step);
    }

    settle(step) {
      clearTimeout(this.settling);
      if (this.unsettled !== step) return;
      this.unsettled = null;
      this.selects[step].dispatchEvent(new Event("change", { bubbles: true }));
    }

    // ---- phone and postal code ------------------------------------------------------------------------

    checkPhone() {
      const phone = this.parts.phone;
      // A marketplace's number with its extension (17812345678-1234) reaches nobody without it.
      const [, number, extension] = /^(.*?)(?:(?:转|ext\.?|(?<=\d{11})[-#,])\s*(\d{1,6}))?$/i.exec(narrow(phone.value).trim());
      const digits = number.replace(/[\s()-]/g, "").replace(/^(\+?0{0,2}86)(?=1[3-9]\d{9}$)/, "");
      const mobile = /^1[3-9]\d{9}$/.test(digits);
      const landline = /^0\d{9,11}$/.test(digits) || /^[48]00\d{7}$/.test(digits);
      if (mobile || landline) phone.value = digits + (extension ? "-" + extension : "");
      phone.setCustomValidity(mobile || landline || !digits ? "" : this.words.phoneWrong);
      phone.setAttribute("aria-invalid", String(Boolean(digits) && !mobile && !landline));
      this.help(phone, landline ? this.words.phoneLandline : digits && !mobile ? this.words.phoneWrong : "");
    }

    deepest() {
      const step = [...STEPS].reverse().find((one) => this.selects[one].value);
      return step ? this.lists[step].find((choice) => choice.code === this.selects[step].value) : null;
    }

    prefillPostalCode() {
      const choice = this.deepest(), field = this.parts.postal_code;
      if (this.postalTyped) return this.checkPostalCode();
      field.value = (choice && choice.postal_code) || "";
      field.setCustomValidity("");
      this.help(field, field.value ? this.words.postalFilled : "");
    }

    checkPostalCode() {
      const field = this.parts.postal_code, choice = this.deepest();
      field.value = narrow(field.value).trim();
      const wrong = field.value && !/^\d{6}$/.test(field.value);
      field.setCustomValidity(wrong ? this.words.postalWrong : "");
      const odd = !wrong && field.value && choice && choice.postal_code && choice.postal_code.slice(0, 2) !== field.value.slice(0, 2);
      // Unusual is not wrong: the shopper may know better than the table.
      this.help(field, wrong ? this.words.postalWrong : odd ? this.words.postalOdd : "");
    }

    // ---- reading a pasted address ---------------------------------------------------------------------

    async read(text) {
      const p = this.parts, w = this.words;
      if (!text.trim()) return p.paste.focus();
      const turn = (this.reading = (this.reading || 0) + 1);
      this.choose([]);
      p.note.textContent = w.reading;
      p.read.disabled = true;
      try {
        const url = new URL(this.api + "/v1/addresses/parse");
        if (this.key) url.searchParams.set("key", this.key);
        const answer = await fetch(url, {
          method: "POST", credentials: "omit", referrerPolicy: "no-referrer",
          headers: { "Content-Type": "application/json", "Accept-Language": this.locale }, body: JSON.stringify({ text }),
        });
        if (!answer.ok) throw new Error(String(answer.status));
        const address = await answer.json();
        if (turn === this.reading) await this.apply(address);
      } catch {
        if (turn === this.reading) p.note.textContent = w.unreadable;
      } finally {
        p.read.disabled = false;
      }
    }

    async apply(address) {
      const p = this.parts, w = this.words;
      if (address.name) p.name.value = address.name;
      if (address.phone) {
        p.phone.value = address.phone.national + (address.phone.extension ? "-" + address.phone.extension : "");
        this.checkPhone();
      }
      if (address.postal_code) {
        p.postal_code.value = address.postal_code;
        this.postalTyped = true;
      }
      const code = (part) => (part && part.code) || "";
      const region = code(address.town) || code(address.district) || address.code || code(address.city) || code(address.province);
      // The town has a field of its own; where it was recognised, the street need not repeat it.
      let street = address.detail || "";
      if (code(address.town) && street.startsWith(address.town.name)) street = street.slice(address.town.name.length).trim();
      p.street.value = street;
      // The place of an earlier text must not stay beside the street of this one.
      if (region) await this.set(region);
      else this.clearRegion();
      const candidates = address.candidates || [];
      if (address.status === "ambiguous" && candidates.length) {
        p.note.textContent = w.ambiguous;
        this.choose(candidates.map((one) => [one.code, [...new Set([one.province, one.city, one.district])].filter(Boolean).join("")]));
      } else {
        const [former] = address.former || [];
        const complete = this.firstGap() === null;
        const done = region ? (complete ? w.resolved : w.partial) : w.unresolved;
        const deepest = this.deepest();
        p.note.textContent = (former && deepest ? say(w.replaced, { old: former.name, now: deepest.name }) : "") + done;
      }
      this.tell();
    }

    /** The first field that still needs the shopper. */
    firstGap() {
      const controls = [this.parts.name, this.parts.phone, ...Object.values(this.selects), this.parts.street];
      return controls.find((control) => !control.hidden && control.required && !control.value) || null;
    }

    /** Buttons to choose from: pairs of code and label. */
    choose(pairs) {
      const { choices } = this.parts;
      const button = ([code, label]) => {
        const one = make("button", { type: "button", textContent: label });
        one.addEventListener("click", async () => {
          await this.set(code);
          this.choose([]);
          this.parts.note.textContent = this.firstGap() ? this.words.partial : this.words.resolved;
          (this.firstGap() || this.parts.street).focus();
        });
        return one;
      };
      choices.replaceChildren(...pairs.map(button));
      choices.hidden = pairs.length === 0;
      choices.setAttribute("aria-label", this.words.ambiguous);
    }

    async offerSuccessors(place) {
      const { successors } = place;
      if (successors.length === 1) {
        await this.set(successors[0].code);
        this.parts.note.textContent = say(this.words.replaced, { old: place.name, now: successors[0].name });
      } else {
        this.parts.note.textContent = say(this.words.chooseSuccessor, { old: place.name });
        this.choose(successors.map((one) => [one.code, one.full_name]));
      }
    }

    clearRegion() {
      this.turn += 1;
      this.selects.province.value = "";
      STEPS.slice(1).forEach((step) => this.fill(step, [], ""));
      this.prefillPostalCode();
    }

    /** Chooses the place with this code, an abolished one by its successor. */
    async set(code) {
      const turn = (this.turn += 1);
      const place = await this.place(code);
      if (turn !== this.turn) return;
      if (place.status === "retired") return this.offerSuccessors(place);
      const lists = await this.listsOf(place.path);
      if (turn !== this.turn) return;
      STEPS.forEach((step) => this.fill(step, [], ""));
      lists.forEach(([step, list, chosen]) => this.fill(step, list, chosen));
      // Steps below the last list have nothing to wait for.
      STEPS.slice(lists.length).forEach((step) => { if (this.selects[STEPS[lists.length - 1]].value) this.selects[step].hidden = true; });
      this.prefillPostalCode();
      this.tell();
    }

    // ---- what the page gets ---------------------------------------------------------------------------

    /** The address as an object of names and codes. */
    get value() {
      if (!this.selects) return null;
      const named = (step) => this.lists[step].find((choice) => choice.code === this.selects[step].value);
      const value = { name: this.parts.name.value.trim(), phone: this.parts.phone.value.trim() };
      for (const step of STEPS) {
        const choice = named(step);
        value[step] = choice ? choice.name : "";
      }
      const third = named("district");
      if (third && third.code.length > 6) [value.district, value.town] = ["", third.name];
      const deepest = this.deepest(), province = named("province");
      value.region_code = deepest ? deepest.code : "";
      value.magento_code = province ? province.magento_code || "" : "";
      value.street = this.parts.street.value.trim();
      value.postal_code = this.parts.postal_code.value.trim();
      return value;
    }

    tell() {
      const value = this.value;
      for (const [name, field] of Object.entries(this.hiddenFields)) field.value = value[name];
      this.dispatchEvent(new CustomEvent("luodi-address-change", { bubbles: true, detail: value }));
    }
  }

  customElements.define("luodi-address", LuodiAddress);
})();
