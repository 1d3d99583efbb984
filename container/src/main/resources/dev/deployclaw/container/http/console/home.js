import { get, may, post } from './api.js';
import { action, badge, cards, count, element, executionLink, heading, link, list, note, repeat, stage, table, utc, when } from './parts.js';

/* What is committed and under way, what waits for a person, and what was done last. */

const LATEST = 10, PERIOD_MILLIS = 5000, MOVED = 'something was committed since it was planned: ask again';

export async function home(root, { signal, go }) {
  document.title = 'Home - DeployClaw';
  const top = element('div'), waits = element('div'), kept = element('div'), latest = element('div');
  root.replaceChildren(heading('DeployClaw'), askBox(go), waits, top, kept, element('h2', {}, 'Latest executions'), latest);
  let shown = '';
  const look = async background => {
    const options = { signal, background };
    const [status, watch, page] = await Promise.all([get('/v1/status', options), get('/v1/watch', options), get('/v1/executions?limit=' + LATEST, options)]);
    const now = JSON.stringify([status, watch.beat_at, watch.points, watch.drift, watch.amiss, page]);
    if (now === shown) return;
    shown = now;
    waits.replaceChildren(...waiting(status, page.executions));
    top.replaceChildren(state(status, watch), ...problems(watch));
    latest.replaceChildren(...executions(page, status, signal));
  };
  await Promise.all([look(false), may('operator') ? drafts(kept, signal) : undefined]);
  repeat(() => look(true).catch(() => {}), PERIOD_MILLIS, signal);
}

function askBox(go) {
  const words = element('input', { id: 'change', type: 'text', maxlength: 4096, placeholder: 'set umbrella\'s search limit to 600 per minute', autocomplete: 'off' });
  return element('form', { class: 'ask-box', submit: event => {
    event.preventDefault();
    if (words.value.trim()) go('/console/ask?request=' + encodeURIComponent(words.value.trim()));
  } }, element('label', { for: 'change' }, 'What should change?'), element('div', { class: 'line' }, words, element('button', { class: 'main' }, 'Plan')));
}

/* Requests that this person keeps: opened, they are planned again. */
async function drafts(into, signal) {
  const path = '/v1/drafts', { drafts: own } = await get(path, { signal }).catch(() => ({ drafts: [] }));
  const discard = async id => {
    await post(path + '/' + encodeURIComponent(id) + '/discard').catch(() => {});
    await drafts(into, signal);
  };
  into.replaceChildren(...(own.length ? [element('h2', {}, 'Your drafts'), element('ul', { class: 'rows' }, ...own.map(draft => element('li', { class: 'draft' },
    element('span', {}, link('/console/ask?draft=' + draft.id, draft.request), element('span', { class: 'count' }, ' kept ', when(draft.saved), ' on epoch ' + draft.epoch)), action('Discard', '', () => discard(draft.id)))))] : []));
}

/* First what a person must do. */
function waiting(status, executions) {
  const request = id => executions.find(one => one.execution_id === id)?.request;
  const out = [];
  if (status.frozen) out.push(note('warn', element('strong', {}, 'Frozen'), element('p', {}, 'By ' + status.freeze.by + ': ' + status.freeze.reason + '. No change begins or commits until someone thaws it.')));
  if (status.held.length) {
    out.push(element('section', { class: 'waits' }, element('h2', {}, 'Waiting for a person: ' + status.held.length),
      element('ul', { class: 'rows' }, ...status.held.map(held => element('li', {},
        request(held.id) ? element('strong', {}, request(held.id)) : undefined,
        element('div', {}, executionLink(held.id), element('span', { class: 'count' }, ' asked by ' + held.requester + ': ' + (held.current ? held.why : MOVED))))))));
  }
  return out;
}

function state(status, watch) {
  const points = watch.points || [], well = points.filter(point => point.state === 'ok').length;
  const drift = watch.drift, notices = alerts(watch).length;
  return cards([
    ['Committed', status.active ? element('span', {}, 'epoch ' + status.active.epoch + ' by ', executionLink(status.active.change)) : 'nothing yet'],
    ['Under way', status.open ? element('span', {}, executionLink(status.open.id), ', ' + status.open.state) : status.waiting.length ? count(status.waiting.length, 'task') + ' in the queue' : 'nothing'],
    ['Scheduled', status.scheduled.length ? element('ul', { class: 'rows' }, ...status.scheduled.map(one => element('li', {}, utc(one.at) + ' ', executionLink(one.id), ' ' + (one.current ? one.request : MOVED)))) : '', status.scheduled.every(one => one.current) ? '' : 'warn'],
    ['Leader', status.leader ? status.leader.name : 'none: agents lead while they work'],
    ['Rollback', status.rollback_available ? 'available' : 'not available'],
    ['Enforcement points', points.length ? element('span', {}, link('/console/estate', well + ' of ' + points.length), ' enforce it', ...(watch.beat_at ? [', looked ', when(watch.beat_at)] : [])) : watch.reason || 'not asked yet', points.length && well < points.length ? 'warn' : ''],
    ['Drift', drift ? element('span', {}, link('/console/drift', drift.length ? count(drift.length, 'difference') : 'none'), ', looked ', when(watch.drift_at)) : element('span', {}, link('/console/drift', 'look now')), drift && drift.length ? 'warn' : ''],
    ['Alerts', notices ? String(notices) : 'none', notices ? 'warn' : ''],
  ]);
}

/* What is held is shown above already. */
const alerts = watch => (watch.amiss || []).filter(notice => notice.event !== 'held');

function problems(watch) {
  const lines = alerts(watch).map(notice => element('span', {}, element('strong', {}, (notice.event || '').replaceAll('-', ' ')), ': ', notice.summary || '', ' ', notice.since ? when(notice.since) : ''));
  const out = list('Alerts', lines);
  return out ? [out] : [];
}

function executions(page, status, signal) {
  if (page.executions.length === 0) return [element('p', { class: 'count' }, 'This agent has had no request yet.')];
  const body = element('div');
  let next = page.next;
  const rows = [...page.executions];
  const older = element('button', { type: 'button', click: async () => {
    const more = await get('/v1/executions?limit=' + LATEST + '&after=' + encodeURIComponent(next), { signal });
    rows.push(...more.executions);
    next = more.next;
    draw();
  } }, 'Older');
  const draw = () => {
    body.replaceChildren(table('Latest executions', ['Execution', 'Result', 'Request', 'By', 'When'], rows.map(one =>
      [executionLink(one.execution_id), badge(stage(one.result, one.execution_id, status)), one.request || element('span', { class: 'count' }, one.reason || 'by itself'), one.requester, one.timestamp ? when(one.timestamp) : ''])));
    older.hidden = !next;
  };
  draw();
  return [body, older];
}
