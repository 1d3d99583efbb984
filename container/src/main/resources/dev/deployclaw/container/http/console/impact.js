import { post } from './api.js';
import { cards, count, element, note, svg, table, tenantLink, trouble, utc } from './parts.js';

/* What a change would mean: how limits behave before and after, and the last hour's requests under both. */

const WIDE = 340, HIGH = 110, LEFT = 44;
const number = n => n.toLocaleString('en');
const compact = n => Intl.NumberFormat('en', { notation: 'compact' }).format(n);
const lasting = seconds => (seconds < 120 ? seconds + ' s' : seconds < 7200 ? seconds / 60 + ' min' : seconds < 172800 ? seconds / 3600 + ' h' : seconds / 86400 + ' d');

/* A plot of what is admitted of requests that are sent evenly. A curve: its kind, its name, and what it admitted so far. */
export function plot(name, text, { seconds, asked }, curves) {
  const x = (i, all) => LEFT + (i * (WIDE - LEFT)) / (all.length - 1), y = n => HIGH - (n * (HIGH - 8)) / asked;
  const line = ({ kind, admitted }) => svg('path', { class: kind, d: 'M' + admitted.map((n, i) => x(i, admitted).toFixed(1) + ' ' + y(n).toFixed(1)).join('L') });
  const said = 'Of ' + number(asked) + ' requests, sent evenly in ' + lasting(seconds) + ', '
    + curves.map(curve => number(curve.admitted.at(-1)) + ' are admitted' + (curve.name ? ' ' + curve.name : '')).join(', ');
  const ends = curves.map(curve => curve.admitted.at(-1)).filter((n, i, all) => y(n) > 26 && all.every((other, j) => j >= i || Math.abs(y(other) - y(n)) > 12));
  return element('figure', { class: 'curve' }, element('figcaption', {}, element('strong', {}, name), ' ' + text),
    svg('svg', { viewBox: '0 0 ' + WIDE + ' ' + (HIGH + 16), role: 'img', 'aria-label': said }, svg('path', { class: 'axes', d: 'M' + LEFT + ' 4V' + HIGH + 'H' + WIDE }),
      svg('path', { class: 'asked', d: 'M' + LEFT + ' ' + HIGH + 'L' + WIDE + ' ' + y(asked) }), ...curves.map(line),
      svg('text', { x: LEFT, y: HIGH + 13 }, '0'), svg('text', { x: WIDE, y: HIGH + 13, 'text-anchor': 'end' }, lasting(seconds)),
      svg('text', { x: LEFT - 4, y: 14, 'text-anchor': 'end' }, compact(asked)), ...ends.map(n => svg('text', { x: LEFT - 4, y: y(n) + 4, 'text-anchor': 'end' }, compact(n)))),
    curves.length > 1 ? element('p', { class: 'count keys' }, ...curves.map(({ kind, name: words }) => element('span', { class: 'key ' + kind }, words))) : undefined,
    element('p', { class: 'count' }, said + '.'));
}

/* A limit before and after. */
export function comparison({ owner, limit, before, after, curves }) {
  const name = owner + '/' + limit, text = (before || 'none') + ' → ' + (after || 'none');
  if (!curves) return element('p', {}, element('strong', {}, name), ' ' + text);
  return plot(name, text, curves, [['before', 'before'], ['admitted', 'after']].filter(([, when]) => curves[when]).map(([kind, when]) => ({ kind, name: when, admitted: curves[when] })));
}

/* What a request would mean. */
export const weigh = (request, signal) => post('/v1/impact', request, { signal });

/* Beside a plan that is shown: its impact, once it is known. */
export async function beside(place, request, plan, signal) {
  place.replaceChildren(element('h2', {}, 'The last hour’s traffic'), element('p', { class: 'count' }, 'Replaying …'));
  try {
    const found = await weigh(request, signal);
    place.replaceChildren(found.plan === plan ? traffic(found.traffic) : note('warn', 'Something was committed since this plan was made. Plan it again.'));
  } catch (e) {
    if (!signal.aborted) place.replaceChildren(element('h2', {}, 'The last hour’s traffic'), trouble(e));
  }
}

const STATES = {
  'no-log': 'No access log is configured, so the effect on recent requests is unknown.',
  unknown: 'No request of the last hour was found in the access logs.',
  busy: 'Other replays take long. Try again in a moment.',
};

export function traffic(found) {
  const out = element('section', {}, element('h2', {}, 'The last hour’s traffic'));
  const state = found.state === 'replayed' && !found.requests ? 'unknown' : found.state;
  if (state !== 'replayed') out.append(element('p', { class: 'count' }, STATES[state] || state));
  else out.append(...replayed(found));
  const notes = [...(found.notes || [])];
  if (found.unread_lines) notes.push(count(found.unread_lines, 'line') + ' without a request, or with a synthetic one');
  if (found.unrouted) notes.push(count(found.unrouted, 'request') + ' had no route');
  if (notes.length) out.append(element('details', {}, element('summary', {}, 'Not in these numbers'), element('ul', {}, ...notes.map(line => element('li', {}, line)))));
  return out;
}

function replayed(found) {
  const differ = found.newly_refused + found.newly_admitted, more = found.more_tenants;
  const rows = found.tenants.map(one => [one.tenant.startsWith('(') ? one.tenant : tenantLink(one.tenant), [one.by, one.by_before].filter(Boolean).filter((by, i, all) => all.indexOf(by) === i).join(', '), number(one.requests),
    number(one.refused_before), number(one.refused_after), number(one.newly_refused), number(one.newly_admitted)]);
  return [element('p', { class: 'count' }, count(found.requests, 'request') + ' from ' + utc(found.from) + ' to ' + utc(found.to) + '; ' + number(found.replayed) + ' of tenants that the change can touch, replayed from full allowances.'),
    cards([['Newly refused', number(found.newly_refused), found.newly_refused ? 'warn' : ''], ['Newly admitted', number(found.newly_admitted)],
      ['Refused in all', number(found.refused_before) + ' → ' + number(found.refused_after)]]),
    differ ? table('Requests that would get another answer', ['Tenant', 'Limit', 'Requests', 'Refused before', 'Refused after', 'Newly refused', 'Newly admitted'], rows) : found.replayed ? note('good', 'No request would have got another answer.') : note('', 'Tenants that the change can touch sent no request.'),
    more ? element('p', { class: 'count' }, 'and ' + count(more, 'tenant') + ' more') : ''];
}
