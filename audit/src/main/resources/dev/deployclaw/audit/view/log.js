'use strict';
/* The view of one execution log. Everything that it shows comes from the document and goes to the page as text,
   never as markup. Long lists keep only the rows in the page that can be seen. */
const LogView = (() => {
  const ROW = 26, SPARE = 12, SVG = 'http://www.w3.org/2000/svg', MOST_BINS = 240, MOST_TENANTS = 500;
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
    if (ms >= 60000) return Math.floor(ms / 60000) + ' min ' + ((ms % 60000) / 1000).toFixed(0) + ' s';
    return ms >= 1000 ? (ms / 1000).toFixed(2) + ' s' : ms.toFixed(ms < 10 ? 2 : 0) + ' ms';
  }

  function recordsOf(log) {
    const lists = (log.thought_log || []).map(step => step.records || []);
    return [log.records || [], ...lists].flat().sort((a, b) => a.seq - b.seq);
  }

  const facts = record => own(record, 'facts') || {};
  const isDecision = record =>
    own(facts(record), 'state') !== undefined || own(facts(record), 'target_digest') !== undefined
      || record.phase === 'request' || record.phase === 'end' || record.status === 'ERROR' || record.status === 'UNKNOWN';

  // --- The head -------------------------------------------------------------------------------------------------

  const GOOD = ['COMPLETED', 'NO_CHANGE'], BAD = ['FAILED', 'UNKNOWN'];

  function head(log) {
    const result = text(log.result);
    const colour = GOOD.includes(result) ? 'OK' : BAD.includes(result) ? 'ERROR' : 'WARNING';
    const out = element('header', {},
      element('div', { class: 'head' }, element('h1', {}, log.execution_id), element('span', { class: 'result ' + colour }, result)),
      element('p', { class: 'request' }, '“' + text(log.request) + '”' + (log.requester ? ', asked by ' + text(log.requester) : '')));
    if (log.reason) out.append(element('p', { class: 'reason' }, log.reason));
    out.append(cards(log));
    return out;
  }

  function cards(log) {
    const out = element('dl', { class: 'cards' });
    const card = (name, value) => {
      if (value !== undefined && value !== '') {
        out.append(element('div', { class: 'card' }, element('dt', {}, name), element('dd', { title: text(value) }, value)));
      }
    };
    const validation = log.validation || {};
    card('Began', text(log.timestamp));
    card('Took', log.duration_seconds === undefined ? '' : duration(log.duration_seconds * 1000));
    card('Epoch', own(log, 'epoch'));
    card('Plan', log.plan_hash);
    card('Rollback', log.rollback_available ? 'available' : 'not available');
    card('Checkpoint', (log.checkpoint || {}).s3);
    if (validation.requests !== undefined) {
      card('Synthetic requests', validation.requests + ': ' + validation.allowed + ' allowed, ' + validation.refused + ' refused');
      card('Latency', 'p50 ' + text(validation.p50_ms) + ' ms, p99 ' + text(validation.p99_ms) + ' ms');
    }
    return out;
  }

  // --- Plots ------------------------------------------------------------------------------------------------------

  function figure(caption, svg, legend = []) {
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', [caption, ...legend].join(', '));
    const samples = legend.flatMap((word, i) => [element('span', { class: 'sample' + (i ? ' second' : '') }), word]);
    return element('figure', {}, element('figcaption', {}, caption, ...samples), svg);
  }

  function bars(rows, unit) {
    const top = Math.max(...rows.flatMap(row => row.values), 1e-9), height = 22;
    const svg = shape('svg', { viewBox: '0 0 420 ' + rows.length * height });
    rows.forEach((row, i) => {
      const y = i * height, each = (height - 6) / row.values.length;
      svg.append(titled(shape('text', { x: 0, y: y + 15 }, row.name.length > 19 ? '…' + row.name.slice(-18) : row.name), row.name));
      row.values.forEach((value, n) => {
        const bar = shape('rect', { x: 130, y: y + 3 + n * each, width: Math.max(1, value / top * 210), height: Math.max(1, each - 1), class: 'bar ' + (row.classes[n] || ''), rx: 1 });
        svg.append(titled(bar, row.name + ': ' + value + unit));
      });
      svg.append(shape('text', { x: 346, y: y + 15, class: 'faint' }, row.label));
    });
    return svg;
  }

  function phases(log) {
    const rows = Object.entries(log.phases || {}).filter(([, ms]) => ms > 0)
      .map(([name, ms]) => ({ name: name.replace(/_ms$/, ''), values: [ms], classes: [name === 'waiting_ms' ? 'second' : ''], label: duration(ms) }));
    return rows.length ? figure('Time by phase', bars(rows, ' ms')) : undefined;
  }

  function points(log, caption, legend, values, label) {
    const all = (log.validation || {}).per_enforcement_point || [];
    const rows = all.slice(0, 60).map(point => ({ name: text(point.member).replace(/^gateway\//, ''), values: values(point), classes: ['', 'second'], label: label(point) }))
      .filter(row => row.values.every(Number.isFinite));
    const more = all.length > 60 ? ', the first 60 of ' + all.length : '';
    return rows.length ? figure(caption + more, bars(rows, ''), legend) : undefined;
  }

  function worse(a, b) {
    return WORST.indexOf(status(a)) > WORST.indexOf(status(b)) ? status(a) : status(b);
  }

  /* One row a step, and below them how many records there were at which time, coloured by the worst of them. */
  function timeline(log, records, show) {
    const times = records.map(record => Date.parse(record.time));
    const from = times[0], span = Math.max(1, times[times.length - 1] - from);
    const steps = log.thought_log || [], height = 20, left = 270, wide = 640, base = steps.length * height;
    const svg = shape('svg', { viewBox: '0 0 1000 ' + (base + 64) });
    const x = time => left + (time - from) / span * wide;
    steps.forEach((step, i) => {
      const all = step.records || [], at = x(Date.parse(all.length ? all[0].time : step.time));
      const until = all.length ? x(Date.parse(all[all.length - 1].time)) : at;
      const link = shape('g', { class: 'step-link', tabindex: 0, role: 'button', 'aria-label': 'Records of step ' + step.step });
      link.append(
        shape('text', { x: 0, y: i * height + 14 }, step.step + '  ' + text(step.action)),
        titled(shape('rect', { x: at, y: i * height + 4, width: Math.max(2, until - at), height: 12, rx: 2, class: 'f-' + status(step.status) }), text(step.detail)),
        shape('text', { x: 920, y: i * height + 14, class: 'faint' }, duration(step.duration_ms)));
      const go = () => all.length && show(all[0].seq);
      link.addEventListener('click', go);
      link.addEventListener('keydown', event => event.key === 'Enter' && go());
      svg.append(link);
    });
    density(svg, records, times, { from, span, left, wide, base });
    return figure('Timeline: ' + steps.length + ' steps, ' + records.length + ' records in ' + duration(span), svg);
  }

  function density(svg, records, times, at) {
    const bins = Array.from({ length: MOST_BINS }, () => ({ count: 0, worst: 'SKIPPED' }));
    records.forEach((record, i) => {
      const bin = bins[Math.min(MOST_BINS - 1, Math.floor((times[i] - at.from) / at.span * MOST_BINS))];
      if (bin) { bin.count++; bin.worst = worse(bin.worst, record.status); }
    });
    const most = Math.max(...bins.map(bin => bin.count), 1), width = at.wide / MOST_BINS;
    bins.forEach((bin, i) => {
      if (bin.count === 0) return;
      const tall = Math.max(2, bin.count / most * 30);
      svg.append(titled(shape('rect', { x: at.left + i * width, y: at.base + 40 - tall, width: Math.max(1, width - 0.4), height: tall, class: 'f-' + bin.worst }), bin.count + ' records'));
    });
    svg.append(shape('line', { x1: at.left, x2: at.left + at.wide, y1: at.base + 41, y2: at.base + 41, class: 'axis' }),
      shape('text', { x: 0, y: at.base + 38, class: 'faint' }, 'Records over time'),
      shape('text', { x: at.left, y: at.base + 58, class: 'faint' }, '0'),
      shape('text', { x: at.left + at.wide, y: at.base + 58, class: 'faint', 'text-anchor': 'end' }, duration(at.span)));
  }

  // --- What changed, by tenant --------------------------------------------------------------------------------------

  function differences(records) {
    const tenants = new Map();
    for (const record of records) {
      for (const line of own(facts(record), 'diff') || []) {
        const parts = typeof line === 'object' && line !== null ? line : { field: text(line) };
        const name = text(parts.tenant) || 'all tenants';
        if (!tenants.has(name)) tenants.set(name, []);
        tenants.get(name).push(parts);
      }
    }
    if (tenants.size === 0) return undefined;
    const out = element('section', {}, element('h2', {}, 'What changed, by tenant'));
    [...tenants].slice(0, MOST_TENANTS).forEach(([name, lines]) => out.append(tenant(name, lines, tenants.size <= 4)));
    if (tenants.size > MOST_TENANTS) out.append(element('p', { class: 'count' }, 'and ' + (tenants.size - MOST_TENANTS) + ' more'));
    return out;
  }

  function tenant(name, lines, open) {
    const table = element('table', {}, element('tr', {}, ...['Limit', 'Field', 'Before', 'After'].map(word => element('th', {}, word))));
    for (const line of lines) {
      const before = own(line, 'before'), after = own(line, 'after');
      table.append(element('tr', {}, element('td', {}, own(line, 'limit')), element('td', {}, own(line, 'field')),
        element('td', {}, before === undefined ? '' : element('del', {}, before)),
        element('td', {}, after === undefined ? '' : element('ins', {}, after))));
    }
    const out = element('details', { class: 'tenant' }, element('summary', {}, name + ' (' + lines.length + ')'), table);
    out.open = open;
    return out;
  }

  // --- The records: a list of any length ---------------------------------------------------------------------------

  function list(records) {
    const start = records.length ? Date.parse(records[0].time) : 0;
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
      const kept = records[state.at] && state.shown[state.at] ? state.shown[state.at].seq : 0;
      state.shown = records.filter((record, i) => (!only.checked || isDecision(record)) && (!level || record.status === level)
        && wanted.every(word => haystack(i).includes(word)));
      state.at = Math.max(0, state.shown.findIndex(record => record.seq >= kept));
      state.top = -1;
      space.style.height = state.shown.length * ROW + 'px';
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
      const row = element('div', { class: 'row' + (isDecision(record) ? ' decision' : ''), id: 'row-' + i, role: 'option', 'aria-setsize': state.shown.length, 'aria-posinset': i + 1 },
        element('span', { class: 'num' }, record.seq),
        element('span', { class: 'num time', title: text(record.time) }, '+' + duration(Date.parse(record.time) - start)),
        element('span', { class: level, title: level, 'aria-label': level }, MARKS[level]),
        element('span', { class: 'phase' }, record.phase),
        element('span', { title: text(record.action) }, record.action),
        element('span', { title: text(record.detail) }, record.detail),
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

    function open() {
      const record = state.shown[state.at];
      if (!record) return;
      detail.replaceChildren(
        element('strong', {}, record.seq + '  ' + text(record.action)), element('div', {}, record.detail),
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
      const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
      if (event.key === '/' && !typing) { search.focus(); event.preventDefault(); }
      if (event.key === 'Escape' && typing) view.focus();
      if (event.key === 'd' && !typing && !event.ctrlKey && !event.metaKey) { only.checked = !only.checked; filter(); }
    });
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
    return { section, show, begin: filter };
  }

  // --- All of it -----------------------------------------------------------------------------------------------------

  function render(root, log) {
    const records = recordsOf(log), audit = log.audit || {};
    document.title = text(log.execution_id) + ' ' + text(log.result);
    const rows = list(records);
    const plots = [
      phases(log),
      points(log, 'Latency by enforcement point', ['p50', 'p99'], point => [point.p50_ms, point.p99_ms], point => duration(point.p99_ms)),
      points(log, 'Synthetic requests by enforcement point', ['allowed', 'refused'], point => [point.allowed, point.refused], point => point.allowed + ' / ' + point.refused),
    ].filter(Boolean);
    const changed = differences(records);
    root.replaceChildren(head(log));
    if (records.length) root.append(element('h2', {}, 'Timeline'), timeline(log, records, rows.show));
    if (changed) root.append(changed);
    if (plots.length) root.append(element('h2', {}, 'Measured'), element('div', { class: 'plots' }, ...plots));
    root.append(rows.section, element('p', { class: 'foot' },
      records.length + ' records, head ' + text(audit.head) + (audit.signature ? ', signed by ' + text(audit.key) : ', not signed')
      + '. This page only shows the log; `deployclaw audit verify` checks it.'));
    rows.begin();
  }

  return { render };
})();
LogView.render(document.getElementById('log'), JSON.parse(document.getElementById('document').textContent));
