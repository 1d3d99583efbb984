import { comparison, traffic, weigh } from './impact.js';
import { askLink, element, note, say, trouble } from './parts.js';

/* What if a limit were another: the request that would set it is planned, and never handed in here. */

const UNITS = { 1: 'second', 60: 'minute', 3600: 'hour', 86400: 'day' }, MOST = 1e9;
const per = seconds => 'per ' + (UNITS[seconds] || seconds + ' seconds');

export function whatIf(limits, signal) {
  const rated = limits.filter(limit => limit.algorithm !== 'concurrency');
  if (!rated.length) return '';
  const select = element('select', { id: 'what-limit' }, ...rated.map((limit, i) => element('option', { value: i }, limit.owner + '/' + limit.limit)));
  const rate = element('input', { id: 'what-rate', type: 'number', min: 0, max: MOST, step: 1, required: true }), unit = element('select', { id: 'what-unit' });
  const out = element('div'), send = element('button', { class: 'main' }, 'Show');
  const chosen = () => rated[Number(select.value)];
  const fill = () => {
    const { requests, window_seconds: own } = chosen(), all = [...new Set([...Object.keys(UNITS).map(Number), own])].sort((a, b) => a - b);
    rate.value = requests;
    unit.replaceChildren(...all.map(seconds => element('option', { value: seconds, selected: seconds === own }, per(seconds))));
  };
  select.addEventListener('change', fill);
  fill();
  const show = async () => {
    const { owner, limit, service } = chosen(), which = limit === service ? '\'s ' + service + ' limit' : ' limit ' + limit;
    const request = 'set ' + owner + which + ' to ' + rate.value + ' requests ' + per(Number(unit.value));
    send.disabled = true;
    out.replaceChildren(element('p', { class: 'count' }, 'Planning and replaying …'));
    try {
      const found = await weigh({ request }, signal);
      out.replaceChildren(...meant(found, owner, limit), element('p', {}, askLink(request, 'Ask for it'), element('span', { class: 'count' }, ' “' + request + '”')));
      say(found.sentence || 'No plan');
    } catch (e) {
      if (!signal.aborted) out.replaceChildren(trouble(e));
    } finally {
      send.disabled = false;
    }
  };
  return element('section', { class: 'what-if' }, element('h2', {}, 'What if'),
    element('form', { class: 'fields', submit: event => { event.preventDefault(); show(); } }, element('label', {}, 'Limit', select), element('label', {}, 'Requests', rate), element('label', {}, 'Window', unit), send),
    element('p', { class: 'count' }, 'A preview: it requests and changes nothing.'), out);
}

/* The plan counts where it changes this limit and nothing else. */
function meant(found, owner, limit) {
  if (found.outcome !== 'planned') return [note('warn', found.reason || found.questions?.[0] || 'The request has no plan. Ask for it to see why.')];
  const all = found.limits || [];
  if (!all.length) return [note('', 'The limit has this value already.')];
  if (all.length > 1 || found.more_limits || all[0].owner !== owner || all[0].limit !== limit) return [note('warn', 'The request would change something else, too: ' + found.sentence + '. Ask for it to see.')];
  return [comparison(all[0]), traffic(found.traffic)];
}
