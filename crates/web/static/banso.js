// Small helps for people with JavaScript; every page works without it. No libraries, nothing inline.
//
// data-autosave         a form that saves itself: POSTs its fields, shows when it was saved
// data-count="800"      a field whose characters are counted beside it
// data-sum="group"      numbers added up into every [data-sum-of="group"]
// data-keys             a reviewer's sheet: J/K to the next or previous criterion, digits for points
// data-confirm="text"   asks before sending
'use strict';

const WAIT_BEFORE_SAVING = 1200;
const WAIT_BEFORE_TRYING_AGAIN = 10000;
const english = document.documentElement.lang === 'en';
const say = (ja, en) => (english ? en : ja);

// ---- numbers and texts as the server counts them ---------------------------------------------------------------------

const halfWidth = (text) => text.normalize('NFKC').replace(/[−‐‑–△▲]/g, '-');
const countCharacters = (text) => [...text].filter((c) => c !== '\r' && c !== '\n').length;
const grouped = (n) => n.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',');

// An amount as the server reads it: 1,234,000, 4,500万円, 3億円. Anything else counts as nothing here; the server says what is wrong.
function toNumber(text) {
  const bare = halfWidth(text).replace(/[,\s円¥]/g, '');
  if (/^-?\d{1,15}$/.test(bare)) return Number(bare);
  const parts = /^(-?)(?:(\d+(?:\.\d+)?)兆)?(?:(\d+(?:\.\d+)?)億)?(?:(\d+(?:\.\d+)?)万)?(?:(\d+(?:\.\d+)?)千)?(\d*)$/.exec(bare);
  if (!parts || bare === '') return 0;
  const scales = [1e12, 1e8, 1e4, 1e3, 1];
  const sum = scales.reduce((all, scale, i) => all + Math.round(Number(parts[i + 2] || 0) * scale), 0);
  return parts[1] ? -sum : sum;
}

// ---- counts and sums ------------------------------------------------------------------------------------------------

function showCount(field) {
  const max = Number(field.dataset.count);
  const out = document.getElementById(`${field.id}-count`);
  if (!out) return;
  const count = countCharacters(field.value);
  const left = max - count;
  out.textContent = left >= 0
    ? say(`${grouped(count)}字 / ${grouped(max)}字（残り${grouped(left)}字）`, `${grouped(count)} of ${grouped(max)} characters (${grouped(left)} left)`)
    : say(`＊${grouped(-left)}字 超過しています（${grouped(count)}字 / ${grouped(max)}字）`, `* ${grouped(-left)} characters too many (${grouped(count)} of ${grouped(max)})`);
  out.toggleAttribute('data-over', left < 0);
}

function showSums() {
  const sums = new Map();
  for (const field of document.querySelectorAll('[data-sum]')) {
    for (const group of field.dataset.sum.split(' ')) {
      const number = toNumber(field.value ?? field.textContent);
      // Points that cannot be given and amounts below nothing are not added up, here as there; the server says what is wrong with them.
      if (number >= 0 && number <= Number(field.dataset.max ?? Infinity)) sums.set(group, (sums.get(group) ?? 0) + number);
    }
  }
  for (const out of document.querySelectorAll('[data-sum-of]')) {
    const sum = grouped(sums.get(out.dataset.sumOf) ?? 0);
    out.textContent = english && out.dataset.unit === '円' ? `¥${sum}`.replace('¥-', '-¥') : sum + (out.dataset.unit ?? '');
  }
}

// ---- a copy on this device, in case the session is lost ---------------------------------------------------------------

const copyKey = (form) => `banso:${document.body.dataset.person ?? ''}:${new URL(form.action).pathname}`;
const HIDDEN = ['_csrf', '_request', 'version'];

function fieldsOf(form) {
  const fields = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string' && !HIDDEN.includes(name)) (fields[name] ??= []).push(value);
  }
  return fields;
}

// As the server keeps it: no blanks around a text, one kind of line end.
const sameText = (fields) => JSON.stringify(fields, (key, value) => (typeof value === 'string' ? value.replace(/\r\n?/g, '\n').trim() : value));

function keepCopy(form, sent = false) {
  try {
    localStorage.setItem(copyKey(form), JSON.stringify({ at: Date.now(), sent, base: form.elements.version?.value ?? '', fields: fieldsOf(form) }));
  } catch { /* a full or forbidden storage: saving to the server goes on */ }
}

function dropCopy(form) {
  try { localStorage.removeItem(copyKey(form)); } catch { /* nothing to drop */ }
}

function offerCopy(form) {
  let copy = null;
  try { copy = JSON.parse(localStorage.getItem(copyKey(form))); } catch { return; }
  // Sent and told to be saved: the server may write it otherwise than it was typed (full-width digits, units).
  const arrived = copy?.sent && document.querySelector('[data-done]');
  if (!copy || arrived || sameText(copy.fields) === sameText(fieldsOf(form))) { dropCopy(form); return; }
  const at = new Date(copy.at).toLocaleString(english ? 'en-GB' : 'ja-JP');
  const note = document.createElement('div');
  note.className = 'bs-note bs-note--care';
  note.setAttribute('role', 'status');
  const text = document.createElement('p');
  text.textContent = say(`この端末に、保存されていない入力（${at}）が残っています。`, `This device keeps input that was not saved (${at}).`);
  const row = document.createElement('p');
  row.append(
    button(say('入力を戻す', 'Put it back'), () => {
      // With what it was based on: the server then sees what others have changed in between.
      if (form.elements.version && copy.base) form.elements.version.value = copy.base;
      fill(form, copy.fields); note.remove(); form.dispatchEvent(new Event('input', { bubbles: true }));
    }),
    ' ',
    button(say('破棄する', 'Discard it'), () => { dropCopy(form); note.remove(); }),
  );
  note.append(text, row);
  form.before(note);
}

function button(label, act) {
  const b = document.createElement('button');
  b.type = 'button';
  b.className = 'bs-button bs-button--plain bs-button--small';
  b.textContent = label;
  b.addEventListener('click', act);
  return b;
}

function fill(form, fields) {
  for (const field of form.elements) {
    if (!field.name || HIDDEN.includes(field.name)) continue;
    const values = fields[field.name] ?? [];
    if (field.type === 'checkbox' || field.type === 'radio') field.checked = values.includes(field.value);
    else if (field.type !== 'file' && field.type !== 'submit' && values.length > 0) field.value = values.shift();
  }
  form.querySelectorAll('[data-count]').forEach(showCount);
  showSums();
}

// ---- saving by itself ------------------------------------------------------------------------------------------------

function autosave(form) {
  const status = form.querySelector('[data-saved]') ?? document.querySelector('[data-saved]');
  let timer = 0;
  let saving = false;
  let again = false;
  let lost = false;
  let running = Promise.resolve();
  let submitting = false;
  let pressed = false;
  form.dataset.clean = 'yes';

  const show = (state, text) => { if (status) { status.dataset.state = state; status.textContent = text; } };

  const later = () => { clearTimeout(timer); timer = setTimeout(save, WAIT_BEFORE_TRYING_AGAIN); };

  // Back to this page after signing in; what was typed waits here as a copy.
  const signInLink = () => {
    const link = document.createElement('a');
    link.href = `/sign-in?next=${encodeURIComponent(location.pathname)}`;
    link.textContent = say('ログインして続ける', 'Sign in and go on');
    link.addEventListener('click', () => { keepCopy(form); form.dataset.clean = 'yes'; });
    return link;
  };

  const save = () => { if (saving) { again = true; } else { running = saveNow(); } };

  const saveNow = async () => {
    saving = true;
    show('saving', say('保存しています…', 'Saving…'));
    const sent = JSON.stringify(fieldsOf(form));
    try {
      const body = new URLSearchParams();
      for (const [name, value] of new FormData(form)) if (typeof value === 'string' && name !== '_request') body.append(name, value);
      body.append('_request', crypto.randomUUID ? crypto.randomUUID() : form.elements._request.value);
      const answer = await fetch(form.dataset.autosave || form.action, {
        method: 'POST', body, credentials: 'same-origin', headers: { accept: 'application/json', 'x-csrf-token': form.elements._csrf.value },
      });
      const told = await answer.json().catch(() => ({}));
      lost = answer.status === 401;
      if (answer.ok) {
        if (told.version !== undefined && form.elements.version) { form.elements.version.value = told.version; form.dataset.version = told.version; }
        if (sent === JSON.stringify(fieldsOf(form))) { form.dataset.clean = 'yes'; dropCopy(form); }
        show('saved', told.message ?? say('保存しました', 'Saved'));
        showProblems(form, told.problems ?? []);
        showTold(told.show ?? {}, told.tones ?? {});
        await refreshLive();
      } else {
        if (answer.status >= 500) later();
        show('failed', told.message ?? say('＊保存できませんでした。入力はこの端末に残っています。', '* Not saved. Your input is kept on this device.'));
        if (lost && status) status.append(' ', signInLink());
      }
    } catch {
      later();
      show('failed', say('＊通信できません。入力はこの端末に残っています。', '* No connection. Your input is kept on this device.'));
    }
    saving = false;
    if (again && !submitting) { again = false; await saveNow(); }
  };

  form.addEventListener('input', () => {
    form.dataset.clean = 'no';
    keepCopy(form);
    clearTimeout(timer);
    timer = setTimeout(save, WAIT_BEFORE_SAVING);
  });
  // Not while the session is lost, nor while a button is being pressed: what saving says would move it away under the finger.
  form.addEventListener('change', () => { if (form.dataset.clean === 'no' && !lost && !pressed) { clearTimeout(timer); save(); } });
  form.addEventListener('pointerdown', (event) => { pressed = event.target.closest('button') !== null; if (pressed) clearTimeout(timer); });
  for (const end of ['pointerup', 'pointercancel']) {
    addEventListener(end, () => {
      if (!pressed) return;
      pressed = false;
      if (form.dataset.clean === 'no') { clearTimeout(timer); timer = setTimeout(save, WAIT_BEFORE_SAVING); }
    });
  }
  // A save under way ends first: the button then sends the version that it made, and does not meet itself as somebody else's.
  form.addEventListener('submit', (event) => {
    clearTimeout(timer);
    if (saving) {
      event.preventDefault();
      if (!submitting) { submitting = true; running.finally(() => { submitting = false; again = false; form.requestSubmit(event.submitter); }); }
      return;
    }
    form.dataset.clean = 'yes';
    dropCopyAfterSubmit(form);
  });
  addEventListener('online', () => { if (form.dataset.clean === 'no') save(); });
  addEventListener('beforeunload', (event) => { if (form.dataset.clean === 'no') event.preventDefault(); });
  offerCopy(form);
}

// A submitted form may still meet a lost session: its copy is dropped on the next page that shows the same form saved.
function dropCopyAfterSubmit(form) { keepCopy(form, true); }

// What the server computed, by the id of its place; a place may stand twice on a page.
function showTold(texts, tones) {
  for (const [id, text] of Object.entries(texts)) {
    for (const out of document.querySelectorAll(`[id="${id}"], [data-show="${id}"]`)) {
      out.textContent = text;
      if (tones[id]) out.className = `bs-tag bs-tag--${tones[id]}`;
    }
  }
}

// Parts of the page that follow from what was saved, as the server would show them now.
async function refreshLive() {
  const parts = [...document.querySelectorAll('[data-live]')];
  if (parts.length === 0) return;
  const answer = await fetch(location.pathname, { credentials: 'same-origin', headers: { accept: 'text/html' } }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const part of parts) {
    const now = fresh.getElementById(part.id);
    if (now) part.replaceChildren(...[...now.childNodes].map((node) => document.importNode(node, true)));
  }
}

function showProblems(form, problems) {
  for (const old of form.querySelectorAll('[data-live-problem]')) old.remove();
  for (const field of form.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid');
  for (const { field, text } of problems) {
    const input = form.elements[field];
    const first = input instanceof RadioNodeList ? input[0] : input;
    if (!first) continue;
    first.setAttribute('aria-invalid', 'true');
    const p = document.createElement('p');
    p.className = 'bs-wrong';
    p.dataset.liveProblem = '';
    p.textContent = `＊${text}`;
    (first.closest('.bs-with-unit, .bs-points') ?? first).before(p);
  }
}

// On signing out, nothing of this person stays on a shared machine.
function forgetCopies(person) {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(`banso:${person}:`)) localStorage.removeItem(key);
  } catch { /* nothing kept */ }
}

// ---- a reviewer's keyboard ---------------------------------------------------------------------------------------------

function reviewKeys(sheet) {
  const rows = [...sheet.querySelectorAll('[data-criterion]')];
  const current = () => rows.findIndex((row) => row.contains(document.activeElement));
  const go = (index) => {
    const points = rows[Math.max(0, Math.min(rows.length - 1, index))]?.querySelector('[data-points]');
    points?.focus();
    points?.select();
  };
  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches('textarea, select, input:not([data-points]):not([type=checkbox]):not([type=radio])')) return;
    const key = event.key.toLowerCase();
    if (key === 'j') { go(current() + 1); event.preventDefault(); }
    if (key === 'k') { go(current() < 0 ? 0 : current() - 1); event.preventDefault(); }
  });
}

// ---- start -----------------------------------------------------------------------------------------------------------

document.addEventListener('input', (event) => {
  if (event.target.matches?.('[data-count]')) showCount(event.target);
  if (event.target.matches?.('[data-sum]')) showSums();
});
document.addEventListener('submit', (event) => {
  if (event.defaultPrevented) return;
  const ask = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (ask && !confirm(ask)) { event.preventDefault(); return; }
  if (event.target.matches('[data-sign-out]')) forgetCopies(document.body.dataset.person ?? '');
});
document.querySelectorAll('[data-count]').forEach(showCount);
if (document.querySelector('[data-sum]')) showSums();
document.querySelectorAll('form[data-autosave]').forEach(autosave);
document.querySelectorAll('[data-keys]').forEach(reviewKeys);
document.querySelectorAll('[data-needs-script]').forEach((help) => { help.hidden = false; });
document.querySelectorAll('[data-submit-on-change]').forEach((field) => field.addEventListener('change', () => field.form.requestSubmit()));
