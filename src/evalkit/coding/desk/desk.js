/**
 * The coding desk's page. Python holds the truth (the coder's log); this draws it, and sends acts.
 *
 * Contents: 1 elements · 2 text and places · 3 the store: what stands, what waits to be saved ·
 * 4 the transcript · 5 the margin · 6 the map · 7 the code box · 8 the side · 9 two readings ·
 * 10 commands and keys · 11 the desk.
 *
 * Offsets are UTF-16 in here, characters in messages. Whatever comes from a study goes in as text,
 * never as HTML.
 */

// ---------------------------------------------------------------- 1 elements

/** Make an element: h("p", {class: "a", onclick: f}, "words", child). */
function h(name, given = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "style") element.style.cssText = value;
    else if (key === "value") element.value = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((each) => each !== undefined && each !== null && each !== false));
  return element;
}

/** Put children in the place of what an element holds. */
function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter((each) => each !== undefined && each !== null && each !== false));
}

const ICONS = Object.assign(Object.create(null), {
  undo: "M6 3 2.5 6.5 6 10M3 6.5h6.500a4 4 0 0 1 0 8H7",
  redo: "m10 3 3.500 3.500L10 10M13 6.500H6.500a4 4 0 0 0 0 8H9",
  check: "m2.500 8.500 3.500 3.500 7.500-8",
  clock: "M8 1.800a6.200 6.200 0 1 0 0 12.400a6.200 6.200 0 1 0 0-12.400M8 4.500V8l2.500 1.500",
  find: "M7 2.500a4.500 4.500 0 1 0 0 9a4.500 4.500 0 1 0 0-9m3.500 8 4 4",
  memo: "M2.500 2.500h11v8l-3 3h-8zM5 6h6M5 9h4",
  brush: "M13.500 2.500 7 9M7 9l-2-.5c-1.500 0-2 2-3 4.500 3 .5 5 0 5.500-2z",
  eye: "M1.500 8S4 3.500 8 3.500 14.500 8 14.500 8 12 12.500 8 12.500 1.500 8 1.500 8zM8 6a2 2 0 1 0 0 4a2 2 0 1 0 0-4",
  chev: "m5.500 3 5 5-5 5",
  down: "m3 5.500 5 5 5-5",
  close: "m3.500 3.500 9 9m0-9-9 9",
  warn: "M8 2 1.500 14h13zM8 6.500v3.500M8 11.500v1",
  supports: "M8 1.500a6.500 6.500 0 1 0 0 13a6.500 6.500 0 1 0 0-13M8 4.500v7M4.500 8h7",
  contradicts: "M8 1.500a6.500 6.500 0 1 0 0 13a6.500 6.500 0 1 0 0-13M4.500 8h7",
  qualifies: "M8 1.500a6.500 6.500 0 1 0 0 13a6.500 6.500 0 1 0 0-13|M8 1.500a6.500 6.500 0 0 0 0 13z",
  neutral: "M8 1.500a6.500 6.500 0 1 0 0 13a6.500 6.500 0 1 0 0-13",
  asserted: "|M2 2h12v12H2z",
  hedged: "M2 2h12v12H2z|M2 8h12v6H2z",
  speculative: "M2 2h4M10 2h4v4M14 10v4h-4M6 14H2v-4M2 6V2",
});
const NS = "http://www.w3.org/2000/svg";

/** Draw an icon: an outline, and after a bar what is filled. Nobody reads it aloud. */
function icon(name) {
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  (ICONS[name] ?? "").split("|").forEach((d, filled) => {
    if (!d) return;
    const path = document.createElementNS(NS, "path");
    path.setAttribute("d", d);
    if (filled) path.setAttribute("fill", "currentColor");
    svg.append(path);
  });
  return svg;
}

const key = (name) => h("kbd", { "aria-hidden": "true" }, name);
const hidden = (words) => h("span", { class: "vh" }, words);
const swatch = () => h("span", { class: "sw", "aria-hidden": "true" });
const count = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
const clip = (words, n = 40) => (words.length > n ? `${words.slice(0, n).trimEnd()}…` : words);
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const CLOCK = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat([], { day: "numeric", month: "short" });
const clock = (when) => CLOCK.format(when);
const random = () => Array.from(crypto.getRandomValues(new Uint8Array(6)), (b) => b.toString(16).padStart(2, "0")).join("");
const isField = (element) => element?.matches?.("input, textarea, select");

/** Say a time of the interview, 125.2 seconds as 02:05. */
function spoken(seconds) {
  const s = Math.floor(seconds);
  const pair = (n) => String(n).padStart(2, "0");
  return s >= 3600 ? `${Math.floor(s / 3600)}:${pair(Math.floor(s / 60) % 60)}:${pair(s % 60)}` : `${pair(Math.floor(s / 60))}:${pair(s % 60)}`;
}

/** Say a date as people write it in a list. */
function dated(at) {
  const when = new Date(at);
  if (Number.isNaN(when.getTime())) return "";
  return `${DAY.format(when)}, ${clock(when)}`;
}

/** What this browser keeps for the desk; a browser that keeps nothing is no reason to stop. */
const kept = {
  get(name, otherwise) {
    try {
      return JSON.parse(localStorage.getItem(`evalkit-desk:${name}`)) ?? otherwise;
    } catch {
      return otherwise;
    }
  },
  names(begin) {
    try {
      return Object.keys(localStorage).filter((each) => each.startsWith(`evalkit-desk:${begin}`)).map((each) => each.slice("evalkit-desk:".length));
    } catch {
      return [];
    }
  },
  set(name, value) {
    try {
      if (value === undefined) localStorage.removeItem(`evalkit-desk:${name}`);
      else localStorage.setItem(`evalkit-desk:${name}`, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  },
};

// ---------------------------------------------------------------- 2 text and places

/** Characters (Python's) to UTF-16 offsets (the browser's) and back. */
class Points {
  constructor(text) {
    this.wide = []; // UTF-16 offsets of the characters that take two
    for (const match of text.matchAll(/[\u{10000}-\u{10FFFF}]/gu)) this.wide.push(match.index);
  }
  /** How many of the wide ones begin before `limit`, as `place` counts. */
  #before(limit, place) {
    let low = 0, high = this.wide.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (place(middle) < limit) low = middle + 1;
      else high = middle;
    }
    return low;
  }
  toUnits(points) {
    return points + this.#before(points, (n) => this.wide[n] - n);
  }
  toPoints(units) {
    return units - this.#before(units, (n) => this.wide[n]);
  }
}

/** A document's text and turns, and where its words, sentences and turns begin and end. */
class Text {
  constructor(told) {
    Object.assign(this, { id: told.id, title: told.title, language: told.language, firstLine: told.first_line, text: told.text });
    try {
      [this.language] = Intl.getCanonicalLocales((told.language || "").trim().replaceAll("_", "-") || []);
    } catch {
      this.language = undefined; // none that a browser knows
    }
    this.points = new Points(told.text);
    this.turns = told.turns.map((turn) => ({
      ...turn,
      start: this.points.toUnits(turn.start),
      end: this.points.toUnits(turn.end),
    }));
    this.segments = {};
  }
  /** The number of the turn that holds an offset, or of the last one before it. */
  turnAt(offset) {
    let low = 0, high = this.turns.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.turns[middle].start <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
  /** The numbers of the turns that a span touches. */
  turnsOf(start, end) {
    if (!this.turns.length) return [];
    const numbers = [];
    for (let n = this.turnAt(start); n < this.turns.length && this.turns[n].start < end; n++) {
      if (this.turns[n].end > start) numbers.push(n);
    }
    return numbers;
  }
  words(start, end) {
    return this.text.slice(start, end);
  }
  /** Segments ("word", "sentence", "grapheme") of a turn, as [start, end] in the text. */
  segmentsOf(number, grain) {
    const turn = this.turns[number];
    const cache = (this.segments[grain] ??= new Map());
    if (!cache.has(number)) {
      const cutter = new Intl.Segmenter(this.language, { granularity: grain });
      const found = [];
      for (const each of cutter.segment(this.text.slice(turn.start, turn.end))) {
        const start = turn.start + each.index;
        if (grain === "grapheme") found.push([start, start + each.segment.length]);
        else if (grain === "sentence") found.push([start, start + each.segment.trimEnd().length]);
        else if (each.isWordLike) found.push([start, start + each.segment.length]);
      }
      cache.set(number, found);
    }
    return cache.get(number);
  }
  /** The segment an offset stands in; between two, none. */
  segmentAt(offset, grain, { end = false } = {}) {
    const number = this.turnAt(offset);
    return this.segmentsOf(number, grain).find(([from, to]) => (end ? from < offset && offset <= to : from <= offset && offset < to));
  }
  /** Move a span's ends out to whole words, and off the white space around it. */
  snap(start, end, toWords) {
    const trim = () => {
      while (start < end && /\s/.test(this.text[start])) start++;
      while (end > start && /\s/.test(this.text[end - 1])) end--;
    };
    trim();
    if (toWords && start < end) {
      start = this.segmentAt(start, "word")?.[0] ?? start;
      end = this.segmentAt(end, "word", { end: true })?.[1] ?? end;
      trim();
    }
    return { start, end };
  }
  /** Leave out what the interviewer says at either end; null if that is all there is. */
  codable(start, end) {
    const numbers = this.turnsOf(start, end).filter((n) => this.turns[n].role !== "interviewer");
    if (!numbers.length) return null;
    const first = this.turns[numbers[0]], last = this.turns[numbers.at(-1)];
    return { start: Math.max(start, first.start), end: Math.min(end, last.end) };
  }
}

/** The codebook's codes in its order, each with its theme, hue, pattern and sign. */
class Codes {
  constructor(told) {
    this.title = told.title;
    this.attributes = told.attributes;
    this.defaults = told.defaults;
    this.byId = new Map();
    for (const code of told.codes) {
      this.byId.set(code.code_id, {
        id: code.code_id, parent: code.parent_id, name: code.name, definition: code.definition, include: code.include,
        exclude: code.exclude, example: code.example, cues: code.cues, below: [],
      });
    }
    this.themes = [];
    for (const code of this.byId.values()) {
      const parent = this.byId.get(code.parent);
      if (parent) parent.below.push(code);
      else this.themes.push(code);
    }
    this.themes.forEach((theme, n) => {
      const walk = (code, depth, path) => {
        Object.assign(code, { theme, depth, path, hue: n % 9, pattern: (n + Math.floor(n / 9)) % 9, sign: [...code.name].slice(0, 2).join("") });
        code.below.forEach((each) => walk(each, depth + 1, [...path, code.name]));
      };
      walk(theme, 0, []);
    });
  }
  /** A code; one that is not in the codebook is shown by its id. */
  get(id) {
    if (!this.byId.has(id)) {
      return { id, name: id, theme: { id, name: "not in the codebook" }, path: ["not in the codebook"], hue: 8, pattern: 0, sign: "?",
        definition: "", include: "", exclude: "", example: "", cues: [], below: [], depth: 1, unknown: true };
    }
    return this.byId.get(id);
  }
  /** All codes, depth first, as the codebook has them. */
  *walk(codes = this.themes) {
    for (const code of codes) {
      yield code;
      yield* this.walk(code.below);
    }
  }
}

/** An id for a new code that is not taken, from its name. */
function makeCodeId(name, parent, taken) {
  const own = name.toLowerCase().replace(/[^\p{L}\p{N}_.]+/gu, "-").replace(/^[-.]+|[-.]+$/g, "") || "code";
  const base = parent ? `${parent}.${own}` : own;
  let id = base;
  for (let n = 2; taken.has(id); n++) id = `${base}-${n}`;
  return id;
}

// ---------------------------------------------------------------- 3 the store

/**
 * What stands (codings, suggestions, memos), as Python told it, and on top of it the acts that are
 * not on the disk yet. An act waits in the browser until Python says that it is saved; a page that is
 * loaded again sends it again, under the same id, so that it is done once.
 */
class Store {
  constructor(model, first, page, tell) {
    this.model = model;
    this.tell = tell; // (what happened, details) to the desk
    this.page = page;
    this.compare = null;
    this.later = new Set();
    this.mended = new Map(); // ends of suggestions that were moved here, until they are accepted
    this.failed = "";
    this.isAlive = true;
    this.savedAt = null;
    Object.assign(this, { study: first.study, coder: first.coder });
    this.waiting = this.#adoptWaiting();
    this.take(first);
  }

  send(message) {
    try {
      this.model.send({ ...message, page: this.page });
    } catch {
      this.setAlive(false); // the kernel this desk was made in is gone
    }
  }

  setAlive(isAlive) {
    if (this.isAlive === isAlive) return;
    this.isAlive = isAlive;
    this.tell("alive");
  }

  open(documentId = this.text?.id) {
    this.send({ kind: "open", document_id: documentId });
  }

  get place() {
    return `${this.study.key}:${this.coder.id}`;
  }

  // From Python

  hear(message) {
    if (message.page && message.page !== this.page) return;
    this.setAlive(true);
    if (["refused", "failed"].includes(message.kind) && !message.act) this.wanted = undefined;
    const here = !message.document_id || message.document_id === this.text.id;
    if (message.kind === "state") {
      const wanted = this.wanted ?? this.text.id;
      if (message.document.id !== wanted) return;
      this.wanted = undefined;
      this.take(message);
      this.tell("state", { why: message.why });
      if (message.page) this.sendWaiting();
    } else if (message.kind === "done") {
      this.#settle(message, here);
    } else if (message.kind === "others" && here) {
      this.shown = message.shown;
      const changed = [...this.codings.values()].filter((c) => c.coder !== this.coder.id);
      for (const coding of changed) this.codings.delete(coding.id);
      for (const coding of message.codings) this.#put(coding);
      this.tell("others", { changed: message.changed });
    } else if (message.kind === "compare" && here) {
      this.#takeCompare(message);
      this.tell("compare");
    } else if (message.kind === "codebook") {
      this.codes = new Codes(message.codebook);
      this.tell("codebook");
    } else if (message.kind === "refused") {
      const act = this.waiting.find((each) => each.id === message.act);
      this.waiting = this.waiting.filter((each) => each !== act);
      this.#keepWaiting();
      this.open();
      if (this.compare) this.askCompare(this.compare.coders);
      this.tell("refused", { why: `${message.why}${this.#giveBack(act)}` });
    } else if (message.kind === "failed") {
      this.failed = message.why;
      this.tell("saving");
    }
  }

  /** Keep what a person wrote in an act that was refused: a memo is a draft again. */
  #giveBack(act) {
    const written = (act?.events ?? []).filter((event) => event.memo || event.definition);
    for (const { event, memo, about = "coding", of, coding_id } of written) {
      if (event !== "code" && memo) kept.set(`draft:${this.place}:${about}:${of ?? coding_id}`, memo);
    }
    return written.length ? ` What you wrote: “${written.map((event) => event.memo || event.definition).join(" ")}”` : "";
  }

  /** Take a whole state, then lay what waits on top of it. */
  take(told) {
    if (this.text?.id !== told.document.id || this.text.text !== told.document.text) this.text = new Text(told.document);
    Object.assign(this, { study: told.study, coder: told.coder, coders: told.coders, documents: told.documents, shown: told.shown });
    this.codes = new Codes(told.codebook);
    this.codings = new Map();
    for (const coding of told.codings) this.#put(coding);
    this.lost = told.lost;
    this.suggestions = new Map();
    for (const each of told.suggestions) this.suggestions.set(each.id, { ...this.#placed(each), isSuggestion: true, ...this.mended.get(each.id) });
    this.#takeMarks(told);
    for (const act of this.waiting) if (act.document_id === this.text.id) act.before = this.#foresee(act);
    this.#decideSuggestions();
  }

  #placed(told) {
    return { ...told, start: this.text.points.toUnits(told.start), end: this.text.points.toUnits(told.end) };
  }
  #put(told) {
    this.codings.set(told.id, { ...this.#placed(told), isMine: told.coder === this.coder.id });
  }
  #takeMarks(told) {
    this.rejected = told.rejected.map((each) => this.#placed(each));
    this.memos = told.memos;
    this.read = this.text.points.toUnits(told.read);
    this.history = told.history;
  }

  /** Say of each suggestion whether it is open, accepted or rejected. */
  #decideSuggestions() {
    const same = (a, b) => a.code === b.code && a.start === b.start && a.end === b.end;
    const mine = [...this.codings.values()].filter((c) => c.isMine);
    const sources = new Set(mine.map((c) => c.source));
    for (const each of this.suggestions.values()) {
      if (sources.has(`${each.coder}: ${each.id}`) || mine.some((c) => same(c, each))) each.state = "accepted";
      else if (this.rejected.some((r) => same(r, { ...each, ...each.told }))) each.state = "rejected";
      else each.state = "open";
    }
  }

  // Acts

  /** Do something: draw it now, keep it, send it. Events have UTF-16 offsets. */
  do(label, events, { consensus = false, documentId = this.text.id } = {}) {
    const act = { kind: "act", id: `act-${random()}`, document_id: documentId, label, consensus, events: events.map((e) => this.#outgoing(e)) };
    if (documentId === this.text.id) act.before = this.#foresee(act);
    this.#queue(act);
    return act;
  }

  undo({ consensus = false } = {}) {
    const here = this.waiting.filter((act) => act.consensus === consensus && act.document_id === this.text.id);
    const undone = new Set(here.map((act) => act.undo)), known = consensus ? this.compare?.history : this.history;
    const last = here.some((act) => "redo" in act) ? here.at(-1) : here.findLast((act) => act.events && !undone.has(act.id));
    if (last?.events && last.before) {
      this.#queue({ kind: "act", id: `act-${random()}`, document_id: this.text.id, label: last.label, consensus, undo: last.id });
      this.#restore(last.before);
    } else if (here.length || known?.undo) {
      const isUnsure = here.some((act) => "redo" in act || act.undo === "" || act.undo === known?.undo?.id);
      const of = isUnsure ? "" : (known?.undo?.id ?? "");
      this.#queue({ kind: "act", id: `act-${random()}`, document_id: this.text.id, label: known?.undo?.label ?? "", consensus, undo: of });
    } else this.tell("said", { words: "Nothing to undo." });
  }

  redo({ consensus = false } = {}) {
    const known = consensus ? this.compare?.history : this.history;
    const hasUndone = this.waiting.some((act) => "undo" in act);
    if (known?.redo || hasUndone) {
      this.#queue({ kind: "act", id: `act-${random()}`, document_id: this.text.id, label: known?.redo?.label ?? "", consensus, redo: "" });
    } else this.tell("said", { words: "Nothing to do again." });
  }

  #queue(act) {
    act.madeAt = Date.now();
    this.waiting.push(act);
    this.#keepWaiting();
    if (this.failed) this.sendWaiting(); // in their order: this one may rest on what failed
    else this.#sendAct(act);
    this.tell("acted", { act });
  }

  /** Take over what other pages of this coder's left unsaved, a page before a reload among them. */
  #adoptWaiting() {
    const mine = `waiting:${this.place}:`, acts = new Map();
    for (const name of kept.names(mine)) {
      for (const act of kept.get(name, [])) acts.set(act.id, act);
      kept.set(name, undefined);
    }
    const all = [...acts.values()].sort((a, b) => a.madeAt - b.madeAt);
    kept.set(`${mine}${this.page}`, all.length ? all : undefined);
    return all;
  }

  #keepWaiting() {
    const acts = this.waiting.map(({ before, sentAt, ...act }) => act);
    this.isKept = kept.set(`waiting:${this.place}:${this.page}`, acts.length ? acts : undefined);
  }

  /** Send everything that waits, in its order: Python does each act once. */
  sendWaiting() {
    this.failed = "";
    if (!this.waiting.length) this.open();
    for (const act of this.waiting) this.#sendAct(act);
    this.tell("saving");
  }

  /** Send again what has had no answer for long: the line may have been cut. */
  resend() {
    if (Date.now() - (this.resentAt ?? 0) < 15000) return;
    this.resentAt = Date.now();
    for (const { before, sentAt, ...message } of this.waiting) this.send(message);
  }

  #sendAct(act) {
    const { before, sentAt, ...message } = act;
    act.sentAt = Date.now();
    this.send(message);
  }

  /** Python has an act on the disk: take its word for what it touched. */
  #settle(message, here) {
    const act = this.waiting.find((each) => each.id === message.act);
    this.waiting = this.waiting.filter((each) => each !== act);
    this.#keepWaiting();
    this.failed = "";
    this.savedAt = new Date();
    this.documents = message.documents;
    if (message.codebook) this.codes = new Codes(message.codebook);
    const changed = [];
    if (here) {
      const touched = new Set(this.waiting.flatMap((each) => (each.events ?? []).map((e) => e.coding_id)));
      const into = message.consensus ? (this.compare?.consensus ?? new Map()) : this.codings;
      for (const told of message.set) {
        if (touched.has(told.id)) continue;
        changed.push(into.get(told.id));
        if (message.consensus) into.set(told.id, this.#placed(told));
        else this.#put(told);
        changed.push(into.get(told.id));
      }
      for (const id of message.gone) {
        if (touched.has(id)) continue;
        changed.push(into.get(id));
        into.delete(id);
      }
      if (!this.waiting.length) {
        const mine = message.consensus ? { ...message, history: this.history } : message;
        this.#takeMarks(mine);
        if (message.consensus && this.compare) this.compare.history = message.history;
      } else if (!message.consensus) this.history = message.history;
      this.#decideSuggestions();
    }
    this.tell("saved", { act, message, changed: changed.filter(Boolean), codebook: Boolean(message.codebook) });
    const waits = this.waiting.some((each) => each.consensus);
    if (message.consensus && this.compare && !waits) this.askCompare(this.compare.coders);
  }

  /** Lay an act on what stands; give what stood before, to take it back. */
  #foresee(act) {
    const before = { codings: new Map(), memos: structuredClone(this.memos), rejected: [...this.rejected], read: this.read, codes: this.codes };
    if (act.consensus) return before;
    for (const event of act.events ?? []) {
      const id = event.coding_id;
      if (id && !before.codings.has(id)) before.codings.set(id, this.codings.get(id));
      const placed = "start" in event ? this.#placed(event) : event;
      if (event.event === "add") {
        this.codings.set(id, {
          id, start: placed.start, end: placed.end, code: event.code_id, coder: this.coder.id, attributes: event.attributes ?? {},
          memo: event.memo ?? "", at: new Date().toISOString(), source: event.source ?? "", status: "exact", isMine: true, isWaiting: true,
        });
        this.lost = this.lost.filter((each) => each.id !== id);
      } else if (event.event === "edit") {
        const old = this.codings.get(id) ?? this.lost.find((each) => each.id === id);
        if (!old) continue;
        const changed = { ...old, isMine: true, isWaiting: true };
        if ("start" in event) Object.assign(changed, { start: placed.start, end: placed.end, status: "exact" });
        if ("code_id" in event) changed.code = event.code_id;
        if ("memo" in event) changed.memo = event.memo;
        if ("attributes" in event) changed.attributes = { ...old.attributes, ...event.attributes };
        if (changed.start === undefined) continue;
        this.codings.set(id, changed);
        this.lost = this.lost.filter((each) => each.id !== id);
      } else if (event.event === "remove") {
        this.codings.delete(id);
        this.lost = this.lost.filter((each) => each.id !== id);
      } else if (event.event === "reject") this.rejected.push({ start: placed.start, end: placed.end, code: event.code_id });
      else if (event.event === "unreject") {
        this.rejected = this.rejected.filter((r) => !(r.code === event.code_id && r.start === placed.start && r.end === placed.end));
      } else if (event.event === "memo") {
        if (event.about === "document") this.memos.document = event.memo;
        else this.memos.codes[event.of] = event.memo;
      } else if (event.event === "read") this.read = this.text.points.toUnits(event.end);
      else if (event.event === "code") {
        this.codes = new Codes({
          ...this.codes,
          codes: [...this.codes.byId.values(), { id: event.code_id, parent: event.parent_id, name: event.name, definition: event.definition }].map((c) => ({
            code_id: c.id, parent_id: c.parent, name: c.name, definition: c.definition ?? "", include: c.include ?? "", exclude: c.exclude ?? "",
            example: c.example ?? "", cues: c.cues ?? [],
          })),
        });
      }
    }
    this.#decideSuggestions();
    return before;
  }

  #restore(before) {
    for (const [id, coding] of before.codings) {
      if (coding) this.codings.set(id, coding);
      else this.codings.delete(id);
    }
    Object.assign(this, { memos: before.memos, rejected: before.rejected, read: before.read, codes: before.codes });
    this.#decideSuggestions();
    this.tell("restored");
  }

  #outgoing(event) {
    const told = { ...event };
    for (const name of ["start", "end"]) if (name in told) told[name] = this.text.points.toPoints(told[name]);
    return told;
  }

  // Two readings

  askCompare(coders) {
    this.send({ kind: "compare", document_id: this.text.id, coders });
  }

  #takeCompare(message) {
    const codings = new Map(message.codings.map((each) => [each.id, this.#placed(each)]));
    const decided = new Map(message.decided.map((each) => [[...each.coding_ids].sort().join("+"), each]));
    for (const event of this.waiting.flatMap((act) => (act.consensus ? (act.events ?? []) : []))) {
      if (event.event === "decide") decided.set([...event.coding_ids].sort().join("+"), event); // decided since it was asked
    }
    const pairs = message.pairs.map((pair) => {
      const ids = [pair.one, pair.other].filter(Boolean);
      return { ...this.#placed(pair), ids, key: [...ids].sort().join("+"), decision: decided.get([...ids].sort().join("+")) };
    });
    this.compare = {
      coders: message.coders, codings, history: message.history,
      agreed: pairs.filter((pair) => pair.kind === "same"), pairs: pairs.filter((pair) => pair.kind !== "same"),
      consensus: new Map(message.consensus.map((each) => [each.id, this.#placed(each)])),
    };
  }

  name(coderId) {
    if (coderId === this.coder.id) return this.coder.name;
    return this.coders.find((each) => each.id === coderId)?.name ?? coderId;
  }
}

// ---------------------------------------------------------------- 4 the transcript

/** Give each coding of a turn a lane: earliest first, longest first, first free lane. */
function layLanes(list) {
  const ends = [], lanes = new Map();
  for (const each of [...list].sort((a, b) => a.start - b.start || b.end - a.end || (a.id < b.id ? -1 : 1))) {
    let lane = ends.findIndex((end) => end <= each.start);
    if (lane < 0) lane = ends.length;
    ends[lane] = each.end;
    lanes.set(each.id, lane);
  }
  return lanes;
}

/** Cut a stretch at every boundary of the codings on it, so that nothing nests. */
function cutPieces(start, end, list) {
  const at = [...new Set([start, end, ...list.flatMap((c) => [clamp(c.start, start, end), clamp(c.end, start, end)])])].sort((a, b) => a - b);
  return at.slice(1).map((to, n) => ({ start: at[n], end: to, over: list.filter((c) => c.start <= at[n] && c.end >= to) }));
}

/** Highlights live in the page, not in a desk: each desk adds and takes its own ranges. */
function paintRanges(owner, name, ranges) {
  if (!globalThis.CSS?.highlights) return;
  if (!CSS.highlights.has(name)) CSS.highlights.set(name, new Highlight());
  const all = CSS.highlights.get(name);
  for (const range of owner[name] ?? []) all.delete(range);
  for (const range of ranges) all.add(range);
  owner[name] = ranges;
}

/** The words: turns, their marks, and the way between a place on the screen and one in the text. */
class Transcript {
  constructor(desk) {
    this.desk = desk;
    this.turns = [];
    this.ranges = {};
    this.element = h("div", {
      class: "text", role: "textbox", "aria-multiline": "true", "aria-readonly": "true", contenteditable: "true", inputmode: "none",
      spellcheck: "false", translate: "no", tabindex: "0", autocorrect: "off", "data-gramm": "false",
    });
    for (const name of ["beforeinput", "drop", "dragstart", "paste", "cut"]) this.element.addEventListener(name, (e) => e.preventDefault());
    for (const name of ["input", "compositionend"]) this.element.addEventListener(name, () => this.#mend());
  }

  /** Put back the words that an input method wrote over: what it composes cannot be prevented. */
  #mend() {
    this.turns.forEach((turn, number) => {
      const { start, end } = this.text.turns[number];
      if (turn.words.textContent === this.text.words(start, end)) return;
      this.#drawMarks(number, this.desk.focus);
      this.select(start);
      this.desk.margin.forget([number]);
      this.desk.margin.draw();
    });
  }

  /** Make the turns' elements; marks come with draw(). */
  build(text) {
    this.text = text;
    this.element.setAttribute("aria-label", `Transcript ${text.id}, read only. Select words, then press Space to code.`);
    this.element.setAttribute("lang", text.language || "");
    this.turns = text.turns.map((turn, number) => {
      const who = h("div", { class: "who", contenteditable: "false" }, h("span", {}, turn.speaker || "No name"), turn.at !== null && h("time", {}, spoken(turn.at)));
      const words = h("p", { dir: "auto", "data-turn": number });
      words.textContent = text.words(turn.start, turn.end);
      const kind = { interviewer: " int", interpreter: " tr" }[turn.role] ?? "";
      return { element: h("div", { class: `turn${kind}` }, who, words), words, drawn: "", pieces: new Map(), list: [], lanes: new Map() };
    });
    if (!this.turns.length) fill(this.element, h("p", { class: "nothing" }, "Nobody speaks in this transcript."));
    else fill(this.element, ...this.turns.map((turn) => turn.element));
    this.tops = null;
  }

  /** Lay codings and suggestions out by turn and draw the turns that changed; give their numbers. */
  draw(list, focusId) {
    for (const turn of this.turns) turn.next = [];
    for (const each of list) for (const number of this.text.turnsOf(each.start, each.end)) this.turns[number].next.push(each);
    const changed = [];
    this.turns.forEach((turn, number) => {
      const signature = turn.next
        .map((c) => `${c.id} ${c.start} ${c.end} ${c.code} ${c.id === focusId} ${c.isWaiting ?? ""} ${c.memo ? 1 : 0} ${Object.values(c.attributes).join()} ${c.coder} ${c.later ?? ""}`)
        .join("|");
      if (signature !== turn.drawn) changed.push(number);
      turn.list = turn.next;
      turn.drawn = signature;
    });
    if (changed.length) this.#keepSelection(() => changed.forEach((number) => this.#drawMarks(number, focusId)));
    return changed;
  }

  #drawMarks(number, focusId) {
    const turn = this.turns[number], { start, end } = this.text.turns[number];
    turn.lanes = layLanes(turn.list);
    turn.pieces = new Map();
    const children = [];
    for (const piece of cutPieces(start, end, turn.list)) {
      const words = this.text.words(piece.start, piece.end);
      if (!piece.over.length) {
        children.push(words);
        continue;
      }
      const codings = piece.over.filter((c) => !c.isSuggestion), mark = h("mark", { class: codings.length ? undefined : "cue" }, words), cue = piece.over.find((c) => c.isSuggestion);
      const focused = piece.over.find((c) => c.id === focusId);
      const inner = codings.reduce((a, c) => (!a || c.end - c.start < a.end - a.start ? c : a), null);
      const tone = focused && !focused.isSuggestion ? focused : inner;
      const hue = (c) => `var(--k${this.desk.store.codes.get(c.code).hue})`;
      if (tone) {
        const colour = `color-mix(in srgb, ${hue(tone)} var(${tone === focused ? "--tint-focus" : "--tint"}), var(--paper))`;
        mark.style.setProperty("--bg", `linear-gradient(${colour}, ${colour})`);
      }
      const dashes = (c) => `repeating-linear-gradient(90deg, ${hue(c)} 0 5px, transparent 5px 9px)`;
      for (const c of piece.over) {
        const lane = turn.lanes.get(c.id);
        if (lane < 3) mark.style.setProperty(`--r${lane}`, c.isSuggestion ? dashes(c) : `linear-gradient(${hue(c)}, ${hue(c)})`);
        if (!turn.pieces.has(c.id)) turn.pieces.set(c.id, []);
        turn.pieces.get(c.id).push(mark);
      }
      if (cue) mark.style.setProperty("--top", dashes(cue));
      if (focused) {
        mark.classList.add("f");
        if (focused.start === piece.start) mark.classList.add("f0");
        if (focused.end === piece.end) mark.classList.add("f1");
      }
      children.push(mark);
    }
    fill(turn.words, ...children);
  }

  /** Redraw without losing the caret or the selection. */
  #keepSelection(redraw) {
    const selected = this.selected();
    redraw();
    if (selected) this.select(selected.anchor, selected.focus);
    if (this.pick) this.showPick(this.pick);
  }

  // Places

  #offsetOf(node, within) {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    const words = element.closest("p[data-turn]");
    if (words && this.element.contains(words)) {
      const range = document.createRange();
      range.setStart(words, 0);
      range.setEnd(node, within);
      return this.text.turns[Number(words.dataset.turn)].start + range.toString().length;
    }
    const turn = element.closest(".turn");
    if (turn) return this.text.turns[this.turns.findIndex((each) => each.element === turn)]?.start ?? 0;
    return this.text.turns[within]?.start ?? this.text.turns.at(-1)?.end ?? 0;
  }

  #pointOf(offset) {
    const number = this.text.turnAt(offset), turn = this.text.turns[number], { words } = this.turns[number];
    let left = clamp(offset, turn.start, turn.end) - turn.start;
    const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
    let node = null;
    while (walker.nextNode()) {
      node = walker.currentNode;
      if (left <= node.length) return [node, left];
      left -= node.length;
    }
    return node ? [node, node.length] : [words, 0];
  }

  rangeOf(start, end) {
    const range = document.createRange();
    range.setStart(...this.#pointOf(start));
    range.setEnd(...this.#pointOf(end));
    return range;
  }

  /** What is selected natively, or where the caret stands; null when that is elsewhere. */
  selected() {
    const selection = document.getSelection();
    if (!this.turns.length || !selection?.anchorNode || !this.element.contains(selection.anchorNode) || !this.element.contains(selection.focusNode)) return null;
    const anchor = this.#offsetOf(selection.anchorNode, selection.anchorOffset);
    const focus = selection.isCollapsed ? anchor : this.#offsetOf(selection.focusNode, selection.focusOffset);
    return { anchor, focus, start: Math.min(anchor, focus), end: Math.max(anchor, focus) };
  }

  select(anchor, focus = anchor) {
    if (!this.turns.length) return;
    const selection = document.getSelection();
    selection.setBaseAndExtent(...this.#pointOf(anchor), ...this.#pointOf(focus));
    this.putAt = focus; // by the desk, not by a person
  }

  /** Draw the words that an act would take, also while the focus is in a box. */
  showPick(pick) {
    this.pick = pick;
    paintRanges(this.ranges, "evalkit-desk-selection", pick ? this.#rangesOf(pick.start, pick.end) : []);
  }

  showHits(hits, current) {
    const ranges = hits.map(([start, end]) => this.rangeOf(start, end));
    paintRanges(this.ranges, "evalkit-desk-find", ranges.filter((_, n) => n !== current));
    paintRanges(this.ranges, "evalkit-desk-found", ranges.filter((_, n) => n === current));
  }

  /** One range a turn, so that speakers' names are not painted. */
  #rangesOf(start, end) {
    return this.text.turnsOf(start, end).map((n) => this.rangeOf(Math.max(start, this.text.turns[n].start), Math.min(end, this.text.turns[n].end)));
  }

  /** The offset under a point of the screen. */
  offsetAt(x, y) {
    let node, within;
    if (document.caretPositionFromPoint) {
      const at = document.caretPositionFromPoint(x, y);
      [node, within] = [at?.offsetNode, at?.offset];
    } else {
      const at = document.caretRangeFromPoint(x, y);
      [node, within] = [at?.startContainer, at?.startOffset];
    }
    return node && this.element.contains(node) && node !== this.element ? this.#offsetOf(node, within) : null;
  }

  // Scrolling

  /** Where each turn begins in the page; measured again after the desk changed its size. */
  measure() {
    this.tops ??= this.turns.map((turn) => turn.element.offsetTop);
    return this.tops;
  }

  /** The first and last turn that can be seen. */
  seen() {
    const tops = this.measure(), { scrollTop, clientHeight } = this.desk.parts.scroll;
    const find = (y) => {
      let low = 0, high = tops.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (tops[middle] <= y) low = middle;
        else high = middle - 1;
      }
      return low;
    };
    return [find(scrollTop), find(scrollTop + clientHeight)];
  }

  /** Bring a span into sight, if it is not. */
  reveal(start, end = start) {
    if (!this.turns.length) return;
    const scroll = this.desk.parts.scroll, box = scroll.getBoundingClientRect();
    const rects = this.rangeOf(start, end).getClientRects();
    const first = rects[0] ?? this.turns[this.text.turnAt(start)].element.getBoundingClientRect(), last = rects[rects.length - 1] ?? first;
    if (first.top >= box.top + 4 && last.bottom <= box.bottom - 4) return;
    scroll.scrollTop += first.top - box.top - Math.min(90, box.height / 4);
  }
}

// ---------------------------------------------------------------- 5 the margin

/** Stripes and names beside the words. Only turns in sight are measured and drawn. */
class Margin {
  constructor(desk) {
    this.desk = desk;
    this.drawn = new Map();
    this.element = h("div", { class: "margin", role: "group", "aria-label": "Codings beside the text" });
    this.element.addEventListener("keydown", (e) => this.#walk(e));
  }

  clear() {
    this.forget([...this.drawn.keys()]);
  }

  /** Take turns out, to be drawn anew; the focus goes back where it was. */
  forget(numbers) {
    const active = document.activeElement;
    for (const number of numbers) {
      const beside = this.drawn.get(number);
      if (beside?.contains(active)) this.held = active.dataset.id ?? "";
      beside?.remove();
      this.drawn.delete(number);
    }
  }

  /** Draw what can be seen and was not drawn yet. */
  draw() {
    const { transcript } = this.desk;
    if (!transcript.turns.length || !this.desk.parts.scroll.clientHeight) return;
    const [first, last] = transcript.seen();
    for (const number of [...this.drawn.keys()]) if (number < first - 30 || number > last + 30) this.forget([number]);
    for (let number = Math.max(0, first - 1); number <= Math.min(last + 1, transcript.turns.length - 1); number++) {
      if (this.drawn.has(number)) continue;
      const beside = this.#drawBeside(number);
      this.drawn.set(number, beside);
      const after = [...this.drawn.keys()].filter((n) => n > number).sort((a, b) => a - b)[0];
      this.element.insertBefore(beside, after === undefined ? null : this.drawn.get(after));
    }
    const names = [...this.element.querySelectorAll("button.name")];
    const current = names.find((name) => name.getAttribute("aria-current")) ?? names[0];
    for (const name of names) name.tabIndex = name === current ? 0 : -1;
    if (this.held === undefined) return;
    const { held } = this, again = names.find((name) => name.dataset.id === held);
    this.held = undefined;
    if (again) again.focus({ preventScroll: true });
    else this.desk.focusText();
  }

  #drawBeside(number) {
    const { transcript, store, focus } = this.desk, turn = transcript.turns[number];
    const isNarrow = this.desk.isNarrow, tops = transcript.measure();
    const beside = h("div", { class: "beside", style: `top:${tops[number] - tops[0]}px;height:${turn.element.offsetHeight}px` });
    if (!turn.list.length) return beside;
    const base = turn.element.getBoundingClientRect();
    const n = 1 + Math.max(...turn.lanes.values()), step = n > 7 ? 5 : n > 5 ? 7 : isNarrow ? 8 : 9, wide = isNarrow ? 40 : 46;
    const lines = new Map();
    for (const each of turn.list) {
      const pieces = turn.pieces.get(each.id);
      if (!pieces) continue;
      const first = pieces[0].getClientRects()[0], rects = pieces.at(-1).getClientRects(), last = rects[rects.length - 1];
      if (first && last) lines.set(each, { first, last });
    }
    const boxes = new Map();
    for (const [each, { first, last }] of lines) {
      let top = first.top - base.top + 2, bottom = last.bottom - base.top - 4;
      for (const [other, at] of lines) {
        if (other === each || turn.lanes.get(other.id) !== turn.lanes.get(each.id)) continue;
        if (other.end <= each.start && Math.abs(at.last.top - first.top) < 4) top = (first.top + first.bottom) / 2 - base.top + 1.5;
        if (other.start >= each.end && Math.abs(at.first.top - last.top) < 4) bottom = (last.top + last.bottom) / 2 - base.top - 1.5;
      }
      boxes.set(each, [top, bottom]);
    }
    const row = (y) => Math.round(y / 20);
    const order = [...boxes.keys()].sort((a, b) =>
      row(boxes.get(a)[0]) - row(boxes.get(b)[0]) || row(boxes.get(a)[1]) - row(boxes.get(b)[1]) || a.start - b.start || turn.lanes.get(a.id) - turn.lanes.get(b.id));
    const begins = (each) => each.start >= transcript.text.turns[number].start;
    const named = order.filter(begins);
    let next = number + 1;
    while (next < transcript.turns.length && !transcript.turns[next].list.length) next++;
    const room = (tops[next] ?? tops[number] + base.height + 60) - tops[number] - 4;
    const focused = named.find((each) => each.id === focus);
    const wraps = (each) => (store.codes.get(each.code).name.length > 20 ? 16 : 0); // the focused name takes two lines
    const full = (each) => (isNarrow ? 26 : each !== focused ? 40 : (each.isSuggestion ? 72 : each.memo ? 72 : 44) + wraps(each));
    const isTight = !isNarrow && named.reduce((sum, each) => sum + full(each), 0) > Math.max(room, 40);
    const low = isNarrow ? 26 : 24;
    const height = (each) => (isTight ? (each === focused ? full(each) : low) : full(each));
    let shown = named, total = named.reduce((sum, each) => sum + height(each), 0);
    if (total > Math.max(room, 64) && named.length > 1) {
      let budget = Math.max(room, 64) - low - (focused ? height(focused) : 0);
      shown = named.filter((each) => each === focused || (budget -= height(each)) >= 0);
    }
    const leaders = document.createElementNS(NS, "svg");
    leaders.setAttribute("class", "leaders");
    leaders.setAttribute("aria-hidden", "true");
    const dots = leaders.cloneNode();
    const draw = (into, name, code, given) => {
      const line = document.createElementNS(NS, name);
      for (const [attribute, value] of Object.entries(given)) line.setAttribute(attribute, value);
      const group = document.createElementNS(NS, "g");
      group.setAttribute("data-hue", code.hue);
      group.append(line);
      into.append(group);
    };
    const isRightToLeft = getComputedStyle(this.element).direction === "rtl";
    const across = (x) => (isRightToLeft ? this.element.clientWidth - x : x);
    let y = 0;
    const names = [];
    for (const each of order) {
      const code = store.codes.get(each.code), [top, bottom] = boxes.get(each), isFocused = each.id === focus;
      const x = wide - 12 - turn.lanes.get(each.id) * step;
      const kind = `${isFocused ? " f" : ""}${each.isSuggestion ? " cue" : ""}${each.isWaiting ? " waiting" : ""}`;
      beside.append(h("span", { class: `stripe${kind}`, "data-hue": code.hue, "data-pat": code.pattern, "aria-hidden": "true",
        style: `top:${top}px;height:${Math.max(10, bottom - top)}px;inset-inline-start:${x}px`, onclick: () => this.desk.focusOn(each.id) }));
      if (!shown.includes(each)) continue;
      const at = Math.max(y, top - 2);
      y = at + height(each);
      const from = clamp(at + 12, top + 4, Math.max(top + 4, bottom - 4));
      draw(leaders, "path", code, { class: isFocused ? "f" : "", d: `M${across(x + 2.5)} ${from}L${across(Math.min(wide - 6, x + 7))} ${from}L${across(wide)} ${at + 12}` });
      draw(dots, "circle", code, { cx: across(x + 2.5), cy: from, r: 3.5 });
      const name = this.#drawName(each, code, { at, isFocused, isRich: !isTight || isFocused, kind });
      names.push(name);
      if (isFocused && each.isSuggestion && !isNarrow) {
        names.pop();
        name.style.top = "";
        names.push(h("div", { class: "named", style: `top:${at}px` }, name, h("div", { class: "decide" }, this.desk.deciders(each))));
      }
    }
    if (shown.length < named.length) {
      const more = named.filter((each) => !shown.includes(each));
      names.push(h("button", { class: "name more", type: "button", style: `top:${y}px`, onclick: () => this.desk.showCodings(more[0].id) },
        isNarrow ? `+${more.length}` : `+${more.length} more`, hidden(` codings here: ${more.map((each) => store.codes.get(each.code).name).join(", ")}`)));
    }
    beside.prepend(leaders);
    beside.append(dots, ...names);
    return beside;
  }

  #drawName(each, code, { at, isFocused, isRich, kind }) {
    const { store } = this.desk;
    const isOther = !each.isSuggestion && (each.coder !== store.coder.id || this.desk.mode === "adjudicate");
    const extra = [];
    const suggested = `suggested${each.cue ? ": cue" : ""}`;
    if (each.isSuggestion) extra.push(isRich ? h("span", { class: "a" }, h("span", {}, suggested)) : hidden(` ${suggested}`));
    else if (each.isWaiting && isRich) extra.push(h("span", { class: "a" }, h("span", {}, icon("clock"), "not saved yet")));
    else if (isRich) extra.push(h("span", { class: "a attrs" }, this.desk.tellAttributes(each)));
    if (isFocused && each.memo && isRich) extra.push(h("span", { class: "memo" }, each.memo));
    return h("button", {
      class: `name${kind}`, type: "button", "data-hue": code.hue, "data-pat": code.pattern, "data-id": each.id, style: `top:${at}px`, tabindex: "-1",
      "aria-current": isFocused ? "true" : undefined, title: this.desk.describe(each),
      onclick: () => this.desk.focusOn(each.id),
    },
      h("span", { class: "sign", "aria-hidden": "true" }, code.sign), hidden(`${code.path[0] ? `${code.path[0]}: ` : ""}`),
      h("span", { class: "n" }, isOther && h("b", {}, `${[...store.name(each.coder)][0].toUpperCase()} `), h("bdi", {}, code.name),
        each.memo && !(isFocused && isRich) && icon("memo"), each.memo && hidden(" has a memo")),
      ...extra);
  }

  /** Arrow keys go along the names: the margin is one stop for Tab. */
  #walk(event) {
    const names = [...this.element.querySelectorAll("button.name")], at = names.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: names.length - 1 }[event.key];
    if (at < 0 || to === undefined || !names[to]) return;
    event.preventDefault();
    for (const name of names) name.tabIndex = -1;
    names[to].tabIndex = 0;
    names[to].focus({ preventScroll: false });
  }
}

// ---------------------------------------------------------------- 6 the map

/** The whole interview on one strip, with its codings; click or arrows go there. */
class Strip {
  constructor(desk) {
    this.desk = desk;
    this.track = h("div", { class: "track" });
    this.window = h("span", { class: "win" });
    this.readTo = h("span", { class: "readto" });
    this.element = h("div", { class: "map", role: "slider", tabindex: "0", "aria-orientation": "vertical", "aria-label": "Place in the interview", "aria-valuemin": "1" }, this.track);
    this.element.addEventListener("pointerdown", (e) => {
      e.preventDefault();
      this.element.setPointerCapture(e.pointerId);
      this.#go(e);
      this.element.onpointermove = (move) => this.#go(move);
    });
    this.element.addEventListener("pointerup", () => (this.element.onpointermove = null));
    this.element.addEventListener("keydown", (e) => this.#key(e));
  }

  build(text) {
    this.starts = [];
    let at = 0;
    for (const turn of text.turns) {
      this.starts.push(at);
      at += turn.end - turn.start + 60;
    }
    this.all = at || 1;
    this.groups = text.turns.map((turn, n) => {
      const size = turn.end - turn.start + 60;
      const box = h("i", { class: "t" + (turn.role === "interviewer" ? " int" : ""), style: `top:${this.#percent(this.starts[n])};height:calc(${this.#percent(size)} - ${Math.min(3, 400 / text.turns.length)}px)` });
      return { box, marks: h("i", { class: "ms" }) };
    });
    fill(this.track, ...this.groups.flatMap((group) => [group.box, group.marks]), this.readTo, this.window);
    this.element.setAttribute("aria-valuemax", text.turns.length || 1);
  }

  #percent(value) {
    return `${((100 * value) / this.all).toFixed(3)}%`;
  }

  draw(numbers) {
    const { transcript, store, focus, isNarrow } = this.desk;
    for (const number of numbers) {
      const turn = transcript.turns[number], { start, end } = transcript.text.turns[number];
      const marks = [];
      for (const each of turn.list) {
        const code = store.codes.get(each.code), from = Math.max(each.start, start), to = Math.min(each.end, end);
        const top = this.#percent(this.starts[number] + from - start), lane = Math.min(turn.lanes.get(each.id), isNarrow ? 3 : 4);
        marks.push(h("span", { class: `m${each.isSuggestion ? " cue" : ""}${each.id === focus ? " focus" : ""}`, "data-hue": code.hue,
          style: `top:${top};height:${this.#percent(Math.max(40, to - from))};inset-inline-start:${isNarrow ? 2 + lane * 4.5 : 20 + lane * 5.5}px` }));
        if (each.memo && each.start >= start) marks.push(h("span", { class: "memo-dot", style: `top:${top}` }));
      }
      fill(this.groups[number].marks, ...marks);
    }
  }

  /** Show how far was read, and what can be seen. */
  follow() {
    const { transcript, store } = this.desk;
    if (!transcript.turns.length) return;
    const scroll = this.desk.parts.scroll, tops = transcript.measure();
    const place = (y) => {
      let n = transcript.text.turns.length - 1;
      while (n > 0 && tops[n] > y) n--;
      const height = (tops[n + 1] ?? scroll.scrollHeight) - tops[n];
      const size = (this.starts[n + 1] ?? this.all) - this.starts[n];
      return this.starts[n] + size * clamp((y - tops[n]) / height, 0, 1);
    };
    const top = place(scroll.scrollTop), bottom = place(scroll.scrollTop + scroll.clientHeight);
    this.window.style.cssText = `top:${this.#percent(top)};height:${this.#percent(Math.max(bottom - top, this.all / 100))}`;
    const read = transcript.text.turns.filter((turn) => turn.end <= store.read).length;
    this.readTo.hidden = read === 0;
    this.readTo.style.top = this.#percent(this.starts[read] ?? this.all);
    const [first] = transcript.seen(), n = transcript.turns[first].list.length;
    this.element.setAttribute("aria-valuenow", first + 1);
    this.element.setAttribute("aria-valuetext", `Turn ${first + 1} of ${transcript.turns.length}, ${count(n, "coding")}`);
  }

  #go(event) {
    const box = this.track.getBoundingClientRect();
    const at = clamp((event.clientY - box.top) / box.height, 0, 1) * this.all;
    let n = this.starts.length - 1;
    while (n > 0 && this.starts[n] > at) n--;
    const { transcript } = this.desk, tops = transcript.measure(), scroll = this.desk.parts.scroll;
    const size = (this.starts[n + 1] ?? this.all) - this.starts[n], height = transcript.turns[n]?.element.offsetHeight ?? 0;
    scroll.scrollTop = (tops[n] ?? 0) + (height * (at - this.starts[n])) / size - scroll.clientHeight / 2;
  }

  #key(event) {
    const { transcript } = this.desk, scroll = this.desk.parts.scroll, [first] = transcript.seen(), last = transcript.turns.length - 1;
    const to = { ArrowDown: first + 1, ArrowUp: first - 1, Home: 0, End: last }[event.key];
    if (to !== undefined) scroll.scrollTop = transcript.measure()[clamp(to, 0, last)] - 4;
    else if (event.key === "PageDown" || event.key === "PageUp") scroll.scrollTop += (event.key === "PageDown" ? 0.9 : -0.9) * scroll.clientHeight;
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

// ---------------------------------------------------------------- 7 the code box

/** How well a code answers what was typed: by name, then by theme, then by its definition. */
function matchCode(code, query) {
  if (!query) return { score: 1, where: "" };
  const fold = (words) => words.toLowerCase();
  const name = fold(code.name), wanted = fold(query), tokens = wanted.split(/\s+/).filter(Boolean);
  const words = name.split(/[^\p{L}\p{N}]+/u);
  if (name.startsWith(wanted)) return { score: 100, where: "name" };
  if (words.some((word) => word.startsWith(wanted))) return { score: 90, where: "name" };
  if (tokens.every((token) => words.some((word) => word.startsWith(token)))) return { score: 80, where: "name" };
  if (name.includes(wanted)) return { score: 70, where: "name" };
  const path = fold(code.path.join(" "));
  if (tokens.every((token) => path.includes(token) || name.includes(token))) return { score: 50, where: "theme" };
  if (wanted.length < 2) return { score: 0, where: "" };
  for (const [where, score] of [["definition", 30], ["include", 20], ["example", 10]]) {
    if (fold(code[where] ?? "").includes(wanted)) return { score, where: `in ${where}` };
  }
  return { score: 0, where: "" };
}

/** A name with the part that was typed underlined. */
function underline(name, query) {
  const at = query ? name.toLowerCase().indexOf(query.toLowerCase()) : -1;
  if (at < 0 || name.toLowerCase().length !== name.length) return [name];
  return [name.slice(0, at), h("u", {}, name.slice(at, at + query.length)), name.slice(at + query.length)];
}

/** What a code means: definition, include, exclude, example, and the cues that were selected. */
function tellCode(code, selected = "") {
  const rows = [["Include", code.include], ["Exclude", code.exclude], ["Example", code.example && `“${code.example}”`]].filter(([, words]) => words);
  const heard = selected.toLowerCase();
  const cues = code.cues.filter((cue) => heard.includes(cue.replace(/[*{}]/g, "").toLowerCase())).slice(0, 3);
  return [
    h("p", {}, code.definition || (code.unknown ? "This code is no longer in the codebook. Its codings are kept." : "No definition yet.")),
    (rows.length > 0 || cues.length > 0) && h("dl", {},
      ...rows.flatMap(([name, words]) => [h("dt", {}, name), h("dd", {}, words)]),
      ...(cues.length ? [h("dt", {}, "Cues"), h("dd", {}, ...cues.flatMap((cue) => [h("span", { class: "hit" }, cue), " "]), h("span", { class: "quiet" }, cues.length > 1 ? "are in your selection" : "is in your selection"))] : [])),
  ].filter(Boolean);
}

/** The box that opens at the selection: type, see what the code means, Enter. */
class CodeBox {
  constructor(desk) {
    this.desk = desk;
    const id = desk.uid;
    this.input = h("input", { role: "combobox", "aria-label": "Code", "aria-expanded": "true", "aria-autocomplete": "list", "aria-controls": `${id}-codes`, autocomplete: "off", placeholder: "Code name or words from its definition", oninput: () => this.#fill() });
    this.said = h("span", { class: "quiet" });
    this.list = h("ul", { role: "listbox", id: `${id}-codes`, "aria-label": "Matching codes" });
    this.about = h("div", { class: "about", "aria-live": "off" });
    this.foot = h("div", { class: "foot" },
      h("span", {}, key("Enter"), " apply"), h("span", {}, key("Shift Enter"), " apply, stay"), h("span", {}, key("↑"), " ", key("↓"), " choose"), h("span", {}, key("Esc"), " close, keep selection"));
    this.element = h("div", { class: "quick", role: "dialog", "aria-label": "Code the selected words", hidden: true },
      h("div", { class: "field" }, icon("find"), this.input, this.said), this.list, this.about, this.foot);
    this.element.addEventListener("keydown", (e) => this.#key(e));
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** Open it: `use(codeId)` is called with what is chosen; `taken(codeId)` says what is there already. */
  open({ pick, use, taken = () => false, words, first = "" }) {
    Object.assign(this, { pick, use, taken, first });
    this.input.value = "";
    this.said.textContent = words;
    this.element.hidden = false;
    this.desk.root.dataset.box = "open";
    this.form?.remove();
    this.element.classList.remove("naming");
    this.#fill();
    this.#placeAt(pick);
    this.input.focus({ preventScroll: true });
  }

  close({ refocus = true } = {}) {
    if (!this.isOpen) return;
    this.element.hidden = true;
    delete this.desk.root.dataset.box;
    if (refocus) this.desk.focusText();
  }

  #placeAt({ start, end }) {
    const { scroll } = this.desk.parts, box = scroll.getBoundingClientRect();
    const rects = this.desk.transcript.rangeOf(start, end).getClientRects();
    if (!rects.length) return;
    const size = this.element.offsetHeight, below = rects[rects.length - 1].bottom + 8 - box.top, above = rects[0].top - 10 - size - box.top;
    const lowest = scroll.clientHeight - size - 6; // where the words leave no room, it stands at the bottom
    const top = below <= lowest ? below : above >= 0 ? above : Math.max(lowest, 6);
    this.element.style.insetBlockStart = `${top + scroll.scrollTop}px`;
  }

  #fill() {
    const query = this.input.value.trim(), { store, prefs } = this.desk;
    const order = [...store.codes.walk()];
    const liked = new Map([...(this.first ? [this.first] : []), ...prefs.recent, ...Object.values(prefs.favourites)].map((id, n) => [id, n]));
    this.found = order
      .map((code, n) => ({ code, n, ...matchCode(code, query) }))
      .filter((each) => each.score > 0)
      .sort((a, b) => b.score - a.score || (liked.get(a.code.id) ?? 99) - (liked.get(b.code.id) ?? 99) || a.n - b.n);
    const options = this.found.slice(0, 60).map(({ code, where }, n) => {
      const favourite = Object.entries(prefs.favourites).find(([, id]) => id === code.id)?.[0];
      const isTaken = this.taken(code.id);
      return h("li", { role: "option", id: `${this.desk.uid}-code-${n}`, "data-hue": code.hue, "data-pat": code.pattern, "data-code": code.id, "aria-disabled": isTaken ? "true" : undefined,
        onpointermove: () => this.#mark(n), onclick: (e) => { this.#mark(n); this.#choose(e.shiftKey); } },
        swatch(), code.path.length > 0 && h("span", { class: "p" }, code.path.join(" › ")), h("bdi", { class: "n" }, ...underline(code.name, query)),
        h("span", { class: "end" }, isTaken ? "already here" : where.startsWith("in ") ? where : favourite && key(favourite)));
    });
    options.push(h("li", { role: "option", id: `${this.desk.uid}-code-new`, class: "new", onpointermove: () => this.#mark(options.length - 1), onclick: () => this.name(query) },
      h("span", { class: "wide" }, query ? `New code “${query}”…` : "New code…"), h("span", { class: "end" }, key("N"))));
    this.options = options;
    fill(this.list, ...options);
    const exact = this.found.findIndex((each) => !this.taken(each.code.id));
    this.#mark(this.found.length ? Math.max(exact, 0) : options.length - 1);
  }

  #mark(n) {
    if (!this.options[n]) return;
    this.at = n;
    this.options.forEach((option, m) => option.setAttribute("aria-selected", m === n));
    const { offsetTop, offsetHeight } = this.options[n], list = this.list; // scrollIntoView would move the transcript too
    list.scrollTop = clamp(list.scrollTop, offsetTop + offsetHeight - list.clientHeight + 5, Math.max(0, offsetTop - 5));
    this.input.setAttribute("aria-activedescendant", this.options[n].id);
    const code = this.found[n]?.code;
    fill(this.about, ...(code
      ? [h("h2", { "data-hue": code.hue, "data-pat": code.pattern }, swatch(), h("bdi", {}, code.name)), ...tellCode(code, this.pick ? this.desk.store.text.words(this.pick.start, this.pick.end) : "")]
      : [h("h2", {}, "A new code"), h("p", {}, "It goes into codebook.yaml, with a name you can mend before it is made.")]));
    if (code) Object.assign(this.about.dataset, { hue: code.hue, pat: code.pattern });
  }

  #choose(stay) {
    const code = this.found[this.at]?.code;
    if (!code) return this.name(this.input.value.trim());
    if (this.taken(code.id)) return this.desk.say(`${code.name} is already on exactly these words.`);
    if (stay) {
      this.use(code.id);
      this.input.value = "";
      this.#fill();
    } else {
      this.close();
      this.use(code.id);
    }
  }

  /** Ask for a new code's name, place and definition. */
  name(name = "") {
    const { store } = this.desk;
    const field = h("input", { "aria-label": "Name of the new code", value: name, autocomplete: "off" });
    const below = h("select", { "aria-label": "Below" }, h("option", { value: "" }, "a theme of its own"),
      [...store.codes.walk()].map((code) => h("option", { value: code.id }, `${"\u00a0\u00a0".repeat(code.depth)}${code.name}`)));
    const near = store.codes.byId.get(this.desk.prefs.recent[0]);
    below.value = near ? (near.parent || near.id) : (store.codes.themes[0]?.id ?? "");
    const definition = h("textarea", { "aria-label": "Definition", placeholder: "What it means, in a sentence (optional)", rows: "3" });
    const make = () => {
      const wanted = field.value.trim().replace(/\s+/g, " ");
      if (!wanted) return this.desk.say("A code needs a name.");
      this.close();
      const id = makeCodeId(wanted, below.value, store.codes.byId);
      this.use(id, { event: "code", code_id: id, name: wanted, parent_id: below.value, definition: definition.value.trim() });
    };
    this.form?.remove();
    this.form = h("form", { class: "naming-form", onsubmit: (e) => { e.preventDefault(); make(); } },
      h("label", {}, h("span", {}, "New code"), field), h("label", {}, h("span", {}, "Below"), below), h("label", {}, h("span", {}, "Definition"), definition),
      h("div", { class: "row" }, h("button", { class: "tool box yes", type: "submit" }, "Make and apply"), h("button", { class: "tool box", type: "button", onclick: () => this.close() }, "Cancel")));
    this.form.addEventListener("keydown", (e) => {
      if (e.isComposing || e.keyCode === 229) return;
      if (e.key === "Enter" && (e.target === field || e.target === below || e.ctrlKey || e.metaKey)) {
        e.preventDefault();
        make();
      }
    });
    this.element.classList.add("naming");
    this.element.append(this.form);
    field.focus({ preventScroll: true });
    field.select();
  }

  #key(event) {
    if (event.target !== this.input || event.isComposing || event.keyCode === 229) return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6 }[event.key];
    if (step) {
      event.preventDefault();
      this.#mark(clamp(this.at + step, 0, this.options.length - 1));
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      event.stopPropagation();
      if (this.at === this.options.length - 1 && !this.found[this.at]) this.name(this.input.value.trim());
      else this.#choose(event.shiftKey);
    }
  }
}

// ---------------------------------------------------------------- 8 the side

/** Redraw a part and put the focus back on what had it, by its data-key. */
function keepFocus(container, redraw) {
  const active = document.activeElement, held = container.contains(active) ? active.closest("[data-key]")?.dataset.key : undefined;
  const scroll = container.scrollTop;
  redraw();
  container.scrollTop = scroll;
  if (held !== undefined) [...container.querySelectorAll("[data-key]")].find((each) => each.dataset.key === held)?.focus({ preventScroll: true });
}

/** The side: codebook, codings and suggestions, and under them what is looked at. */
class Side {
  constructor(desk) {
    this.desk = desk;
    this.tab = "codebook";
    this.closed = new Set();
    this.codeQuery = "";
    this.onlyFavourites = false;
    const tab = (name) => h("button", { role: "tab", type: "button", id: `${desk.uid}-tab-${name}`, "aria-controls": `${desk.uid}-panel`, onclick: () => this.show(name) });
    this.tabs = { codebook: tab("codebook"), codings: tab("codings"), suggestions: tab("suggestions") };
    this.panel = h("div", { class: "panel", id: `${desk.uid}-panel`, role: "tabpanel", tabindex: "0" });
    this.card = h("section", { class: "card", "aria-label": "What is looked at" });
    this.element = h("aside", { class: "side", "aria-label": "Codebook and codings" },
      h("div", { class: "tabs", role: "tablist", "aria-label": "Side panel" }, Object.values(this.tabs)), this.panel, this.card);
    this.element.querySelector(".tabs").addEventListener("keydown", (e) => {
      const names = Object.keys(this.tabs), step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
      if (!step) return;
      e.preventDefault();
      this.show(names[(names.indexOf(this.tab) + step + names.length) % names.length]);
      this.tabs[this.tab].focus();
    });
  }

  show(name) {
    this.tab = name;
    this.draw();
    this.panel.scrollTop = 0;
  }

  draw() {
    const { store, mode } = this.desk;
    const own = [...store.codings.values()].filter((c) => c.isMine).length, open = this.desk.openSuggestions().length;
    const named = (name, words, n) => {
      const tab = this.tabs[name], isOn = this.tab === name;
      fill(tab, words, n !== undefined ? h("span", { class: "n" }, ` ${n}`) : "");
      tab.setAttribute("aria-selected", isOn);
      tab.tabIndex = isOn ? 0 : -1;
      if (isOn) this.panel.setAttribute("aria-labelledby", tab.id);
    };
    const compare = mode === "adjudicate" ? store.compare : null;
    named("codebook", "Codebook");
    named("codings", compare ? "Decided" : "Codings", compare ? compare.pairs.filter((p) => p.decision).length : own);
    named("suggestions", compare ? "Disagreements" : "Suggestions", compare ? compare.pairs.length : open);
    keepFocus(this.panel, () => {
      if (this.tab === "codebook") this.#drawTree();
      else if (compare) this.#drawPairs(compare, this.tab === "codings");
      else if (this.tab === "codings") this.#drawCodings();
      else this.#drawSuggestions();
    });
  }

  /** Bring the row of what is looked at into sight, in the panel only. */
  showFocused() {
    const row = this.panel.querySelector("li.f");
    if (row) this.panel.scrollTop = clamp(this.panel.scrollTop, row.offsetTop + row.offsetHeight - this.panel.clientHeight, row.offsetTop - 46);
  }

  #filterField(name, words, value, hint, change) {
    const input = h("input", { "data-key": name, placeholder: words, value, oninput: (e) => change(e.target.value) });
    return h("label", {}, icon("find"), hidden(words), input, hint && key(hint));
  }

  // Codebook

  #drawTree() {
    const { store, prefs } = this.desk, counts = new Map();
    for (const coding of store.codings.values()) {
      if (!coding.isMine) continue;
      const code = store.codes.get(coding.code);
      for (let at = code; at; at = store.codes.byId.get(at.parent)) counts.set(at.id, (counts.get(at.id) ?? 0) + 1);
    }
    const favourites = new Map(Object.entries(prefs.favourites).map(([digit, id]) => [id, digit]));
    const fits = (code) => (!this.codeQuery || matchCode(code, this.codeQuery).score > 0) && (!this.onlyFavourites || favourites.has(code.id));
    const isIn = (code) => fits(code) || code.below.some(isIn);
    const isFiltered = Boolean(this.codeQuery) || this.onlyFavourites;
    const current = this.codeAt && store.codes.byId.has(this.codeAt) ? this.codeAt : store.codes.themes[0]?.id;
    const draw = (code) => {
      const isOpen = code.below.length > 0 && (isFiltered || !this.closed.has(code.id));
      const favourite = favourites.get(code.id);
      return h("li", { role: "treeitem", "data-key": `code ${code.id}`, "data-code": code.id, tabindex: code.id === current ? "0" : "-1", "aria-selected": String(code.id === this.codeAt), "aria-expanded": code.below.length ? String(isOpen) : undefined },
        h("div", { class: "node", "data-hue": code.hue, "data-pat": code.pattern, title: code.definition, style: `--depth:${code.depth}` },
          code.below.length ? icon("chev") : h("span"), swatch(), h("bdi", { class: "n" }, ...underline(code.name, this.codeQuery)),
          h("span", {}, favourite && h("kbd", { "aria-label": `favourite ${favourite}` }, favourite)), h("span", { class: "count" }, counts.get(code.id) ?? "")),
        isOpen && h("ul", { role: "group" }, code.below.filter(isIn).map(draw)));
    };
    const tree = h("ul", { class: "tree", role: "tree", "aria-label": "Codebook" }, store.codes.themes.filter(isIn).map(draw));
    tree.addEventListener("click", (e) => this.#clickTree(e));
    tree.addEventListener("keydown", (e) => this.#keyTree(e));
    fill(this.panel, 
      h("div", { class: "filter" }, this.#filterField("code filter", "Filter codes", this.codeQuery, "L", (value) => { this.codeQuery = value.trim(); this.draw(); }),
        h("button", { class: "tool box", type: "button", "data-key": "favourites", "aria-pressed": String(this.onlyFavourites), title: "Only favourites", onclick: () => { this.onlyFavourites = !this.onlyFavourites; this.draw(); } }, "1–9")),
      tree);
    if (!tree.children.length) this.panel.append(h("p", { class: "nothing" }, isFiltered ? "No code has these words." : "The codebook is empty. Select words and press N to make the first code."));
  }

  #clickTree(event) {
    const item = event.target.closest("[role=treeitem]");
    if (!item) return;
    const id = item.dataset.code, code = this.desk.store.codes.get(id);
    if (event.target.closest("svg") && code.below.length) return this.#toggle(id);
    this.lookAt(id);
    if (this.desk.pick && this.desk.mode !== "adjudicate") this.desk.apply(id);
    else if (this.desk.paint) this.desk.arm(id);
    else if (code.below.length && this.closed.has(id)) this.#toggle(id);
  }

  lookAt(id, { move = false } = {}) {
    this.codeAt = id;
    this.desk.lookAtCode(id);
    this.draw();
    if (move) this.item(id)?.focus();
  }

  item(id) {
    return [...this.panel.querySelectorAll("[role=treeitem]")].find((each) => each.dataset.code === id);
  }

  #toggle(id) {
    if (this.closed.has(id)) this.closed.delete(id);
    else this.closed.add(id);
    this.draw();
  }

  #keyTree(event) {
    const items = [...this.panel.querySelectorAll("[role=treeitem]")], item = event.target.closest("[role=treeitem]");
    const at = items.indexOf(item), id = item?.dataset.code;
    if (at < 0) return;
    const code = this.desk.store.codes.get(id), isOpen = item.getAttribute("aria-expanded") === "true";
    const go = (to) => to && this.lookAt(to.dataset.code, { move: true });
    if (event.key === "ArrowDown") go(items[at + 1]);
    else if (event.key === "ArrowUp") go(items[at - 1]);
    else if (event.key === "Home") go(items[0]);
    else if (event.key === "End") go(items.at(-1));
    else if (event.key === "ArrowRight") {
      if (code.below.length && !isOpen) this.#toggle(id);
      else if (isOpen) go(items[at + 1]);
    } else if (event.key === "ArrowLeft") {
      if (isOpen) this.#toggle(id);
      else go(items.find((each) => each.dataset.code === code.parent));
    } else if (event.key === "Enter" || event.key === " ") {
      if (this.desk.pick) this.desk.apply(id, { stay: true });
      else if (this.desk.paint) this.desk.arm(id);
      else this.desk.say("Select text first.");
    } else if (event.key === "F2") this.card.querySelector(".favourites button")?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // Codings

  #row(each, extra) {
    const { store, focus } = this.desk, code = store.codes.get(each.code), isFocused = each.id === focus;
    const turn = store.text.turns[store.text.turnAt(each.start)];
    return h("li", { class: `${each.isSuggestion ? "cue " : ""}${isFocused ? "f" : ""}` },
      h("button", { class: "row", type: "button", "data-key": `row ${each.id}`, "data-id": each.id, "data-hue": code.hue, "data-pat": code.pattern, "aria-current": isFocused ? "true" : undefined, onclick: () => this.desk.focusOn(each.id, { go: true }) },
        swatch(), h("bdi", { class: "n" }, code.name), h("span", { class: "at" }, turn ? (turn.at !== null ? spoken(turn.at) : `turn ${turn.turn}`) : ""),
        h("span", { class: "q", dir: "auto" }, clip(store.text.words(each.start, each.end), 300)),
        h("span", { class: "a attrs" }, each.isWaiting ? h("span", {}, icon("clock"), "not saved yet") : this.desk.tellAttributes(each), each.memo && h("span", {}, icon("memo"), "memo"),
          !each.isMine && !each.isSuggestion && h("span", {}, store.name(each.coder)), each.status === "close" && h("span", {}, icon("warn"), "words changed"))),
      extra);
  }

  #drawCodings() {
    const { desk } = this, { store, filter } = desk;
    const select = (name, words, options) => h("select", { "data-key": `filter ${name}`, "aria-label": words, onchange: (e) => desk.setFilter({ [name]: e.target.value }) },
      h("option", { value: "" }, words), options.map(([value, shown]) => h("option", { value, selected: filter[name] === value }, shown)));
    const themes = [...store.codes.walk()].map((code) => [code.id, `${"\u00a0\u00a0".repeat(code.depth)}${code.name}`]);
    const attributes = store.codes.attributes.flatMap(({ name, values }) => values.map((value) => [`${name}: ${value}`, `${name}: ${value}`]));
    const coders = [[store.coder.id, store.coder.name], ...store.shown.map((id) => [id, store.name(id)])];
    const visible = desk.visible().filter((each) => !each.isSuggestion);
    const lost = store.lost.map((each) => h("div", { class: "orphan" },
      h("p", {}, h("b", {}, each.status === "ambiguous" ? "1 coding could be in several places." : "1 coding lost its place."), ` ${store.codes.get(each.code).name}: “${clip(each.quotation, 80)}” ${each.status === "ambiguous" ? "is there more than once." : "is no longer in this transcript."}`),
      h("button", { type: "button", onclick: () => desk.placeLost(each) }, "Put it on the selected words"), " ", h("button", { type: "button", onclick: () => desk.removeLost(each) }, "Remove it")));
    const others = store.coders.filter((each) => each.id !== store.coder.id);
    this.limit ??= 300;
    fill(this.panel, 
      h("div", { class: "filter" }, this.#filterField("coding filter", "Filter codings", filter.words, "", (value) => desk.setFilter({ words: value }))),
      h("div", { class: "filter more" }, select("code", "Any code", themes), select("attribute", "Any attribute", attributes), coders.length > 1 && select("coder", "Any coder", coders)),
      others.length > 0 && h("div", { class: "others" }, h("span", {}, "Show also:"), others.map((each) => h("label", {}, h("input", { type: "checkbox", "data-key": `show ${each.id}`, checked: store.shown.includes(each.id), onchange: (e) => desk.showCoder(each.id, e.target.checked) }), ` ${each.name}`))),
      ...lost,
      h("ol", { class: "list" }, visible.slice(0, this.limit).map((each) => this.#row(each))));
    if (visible.length > this.limit) this.panel.append(h("button", { class: "link", type: "button", onclick: () => { this.limit = Infinity; this.draw(); } }, `Show all ${visible.length}`));
    if (!visible.length) this.panel.append(h("p", { class: "nothing" }, desk.isFiltered ? "No coding fits the filter." : "No codings yet. Select words and press Space."));
  }

  // Suggestions

  #drawSuggestions() {
    const { desk } = this, { store } = desk, open = desk.openSuggestions();
    const decided = [...store.suggestions.values()].filter((each) => each.state !== "open");
    const words = desk.filter.suggestion;
    const rows = open.map((each) => this.#row(each, each.id === desk.focus && [h("div", { class: "why" }, desk.tellWhy(each)), h("div", { class: "row-decide" }, desk.deciders(each, true))]));
    fill(this.panel, 
      h("div", { class: "filter" }, this.#filterField("suggestion filter", "Filter: code, source or words", words, "", (value) => desk.setFilter({ suggestion: value })),
        open.length > 1 && h("button", { class: "tool box", type: "button", "data-key": "accept all", onclick: (e) => desk.acceptAll(open, e.currentTarget) }, `Accept ${open.length}…`)),
      h("ol", { class: "list" }, rows),
      !open.length && h("p", { class: "nothing" }, store.suggestions.size ? "No suggestions left." : "No suggestions. The notebook hands them to the desk: desk.suggest(evalkit.suggest_study(study))."),
      ...(decided.length ? [h("h2", { class: "list-head" }, "Decided"), h("ol", { class: "list" }, decided.map((each) => {
        const code = store.codes.get(each.code);
        return h("li", { class: "cue" }, h("div", { class: "row", "data-hue": code.hue, "data-pat": code.pattern }, swatch(), h("bdi", { class: "n" }, code.name), h("span", { class: "at" }, each.state),
          h("span", { class: "q", dir: "auto" }, clip(store.text.words(each.start, each.end), 120)),
          each.state === "rejected" && h("span", { class: "a" }, h("button", { class: "link", type: "button", "data-key": `again ${each.id}`, onclick: () => desk.offerAgain(each) }, "Offer it again"))));
      }))] : []));
  }

  // Two readings

  #drawPairs(compare, decided) {
    const { desk } = this, { store } = desk, shown = compare.pairs.filter((pair) => !decided || pair.decision);
    const rows = shown.map((pair) => {
      const number = compare.pairs.indexOf(pair) + 1, isFocused = pair === desk.pair;
      const [one, other] = [pair.one, pair.other].map((id) => compare.codings.get(id)).map((c) => c && store.codes.get(c.code));
      const code = one ?? other, name = one && other && one.id !== other.id ? `${one.name} / ${other.name}` : code.name;
      return h("li", { class: isFocused ? "f" : "" }, h("button", { class: "row", type: "button", "data-key": `pair ${pair.key}`, "data-hue": code.hue, "data-pat": code.pattern, "aria-current": isFocused ? "true" : undefined, onclick: () => desk.lookAtPair(pair) },
        swatch(), h("bdi", { class: "n" }, name), h("span", { class: "at" }, number), h("span", { class: "q", dir: "auto" }, clip(store.text.words(pair.start, pair.end), 200)),
        h("span", { class: "a attrs" }, h("span", {}, desk.tellPair(pair)), pair.decision && h("span", {}, icon("check"), desk.tellOutcome(pair.decision.outcome)))));
    });
    const open = compare.agreed.filter((pair) => !pair.decision);
    fill(this.panel, 
      !decided && compare.agreed.length > 0 && h("div", { class: "agreed" }, h("span", {}, `${count(compare.agreed.length, "coding")} agreed`),
        open.length ? h("button", { class: "tool box", type: "button", "data-key": "take agreed", onclick: () => desk.takeAgreed(open) }, `Take ${open.length} into the consensus`) : h("span", { class: "quiet" }, "taken into the consensus")),
      h("ol", { class: "list" }, rows),
      !rows.length && h("p", { class: "nothing" }, decided ? "Nothing decided yet." : "The two readings do not differ."));
  }

  // The card: what is looked at

  drawCard() {
    const { desk } = this, { store } = desk;
    const item = desk.item(desk.focus);
    const about = desk.codeShown ? { about: "code", of: desk.codeShown } : item ? { about: "coding", of: item.id } : { about: "document", of: store.text.id };
    if (this.memo?.field.isConnected && document.activeElement === this.memo.field) {
      this.memo.late = true;
      return;
    }
    this.memo = null;
    keepFocus(this.card, () => {
      if (desk.codeShown) this.#cardOfCode(store.codes.get(desk.codeShown));
      else if (item?.isSuggestion) this.#cardOfSuggestion(item);
      else if (item) this.#cardOfCoding(item);
      else this.#cardOfDocument();
    });
    this.about = about;
  }

  #head(code, end) {
    Object.assign(this.card.dataset, { hue: code.hue, pat: code.pattern });
    return h("header", {}, swatch(), h("span", { class: "p" }, code.path.length ? `${code.path.join(" › ")} ›` : "Theme"), h("strong", {}, h("bdi", {}, code.name)), h("span", { class: "of" }, end));
  }

  #cardOfCoding(coding) {
    const { desk } = this, { store } = desk, code = store.codes.get(coding.code), here = desk.at(coding.start, coding.end);
    const place = here.length > 1 && [`1 of ${here.length} here `, key("O")];
    const notes = { close: "The transcript was corrected: these words changed a little since they were coded.", moved: "The transcript was corrected: these words moved." };
    const parts = [this.#head(code, place), h("blockquote", { dir: "auto" }, `“${clip(store.text.words(coding.start, coding.end), 400)}”`)];
    if (notes[coding.status]) parts.push(h("p", { class: "note" }, icon("warn"), ` ${notes[coding.status]}`));
    if (coding.isMine) {
      parts.push(...this.#attributes(coding), this.#memoOf(coding.memo), h("div", { class: "acts" },
        ...[["Change", "C", "change"], ["Ends", "E", "end"], ["Memo", "M", "memo"], ["Remove", "U", "remove"]].map(([words, letter, command]) =>
          h("button", { class: "tool", type: "button", "data-key": command, onclick: () => desk.run(command) }, words, " ", key(letter)))));
    } else {
      parts.push(h("p", { class: "attrs" }, desk.tellAttributes(coding, true)), coding.memo && h("p", { class: "memo-read" }, coding.memo), h("p", { class: "by" }, "Read only: another coder’s."));
    }
    const from = coding.source && !coding.source.startsWith("taguette") ? ` · from a suggestion (${coding.source.split(":")[0]})` : coding.source ? ` · from ${coding.source}` : "";
    parts.push(h("div", { class: "by" }, `${store.name(coding.coder)} · ${coding.isWaiting ? "just now, not saved yet" : dated(coding.at)}${from}`));
    fill(this.card, ...parts.filter(Boolean));
  }

  #attributes(coding) {
    const { desk } = this, { attributes } = desk.store.codes, main = attributes.slice(0, 2), more = attributes.slice(2);
    const set = (name, value) => desk.setAttribute(coding, name, value);
    const rows = main.map(({ name, values }) => {
      if (!values.length) return this.#freeText(coding, name, set);
      const on = coding.attributes[name] ?? "";
      const buttons = values.map((value) => h("button", { type: "button", role: "radio", "aria-checked": String(value === on), tabindex: value === on || (!values.includes(on) && value === values[0]) ? "0" : "-1", "data-key": `${name} ${value}`, "data-value": value, onclick: () => set(name, value === on ? "" : value) }, ICONS[value] !== undefined && icon(value), value));
      const group = h("div", { class: "choice", role: "radiogroup", "aria-label": name }, buttons);
      group.addEventListener("keydown", (e) => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
        if (!step) return;
        e.preventDefault();
        e.stopPropagation();
        const to = buttons[(buttons.indexOf(e.target) + step + buttons.length) % buttons.length];
        to.focus();
        set(name, to.dataset.value);
      });
      return group;
    });
    if (more.length) {
      const fields = more.map(({ name, values }) => values.length
        ? h("label", {}, h("span", {}, name), h("select", { "data-key": name, onchange: (e) => set(name, e.target.value) }, h("option", { value: "" }, "–"), values.map((value) => h("option", { value, selected: coding.attributes[name] === value }, value))))
        : this.#freeText(coding, name, set));
      const told = more.filter(({ name }) => coding.attributes[name]).map(({ name }) => coding.attributes[name]);
      rows.push(h("details", { class: "more", open: this.isMoreOpen, ontoggle: (e) => (this.isMoreOpen = e.target.open) }, h("summary", { "data-key": "more" }, told.length ? told.join(", ") : more.map((each) => each.name).join(", ")), h("div", { class: "fields" }, fields)));
    }
    return rows;
  }

  #freeText(coding, name, set) {
    return h("label", {}, h("span", {}, name), h("input", { "data-key": name, value: coding.attributes[name] ?? "", onchange: (e) => set(name, e.target.value.trim()) }));
  }

  #cardOfSuggestion(each) {
    const { desk } = this, { store } = desk;
    fill(this.card, this.#head(store.codes.get(each.code), ""), h("blockquote", { dir: "auto" }, `“${clip(store.text.words(each.start, each.end), 300)}”`),
      h("p", { class: "attrs" }, desk.tellAttributes(each, true)), h("div", { class: "why" }, desk.tellWhy(each)),
      each.state === "open" ? h("div", { class: "row-decide" }, desk.deciders(each, true)) : h("p", { class: "by" }, each.state),
      h("div", { class: "by" }, `Suggested by ${each.coder}. Not counted until somebody accepts it.`));
  }

  #cardOfCode(code) {
    const { desk } = this, { store, prefs } = desk;
    const digits = Array.from({ length: 9 }, (_, n) => String(n + 1));
    fill(this.card, this.#head(code, ""), h("div", { class: "about" }, tellCode(code, desk.pick ? store.text.words(desk.pick.start, desk.pick.end) : "")),
      this.#memoOf(store.memos.codes[code.id] ?? ""),
      h("div", { class: "favourites", role: "group", "aria-label": "Favourite key" }, h("span", {}, "Key "), digits.map((digit) =>
        h("button", { type: "button", "data-key": `favourite ${digit}`, "aria-pressed": String(prefs.favourites[digit] === code.id), title: prefs.favourites[digit] && prefs.favourites[digit] !== code.id ? `now ${store.codes.get(prefs.favourites[digit]).name}` : "", onclick: () => desk.setFavourite(digit, code.id) }, digit))),
      h("div", { class: "acts" }, h("button", { class: "tool", type: "button", "data-key": "apply", onclick: () => desk.apply(code.id) }, "Apply to selection"), h("button", { class: "tool", type: "button", "data-key": "memo", onclick: () => desk.run("memo") }, "Memo ", key("M")), desk.item(desk.focus) && h("button", { class: "tool", type: "button", "data-key": "back", onclick: () => desk.lookAtCode("") }, "Back to the coding ", key("I"))));
  }

  #cardOfDocument() {
    const { desk } = this, { store } = desk, told = store.documents.find((each) => each.id === store.text.id);
    delete this.card.dataset.hue;
    const read = store.text.turns.filter((turn) => turn.end <= store.read).length;
    fill(this.card, h("header", { class: "plain" }, h("span", { class: "p" }, "Document"), h("strong", {}, store.text.title ? `${store.text.id} · ${store.text.title}` : store.text.id), h("span", { class: "of" })),
      h("p", { class: "by" }, `${count(told?.n_turns ?? 0, "turn")}, ${read === store.text.turns.length ? "read to the end" : `read to turn ${read}`}. ${count([...store.codings.values()].filter((c) => c.isMine).length, "coding")}.`),
      this.#memoOf(store.memos.document),
      h("div", { class: "acts" }, h("button", { class: "tool", type: "button", "data-key": "memo", onclick: () => desk.run("memo") }, "Memo ", key("M")), h("button", { class: "tool", type: "button", "data-key": "read", onclick: () => desk.run("read") }, "Read to here ", key(".")), h("button", { class: "tool", type: "button", "data-key": "done", onclick: () => desk.markRead(store.text.turns.length - 1) }, "All read")));
  }

  // Memos

  #memoOf(words) {
    return words ? h("p", { class: "memo-read", tabindex: "0", title: "M mends it", onclick: () => this.editMemo() }, words) : null;
  }

  /** Write the memo of what the card shows; whatever way one leaves, it is kept. */
  editMemo() {
    const { desk } = this, { store } = desk;
    this.drawCard(); // what is looked at now, not a moment ago
    const { about } = this, where = { documentId: store.text.id };
    const item = about.about === "coding" ? desk.item(about.of) : null;
    if (about.about === "coding" && !item?.isMine) return desk.say("A memo goes on your own codings.");
    const name = about.about === "document" ? store.text.id : store.codes.get(item ? item.code : about.of).name;
    const stored = item ? item.memo : about.about === "code" ? (store.memos.codes[about.of] ?? "") : store.memos.document;
    const draftName = `draft:${store.place}:${about.about}:${about.of}`, draft = kept.get(draftName);
    const foot = h("span", {}, draft !== undefined && draft !== stored ? "A draft from before" : "");
    const field = h("textarea", { "aria-label": `Memo on ${name}`, placeholder: "What you noticed, and why it matters", value: draft ?? stored });
    field.addEventListener("input", () => {
      if (kept.set(draftName, field.value)) fill(foot, icon("check"), ` Draft kept ${new Date().toLocaleTimeString()}`);
    });
    const save = () => {
      if (!field.isConnected && this.memo?.field !== field) return;
      const words = field.value.trim();
      kept.set(draftName, undefined);
      const late = this.memo?.late;
      this.memo = null;
      if (words !== stored) {
        if (item) store.do(`Memo on ${name}`, [{ event: "edit", coding_id: about.of, memo: words }], where);
        else store.do(`Memo on ${name}`, [{ event: "memo", about: about.about, of: about.of, memo: words }], where);
        desk.say(`Memo saved on ${name}.`);
      }
      this.drawCard();
      if (late) this.draw();
    };
    field.addEventListener("blur", () => document.visibilityState !== "hidden" && save()); // a page that goes keeps the draft
    const editor = h("div", { class: "memo-edit" }, field, h("div", { class: "memo-foot" }, foot, h("span", {}, key("Ctrl Enter"), " done")));
    this.card.querySelector(".memo-read")?.remove();
    const acts = this.card.querySelector(".acts");
    if (acts) acts.replaceWith(editor);
    else this.card.append(editor);
    this.memo = { field };
    field.focus({ preventScroll: true });
    field.setSelectionRange(field.value.length, field.value.length);
    this.card.scrollTop = Math.max(0, editor.offsetTop + editor.offsetHeight - this.card.clientHeight);
    if (field.getBoundingClientRect().bottom > innerHeight) field.scrollIntoView({ block: "nearest" });
    desk.say(`Memo on ${name}. The text stays where it is; Esc keeps what you wrote.`);
  }
}

// ---------------------------------------------------------------- 9 two readings

const OUTCOMES = { one: "took the first", other: "took the second", part: "took the agreed part", both: "took both", none: "no code here", else: "took another code" };

/** Two coders side by side where they differ, and what is decided into the consensus. */
class Compare {
  constructor(desk) {
    this.desk = desk;
    this.reason = h("input", { "aria-label": "Reason (optional)", placeholder: "Reason (optional)" });
    this.element = h("section", { class: "compare", hidden: true, "aria-label": "Disagreement" });
  }

  draw() {
    const { desk } = this, { store, pair } = desk, compare = desk.mode === "adjudicate" ? store.compare : null;
    this.element.hidden = !compare;
    if (!compare) return;
    const names = compare.coders.map((id) => store.name(id)), n = compare.pairs.length, decided = compare.pairs.filter((p) => p.decision).length;
    const all = [store.coder.id, ...store.coders.map((c) => c.id)].filter((id) => id !== "consensus");
    const choose = (at) => h("select", { "aria-label": at ? "The second coder" : "The first coder", onchange: (e) => desk.adjudicate(at ? [compare.coders[0], e.target.value] : [e.target.value, compare.coders[1]]) },
      all.filter((id) => id !== compare.coders[1 - at]).map((id) => h("option", { value: id, selected: id === compare.coders[at] }, store.name(id))));
    const number = pair ? compare.pairs.indexOf(pair) + 1 : 0;
    this.element.setAttribute("aria-label", pair ? `Disagreement ${number} of ${n}` : "Two readings");
    const top = h("div", { class: "top" }, h("strong", {}, pair ? `Disagreement ${number} of ${n}` : n ? `${n} disagreements` : "No disagreement"), pair && h("span", { class: "quiet" }, desk.tellPair(pair)),
      h("span", { class: "gap" }), all.length > 2 && [choose(0), choose(1)],
      h("span", { class: "progress" }, h("span", { class: "bar", role: "progressbar", "aria-label": "Decided", "aria-valuemin": "0", "aria-valuemax": String(n), "aria-valuenow": String(decided) }, h("i", { style: `inline-size:${n ? (100 * decided) / n : 0}%` })), `${decided} of ${n} decided`),
      h("button", { class: "tool box", type: "button", disabled: n < 2, onclick: () => desk.run("previous undecided") }, "Back"), h("button", { class: "tool box", type: "button", disabled: n < 2, onclick: () => desk.run("next undecided") }, "Next ", key("G")));
    if (!pair) return void fill(this.element, top);
    const codings = [pair.one, pair.other].map((id) => compare.codings.get(id));
    const union = store.text.words(pair.start, pair.end), context = store.text.words(pair.end, Math.min(pair.end + 60, store.text.turns[store.text.turnAt(pair.start)].end));
    const reading = (coding, at) => {
      if (!coding) return h("article", { class: "reading none", "aria-label": `${names[at]}’s reading` }, h("header", {}, h("span", { class: `badge${at ? " bo" : ""}`, "aria-hidden": "true" }, [...names[at]][0].toUpperCase()), h("b", {}, names[at])), h("p", {}, "No code here."));
      const code = store.codes.get(coding.code);
      return h("article", { class: "reading", "data-hue": code.hue, "data-pat": code.pattern, "aria-label": `${names[at]}’s reading` },
        h("header", {}, h("span", { class: `badge${at ? " bo" : ""}`, "aria-hidden": "true" }, [...names[at]][0].toUpperCase()), h("b", {}, names[at]), h("span", { class: "quiet" }, dated(coding.at))),
        h("div", { class: "code" }, swatch(), h("span", {}, h("small", {}, code.path.length ? `${code.path.join(" › ")} › ` : ""), h("bdi", {}, code.name))),
        h("blockquote", { dir: "auto" }, union.slice(0, coding.start - pair.start), h("mark", {}, union.slice(coding.start - pair.start, coding.end - pair.start)), union.slice(coding.end - pair.start), h("span", {}, context)),
        h("div", { class: "attrs" }, desk.tellAttributes(coding, true)), h("p", {}, coding.memo ? `“${coding.memo}”` : "No memo."));
    };
    const isSame = codings[0] && codings[1] && codings[0].code === codings[1].code;
    const button = (words, letter, outcome, disabled, title) => h("button", { class: "tool", type: "button", "data-key": outcome, disabled, title, "aria-pressed": String(pair.decision?.outcome === outcome), onclick: () => desk.decide(outcome) }, words, " ", key(letter));
    fill(this.element, top, h("div", { class: "two" }, reading(codings[0], 0), reading(codings[1], 1)),
      h("div", { class: "outcomes", role: "group", "aria-label": "Decide" },
        button(`Take ${names[0]}`, "1", "one", !codings[0]), button(`Take ${names[1]}`, "2", "other", !codings[1]),
        button("Agreed part", "A", "part", !isSame, isSame ? "" : "Needs the same code on both sides"), button("Both", "B", "both", !(codings[0] && codings[1])), button("None", "X", "none"),
        button("Other code…", "C", "else"), this.reason));
  }
}

// ---------------------------------------------------------------- 10 commands and keys

const has = {
  pick: (d) => Boolean(d.pick),
  suggestion: (d) => d.mode !== "adjudicate" && d.item(d.focus)?.isSuggestion,
  pair: (d) => d.mode === "adjudicate" && Boolean(d.pair),
};

/** Every command: what it says, its keys, when it applies. The first that applies has the key. */
const COMMANDS = {
  "take one": { group: "Two readings", words: "Take the first coder’s", keys: ["1"], when: has.pair, run: (d) => d.decide("one") },
  "take other": { group: "Two readings", words: "Take the second coder’s", keys: ["2"], when: has.pair, run: (d) => d.decide("other") },
  "take part": { group: "Two readings", words: "Take the agreed part", keys: ["a"], when: has.pair, run: (d) => d.decide("part") },
  "take both": { group: "Two readings", words: "Take both", keys: ["b"], when: has.pair, run: (d) => d.decide("both") },
  "take none": { group: "Two readings", words: "No code here", keys: ["x"], when: has.pair, run: (d) => d.decide("none") },
  "take else": { group: "Two readings", words: "Another code", keys: ["c"], when: has.pair, run: (d) => d.decide("else") },
  accept: { group: "Suggestions", words: "Accept", keys: ["a"], when: has.suggestion, run: (d) => d.accept(d.item(d.focus)) },
  reject: { group: "Suggestions", words: "Reject", keys: ["x"], when: has.suggestion, run: (d) => d.reject(d.item(d.focus)) },
  later: { group: "Suggestions", words: "Later", keys: ["space"], when: (d) => has.suggestion(d) && !d.pick, run: (d) => d.later(d.item(d.focus)) },
  "next undecided": { group: "Suggestions", words: "Next suggestion or disagreement", keys: ["g"], run: (d) => d.goUndecided(1) },
  "previous undecided": { group: "Suggestions", words: "The one before", keys: ["shift+g"], run: (d) => d.goUndecided(-1) },
  code: { group: "Coding", words: "Code the selected words", keys: ["space", "enter"], run: (d) => d.openBox() },
  again: { group: "Coding", words: "Same code again", keys: ["q"], run: (d) => d.again() },
  favourite: { group: "Coding", words: "Favourite code", keys: ["1–9"], fixed: true },
  recent: { group: "Coding", words: "Recent codes, then 1–9", keys: ["r"], run: (d) => d.askRecent() },
  "in vivo": { group: "Coding", words: "New code from the words themselves", keys: ["v"], run: (d) => d.inVivo() },
  new: { group: "Coding", words: "New code", keys: ["n"], run: (d) => d.newCode() },
  widen: { group: "Coding", words: "Widen the selection: word, sentence, turn", keys: ["w"], run: (d) => d.widen(1) },
  narrow: { group: "Coding", words: "Narrow it again", keys: ["shift+w"], run: (d) => d.widen(-1) },
  span: { group: "Coding", words: "Select the words of the coding", keys: ["s"], run: (d) => d.pickCoding() },
  paint: { group: "Coding", words: "Paint: every new selection gets the code", keys: ["p"], run: (d) => d.togglePaint() },
  change: { group: "A coding", words: "Change its code", keys: ["c"], run: (d) => d.change() },
  remove: { group: "A coding", words: "Remove it", keys: ["u", "delete"], run: (d) => d.remove() },
  memo: { group: "A coding", words: "Memo on the coding, the code or the document", keys: ["m"], run: (d) => d.side.editMemo() },
  attributes: { group: "A coding", words: "Stance, certainty, …: then a digit", keys: ["t"], run: (d) => d.ask(0) },
  end: { group: "A coding", words: "Move its end (arrows, Enter keeps)", keys: ["e"], run: (d) => d.moveEnds("end") },
  start: { group: "A coding", words: "Move its start", keys: ["shift+e"], run: (d) => d.moveEnds("start") },
  overlap: { group: "Going about", words: "Next coding at the same place", keys: ["o"], run: (d) => d.cycle() },
  next: { group: "Going about", words: "Next coding", keys: ["j"], run: (d) => d.goCoding(1) },
  previous: { group: "Going about", words: "Coding before", keys: ["k"], run: (d) => d.goCoding(-1) },
  "next document": { group: "Going about", words: "Next document", keys: ["shift+j"], run: (d) => d.goDocument(1) },
  "previous document": { group: "Going about", words: "Document before", keys: ["shift+k"], run: (d) => d.goDocument(-1) },
  read: { group: "Going about", words: "Read to here", keys: ["."], run: (d) => d.markRead() },
  find: { group: "Going about", words: "Find in the transcript", keys: ["/"], run: (d) => d.openFind() },
  filter: { group: "Going about", words: "Filter the codebook", keys: ["l"], run: (d) => d.filterCodes() },
  details: { group: "Going about", words: "What the code means", keys: ["i"], run: (d) => d.details() },
  marks: { group: "Going about", words: "Marks: all, codings, stripes, none", keys: ["h"], run: (d) => d.cycleMarks() },
  undo: { group: "Always", words: "Undo", keys: ["mod+z"], fixed: true, run: (d) => d.undo() },
  redo: { group: "Always", words: "Do again", keys: ["mod+shift+z", "mod+y"], fixed: true, run: (d) => d.redo() },
  back: { group: "Always", words: "Close; drop the selection; back to the text", keys: ["escape"], fixed: true, run: (d) => d.escape() },
  help: { group: "Always", words: "These keys", keys: ["?"], run: (d) => d.openHelp() },
};

/** Name a key press: by what it writes, and where the layout writes no Latin, by its place. */
function nameKey(event) {
  const mod = `${event.ctrlKey || event.metaKey ? "mod+" : ""}${event.altKey ? "alt+" : ""}`;
  const special = { " ": "space", Enter: "enter", Escape: "escape", Delete: "delete", Backspace: "backspace", "/": "/", "?": "?", ".": "." }[event.key];
  if (special) return mod + (event.shiftKey && (special === "enter" || special === "space") ? "shift+" : "") + special;
  if (/^\d$/.test(event.key)) return mod + event.key;
  const digit = /^Digit([0-9])$/.exec(event.code); // an upper row that writes letters or signs, as the French one
  if (digit && event.key.length === 1 && !event.shiftKey && !/^[a-z]$/i.test(event.key)) return mod + digit[1];
  const letter = /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : event.key.length === 1 && /^Key([A-Z])$/.exec(event.code)?.[1].toLowerCase();
  return letter ? `${mod}${event.shiftKey ? "shift+" : ""}${letter}` : "";
}

const showKey = (name) => name.split("+").map((part) => ({ mod: "Ctrl", shift: "Shift", space: "Space", enter: "Enter", escape: "Esc", delete: "Del" })[part] ?? part.toUpperCase()).join(" ");

/** Keys that the notebook must not see while the desk has the focus, though the browser may. */
const SWALLOWED = new Set(["mod+enter", "mod+shift+enter", "mod+a", "mod+c", "mod+x", "mod+v", "mod+backspace", "mod+z", "mod+shift+z", "mod+y", "alt+enter"]);

// ---------------------------------------------------------------- 11 the desk

let desks = 0;

class Desk {
  constructor(model, host, first, page) {
    this.uid = `evalkit-desk-${++desks}-${random().slice(0, 4)}`;
    this.store = new Store(model, first, page, (what, details) => this.#happened(what, details ?? {}));
    this.mode = "code";
    this.focus = null; // the coding or suggestion that is looked at
    this.pick = null; // the words that are selected
    this.codeShown = "";
    this.marks = "all";
    this.filter = { words: "", code: "", attribute: "", coder: "", suggestion: "" };
    this.prefs = this.#readPrefs();
    this.transcript = new Transcript(this);
    this.margin = new Margin(this);
    this.strip = new Strip(this);
    this.side = new Side(this);
    this.box = new CodeBox(this);
    this.compare = new Compare(this);
    this.#build();
    host.append(this.root);
    this.#listen();
    this.#openText();
    if (this.store.waiting.length) this.store.sendWaiting();
  }

  // Building

  #build() {
    const tool = (command, words, given = {}) => h("button", { class: "tool", type: "button", title: COMMANDS[command].words, onclick: () => this.run(command), ...given }, words);
    const mode = (name, words) => h("button", { type: "button", "data-mode": name, "aria-pressed": "false", onclick: () => this.setMode(name) }, words);
    const p = (this.parts = {
      documents: h("button", { class: "tool document", type: "button", "aria-haspopup": "listbox", "aria-expanded": "false", title: "Choose another document", onclick: () => this.#toggleDocuments() }),
      who: h("span", { class: "who-codes" }),
      progress: h("span", { class: "progress" }),
      saved: h("span", { class: "saved" }),
      undo: h("button", { class: "tool", type: "button", onclick: () => this.run("undo") }, icon("undo")),
      redo: h("button", { class: "tool", type: "button", onclick: () => this.run("redo") }, icon("redo")),
      keys: h("button", { class: "tool keys", type: "button", title: "Single keys work while the desk has the focus. Click to turn them off.", onclick: () => this.#toggleKeys() }, "Keys on"),
      help: h("button", { class: "tool box help", type: "button", title: "All keys", onclick: () => this.openHelp() }, "?", hidden(" all keys")),
      code: h("button", { class: "tool box", type: "button", title: COMMANDS.code.words, onclick: () => this.run("code") }, "Code… ", key("Space")),
      again: h("button", { class: "tool box again", type: "button", onclick: () => this.run("again") }),
      paint: tool("paint", [icon("brush"), "Paint"], { "aria-pressed": "false", class: "tool opt paint" }),
      memo: tool("memo", [icon("memo"), "Memo ", key("M")], { class: "tool opt" }),
      filtered: h("button", { class: "tool box filtered", type: "button", hidden: true, title: "Show all again", onclick: () => this.setFilter({ words: "", code: "", attribute: "", coder: "", suggestion: "" }) }),
      find: tool("find", [icon("find"), "Find ", key("/")], { class: "tool opt" }),
      marks: tool("marks", "", { class: "tool opt" }),
      scroll: h("div", { class: "scroll", onscroll: () => this.#scrolled() }),
      firstLine: h("p", { class: "first-line" }),
      status: h("div", { class: "status" }),
      live: h("p", { role: "status" }),
      hint: h("span", { class: "hint" }),
      mark: h("span", {}),
      again2: h("button", { class: "link", type: "button", hidden: true, onclick: () => this.store.sendWaiting() }, "Try again"),
      list: h("div", { class: "documents", hidden: true }),
      help2: h("div", { class: "help-page", role: "dialog", "aria-label": "Keys of the coding desk", hidden: true }),
      grips: ["start", "end"].map((end) => h("span", { class: `grip ${end}`, "aria-hidden": "true", title: `Drag the ${end}`, hidden: true, onpointerdown: (e) => this.#drag(e, end) })),
    });
    p.findInput = h("input", { "aria-label": "Find in the transcript", placeholder: "Find in the transcript", oninput: () => this.#find() });
    p.findSaid = h("span", { class: "quiet" });
    p.findBar = h("span", { class: "find-bar", hidden: true }, icon("find"), p.findInput, p.findSaid,
      h("button", { class: "tool", type: "button", title: "The hit before (Shift Enter)", "aria-label": "The hit before", onclick: () => this.#goHit(-1) }, "↑"), h("button", { class: "tool", type: "button", title: "Next hit (Enter)", "aria-label": "Next hit", onclick: () => this.#goHit(1) }, "↓"),
      h("button", { class: "tool", type: "button", "aria-label": "Close, keep the hit selected", onclick: () => this.#closeFind() }, icon("close")));
    p.findInput.addEventListener("keydown", (e) => {
      if (e.key === "Enter") {
        e.preventDefault();
        this.#goHit(e.shiftKey ? -1 : 1);
      }
    });
    const page = h("div", { class: "page" }, p.firstLine, this.transcript.element, this.margin.element, ...p.grips);
    p.scroll.append(page, this.box.element);
    p.status.append(p.mark, p.live, p.again2, p.hint);
    this.root = h("section", { class: "evalkit-desk", "aria-label": "Coding desk" }, h("div", { class: "frame" },
      h("div", { class: "head" }, p.documents, p.who, p.progress, h("span", { class: "gap" }), p.saved, h("span", {}, p.undo, p.redo), p.keys, p.help),
      h("div", { class: "tools", role: "toolbar", "aria-label": "Coding tools" },
        h("span", { class: "seg", role: "group", "aria-label": "Mode" }, mode("code", "Code"), mode("review", "Review"), mode("adjudicate", "Adjudicate")), h("span", { class: "sep" }),
        p.code, p.again, p.paint, p.memo, h("span", { class: "gap" }), p.filtered, p.findBar, p.find, p.marks),
      h("div", { class: "body" }, this.strip.element, h("section", { class: "centre", "aria-label": "Transcript and codings" }, p.scroll, this.compare.element), this.side.element),
      p.status), p.list, p.help2);
    Object.assign(this.root.dataset, { mode: this.mode, marks: this.marks });
  }

  #listen() {
    this.stops = [];
    const on = (target, name, run, options) => {
      target.addEventListener(name, run, options);
      this.stops.push(() => target.removeEventListener(name, run, options));
    };
    on(this.root, "keydown", (e) => this.#key(e));
    on(this.root, "mousedown", (e) => this.#press(e));
    on(this.transcript.element, "pointerup", (e) => this.#released(e));
    on(this.transcript.element, "focus", () => !this.isPressed && this.#selectAgain()); // by Tab
    on(document, "pointerup", () => (this.isPressed = false));
    on(document, "selectionchange", () => this.#selected());
    on(document, "visibilitychange", () => (document.visibilityState === "hidden" ? this.#keepPlace() : this.store.open()));
    this.watch = new ResizeObserver(() => this.#resized());
    this.watch.observe(this.root);
    this.watch.observe(this.parts.scroll);
    this.timer = setInterval(() => this.#drawSaved(), 400);
  }

  stop() {
    for (const stop of this.stops) stop();
    this.watch.disconnect();
    clearInterval(this.timer);
    this.transcript.showPick(null);
    this.transcript.showHits([], -1);
    this.#keepPlace();
    this.store.send({ kind: "close" });
    this.root.remove();
  }

  #openText() {
    const { text } = this.store;
    this.transcript.build(text);
    this.strip.build(text);
    this.margin.clear();
    this.parts.firstLine.textContent = text.firstLine;
    this.parts.firstLine.hidden = !text.firstLine;
    this.focus = null;
    this.pair = null;
    this.codeShown = "";
    this.#setPick(null);
    this.ends = this.asking = this.isRecent = this.rest = this.grown = null;
    this.caret = this.told = undefined;
    this.#closeFind({ refocus: false });
    if (this.box.isOpen) this.box.close();
    this.side.limit = undefined;
    this.draw();
    this.side.drawCard();
    const place = kept.get(`place:${this.store.place}:${text.id}`, 0);
    if (place) requestAnimationFrame(() => (this.parts.scroll.scrollTop = this.transcript.measure()[clamp(place, 0, text.turns.length - 1)] ?? 0));
  }

  // What happened in the store

  #happened(what, details) {
    if (!this.root) return;
    const { store } = this;
    if (what === "said") return this.say(details.words);
    if (what === "alive") {
      if (!store.isAlive) this.say(`Python is not running. Run this cell again (Shift+Enter)${store.waiting.length ? `; your ${count(store.waiting.length, "unsaved act")} ${store.waiting.length === 1 ? "is" : "are"} kept in this browser` : ""}.`, "warn");
      return this.#drawSaved();
    }
    if (what === "state" && this.transcript.text !== store.text) {
      this.#openText();
      return this.say(`${store.text.id}${store.text.title ? `, ${store.text.title}` : ""}: ${count(store.text.turns.length, "turn")}, ${count(this.#own().length, "coding")}.`);
    }
    if (what === "state" && details.why) this.say("Your log was changed elsewhere. Showing what stands now.");
    if (what === "others" && details.changed) this.say(`${details.changed.map((id) => store.name(id)).join(" and ")}’s codings have changed. Showing the new ones.`);
    if (what === "refused") this.say(details.why, "warn");
    if (what === "compare") {
      if (this.mode !== "adjudicate") return void (store.compare = null);
      const { pairs } = store.compare;
      this.pair = pairs.find((p) => p.key === this.pair?.key) ?? pairs.find((p) => !p.decision) ?? pairs[0] ?? null;
      this.compare.draw();
      if (this.pair && this.focus !== (this.pair.one || this.pair.other)) return this.lookAtPair(this.pair);
    }
    if (what === "saved") {
      this.#drawSaved(); // it is on the disk: say so before drawing
      const { act, message } = details;
      if (act && "undo" in act) this.say(`Undid: ${message.label || "the last act"}.`);
      else if (act && "redo" in act) this.say(`Done again: ${message.label || "the last act"}.`);
      else if (this.wasBusy && !store.waiting.length) this.say(`All saved, ${clock(store.savedAt)}.`);
      if (!store.waiting.length) this.wasBusy = false;
    }
    if (this.focus && !this.item(this.focus)) this.focus = null;
    if (what === "codebook" || details.codebook) this.transcript.turns.forEach((turn) => (turn.drawn = ""));
    if (what === "codebook" || details.codebook) this.margin.clear();
    this.draw();
  }

  #own() {
    return [...this.store.codings.values()].filter((c) => c.isMine);
  }

  // Drawing

  /** What is drawn: codings and open suggestions, less what the filter leaves out. */
  visible() {
    const { store, filter } = this, byPlace = (a, b) => a.start - b.start || b.end - a.end;
    if (this.mode === "adjudicate" && store.compare) return [...store.compare.codings.values()].sort(byPlace);
    const words = filter.words.toLowerCase();
    const fits = (each) => {
      const code = store.codes.get(each.code);
      if (filter.coder && each.coder !== filter.coder) return false;
      if (filter.code && each.code !== filter.code && !this.#isBelow(code, filter.code)) return false;
      if (filter.attribute) {
        if (!Object.entries(each.attributes).some(([name, value]) => `${name}: ${value}` === filter.attribute)) return false;
      }
      return !words || [code.name, each.memo, store.text.words(each.start, each.end), ...Object.values(each.attributes)].some((part) => part?.toLowerCase().includes(words));
    };
    const codings = [...store.codings.values()].filter(fits);
    return [...codings, ...(this.marks === "codings" ? [] : this.openSuggestions())].sort(byPlace);
  }

  #isBelow(code, above) {
    for (let at = code; at; at = this.store.codes.byId.get(at.parent)) if (at.id === above) return true;
    return false;
  }

  get isFiltered() {
    return Object.values(this.filter).some(Boolean);
  }

  openSuggestions() {
    const words = this.filter.suggestion.toLowerCase();
    return [...this.store.suggestions.values()]
      .filter((each) => each.state === "open" && (!words || [this.store.codes.get(each.code).name, each.coder, each.cue, each.reason, this.store.text.words(each.start, each.end)].some((part) => String(part ?? "").toLowerCase().includes(words))))
      .sort((a, b) => a.start - b.start);
  }

  /** Draw what changed: words at once, the rest behind them. */
  draw() {
    const list = this.marks === "off" ? [] : this.visible();
    const changed = this.transcript.draw(list, this.focus);
    this.margin.forget(changed.flatMap((n) => [n, n - 1, n - 2]));
    this.strip.draw(changed);
    this.margin.draw();
    this.#placeGrips();
    this.#drawSaved();
    if (this.isBehind) return;
    this.isBehind = true;
    requestAnimationFrame(() => setTimeout(() => {
      this.isBehind = false;
      if (!this.root.isConnected) return;
      this.#drawHead();
      this.side.draw();
      this.side.drawCard();
      this.strip.follow();
    }));
  }

  #drawHead() {
    const { store, parts, prefs } = this, { text } = store;
    fill(parts.documents, hidden("Document: "), h("span", { class: "title" }, h("strong", {}, text.id), text.title && h("span", { class: "long" }, ` ${text.title}`)), icon("down"));
    const names = store.compare?.coders.map((id) => store.name(id)).join(" and ");
    fill(parts.who, h("span", { class: "badge", "aria-hidden": "true" }, [...store.coder.name][0].toUpperCase()), h("span", {}, hidden("Coder: "), store.coder.name, this.mode === "adjudicate" && names ? `, adjudicating ${names}` : ""));
    const read = text.turns.filter((turn) => turn.end <= store.read).length, n = text.turns.length;
    const own = this.#own().length, open = this.openSuggestions().length;
    parts.progress.hidden = this.mode === "adjudicate";
    fill(parts.progress, h("span", { class: "bar", role: "progressbar", "aria-label": "Read", "aria-valuemin": "0", "aria-valuemax": String(n), "aria-valuenow": String(read) }, h("i", { style: `inline-size:${n ? (100 * read) / n : 0}%` })),
      h("span", {}, h("span", { class: "long" }, "read to "), `${read} of ${n}`, h("span", { class: "long" }, ` · ${count(own, "coding")}${store.suggestions.size ? ` · ${count(open, "suggestion")} left` : ""}`)));
    const known = this.mode === "adjudicate" ? store.compare?.history : store.history;
    for (const [name, words] of [["undo", "Undo"], ["redo", "Do again"]]) {
      const waits = name === "undo" && store.waiting.length, label = waits ? store.waiting.at(-1).label : known?.[name]?.label;
      const said = label || waits ? `${words}: ${label || "the last act"} (Ctrl+${name === "undo" ? "Z" : "Y"})` : `${words}: nothing to ${name === "undo" ? "undo" : "do again"}`;
      parts[name].setAttribute("aria-label", said);
      parts[name].title = said;
      parts[name].toggleAttribute("disabled", !known?.[name] && !waits);
    }
    parts.keys.setAttribute("aria-pressed", String(!prefs.keysOff));
    parts.keys.textContent = prefs.keysOff ? "Keys off" : "Keys on";
    const last = prefs.recent[0] && store.codes.byId.get(prefs.recent[0]);
    parts.again.hidden = !last || this.mode === "adjudicate";
    if (last) {
      Object.assign(parts.again.dataset, { hue: last.hue, pat: last.pattern });
      parts.again.title = `Same code again: ${last.name}`;
      fill(parts.again, swatch(), hidden("Same code again: "), h("b", {}, last.name), " ", key("Q"));
    }
    parts.paint.setAttribute("aria-pressed", String(Boolean(this.paint)));
    fill(parts.marks, icon("eye"), { all: "All marks ", codings: "Codings ", stripes: "Stripes ", off: "No marks " }[this.marks], key("H"));
    parts.filtered.hidden = !this.isFiltered;
    if (this.isFiltered) fill(parts.filtered, `Filtered: ${this.visible().filter((c) => !c.isSuggestion).length} of ${store.codings.size} `, icon("close"));
    for (const button of this.root.querySelectorAll("[data-mode][aria-pressed]")) button.setAttribute("aria-pressed", String(button.dataset.mode === this.mode));
    Object.assign(this.root.dataset, { mode: this.mode, marks: this.marks });
    if (!parts.list.hidden) this.#drawDocuments();
  }

  /** Say whether all is on the disk; the header never says so before it is. */
  #drawSaved() {
    const { store, parts } = this, n = store.waiting.length;
    const oldest = Math.min(...store.waiting.map((act) => act.sentAt ?? 0));
    const isLate = n > 0 && Date.now() - oldest > 700;
    if (isLate && Date.now() - oldest > 15000) store.resend();
    const state = store.failed ? "failed" : !store.isAlive ? "gone" : isLate ? "waiting" : n ? "saving" : "saved";
    const words = { failed: "Not saved: see below", gone: n ? `Not saved yet: ${n}` : "Python is not running", waiting: `Not saved yet: ${n}`, saving: "Saving…", saved: store.savedAt ? `Saved ${clock(store.savedAt)}` : "Saved" }[state];
    if (parts.saved.dataset.state === state && parts.saved.textContent === words) return;
    const was = parts.saved.dataset.state;
    parts.saved.dataset.state = state;
    fill(parts.saved, icon({ saved: "check", saving: "clock", waiting: "clock" }[state] ?? "warn"), h("span", {}, words));
    parts.again2.hidden = state !== "failed";
    if (state === "waiting") {
      this.wasBusy = true;
      if (was !== "waiting" || parts.live.dataset.n !== String(n)) {
        const keptWhere = store.isKept ? "They are kept in this browser; you can go on coding." : "This browser keeps nothing: leave the page open.";
        this.say(`Not saved yet: ${count(n, "act")}. The kernel is busy. ${keptWhere}`, "warn");
        parts.live.dataset.n = String(n);
      }
    }
    if (state === "failed") this.say(`Not saved: ${store.failed}. Nothing is lost while this page is open.`, "warn");
  }

  say(words, kind = "") {
    const { parts } = this;
    parts.live.textContent = words;
    parts.live.title = words;
    parts.status.dataset.kind = kind;
    fill(parts.mark, icon(kind === "warn" ? "warn" : "check"));
    this.#drawHint();
  }

  #drawHint() {
    const hints = [], item = this.item(this.focus);
    if (this.ends) hints.push(["← →", "move"], ["Enter", "keep"], ["Esc", "restore"]);
    else if (this.mode === "adjudicate") hints.push(["1", "first"], ["2", "second"], ["G", "next"]);
    else if (this.pick) hints.push(["Space", "code"], ["W", "widen"], ["V", "in vivo"]);
    else if (item?.isSuggestion) hints.push(["A", "accept"], ["C", "as another code"], ["E", "mend the ends"]);
    else if (item) {
      const here = this.at(item.start, item.end).length;
      if (here > 1) hints.push(["O", `next of ${here} here`]);
      hints.push(["T", "stance"], ["J K", "along"]);
    }
    fill(this.parts.hint, ...hints.map(([name, words]) => h("span", {}, key(name), ` ${words}`)));
  }

  #resized() {
    const width = this.root.clientWidth;
    if (!width) return void (this.height = 0);
    const isNarrow = width <= 820;
    if (this.transcript.tops && width === this.width && this.parts.scroll.clientHeight === this.height) return;
    const isNew = isNarrow !== this.isNarrow || this.width === undefined;
    Object.assign(this, { width, isNarrow, height: this.parts.scroll.clientHeight });
    this.transcript.tops = null;
    this.margin.clear();
    if (this.keptTop && !this.parts.scroll.scrollTop) this.parts.scroll.scrollTop = this.keptTop;
    if (isNew) this.strip.draw(this.transcript.turns.map((_, n) => n));
    this.margin.draw();
    this.#placeGrips();
    this.strip.follow();
  }

  #scrolled() {
    if (this.parts.scroll.clientHeight) this.keptTop = this.parts.scroll.scrollTop;
    if (this.isScrolling) return;
    this.isScrolling = true;
    requestAnimationFrame(() => {
      this.isScrolling = false;
      this.margin.draw();
      this.strip.follow();
    });
    clearTimeout(this.placeTimer);
    this.placeTimer = setTimeout(() => this.#keepPlace(), 500);
  }

  #keepPlace() {
    if (this.parts.scroll.clientHeight) kept.set(`place:${this.store.place}:${this.store.text.id}`, this.transcript.seen()[0]);
  }

  // Selecting

  #setPick(pick) {
    this.pick = pick;
    this.transcript.showPick(pick);
    this.root.toggleAttribute("data-picked", Boolean(pick));
  }

  /** The words an act would take of a selection: whole words, and nobody's but respondents'. */
  #take(start, end) {
    const { text } = this.store, span = text.codable(start, end);
    if (!span) return null;
    const snapped = text.snap(span.start, span.end, !this.prefs.snapOff);
    return snapped.start < snapped.end ? snapped : null;
  }

  #selected() {
    const selected = this.transcript.selected();
    if (!selected) return;
    this.caret = selected.focus;
    if (selected.start !== selected.end) {
      this.rest = null;
      const pick = this.#take(selected.start, selected.end);
      if (pick?.start !== this.pick?.start || pick?.end !== this.pick?.end) this.grown = null;
      this.#setPick(pick);
      this.isAsked = !this.pick;
    } else if (this.rest !== selected.anchor) {
      this.rest = null;
      this.isAsked = false;
      if (this.pick) this.#setPick(null);
      this.#tellCaret(selected.anchor);
    }
    if (this.pick) this.#drawHint();
  }

  /** Say what codings the caret came to, once. */
  #tellCaret(offset) {
    const here = this.at(offset, offset).filter((each) => !each.isSuggestion), ids = here.map((each) => each.id).join(" ");
    const isOurs = offset === this.transcript.putAt;
    this.transcript.putAt = isOurs ? offset : undefined;
    if (ids === this.told) return;
    this.told = ids;
    if (!isOurs && here.length && !this.isPressed) this.say(`${here.length === 1 ? "1 coding" : `${here.length} codings`} here: ${here.map((each) => this.store.codes.get(each.code).name).join(", ")}. O goes to it.`);
  }

  /** Keep the words drawn, with the caret after them, so that a second code can go on them. */
  #restAfter() {
    if (!this.pick) return;
    this.rest = this.pick.end;
    this.transcript.select(this.pick.end);
    this.rest = this.transcript.selected()?.anchor ?? this.rest;
  }

  #press(event) {
    this.isPressed = true;
    const target = event.target;
    if (this.ends && !target.closest(".grip")) this.#keepEnds(true);
    this.asking = this.isRecent = null;
    if (!this.parts.list.hidden && !this.parts.list.contains(target) && !this.parts.documents.contains(target)) this.#toggleDocuments();
    if (target.closest("button, input, textarea, select, summary, label, [tabindex], [role=option]") && !(target.closest(".panel") && !target.closest("button, input, textarea, select, label, [role=treeitem]"))) return;
    event.preventDefault();
    this.focusText();
  }

  #released(event) {
    this.isPressed = false;
    if (event.button) return;
    setTimeout(() => {
      const selected = this.transcript.selected();
      if (!selected) return;
      if (selected.start !== selected.end) {
        if (!this.pick) return this.say("This is the interviewer speaking. Only respondents’ words are coded.");
        const { start, end } = this.pick;
        if (start !== selected.start || end !== selected.end) {
          if (selected.anchor <= selected.focus) this.transcript.select(start, end);
          else this.transcript.select(end, start);
        }
        const words = this.store.text.words(start, end).split(/\s+/).length, over = this.at(start, end);
        if (this.paint && this.prefs.recent[0]) return this.apply(this.prefs.recent[0]);
        this.say(`${count(words, "word")} selected.${over.length ? ` ${count(over.length, "coding overlaps", "codings overlap")}: ${over.map((each) => this.store.codes.get(each.code).name).join(", ")}.` : ""}`);
      } else {
        const here = this.at(selected.anchor, selected.anchor);
        const inner = here.reduce((a, c) => (!a || c.end - c.start < a.end - a.start ? c : a), null);
        if (inner) this.focusOn(inner.id, { silent: here.some((c) => c.id === this.focus) && inner.id === this.focus });
        else if (this.focus || this.codeShown) {
          this.focus = null;
          this.codeShown = "";
          this.draw();
        }
      }
    });
  }

  /** Put the focus in the words, with the caret or the selection where it was. */
  focusText() {
    const { element } = this.transcript, isHere = document.activeElement === element && this.transcript.selected();
    element.focus({ preventScroll: true });
    if (!isHere) this.#selectAgain();
  }

  #selectAgain() {
    const { pick, rest, caret, transcript } = this, { turns } = this.store.text;
    if (pick && rest == null) transcript.select(pick.start, pick.end);
    else transcript.select(rest ?? caret ?? turns[turns.length && this.root.clientHeight ? transcript.seen()[0] : 0]?.start ?? 0);
  }

  widen(way) {
    const { text } = this.store, at = this.transcript.selected() ?? (this.caret !== undefined ? { start: this.caret, end: this.caret } : null);
    if (!at || !text.turns.length) return;
    if (way < 0) {
      const { grown } = this, last = grown?.pop();
      if (last) this.#select(last.start, last.end);
      this.grown = grown;
      return;
    }
    const now = this.pick ?? at, turn = text.turns[text.turnAt(now.start)];
    const grown = [...(this.grown ?? []), now];
    const word = text.segmentAt(now.start, "word") ?? text.segmentsOf(text.turnAt(now.start), "word").find(([start]) => start >= now.start);
    const first = text.segmentAt(now.start, "sentence"), last = text.segmentAt(Math.max(now.end, now.start + 1), "sentence", { end: true }) ?? first;
    const steps = [word, first && last && [first[0], Math.max(last[1], first[1])], [turn.start, Math.max(turn.end, now.end)]];
    const step = steps.find((each) => each && each[0] <= now.start && each[1] >= now.end && each[1] - each[0] > now.end - now.start);
    if (!step) return this.say("The whole turn is selected.");
    this.#select(...step);
    this.grown = grown;
  }

  #select(start, end) {
    this.transcript.select(start, end);
    this.#selected();
    if (start === end) return this.say("Nothing is selected.");
    const kind = this.pick ? `${count(this.store.text.words(this.pick.start, this.pick.end).split(/\s+/).length, "word")} selected.` : "This is the interviewer speaking. Only respondents’ words are coded.";
    this.say(kind);
  }

  pickCoding() {
    const item = this.item(this.focus);
    if (!item) return this.say("No coding is looked at. J goes to the next one.");
    this.focusText();
    this.#select(item.start, item.end);
  }

  // Coding

  item(id) {
    if (!id) return null;
    if (this.mode === "adjudicate" && this.store.compare?.codings.has(id)) return this.store.compare.codings.get(id);
    return this.store.codings.get(id) ?? this.store.suggestions.get(id) ?? null;
  }

  /** The codings drawn at a place or over a span. */
  at(start, end) {
    return this.visible().filter((each) => !each.isSuggestion || each.id === this.focus).filter((each) => (start === end ? each.start <= start && start <= each.end : each.start < end && each.end > start));
  }

  /** Look at a coding or a suggestion. */
  focusOn(id, { go = false, silent = false } = {}) {
    const item = this.item(id);
    if (!item) return;
    this.focus = id;
    this.codeShown = "";
    if (this.mode === "adjudicate") {
      const pair = this.store.compare?.pairs.find((p) => p.one === id || p.other === id);
      if (pair) this.pair = pair;
      this.compare.draw();
    }
    this.draw();
    if (go) {
      this.transcript.reveal(item.start, item.end);
      this.caret = item.start;
    }
    if (silent) return;
    if (item.isSuggestion) {
      const open = this.openSuggestions();
      const n = open.findIndex((each) => each.id === id) + 1;
      this.say(`Suggestion ${n} of ${open.length}: ${this.#title(item)}. Not counted until you accept it.`);
    } else {
      const here = this.at(item.start, item.end);
      this.say(`${here.length > 1 ? `${here.length} codings here. Focused: ` : ""}${this.#title(item)}, ${this.store.name(item.coder)}.`);
    }
  }

  #title(each) {
    const first = this.store.codes.attributes[0]?.name;
    return [this.store.codes.get(each.code).name, each.attributes[first]].filter(Boolean).join(", ");
  }

  #needPick() {
    if (this.pick) return true;
    this.say(this.isAsked ? "This is the interviewer speaking. Only respondents’ words are coded." : "Select text first.");
    return false;
  }

  #isTaken(codeId, { start, end }, but = "") {
    return this.#own().some((c) => c.id !== but && c.code === codeId && c.start === start && c.end === end);
  }

  openBox() {
    if (this.mode === "adjudicate") return this.say("Decide here; coding is in the mode Code.");
    if (!this.#needPick()) return;
    const pick = this.pick, words = this.store.text.words(pick.start, pick.end).split(/\s+/).length;
    this.box.open({ pick, words: `${count(words, "word")} selected`, first: this.prefs.recent[0], taken: (id) => this.#isTaken(id, pick), use: (id, made) => this.apply(id, { made }) });
  }

  /** Put a code on the selected words. */
  apply(codeId, { made, stay = false } = {}) {
    if (!this.#needPick()) return;
    const { store } = this, { start, end } = this.pick, name = made?.name ?? store.codes.get(codeId).name;
    if (!made && !store.codes.byId.has(codeId)) return this.say(`${codeId} is no longer in the codebook.`);
    if (this.#isTaken(codeId, this.pick)) return this.say(`${store.coder.name} has already put ${name} on exactly these words.`);
    const id = `${store.coder.id}-${random()}`;
    this.focus = id;
    this.codeShown = "";
    this.#useCode(codeId);
    if (!stay) this.focusText();
    this.#restAfter();
    store.do(`${name} added`, [...(made ? [made] : []), { event: "add", coding_id: id, start, end, code_id: codeId, attributes: { ...store.codes.defaults } }]);
    const here = this.at(start, end).length, first = store.codes.attributes[0]?.name, marked = store.codes.defaults[first];
    this.say(`Added ${name}${marked ? `, ${marked}` : ""}.${made ? " It is in the codebook." : ""}${here > 1 ? ` ${here} codings here.` : ""}`);
  }

  #useCode(codeId) {
    this.prefs.recent = [codeId, ...this.prefs.recent.filter((id) => id !== codeId)].slice(0, 9);
    this.#keepPrefs();
  }

  arm(codeId) {
    this.#useCode(codeId);
    this.draw();
    this.say(`Painting ${this.store.codes.get(codeId).name}: every new selection gets it. Esc ends.`);
  }

  again() {
    if (!this.prefs.recent[0]) return this.say("No code was used yet. Space opens the codes.");
    this.apply(this.prefs.recent[0]);
  }

  favourite(digit) {
    const id = this.prefs.favourites[digit];
    if (this.mode === "adjudicate") return;
    if (!this.#needPick()) return;
    if (!id) return this.say(`No favourite on ${digit}. Press F2 in the codebook to set one.`);
    this.apply(id);
  }

  setFavourite(digit, codeId) {
    const { favourites } = this.prefs, isOn = favourites[digit] === codeId;
    for (const [other, id] of Object.entries(favourites)) if (id === codeId) delete favourites[other];
    if (!isOn) favourites[digit] = codeId;
    this.#keepPrefs();
    this.draw();
    this.say(isOn ? `${digit} is free again.` : `${digit} is now ${this.store.codes.get(codeId).name}.`);
  }

  askRecent() {
    if (!this.#needPick()) return;
    const codes = this.prefs.recent.filter((id) => this.store.codes.byId.has(id));
    if (!codes.length) return this.say("No code was used yet.");
    this.isRecent = codes;
    this.say(`Recent: ${codes.map((id, n) => `${n + 1} ${this.store.codes.get(id).name}`).join(", ")}. Esc for none.`);
  }

  inVivo() {
    if (!this.#needPick()) return;
    const words = this.store.text.words(this.pick.start, this.pick.end).replace(/\s+/g, " ").trim();
    this.openBox();
    if (this.box.isOpen) this.box.name(clip(words, 60).replace(/^[“"'‘]+|[”"'’.,;:]+$/g, ""));
  }

  newCode() {
    this.openBox();
    if (this.box.isOpen) this.box.name("");
  }

  togglePaint() {
    this.paint = !this.paint;
    const last = this.store.codes.byId.get(this.prefs.recent[0]);
    this.draw();
    this.say(!this.paint ? "Painting ended." : last ? `Painting ${last.name}: every new selection gets it. Esc ends.` : "Painting: choose a code in the codebook. Esc ends.");
  }

  #mine(verb) {
    const item = this.item(this.focus);
    if (!item || item.isSuggestion) return this.say(`No coding is looked at. J goes to the next one.`);
    if (!item.isMine || this.mode === "adjudicate") return this.say(`Only your own codings can be ${verb}.`);
    return item;
  }

  change() {
    const item = this.item(this.focus);
    if (item?.isSuggestion) {
      return this.box.open({ pick: item, words: "accept as another code", taken: (id) => this.#isTaken(id, item), use: (id, made) => this.accept(item, id, made) });
    }
    const mine = this.#mine("changed");
    if (!mine) return;
    this.box.open({ pick: mine, words: `instead of ${this.store.codes.get(mine.code).name}`, taken: (id) => this.#isTaken(id, mine), use: (id, made) => {
      const names = [mine.code, id].map((each) => (made && each === id ? made.name : this.store.codes.get(each).name));
      this.#useCode(id);
      this.store.do(`${names[0]} changed to ${names[1]}`, [...(made ? [made] : []), { event: "edit", coding_id: mine.id, code_id: id }]);
      this.say(`Changed ${names[0]} to ${names[1]}.`);
    } });
  }

  remove() {
    const mine = this.#mine("removed");
    if (!mine) return;
    const name = this.store.codes.get(mine.code).name, beside = this.at(mine.start, mine.end).filter((each) => each.id !== mine.id && !each.isSuggestion);
    this.focus = beside[0]?.id ?? null;
    this.store.do(`${name} removed`, [{ event: "remove", coding_id: mine.id }]);
    this.say(`Removed ${name} from “${clip(this.store.text.words(mine.start, mine.end))}”.`);
    if (!this.root.contains(document.activeElement)) this.focusText();
  }

  setAttribute(coding, name, value) {
    if ((coding.attributes[name] ?? "") === value) return;
    const code = this.store.codes.get(coding.code).name;
    this.store.do(`${code}: ${name} ${value || "taken off"}`, [{ event: "edit", coding_id: coding.id, attributes: { [name]: value } }]);
    this.say(`${code}: ${name} ${value || "taken off"}.`);
  }

  /** Ask for the attributes one after the other, each by a digit. */
  ask(at) {
    const mine = this.#mine("marked");
    if (!mine) return;
    const asked = this.store.codes.attributes.filter(({ values }) => values.length && values.length <= 9);
    if (!asked.length) return this.say("The codebook has no attributes.");
    this.asking = at < asked.length ? { of: mine.id, at, ...asked[at] } : null;
    if (this.asking) this.say(`${asked[at].name}: ${asked[at].values.map((value, n) => `${n + 1} ${value}`).join(", ")}, 0 none. Space next, Esc ends.`);
    else this.say(`${this.#title(mine)}.`);
  }

  #answer(name) {
    const { asking } = this, mine = asking.of === this.focus ? this.item(asking.of) : null;
    if (name === "escape" || !mine) {
      this.asking = null;
      this.say("");
    } else if (name === "space" || name === "t" || name === "enter") this.ask(asking.at + 1);
    else if (/^\d$/.test(name)) {
      const value = name === "0" ? "" : asking.values[Number(name) - 1];
      if (value === undefined) return;
      this.setAttribute(mine, asking.name, value);
      this.ask(asking.at + 1);
    }
  }

  // Moving a coding's ends

  moveEnds(which) {
    const item = this.item(this.focus);
    if (item?.isSuggestion ? item.state !== "open" : !this.#mine("changed")) return;
    if (!item) return;
    this.ends = { id: item.id, which, start: item.start, end: item.end };
    this.focusText();
    this.#tellEnds();
  }

  #tellEnds() {
    const item = this.item(this.ends.id), { text } = this.store, { which } = this.ends;
    const word = which === "end" ? text.words(item.start, item.end).split(/\s+/).at(-1) : text.words(item.start, item.end).split(/\s+/)[0];
    this.say(`${this.store.codes.get(item.code).name} now ${which === "end" ? "ends" : "starts"} at “${clip(word)}”. Enter keeps, Esc restores.`);
  }

  #moveEnd(event) {
    const { ends } = this, item = this.item(ends.id);
    if (!item || event.key === "Escape") return this.#keepEnds(false);
    if (event.key === "Enter") return this.#keepEnds(true);
    const way = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!way) return;
    const byWord = event.ctrlKey || event.altKey || event.key === "ArrowDown" || event.key === "ArrowUp";
    this.#tryEnd(this.#step(item[ends.which], way, byWord, ends.which));
    if (this.ends) this.#tellEnds();
  }

  #step(offset, way, byWord, which) {
    const { text } = this.store;
    if (byWord) {
      const edge = which === "end" ? 1 : 0;
      const numbers = [text.turnAt(offset) - 1, text.turnAt(offset), text.turnAt(offset) + 1].filter((n) => text.turns[n]);
      const edges = numbers.flatMap((n) => text.segmentsOf(n, "word").map((segment) => segment[edge]));
      return (way > 0 ? edges.find((each) => each > offset) : edges.findLast((each) => each < offset)) ?? offset;
    }
    const near = [text.turnAt(offset) - 1, text.turnAt(offset), text.turnAt(offset) + 1].filter((n) => text.turns[n]);
    const edges = near.flatMap((n) => text.segmentsOf(n, "grapheme").flat());
    return (way > 0 ? edges.find((each) => each > offset) : edges.findLast((each) => each < offset)) ?? offset;
  }

  /** Show the coding with one end elsewhere; it stays at least a character, and in respondents' words. */
  #tryEnd(to) {
    const { ends, store } = this, { text } = store, item = this.item(ends?.id);
    if (!item) return;
    const start = ends.which === "start" ? to : item.start, end = ends.which === "end" ? to : item.end;
    if (start >= end || !text.turnsOf(start, end).length) return;
    const turn = text.turns[text.turnAt(ends.which === "start" ? start : end - 1)];
    const at = clamp(to, turn.start, turn.end);
    const moved = { ...item, [ends.which]: at }, inside = moved.start < moved.end && text.codable(moved.start, moved.end);
    if (!inside || inside.start !== moved.start || inside.end !== moved.end) return;
    (item.isSuggestion ? store.suggestions : store.codings).set(item.id, moved);
    ends.to = { start: moved.start, end: moved.end };
    this.draw();
    this.transcript.reveal(at, at);
  }

  #keepEnds(isKept) {
    const { ends, store } = this, item = this.item(ends.id);
    this.ends = null;
    if (!item) return;
    const { start, end } = ends.to ?? item;
    const into = item.isSuggestion ? store.suggestions : store.codings;
    if (item.isSuggestion) {
      if (isKept) store.mended.set(item.id, { start, end, told: item.told ?? { start: ends.start, end: ends.end } });
      into.set(item.id, { ...item, ...(isKept ? store.mended.get(item.id) : { start: ends.start, end: ends.end }) });
      this.draw();
      return this.say(isKept ? "The suggestion’s ends are mended. A accepts it." : "The ends are as they were.");
    }
    into.set(item.id, { ...item, start: ends.start, end: ends.end });
    const name = store.codes.get(item.code).name;
    if (!isKept || (start === ends.start && end === ends.end)) {
      this.draw();
      return this.say("The ends are as they were.");
    }
    if (this.#isTaken(item.code, { start, end }, item.id)) {
      this.draw();
      return this.say(`${store.coder.name} has already put ${name} on exactly these words.`);
    }
    store.do(`${name}: ends moved`, [{ event: "edit", coding_id: item.id, start, end }]);
    this.say(`${name} now covers “${clip(store.text.words(start, end))}”.`);
  }

  #placeGrips() {
    const item = this.item(this.focus), [first, last] = this.parts.grips;
    const isShown = item?.isMine && this.mode !== "adjudicate" && this.marks !== "off" && this.root.clientWidth > 0;
    first.hidden = last.hidden = !isShown;
    if (!isShown) return;
    const base = first.parentElement.getBoundingClientRect();
    const rects = this.transcript.rangeOf(item.start, item.end).getClientRects(), a = rects[0], z = rects[rects.length - 1];
    if (!a || !z) return void (first.hidden = last.hidden = true);
    first.style.cssText = `left:${a.left - base.left - 10}px;top:${a.top - base.top - 9}px`;
    last.style.cssText = `left:${z.right - base.left}px;top:${z.bottom - base.top - 2}px`;
  }

  #drag(event, which) {
    event.preventDefault();
    event.stopPropagation();
    const item = this.#mine("changed");
    if (!item) return;
    this.ends = { id: item.id, which, start: item.start, end: item.end };
    this.root.classList.add("dragging");
    const move = (e) => {
      const at = this.transcript.offsetAt(e.clientX, e.clientY);
      if (at === null) return;
      const { text } = this.store, word = !this.prefs.snapOff && !e.altKey && text.segmentAt(at, "word");
      this.#tryEnd(word ? (which === "end" ? word[at - word[0] < (word[1] - word[0]) / 2 && word[0] > item.start ? 0 : 1] : word[at - word[0] > (word[1] - word[0]) / 2 && word[1] < item.end ? 1 : 0]) : at);
    };
    const done = (e) => {
      document.removeEventListener("pointermove", move);
      document.removeEventListener("pointerup", done);
      document.removeEventListener("pointercancel", done);
      this.root.classList.remove("dragging");
      const to = this.ends?.to;
      if (to && !this.prefs.snapOff && !e.altKey) this.ends.to = this.store.text.snap(to.start, to.end, false);
      if (this.ends) this.#keepEnds(e.type === "pointerup");
      this.focusText();
    };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", done);
    document.addEventListener("pointercancel", done);
  }

  placeLost(lost) {
    if (!this.#needPick()) return;
    this.focus = lost.id;
    const { start, end } = this.pick, name = this.store.codes.get(lost.code).name;
    this.store.do(`${name} found a new place`, [{ event: "edit", coding_id: lost.id, start, end }]);
    this.say(`${name} has a new place.`);
  }

  removeLost(lost) {
    const name = this.store.codes.get(lost.code).name;
    this.store.do(`${name} removed`, [{ event: "remove", coding_id: lost.id }]);
    this.say(`Removed ${name}, which had lost its place.`);
  }

  // Suggestions

  accept(each, codeId = each.code, made) {
    if (each.state !== "open") return this.say(`This suggestion is ${each.state} already.`);
    const { store } = this, name = made?.name ?? store.codes.get(codeId).name;
    if (this.#isTaken(codeId, each)) return this.say(`${store.coder.name} has already put ${name} on exactly these words.`);
    const next = this.#nextOpen(each), id = `${store.coder.id}-${random()}`;
    this.focus = this.mode === "review" ? (next?.id ?? id) : id;
    store.do(`${name} accepted`, [...(made ? [made] : []), this.#acceptance(each, codeId, id)]);
    if (this.mode === "review" && next) this.transcript.reveal(next.start, next.end);
    this.say(`Accepted; it is now yours.${this.mode === "review" ? ` ${this.#left()}` : ""}`);
  }

  #acceptance(each, codeId, id) {
    const { store } = this;
    return { event: "add", coding_id: id, start: each.start, end: each.end, code_id: codeId, attributes: { ...store.codes.defaults, ...each.attributes }, source: `${each.coder}: ${each.id}` };
  }

  #left() {
    const n = this.openSuggestions().length;
    return n ? `${n} left.` : "No suggestions left.";
  }

  #nextOpen(each, way = 1) {
    const open = this.openSuggestions().filter((other) => other.id === each?.id || !this.store.later.has(other.id));
    const at = open.findIndex((other) => other.id === each?.id);
    return at < 0 ? open[0] : (open[at + way] ?? open.find((other) => other.id !== each.id));
  }

  reject(each) {
    if (each.state !== "open") return this.say(`This suggestion is ${each.state} already.`);
    const next = this.#nextOpen(each), name = this.store.codes.get(each.code).name;
    this.focus = this.mode === "review" ? (next?.id ?? null) : null;
    this.store.do(`${name} rejected`, [this.#rejection("reject", each)]);
    if (this.mode === "review" && next) this.transcript.reveal(next.start, next.end);
    this.say(`Rejected; it will not be offered again.${this.mode === "review" ? ` ${this.#left()}` : ""}`);
  }

  #rejection(event, each) {
    const { start, end } = each.told ?? each;
    return { event, start, end, code_id: each.code, suggestion_id: each.id };
  }

  later(each) {
    const next = this.#nextOpen(each);
    this.store.later.add(each.id);
    if (next) this.focusOn(next.id, { go: true, silent: true });
    this.say("Later; it stays in the list.");
  }

  offerAgain(each) {
    this.store.do(`${this.store.codes.get(each.code).name} offered again`, [this.#rejection("unreject", each)]);
    this.say("It is offered again.");
  }

  acceptAll(open, button) {
    if (button.dataset.sure !== "yes") {
      button.dataset.sure = "yes";
      button.textContent = `Accept all ${open.length}? Again`;
      return this.say(`Press once more to accept ${count(open.length, "suggestion")}; one Ctrl+Z takes them all back.`);
    }
    const seen = new Set();
    const fresh = open.filter((each) => {
      const at = `${each.code} ${each.start} ${each.end}`;
      return !this.#isTaken(each.code, each) && !seen.has(at) && seen.add(at);
    });
    this.store.do(`${count(fresh.length, "suggestion")} accepted`, fresh.map((each) => this.#acceptance(each, each.code, `${this.store.coder.id}-${random()}`)));
    this.say(`Accepted ${count(fresh.length, "suggestion")}.`);
  }

  deciders(each, hasKeys = false) {
    const button = (words, name, run, given = {}) => h("button", { type: "button", title: `${words} (${name})`, "data-key": `${words} ${each.id}`, onclick: run, ...given }, words, hasKeys && key(name));
    return [button("Accept", "A", () => this.accept(each), { class: "yes" }), button("Reject", "X", () => this.reject(each)), button("Later", "Space", () => this.later(each))];
  }

  tellWhy(each) {
    const parts = [h("b", {}, "Why: "), each.reason || (each.cue ? `the cue “${each.cue}”` : "the table gives no reason")];
    if (each.score !== undefined) parts.push(` Score ${Number(each.score).toFixed(2)}.`);
    return parts;
  }

  tellAttributes(each, all = false) {
    const hides = all ? new Set() : new Set(["asserted", "plain", "first_hand", "spontaneous", "prompted", "yes"]);
    return this.store.codes.attributes
      .map(({ name }, n) => [name, each.attributes[name], n])
      .filter(([, value, n]) => value && !hides.has(value) && (all || n < 2))
      .map(([name, value]) => h("span", { title: name }, ICONS[value] !== undefined && icon(value), all && ICONS[value] === undefined ? `${name}: ${value}` : value));
  }

  describe(each) {
    const code = this.store.codes.get(each.code);
    const marks = Object.entries(each.attributes).filter(([, value]) => value).map(([name, value]) => `${name}: ${value}`).join(", ");
    return [[...code.path, code.name].join(" › "), code.definition, each.isSuggestion ? `suggested by ${each.coder}${each.reason ? `: ${each.reason}` : ""}` : `${this.store.name(each.coder)}, ${dated(each.at)}`, marks, each.memo && `Memo: ${each.memo}`].filter(Boolean).join("\n");
  }

  // Going about

  cycle() {
    const item = this.item(this.focus), at = item && this.caret !== undefined && item.start <= this.caret && this.caret <= item.end ? { start: this.caret, end: this.caret } : (item ?? { start: this.caret ?? 0, end: this.caret ?? 0 });
    const here = this.at(at.start, at.end);
    if (!here.length) return this.say("No coding here.");
    const next = here[(here.findIndex((each) => each.id === this.focus) + 1) % here.length];
    this.focusOn(next.id);
  }

  goCoding(way) {
    const all = this.visible().filter((each) => !each.isSuggestion), item = this.item(this.focus);
    if (!all.length) return this.say(this.isFiltered ? "No coding fits the filter." : "No codings yet. Select words and press Space.");
    const at = all.findIndex((each) => each.id === this.focus), from = item?.start ?? this.caret ?? -1;
    const next = at >= 0 ? all[at + way] : way > 0 ? all.find((each) => each.start >= from) : all.findLast((each) => each.start <= from);
    if (!next) return this.say(way > 0 ? "This is the last coding." : "This is the first coding.");
    this.focusOn(next.id, { go: true });
  }

  showCodings(id) {
    this.side.show("codings");
    this.focusOn(id);
    requestAnimationFrame(() => setTimeout(() => this.side.showFocused(), 30));
  }

  goUndecided(way) {
    if (this.mode === "adjudicate") {
      const { pairs } = this.store.compare ?? { pairs: [] };
      const open = pairs.filter((pair) => !pair.decision || pair === this.pair);
      const list = open.length > 1 ? open : pairs;
      if (!list.length) return;
      return this.lookAtPair(list[(list.indexOf(this.pair) + way + list.length) % list.length]);
    }
    const open = this.openSuggestions();
    if (!open.length) return this.say("No suggestions left.");
    const from = this.item(this.focus)?.start ?? this.caret ?? -1, at = open.findIndex((each) => each.id === this.focus);
    const next = at >= 0 ? open[at + way] : way > 0 ? open.find((each) => each.start >= from) : open.findLast((each) => each.start <= from);
    this.focusOn((next ?? open[way > 0 ? 0 : open.length - 1]).id, { go: true });
  }

  goDocument(way) {
    const all = this.store.documents, next = all[all.findIndex((each) => each.id === this.store.text.id) + way];
    if (!next) return this.say(way > 0 ? "This is the last document." : "This is the first document.");
    this.openDocument(next.id);
  }

  openDocument(id) {
    if (this.ends) this.#keepEnds(true);
    this.#keepPlace();
    if (!this.parts.list.hidden) this.#toggleDocuments();
    if (this.mode === "adjudicate") this.setMode("code");
    this.store.wanted = id;
    this.store.open(id);
    this.focusText();
    this.say(`Opening ${id}…`);
  }

  #toggleDocuments() {
    const { list, documents } = this.parts;
    list.hidden = !list.hidden;
    documents.setAttribute("aria-expanded", String(!list.hidden));
    if (list.hidden) return this.focusText();
    this.#drawDocuments();
    list.querySelector("[aria-selected=true]")?.focus();
  }

  #drawDocuments() {
    const { store } = this, done = store.documents.filter((each) => each.n_turns && each.n_read === each.n_turns).length;
    const rows = store.documents.map((each) => {
      const isHere = each.id === store.text.id, isDone = each.n_turns && each.n_read === each.n_turns;
      return h("li", { role: "option", tabindex: isHere ? "0" : "-1", "aria-selected": String(isHere), "data-key": `document ${each.id}`, "data-id": each.id, onclick: () => this.openDocument(each.id) },
        h("span", { class: "tick" }, isDone && icon("check")), h("strong", {}, each.id), h("span", { class: "n" }, each.title || each.respondent), h("span", { class: "bar", "aria-hidden": "true" }, h("i", { style: `inline-size:${each.n_turns ? (100 * each.n_read) / each.n_turns : 0}%` })),
        h("span", { class: "quiet" }, isDone ? "read" : each.n_read ? `read to ${each.n_read} of ${each.n_turns}` : "not read", ` · ${count(each.n_codings, "coding")}`));
    });
    const list = h("ul", { role: "listbox", "aria-label": "Documents" }, rows);
    list.addEventListener("keydown", (e) => {
      const at = rows.indexOf(e.target), to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[e.key];
      if (to !== undefined) rows[clamp(to, 0, rows.length - 1)].focus();
      else if (e.key === "Enter" || e.key === " ") this.openDocument(e.target.dataset.id);
      else return;
      e.preventDefault();
      e.stopPropagation();
    });
    keepFocus(this.parts.list, () => fill(this.parts.list, h("p", { class: "quiet" }, `${done} of ${store.documents.length} read to the end, ${count(store.documents.filter((each) => each.n_codings).length, "document")} coded.`), list));
  }

  markRead(number) {
    const { text } = this.store;
    if (!text.turns.length) return;
    const at = number ?? text.turnAt(this.caret ?? text.turns[this.transcript.seen()[1]].start);
    this.store.do(`Read to turn ${at + 1}`, [{ event: "read", end: text.turns[at].end }]);
    this.say(at === text.turns.length - 1 ? `${text.id} is read to the end.` : `Read to turn ${at + 1} of ${text.turns.length}.`);
  }

  lookAtCode(id) {
    this.codeShown = id;
    this.side.drawCard();
    this.#drawHint();
  }

  details() {
    const item = this.item(this.focus), id = this.codeShown ? "" : (item?.code ?? this.prefs.recent[0] ?? "");
    if (!this.codeShown && !id) return this.say("No code is looked at.");
    this.lookAtCode(id);
    if (id) this.say(`${this.store.codes.get(id).name}: ${this.store.codes.get(id).definition || "no definition yet"}`);
  }

  filterCodes() {
    if (this.side.tab !== "codebook") this.side.show("codebook");
    this.side.panel.querySelector("input")?.focus();
  }

  setFilter(changes) {
    Object.assign(this.filter, changes);
    this.side.limit = undefined;
    this.draw();
    this.side.draw();
  }

  cycleMarks() {
    const all = ["all", "codings", "stripes", "off"];
    this.marks = all[(all.indexOf(this.marks) + 1) % all.length];
    this.root.dataset.marks = this.marks;
    this.draw();
    this.say({ all: "All marks are shown.", codings: "Codings are shown, suggestions are not.", stripes: "Only stripes are shown.", off: "No marks are shown." }[this.marks]);
  }

  showCoder(id, isOn) {
    const { store } = this, shown = isOn ? [...store.shown, id] : store.shown.filter((each) => each !== id);
    store.send({ kind: "show", document_id: store.text.id, coders: shown });
    this.say(isOn ? `Showing ${store.name(id)}’s codings too. They are read only.` : `${store.name(id)}’s codings are hidden again.`);
  }

  // Two readings

  setMode(mode) {
    if (this.ends) this.#keepEnds(true);
    if (mode === "adjudicate") return this.adjudicate();
    this.mode = mode;
    this.pair = null;
    this.focus = null;
    this.store.compare = null;
    this.compare.draw();
    this.transcript.turns.forEach((turn) => (turn.drawn = ""));
    this.margin.clear();
    this.draw();
    this.side.show(mode === "review" ? "suggestions" : "codebook");
    this.focusText();
    if (mode === "review") this.goUndecided(1);
  }

  adjudicate(coders) {
    const { store } = this, all = [store.coder.id, ...store.coders.map((each) => each.id)].filter((id) => id !== "consensus");
    const pair = coders ?? (all.length > 2 && !this.#own().length ? all.slice(1, 3) : all.slice(0, 2));
    if (pair.length < 2) return this.say("Nobody else has coded in this study yet.");
    this.mode = "adjudicate";
    this.#setPick(null);
    this.side.tab = "suggestions";
    this.transcript.turns.forEach((turn) => (turn.drawn = ""));
    this.margin.clear();
    this.draw();
    store.askCompare(pair);
    this.say(`Comparing ${pair.map((id) => store.name(id)).join(" and ")}…`);
    this.focusText();
  }

  lookAtPair(pair) {
    this.pair = pair;
    this.focus = pair.one || pair.other;
    this.compare.reason.value = pair.decision?.reason ?? "";
    this.compare.draw();
    this.draw();
    this.transcript.reveal(pair.start, pair.end);
    const { pairs, codings, coders } = this.store.compare;
    const says = [pair.one, pair.other].map((id, n) => `${this.store.name(coders[n])} says ${codings.has(id) ? this.store.codes.get(codings.get(id).code).name : "nothing"}`).join(", ");
    this.say(`Disagreement ${pairs.indexOf(pair) + 1} of ${pairs.length}, ${this.tellPair(pair)}: ${says}.`);
  }

  tellPair(pair) {
    const [one, other] = this.store.compare.coders.map((id) => this.store.name(id));
    const marks = pair.differs.length ? `${pair.differs.join(", ")} ${pair.differs.length > 1 ? "differ" : "differs"}` : "";
    return { "attributes differ": marks, "bounds differ": ["bounds differ", marks].filter(Boolean).join("; "), "other code": "same place, other code", "only one": `only ${one}`, "only other": `only ${other}`, same: "agreed" }[pair.kind] ?? pair.kind;
  }

  tellOutcome(outcome) {
    const [one, other] = this.store.compare.coders.map((id) => this.store.name(id));
    return { one: `took ${one}’s`, other: `took ${other}’s` }[outcome] ?? OUTCOMES[outcome] ?? outcome;
  }

  decide(outcome, codeId, made) {
    const { pair, store } = this, { codings, pairs } = store.compare, one = codings.get(pair.one), other = codings.get(pair.other);
    if ((outcome === "one" && !one) || (outcome === "other" && !other) || (outcome === "both" && !(one && other))) return;
    if (outcome === "both" && one.code === other.code && one.start === other.start && one.end === other.end) {
      return this.say("Both have the same code on the same words: take one of the two.");
    }
    if (outcome === "part" && one?.code !== other?.code) return this.say("The agreed part needs the same code on both sides.");
    if (outcome === "else" && !codeId) {
      return this.box.open({ pick: pair, words: "decide on another code", use: (id, fresh) => this.decide("else", id, fresh) });
    }
    const taken = { one: [one], other: [other], both: [one, other], none: [], else: [{ ...(one ?? other), start: pair.start, end: pair.end, code: codeId }] }[outcome] ?? [{
      ...one, start: Math.max(one.start, other.start), end: Math.min(one.end, other.end),
      attributes: Object.fromEntries(Object.entries(one.attributes).filter(([name, value]) => other.attributes[name] === value)),
    }];
    const n = pairs.indexOf(pair) + 1;
    store.do(`Disagreement ${n} decided`, [...(made ? [made] : []), ...this.#consensus(pair, outcome, taken)], { consensus: true });
    pair.decision = { outcome };
    const next = pairs.find((each, at) => at >= n && !each.decision) ?? pairs.find((each) => !each.decision);
    this.compare.reason.value = "";
    if (next) this.lookAtPair(next);
    else this.compare.draw();
    this.draw();
    this.focusText();
    const decided = pairs.filter((each) => each.decision).length;
    this.say(`${outcome === "none" ? "No code here: decided." : `${this.tellOutcome(outcome)[0].toUpperCase()}${this.tellOutcome(outcome).slice(1)}.`} ${decided} of ${pairs.length} decided.`);
  }

  /** The events of a decision; what an earlier one on the same codings put in, Python takes out. */
  #consensus(pair, outcome, taken) {
    const { consensus } = this.store.compare, source = `adjudicated: ${[...pair.ids].sort().join(", ")}`;
    const rest = [...consensus.values()].filter((each) => each.source !== source);
    return [
      { event: "decide", coding_ids: [...pair.ids].sort(), outcome, reason: this.compare.reason.value.trim() },
      ...taken.filter((each) => !rest.some((c) => c.code === each.code && c.start === each.start && c.end === each.end))
        .map((each) => ({ event: "add", coding_id: `consensus-${random()}`, start: each.start, end: each.end, code_id: each.code, attributes: each.attributes, memo: each.memo ?? "", source })),
    ];
  }

  takeAgreed(open) {
    const { codings } = this.store.compare;
    this.store.do(`${count(open.length, "agreed coding")} taken`, open.flatMap((pair) => this.#consensus(pair, "one", [codings.get(pair.one)])), { consensus: true });
    for (const pair of open) pair.decision = { outcome: "one" };
    this.side.draw();
    this.say(`Took ${count(open.length, "coding")} on which both agree.`);
  }

  // Finding

  openFind() {
    this.parts.findBar.hidden = false;
    this.root.dataset.find = "open";
    if (this.pick && this.pick.end - this.pick.start < 60) this.parts.findInput.value = this.store.text.words(this.pick.start, this.pick.end);
    this.parts.findInput.focus();
    this.parts.findInput.select();
    this.#find();
  }

  #find() {
    const words = this.parts.findInput.value, { text } = this.store;
    this.hits = [];
    if (words.trim()) {
      const pattern = new RegExp(words.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+"), "giu");
      for (const turn of text.turns) {
        for (const match of text.words(turn.start, turn.end).matchAll(pattern)) this.hits.push([turn.start + match.index, turn.start + match.index + match[0].length]);
        if (this.hits.length >= 2000) break;
      }
    }
    const from = this.caret ?? 0;
    this.hitAt = Math.max(this.hits.findIndex(([start]) => start >= from), 0);
    this.#showHit();
  }

  #goHit(way) {
    if (!this.hits?.length) return;
    this.hitAt = (this.hitAt + way + this.hits.length) % this.hits.length;
    this.#showHit();
  }

  #showHit() {
    const hit = this.hits[this.hitAt];
    this.transcript.showHits(this.hits, this.hitAt);
    this.parts.findSaid.textContent = hit ? `${this.hitAt + 1} of ${this.hits.length}` : this.parts.findInput.value.trim() ? "no hit" : "";
    if (this.parts.findInput.value.trim()) this.say(hit ? `Hit ${this.hitAt + 1} of ${this.hits.length}.` : "No hit.");
    if (hit) this.transcript.reveal(...hit);
  }

  #closeFind({ refocus = true } = {}) {
    if (this.parts.findBar.hidden) return;
    const hit = this.hits?.[this.hitAt];
    this.parts.findBar.hidden = true;
    delete this.root.dataset.find;
    this.transcript.showHits([], -1);
    this.hits = [];
    if (!refocus) return;
    this.focusText();
    if (hit) this.#select(...hit);
  }

  // Keys

  run(command) {
    const { run } = COMMANDS[command];
    run(this);
  }

  undo() {
    this.store.undo({ consensus: this.mode === "adjudicate" });
  }

  redo() {
    this.store.redo({ consensus: this.mode === "adjudicate" });
  }

  keysOf(command) {
    return this.prefs.keys[command] ?? COMMANDS[command].keys;
  }

  #toggleKeys() {
    this.prefs.keysOff = !this.prefs.keysOff;
    this.#keepPrefs();
    this.#drawHead();
    this.say(this.prefs.keysOff ? "Single keys are off. Menus and Ctrl keys still work." : "Single keys are on.");
  }

  #key(event) {
    const name = nameKey(event), isBare = !event.ctrlKey && !event.metaKey && !event.altKey;
    const leaves = !this.store.isAlive && event.key === "Enter" && event.shiftKey; // runs the cell again
    if (!leaves && (isBare || SWALLOWED.has(name))) event.stopPropagation();
    if (event.isComposing || event.getModifierState?.("AltGraph") || leaves) return;
    if (this.parts.help2.contains(event.target) && this.isLearning) return this.#learn(event, name);
    if (this.ends && !isField(event.target)) {
      if ((name.startsWith("mod+") && !event.key.startsWith("Arrow")) || /^F\d/.test(event.key)) return;
      if (event.key === "Tab") return this.#keepEnds(true);
      event.preventDefault();
      return this.#moveEnd(event);
    }
    if (isField(event.target)) {
      if (event.key === "Escape") {
        event.preventDefault();
        this.escape();
      } else if (name === "mod+enter" && event.target === this.side.memo?.field) {
        event.preventDefault();
        this.focusText();
      }
      return;
    }
    if (this.asking && isBare && name) {
      event.preventDefault();
      return this.#answer(name);
    }
    if (this.isRecent && isBare && name) {
      const code = /^[1-9]$/.test(name) && this.isRecent[Number(name) - 1];
      this.isRecent = null;
      event.preventDefault();
      return code ? this.apply(code) : this.say("");
    }
    const inText = this.transcript.element.contains(event.target);
    if (inText) this.#selected(); // the browser tells of a selection later than of a key
    if (!inText && (name === "space" || name === "enter" || name === "delete")) return;
    if (inText && (name === "space" || name === "enter" || name === "backspace" || name === "delete" || name === "shift+enter")) event.preventDefault();
    const isCharacter = name.length === 1 || /^shift\+[a-z]$/.test(name);
    if (!name || (this.prefs.keysOff && isCharacter && name !== "?")) return;
    const command = Object.keys(COMMANDS).find((each) => COMMANDS[each].run && this.keysOf(each).includes(name) && (!COMMANDS[each].when || COMMANDS[each].when(this)));
    if (command) {
      event.preventDefault();
      this.run(command);
    } else if (/^[1-9]$/.test(name)) {
      event.preventDefault();
      this.favourite(name);
    }
  }

  escape() {
    if (!this.parts.help2.hidden) return this.#closeHelp();
    if (!this.parts.list.hidden) return this.#toggleDocuments();
    if (this.box.isOpen) return this.box.close();
    if (!this.parts.findBar.hidden) return this.#closeFind();
    if (this.ends) return this.#keepEnds(false);
    if (this.paint) return this.togglePaint();
    const inText = this.transcript.element.contains(document.activeElement);
    this.focusText();
    if (!inText) return;
    if (this.pick) {
      const { end } = this.pick;
      this.#setPick(null);
      this.transcript.select(end);
      this.say("Selection dropped.");
    } else if (this.focus) {
      this.focus = null;
      this.draw();
    }
  }

  openHelp() {
    this.helpOpener = document.activeElement;
    this.parts.help2.hidden = false;
    this.#drawHelp();
    this.parts.help2.querySelector("button")?.focus();
  }

  #closeHelp() {
    this.parts.help2.hidden = true;
    this.isLearning = null;
    if (this.root.contains(this.helpOpener) && this.helpOpener.isConnected) this.helpOpener.focus({ preventScroll: true });
    else this.focusText();
  }

  #drawHelp() {
    const groups = Object.groupBy ? Object.groupBy(Object.entries(COMMANDS), ([, each]) => each.group) : Object.entries(COMMANDS).reduce((all, each) => ({ ...all, [each[1].group]: [...(all[each[1].group] ?? []), each] }), {});
    const row = ([name, { words, fixed }]) => h("tr", {}, h("th", { scope: "row" }, words), h("td", {}, this.keysOf(name).flatMap((each) => [h("kbd", {}, showKey(each)), " "])),
      h("td", {}, !fixed && h("button", { class: "link", type: "button", "data-key": `learn ${name}`, "aria-label": `Change the key: ${words}`, onclick: () => { this.isLearning = name; this.#drawHelp(); this.say(`Press the new key for: ${words}. Esc leaves it.`); } }, this.isLearning === name ? "press a key…" : "change")));
    const box = (words, isOn, change) => h("label", { class: "switch" }, h("input", { type: "checkbox", checked: isOn, "data-key": words, onchange: (e) => { change(e.target.checked); this.#keepPrefs(); this.draw(); } }), ` ${words}`);
    keepFocus(this.parts.help2, () => fill(this.parts.help2, 
      h("header", {}, h("h2", {}, "Keys"), h("button", { class: "tool box", type: "button", "data-key": "close", onclick: () => this.#closeHelp() }, "Close ", key("Esc"))),
      h("p", { class: "quiet" }, "They work while the desk has the focus. Arrows, Shift and Ctrl with arrows move and select as in any editor; Ctrl+S saves the notebook. For more room: right-click the desk, Create New View for Cell Output."),
      h("div", { class: "switches" }, box("Single keys", !this.prefs.keysOff, (on) => (this.prefs.keysOff = !on)), box("Snap to whole words", !this.prefs.snapOff, (on) => (this.prefs.snapOff = !on)),
        h("button", { class: "tool box", type: "button", "data-key": "reset", onclick: () => { this.prefs.keys = {}; this.#keepPrefs(); this.#drawHelp(); } }, "All keys as they were")),
      h("div", { class: "groups" }, Object.entries(groups).map(([name, rows]) => h("section", {}, h("h3", {}, name), h("table", {}, h("tbody", {}, rows.map(row))))))));
  }

  #learn(event, name) {
    event.preventDefault();
    event.stopPropagation();
    const command = this.isLearning;
    if (name === "escape" || !name || /^(mod|alt)\+/.test(name) || /^[0-9]$/.test(name)) {
      this.isLearning = null;
      this.#drawHelp();
      return this.say(name === "escape" ? "" : "Take a letter, or a sign such as / or the full stop; digits are favourites.");
    }
    const other = Object.keys(COMMANDS).find((each) => each !== command && !COMMANDS[each].when && !COMMANDS[command].when && this.keysOf(each).includes(name));
    this.isLearning = null;
    if (other) this.say(`${showKey(name)} is taken: ${COMMANDS[other].words}.`);
    else {
      this.prefs.keys[command] = [name];
      this.#keepPrefs();
      this.say(`${showKey(name)}: ${COMMANDS[command].words}.`);
    }
    this.#drawHelp();
  }

  #readPrefs() {
    return { keys: {}, keysOff: false, snapOff: false, ...kept.get("prefs", {}), favourites: {}, recent: [], ...kept.get(`codes:${this.store.place}`, {}) };
  }

  #keepPrefs() {
    const { keys, keysOff, snapOff, favourites, recent } = this.prefs;
    kept.set("prefs", { keys, keysOff, snapOff });
    kept.set(`codes:${this.store.place}`, { favourites, recent });
  }
}

/** Ask who codes: a log is a person's, so nobody is taken for another. */
class Asking {
  constructor(model, host, page, answered) {
    const told = model.get("_first"), last = kept.get("who", "");
    const name = h("input", { "aria-label": "Your name", placeholder: "Your first name", value: last, autocomplete: "off" });
    this.said = h("p", { role: "status", class: "quiet" });
    const start = (coder) => {
      if (!coder) return void (this.said.textContent = "Write a name: letters and digits.");
      this.said.textContent = "Opening…";
      kept.set("who", coder);
      model.send({ kind: "start", coder, page });
    };
    const typed = () => {
      const words = name.value.trim().toLowerCase(), known = told.coders.find((each) => [each.id, each.name].some((one) => one.toLowerCase() === words));
      return known?.id ?? words.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
    };
    this.root = h("section", { class: "evalkit-desk asking", "aria-label": "Coding desk" },
      h("form", { onsubmit: (e) => { e.preventDefault(); start(typed()); } }, h("h2", {}, "Who codes?"),
        h("p", { class: "quiet" }, "Everything you code stands in a log under your name, and nobody else writes in it."),
        h("div", { class: "row" }, told.coders.map((each) => h("button", { class: "tool box", type: "button", onclick: () => start(each.id) }, each.name))),
        h("div", { class: "row" }, name, h("button", { class: "tool box yes", type: "submit" }, "Start")), this.said));
    this.root.addEventListener("keydown", (e) => e.stopPropagation());
    this.hear = (message) => {
      if (message.page !== page) return;
      if (message.kind === "refused" || message.kind === "failed") this.said.textContent = message.why;
      else if (message.kind === "state") answered(message);
    };
    host.append(this.root);
  }

  stop() {
    this.root.remove();
  }
}

/** Hide the note above that says how to get a desk back: here is one. */
function hideNote(el) {
  for (const note of el.closest(".jp-OutputArea")?.querySelectorAll(".evalkit-desk-note") ?? []) {
    (note.closest(".jp-OutputArea-child") ?? note).style.display = "none";
  }
}

/** Say that the desk comes: Python is asked for what stands, whenever a page is loaded. */
class Opening {
  constructor(model, host, page, answered) {
    this.said = h("p", { role: "status", class: "quiet" }, "Opening…");
    this.root = h("section", { class: "evalkit-desk asking", "aria-label": "Coding desk" }, this.said);
    this.hear = (message) => {
      if (message.page !== page) return;
      if (message.kind === "state") answered(message);
      else this.said.textContent = message.why ?? "";
    };
    host.append(this.root);
    model.send({ kind: "open", page });
  }

  stop() {
    this.root.remove();
  }
}

/** Show the desk in a cell's output. */
function render({ model, el }) {
  const page = random(), watch = new ResizeObserver(() => hideNote(el)); // el stands in the page only later
  let shown;
  const show = (next) => {
    shown?.stop();
    shown = next();
  };
  const begin = (state) => show(() => new Desk(model, el, state, page));
  const hear = (message) => (shown instanceof Desk ? shown.store.hear(message) : shown.hear(message));
  const ask = () => shown.store?.open(); // throws, and so tells, if the kernel is another one
  show(() => (model.get("_first").kind === "who" ? new Asking(model, el, page, begin) : new Opening(model, el, page, begin)));
  watch.observe(el);
  model.on("msg:custom", hear);
  model.on("comm_live_update", ask);
  return () => {
    model.off("msg:custom", hear);
    model.off("comm_live_update", ask);
    watch.disconnect();
    shown.stop();
  };
}

export default { render };
