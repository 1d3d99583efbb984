/* What the pages are made of. All that comes from outside goes to the page as text, never as markup. */

const AGAIN_MILLIS = 10000;

export const text = value => (value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value));

/* An element. An attribute that is undefined or false is left out; a function listens to the event of that name. */
export function element(name, attributes, ...children) {
  const out = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (typeof value === 'function') out.addEventListener(key, value);
    else if (value !== undefined && value !== false) out.setAttribute(key, value === true ? '' : value);
  }
  out.append(...children.flat().filter(child => child !== undefined).map(child => (child instanceof Node ? child : document.createTextNode(text(child)))));
  return out;
}

/* A part of a picture. */
export function svg(name, attributes, ...children) {
  const out = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') out.addEventListener(key, value); else out.setAttribute(key, value);
  }
  out.append(...children);
  return out;
}

export const link = (path, ...words) => element('a', { href: path }, ...words);
export const count = (n, one, many = one + 's') => n.toLocaleString('en') + ' ' + (n === 1 ? one : many);
export const short = hash => (text(hash).length > 16 ? text(hash).slice(0, 12) + '…' : text(hash));
export const executionLink = id => element('a', { class: 'id', href: '/console/executions/' + encodeURIComponent(id) }, id);
export const tenantLink = name => link('/console/tenants/' + encodeURIComponent(name), name);
export const askLink = (request, ...words) => link('/console/ask?request=' + encodeURIComponent(request), ...words);

const GOOD = ['COMPLETED', 'NO_CHANGE'], BAD = ['FAILED', 'UNKNOWN'];

/* How an execution is, for people: a log without an end is one that is being written, and what begins at a time isn't held. */
export const stage = (result, id, status) => (result === 'UNFINISHED' ? 'RUNNING' : result === 'HELD' && (status?.scheduled || []).some(one => one.id === id) ? 'SCHEDULED' : text(result));

export function badge(result) {
  const level = GOOD.includes(result) ? 'OK' : BAD.includes(result) ? 'ERROR' : 'WARNING';
  return element('span', { class: 'result ' + level }, text(result).replaceAll('_', ' '));
}

export const utc = time => text(time).replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)\S*Z$/, '$1 $2 UTC');

export function ago(time, now = Date.now()) {
  const seconds = Math.round((now - Date.parse(time)) / 1000);
  return Number.isFinite(seconds) ? (seconds < 0 ? 'in ' + span(-seconds) : span(seconds) + ' ago') : '';
}

function span(seconds) {
  const [n, unit] = seconds < 90 ? [seconds, 's'] : seconds < 5400 ? [seconds / 60, 'min'] : seconds < 129600 ? [seconds / 3600, 'h'] : [seconds / 86400, 'd'];
  return Math.round(n) + ' ' + unit;
}

/* A time that says when, for as long as it is shown, and in its title exactly when. */
export const when = time => element('time', { datetime: text(time), title: utc(time), 'data-ago': true }, ago(time));

setInterval(() => document.querySelectorAll('time[data-ago]').forEach(shown => { shown.textContent = ago(shown.dateTime); }), AGAIN_MILLIS);

export const heading = (words, ...beside) => element('div', { class: 'head' }, element('h1', {}, words), ...beside);

export function cards(pairs) {
  const shown = pairs.filter(([, value]) => value !== undefined && value !== '');
  return element('dl', { class: 'cards' }, ...shown.map(([name, value, kind]) =>
    element('div', { class: 'card ' + (kind || '') }, element('dt', {}, name), element('dd', {}, value))));
}

/* A table, without the columns that no row fills; numbers are on the right. Where the window is narrow each row is a block,
   and its cells name their columns: the roles are spelled out, since a block has none of its own. */
export function table(caption, names, all) {
  const filled = names.map((_, i) => i).filter(i => all.some(row => row[i] !== '' && row[i] !== undefined));
  const columns = filled.map(i => names[i]), rows = all.map(row => filled.map(i => row[i]));
  const kinds = columns.map((_, i) => (rows.every(row => /^[\d,]*(\.\d+)?$/.test(row[i])) ? 'num' : undefined));
  const cells = row => row.map((cell, i) => element('td', { role: 'cell', class: kinds[i], 'data-column': columns[i] }, cell));
  return element('table', { class: 'rows-narrow', role: 'table', 'aria-label': caption },
    element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...columns.map((name, i) => element('th', { role: 'columnheader', scope: 'col', class: kinds[i] }, name)))),
    element('tbody', { role: 'rowgroup' }, ...rows.map(row => element('tr', { role: 'row' }, ...cells(row)))));
}

export const note = (kind, ...children) => element('div', { class: 'note ' + kind, role: kind === 'bad' ? 'alert' : undefined }, ...children);

/* Why a call failed, and what to do. */
export function trouble(problem) {
  return note('bad', element('strong', {}, problem.title || 'That did not work'), element('p', {}, problem.detail || text(problem.message)),
    problem.remedy ? element('p', { class: 'count' }, problem.remedy) : undefined);
}

/* A button that does one thing at a time. */
export function action(words, kind, act) {
  const button = element('button', { type: 'button', class: kind, click: async () => {
    button.disabled = true;
    try { await act(); } finally { button.disabled = false; }
  } }, words);
  return button;
}

export function list(title, lines, kind = '') {
  return lines && lines.length
    ? element('section', { class: kind }, element('h2', {}, title), element('ul', {}, ...lines.map(line => element('li', {}, line))))
    : undefined;
}

/* For people who don't see the page change. */
export function say(words) {
  document.getElementById('said').textContent = words;
}

/* Calls again and again while the page is looked at, until the signal. */
export function repeat(act, millis, signal) {
  let busy = false;
  const timer = setInterval(async () => {
    if (busy || document.visibilityState === 'hidden') return;
    busy = true;
    try { await act(); } finally { busy = false; }
  }, millis);
  signal.addEventListener('abort', () => clearInterval(timer));
}
