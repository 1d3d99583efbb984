'use strict';
/* The view of one execution log, which may grow. Everything that it shows comes from the document and goes to the page as text,
   never as markup. Long lists keep only the rows in the page that can be seen. */
const LogView = (() => {
  const ROW = 26, SPARE = 12, SVG = 'http://www.w3.org/2000/svg', MOST_BINS = 240, MOST_TENANTS = 500, MOST_POINTS = 16;
  const PHASES = ['plan', 'open', 'checkpoint', 'stage', 'prepare', 'gate', 'commit', 'publish', 'converge', 'validate', 'bake', 'finish', 'rollback', 'waiting'];
  const WORST = ['SKIPPED', 'OK', 'WARNING', 'UNKNOWN', 'ERROR'];
  const MARKS = { OK: '✓', WARNING: '!', ERROR: '✗', SKIPPED: '-', UNKNOWN: '?' };

  const own = (object, key) => (object && Object.hasOwn(object, key) ? object[key] : undefined);
  const text = value => (value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value));
  const status = value => (WORST.includes(value) ? value : 'UNKNOWN');

  function element(name, attributes, ...children) {
    const out = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) out.setAttribute(key, value);
    out.append(...children.map(child => (child instanceof Node ? child : document.createTextNode(text(child)))));
    return out;
  }

  function shape(name, attributes, label) {
    const out = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) out.setAttribute(key, value);
    if (label !== undefined) out.textContent = label;
    return out;
  }

  function titled(node, words) {
    node.append(shape('title', {}, words));
    return node;
  }

  function duration(ms) {
    if (!Number.isFinite(ms)) return '';
    if (ms === 0) return '0 ms';
    if (ms >= 60000) return Math.floor(ms / 60000) + ' min ' + ((ms % 60000) / 1000).toFixed(0) + ' s';
    return ms >= 1000 ? (ms / 1000).toFixed(2) + ' s' : ms.toFixed(ms < 10 ? 2 : 0) + ' ms';
  }

  function recordsOf(log) {
    const lists = (log.thought_log || []).map(step => step.records || []);
    return [log.records || [], ...lists].flat().sort((a, b) => a.seq - b.seq);
  }

  const facts = record => own(record, 'facts') || {};
  const isDecision = record =>
    own(record, 'decision') !== undefined || own(facts(record), 'state') !== undefined || own(facts(record), 'target_digest') !== undefined
      || record.phase === 'request' || record.phase === 'end' || record.status === 'ERROR' || record.status === 'UNKNOWN';

  // --- The head -------------------------------------------------------------------------------------------------

  const GOOD = ['COMPLETED', 'NO_CHANGE'], BAD = ['FAILED', 'UNKNOWN'];

  function head(log) {
    const result = text(log.stage || log.result);
    const colour = GOOD.includes(result) ? 'OK' : BAD.includes(result) ? 'ERROR' : 'WARNING';
    const out = element('header', {},
      element('div', { class: 'head' }, element('h1', {}, log.execution_id), element('span', { class: 'result ' + colour }, result)),
      element('p', { class: 'request' }, '“' + text(log.request) + '”', element('span', { class: 'count' }, log.requester ? ' asked by ' + text(log.requester) : '')));
    const whole = recordsOf(log).find(record => record.action === 'Reading the conversation');
    if (whole) out.append(element('p', { class: 'count' }, 'In all: “' + text(whole.detail) + '”'));
    if (log.reason) out.append(element('p', { class: 'reason' }, log.reason));
    for (const record of recordsOf(log)) if (record.action === 'Reason of a decision') out.append(element('p', { class: 'reason' }, '“' + text(record.detail) + '”'));
    out.append(cards(log));
    return out;
  }

  function cards(log) {
    const out = element('dl', { class: 'cards' });
    const card = (name, value, whole) => {
      if (value !== undefined && value !== '') {
        out.append(element('div', { class: 'card' }, element('dt', {}, name), element('dd', { title: text(whole ?? value) }, value)));
      }
    };
    const validation = log.validation || {};
    card('Began', text(log.timestamp).replace(/^(\S+)T(\d\d:\d\d:\d\d)\S*Z$/, '$1 $2 UTC'), log.timestamp);
    /* Before its end nothing says how much of it was waiting. */
    card('Took', log.duration_seconds === undefined || log.result === 'UNFINISHED' || log.result === 'HELD' ? '' : duration(log.duration_seconds * 1000));
    card(['HELD', 'ABORTED', 'REFUSED', 'NO_CHANGE'].includes(log.result) ? 'Would be epoch' : 'Epoch', own(log, 'epoch'));
    card('Plan', shortened(text(log.plan_hash)), log.plan_hash);
    if (['COMPLETED', 'FAILED', 'UNKNOWN'].includes(log.result)) card('Rollback', log.rollback_available ? 'available' : 'not available');
    const kept = text((log.checkpoint || {}).s3);
    card('Checkpoint', shortened(kept.replace(/^.*\//, '')), kept);
    if (validation.requests !== undefined) {
      const answers = validation.allowed + ' allowed, ' + validation.refused + ' refused';
      card('Synthetic requests', validation.unexpected === 0 ? validation.requests + ' as expected (' + answers + ')' : validation.requests + ': ' + answers + (validation.unexpected ? ', ' + validation.unexpected + ' not as expected' : ''));
      card('Latency', [50, 99].map(p => ['p' + p, duration(own(validation, 'p' + p + '_ms'))]).filter(([, ms]) => ms).map(([p, ms]) => p + ' ' + ms).join(', '));
    }
    return out;
  }

  const shortened = hash => (hash.length > 16 ? hash.slice(0, 12) + '…' : hash);

  // --- Plots ------------------------------------------------------------------------------------------------------

  function figure(caption, content, legend = []) {
    const samples = legend.map((word, i) => element('span', {}, element('span', { class: 'sample' + (i ? ' second' : '') }), word));
    return element('figure', {}, element('figcaption', {}, element('span', {}, caption), element('span', { class: 'legend' }, ...samples)), content);
  }

  /* A row has a name, bars from 0, and what they come to in words. */
  function bars(rows, unit) {
    const top = Math.max(...rows.flatMap(row => row.values), 1e-9), out = element('div', { class: 'bars' });
    for (const row of rows) {
      const track = element('span', { class: 'track', title: row.name + ': ' + row.values.map(value => value + unit).join(', ') });
      row.values.forEach((value, n) => {
        const bar = element('span', { class: 'bar ' + (row.classes[n] || '') });
        bar.style.width = value / top * 100 + '%';
        track.append(bar);
      });
      out.append(element('span', { class: 'name', title: row.name }, row.name), track, element('span', { class: 'amount' }, row.label));
    }
    return out;
  }

  function phases(log) {
    const place = name => (PHASES.includes(name) ? PHASES.indexOf(name) : PHASES.length);
    const rows = Object.entries(log.phases || {}).filter(([, ms]) => ms > 0)
      .map(([key, ms]) => ({ name: key.replace(/_ms$/, ''), values: [ms], classes: [key === 'waiting_ms' ? 'second' : ''], label: duration(ms) }))
      .sort((one, other) => place(one.name) - place(other.name));
    return rows.length ? figure('Time by phase', bars(rows, ' ms')) : undefined;
  }

  /* Those that stand out come first: an estate has more points than a page should be long. */
  function points(log, plot) {
    const all = (log.validation || {}).per_enforcement_point || [];
    const rows = all.map(point => ({ name: text(point.member).replace(/^gateway\//, ''), values: plot.values(point), classes: ['', 'second'], label: plot.label(point) }))
      .filter(row => row.values.every(Number.isFinite))
      .sort((one, other) => plot.weight(other.values) - plot.weight(one.values));
    const some = rows.length > MOST_POINTS ? ', the ' + MOST_POINTS + ' ' + plot.first + ' of ' + rows.length : '';
    return rows.length ? figure(plot.caption + some, bars(rows.slice(0, MOST_POINTS), ''), plot.legend) : undefined;
  }

  function worse(a, b) {
    return WORST.indexOf(status(a)) > WORST.indexOf(status(b)) ? status(a) : status(b);
  }

  /* When a step began: its records come when something is done, so the first may come long after. */
  function begun(step, until) {
    const first = step.records && step.records.length ? Date.parse(step.records[0].time) : until;
    return Number.isFinite(step.duration_ms) ? Math.min(first, until - step.duration_ms) : first;
  }

  /* One row a step, and below them how many records there were at which time, coloured by the worst of them. */
  function timeline(log, records, show) {
    const times = records.map(record => Date.parse(record.time));
    const steps = (log.thought_log || []).map(step => {
      const all = step.records || [], until = Date.parse(all.length ? all[all.length - 1].time : step.time);
      return { step, all, until, from: begun(step, until) };
    });
    const from = Math.min(times[0], ...steps.map(one => one.from).filter(Number.isFinite));
    const span = Math.max(1, times[times.length - 1] - from), part = time => Math.min(100, Math.max(0, (time - from) / span * 100));
    const rows = element('div', { class: 'timeline' });
    for (const { step, all, until, from: since } of steps) {
      const level = status(step.status), bar = element('span', { class: 'bar f-' + level });
      bar.style.left = part(since) + '%';
      bar.style.width = part(until) - part(since) + '%';
      const row = element('button', { class: 'step', type: 'button', 'aria-label': 'Records of step ' + step.step + ', ' + text(step.action) + ', ' + level, title: text(step.detail) },
        element('span', { class: 'name' }, element('span', { class: 'mark ' + level }, MARKS[level]), step.step + '  ' + text(step.action)),
        element('span', { class: 'track' }, bar), element('span', { class: 'amount' }, duration(step.duration_ms)));
      row.addEventListener('click', () => all.length && show(all[0].seq));
      rows.append(row);
    }
    rows.append(element('span', { class: 'name count' }, 'Records over time'), density(records, times, { from, span }), element('span', { class: 'amount' }, ''),
      element('span', { class: 'name' }), element('span', { class: 'axis' }, element('span', {}, '0'), element('span', {}, duration(span))), element('span', { class: 'amount' }));
    return figure(steps.length + ' steps, ' + records.length + ' records', rows);
  }

  function density(records, times, at) {
    const bins = Array.from({ length: MOST_BINS }, () => ({ count: 0, worst: 'SKIPPED' }));
    records.forEach((record, i) => {
      const bin = bins[Math.min(MOST_BINS - 1, Math.floor((times[i] - at.from) / at.span * MOST_BINS))];
      if (bin) { bin.count++; bin.worst = worse(bin.worst, record.status); }
    });
    const most = Math.max(...bins.map(bin => bin.count), 1);
    const svg = shape('svg', { viewBox: '0 0 ' + MOST_BINS + ' 30', preserveAspectRatio: 'none', role: 'img', 'aria-label': 'Records over time' });
    bins.forEach((bin, i) => {
      if (bin.count === 0) return;
      const tall = Math.max(2, bin.count / most * 30);
      svg.append(titled(shape('rect', { x: i, y: 30 - tall, width: 0.85, height: tall, class: 'f-' + bin.worst }), bin.count + ' records'));
    });
    return element('span', { class: 'density' }, svg);
  }

  // --- What changed, by tenant --------------------------------------------------------------------------------------

  const CHANGES = { COMPLETED: 'What changed', ROLLED_BACK: 'What was rolled back', UNKNOWN: 'What may have changed', UNFINISHED: 'What changes', QUEUED: 'What would change', HELD: 'What would change' };

  function differences(records, result) {
    const tenants = new Map();
    for (const record of records) {
      for (const line of own(facts(record), 'diff') || []) {
        const parts = typeof line === 'object' && line !== null ? line : { field: text(line) };
        const name = text(parts.tenant) || 'the whole set';
        if (!tenants.has(name)) tenants.set(name, []);
        tenants.get(name).push(parts);
      }
    }
    if (tenants.size === 0) return undefined;
    const out = element('section', {}, element('h2', {}, (own(CHANGES, result) || 'What would have changed') + ', by tenant'));
    const all = element('div', { class: 'tenants' });
    [...tenants].slice(0, MOST_TENANTS).forEach(([name, lines]) => all.append(tenant(name, lines, tenants.size <= 4)));
    out.append(all);
    if (tenants.size > MOST_TENANTS) out.append(element('p', { class: 'count' }, 'and ' + (tenants.size - MOST_TENANTS) + ' more'));
    return out;
  }

  function tenant(name, lines, open) {
    const table = element('table', {}, element('tr', {}, ...['Limit', 'Field', 'Before', 'After'].map(word => element('th', {}, word))));
    for (const line of lines) {
      const before = own(line, 'before'), after = own(line, 'after');
      table.append(element('tr', {}, element('td', {}, own(line, 'limit') || (own(line, 'tenant') ? 'the tenant' : '')), element('td', {}, own(line, 'field')),
        element('td', {}, before === undefined ? '' : element('del', {}, before)),
        element('td', {}, after === undefined ? '' : element('ins', {}, after))));
    }
    const out = element('details', { class: 'tenant' }, element('summary', {}, name + ' (' + lines.length + ')'), table);
    out.open = open;
    return out;
  }

  // --- The records: a list of any length ---------------------------------------------------------------------------

  function list(first, signal) {
    let records = first;
    const since = time => Date.parse(time) - Date.parse(records[0].time);
    const state = { shown: records, at: 0, top: -1 };
    const search = element('input', { type: 'search', placeholder: 'Filter: words in any field', 'aria-label': 'Filter records' });
    const choice = element('select', { 'aria-label': 'Status' }, ...['Any status', ...WORST.toReversed()].map(word => element('option', {}, word)));
    const only = element('input', { type: 'checkbox', id: 'only-decisions' });
    const count = element('span', { class: 'count', role: 'status' });
    const space = element('div', { class: 'space' });
    const view = element('div', { class: 'records', tabindex: 0, role: 'listbox', 'aria-label': 'Records' }, space);
    const detail = element('div', { class: 'detail', hidden: '' });
    const rows = new Map();
    let words;

    function haystack(i) {
      words ??= new Array(records.length);
      return words[i] ??= JSON.stringify(records[i]).toLowerCase();
    }

    function filter() {
      const wanted = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean), level = choice.selectedIndex > 0 ? choice.value : '';
      const kept = state.shown[state.at] ? state.shown[state.at].seq : 0;
      view.style.height = 'min(60vh, 620px, ' + (Math.max(2, records.length) * ROW + 2) + 'px)';
      state.shown = records.filter((record, i) => (!only.checked || isDecision(record)) && (!level || record.status === level)
        && wanted.every(word => haystack(i).includes(word)));
      state.at = Math.max(0, state.shown.findIndex(record => record.seq >= kept));
      state.top = -1;
      space.style.height = state.shown.length * ROW + 'px';
      view.classList.toggle('none', state.shown.length === 0);
      view.dataset.none = records.length ? 'No record matches' : 'No record yet';
      count.textContent = state.shown.length + ' of ' + records.length + ' records';
      rows.forEach(row => row.remove());
      rows.clear();
      draw();
    }

    function draw() {
      const first = Math.max(0, Math.floor(view.scrollTop / ROW) - SPARE);
      const last = Math.min(state.shown.length, Math.ceil((view.scrollTop + view.clientHeight) / ROW) + SPARE);
      for (const [i, row] of rows) if (i < first || i >= last) { row.remove(); rows.delete(i); }
      for (let i = first; i < last; i++) if (!rows.has(i)) { const row = line(i); rows.set(i, row); space.append(row); }
      for (const [i, row] of rows) {
        row.classList.toggle('selected', i === state.at);
        row.setAttribute('aria-selected', String(i === state.at));
      }
      view.setAttribute('aria-activedescendant', 'row-' + state.at);
    }

    function line(i) {
      const record = state.shown[i], level = status(record.status);
      const row = element('div', { class: 'row' + (isDecision(record) ? ' decision' : record.status === 'SKIPPED' ? ' skipped' : ''), id: 'row-' + i, role: 'option', 'aria-setsize': state.shown.length, 'aria-posinset': i + 1 },
        element('span', { class: 'num' }, record.seq),
        element('span', { class: 'num time', title: text(record.time) }, '+' + duration(since(record.time))),
        element('span', { class: level, title: level, 'aria-label': level }, MARKS[level]),
        element('span', { class: 'phase' }, record.phase),
        element('span', { title: text(record.action) }, record.action),
        element('span', { class: 'said', title: text(record.detail) }, record.detail),
        element('span', { class: 'num took' }, record.duration_us === undefined ? '' : duration(record.duration_us / 1000)));
      row.style.top = i * ROW + 'px';
      row.addEventListener('click', () => { select(i); open(); });
      return row;
    }

    function select(i) {
      if (state.shown.length === 0) return;
      state.at = Math.min(Math.max(0, i), state.shown.length - 1);
      const top = state.at * ROW;
      if (top < view.scrollTop) view.scrollTop = top;
      if (top + ROW > view.scrollTop + view.clientHeight) view.scrollTop = top + ROW - view.clientHeight;
      if (!detail.hidden) open();
      draw();
    }

    /* What it decides, and the records that this rests on, each of which can be gone to. */
    function because(record) {
      const decision = own(record, 'decision'), before = own(record, 'before'), after = own(record, 'after');
      if (!decision) return [];
      const out = element('div', { class: 'because' }, text(decision.name) + ' by rule ' + text(decision.rule));
      const evidence = own(record, 'evidence') || [];
      if (evidence.length) out.append(', because of');
      for (const seq of evidence) {
        const ground = records.find(other => other.seq === seq), link = element('button', { type: 'button', title: text(ground && ground.action) }, seq);
        link.addEventListener('click', () => show(seq));
        out.append(' ', link);
      }
      if (after !== undefined) out.append(element('div', { class: 'count' }, 'policies ' + (shortened(text(before)) || 'none') + ' → ' + (shortened(text(after)) || 'none')));
      return [out];
    }

    function open() {
      const record = state.shown[state.at];
      if (!record) return;
      detail.replaceChildren(
        element('strong', {}, record.seq + '  ' + text(record.action)), element('div', {}, record.detail), ...because(record),
        element('div', { class: 'count' }, text(record.time) + ', ' + text(record.actor)),
        element('pre', {}, JSON.stringify(record, null, 2)));
      detail.hidden = false;
    }

    const page = () => Math.max(1, Math.floor(view.clientHeight / ROW) - 1);
    const moves = {
      ArrowDown: () => select(state.at + 1), j: () => select(state.at + 1),
      ArrowUp: () => select(state.at - 1), k: () => select(state.at - 1),
      PageDown: () => select(state.at + page()), PageUp: () => select(state.at - page()),
      Home: () => select(0), End: () => select(state.shown.length - 1),
      Enter: open, Escape: () => { detail.hidden = true; },
    };
    view.addEventListener('keydown', event => {
      const move = event.ctrlKey || event.metaKey || event.altKey ? undefined : own(moves, event.key);
      if (move) { move(); event.preventDefault(); }
    });
    document.addEventListener('keydown', event => {
      const typing = ['INPUT', 'SELECT', 'TEXTAREA'].includes(event.target.tagName);
      if (event.key === '/' && !typing) { search.focus(); event.preventDefault(); }
      if (event.key === 'Escape' && typing) view.focus();
      if (event.key === 'd' && !typing && !event.ctrlKey && !event.metaKey) { only.checked = !only.checked; filter(); }
    }, { signal });
    let later;
    search.addEventListener('input', () => { clearTimeout(later); later = setTimeout(filter, 120); });
    choice.addEventListener('change', filter);
    only.addEventListener('change', filter);
    view.addEventListener('scroll', () => requestAnimationFrame(draw), { passive: true });
    const key = (name, words_) => [element('kbd', {}, name), ' ' + words_ + '  '];
    const section = element('section', {}, element('h2', {}, 'Records'),
      element('div', { class: 'tools' }, search, choice, element('label', { for: 'only-decisions' }, only, ' decisions only'), count),
      view, detail,
      element('div', { class: 'keys' }, ...key('/', 'filter'), ...key('↑ ↓ j k', 'move'), ...key('PgUp PgDn Home End', 'jump'),
        ...key('Enter', 'open'), ...key('Esc', 'close'), ...key('d', 'decisions only')));
    const show = seq => {
      only.checked = false; choice.selectedIndex = 0; search.value = '';
      filter();
      select(state.shown.findIndex(record => record.seq >= seq));
      view.scrollTop = state.at * ROW;
      view.focus();
    };
    const grow = more => { records = more; words = undefined; filter(); };
    return { section, show, grow };
  }

  // --- All of it -----------------------------------------------------------------------------------------------------

  /* Shows a log below its head and a notice. What it returns shows a later state of it, and leaves filter and place of
     the records alone. The signal ends it. */
  function render(root, log, { notice, signal } = {}) {
    const top = element('div'), parts = element('div'), foot = element('p', { class: 'foot' });
    const rows = list(recordsOf(log), signal);
    root.replaceChildren(top, ...(notice ? [notice] : []), parts, rows.section, foot);
    const update = later => {
      const records = recordsOf(later), audit = later.audit || {};
      document.title = text(later.execution_id) + ' ' + text(later.result);
      top.replaceChildren(head(later));
      parts.replaceChildren(...summary(later, records, rows.show));
      foot.textContent = records.length + ' records' + (audit.head ? ', head ' + text(audit.head) : '')
        + (audit.signature ? ', signed by ' + text(audit.key) : later.outline ? '' : ', not signed')
        + '. This page only shows the log; `deployclaw audit verify` checks it.';
      rows.grow(records);
    };
    update(log);
    return { update };
  }

  function summary(log, records, show) {
    const plots = [
      phases(log),
      points(log, { caption: 'Latency by enforcement point', first: 'slowest', legend: ['p50', 'p99'], weight: ([, p99]) => p99,
        values: point => [point.p50_ms, point.p99_ms], label: point => duration(point.p99_ms) }),
      points(log, { caption: 'Synthetic requests', first: 'most refused', legend: ['allowed', 'refused'], weight: ([, refused]) => refused,
        values: point => [point.allowed, point.refused], label: point => point.allowed + ' / ' + point.refused }),
    ].filter(Boolean);
    const changed = differences(records, log.result);
    const out = [];
    if (records.length > 2) out.push(element('h2', {}, 'Timeline'), timeline(log, records, show));
    if (changed) out.push(changed);
    if (plots.length) out.push(element('h2', {}, 'Measured'), element('div', { class: 'plots' }, ...plots));
    return out;
  }

  return { render, differences };
})();
if (document.getElementById('document')) LogView.render(document.getElementById('log'), JSON.parse(document.getElementById('document').textContent));
