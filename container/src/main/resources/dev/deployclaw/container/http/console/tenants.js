import { getRead, post } from './api.js';
import { answer } from './ask.js';
import { plot } from './impact.js';
import { askLink, badge, cards, count, element, executionLink, heading, note, table, tenantLink, trouble, utc, when } from './parts.js';
import { whatIf } from './whatif.js';

/* The committed limits. The agent searches; a page has as many tenants as fit. */

const MOST_PLOTS = 12, SEARCH_MILLIS = 200, MOST_DIFFERENCES = 6;

export async function tenants(root, { signal, query }) {
  document.title = 'Tenants - DeployClaw';
  const words = element('input', { type: 'search', id: 'search', placeholder: 'name, group, label (tier=gold) or service', 'aria-label': 'Search tenants', maxlength: 200, value: query.get('search') || '' });
  const amount = element('p', { class: 'count', role: 'status' }, 'Reading the limits …'), body = element('div'), more = element('button', { type: 'button', hidden: true }, 'More');
  root.replaceChildren(heading('Tenants'), element('div', { class: 'tools' }, words), amount, body, more);
  let rows = [], next, asked = 0;

  const find = async after => {
    const turn = ++asked, search = words.value.trim();
    const path = '/v1/tenants?search=' + encodeURIComponent(search) + (after ? '&after=' + encodeURIComponent(after) : '');
    const page = await getRead(path, { signal, told: why => { if (turn === asked) amount.textContent = sentence(why); } });
    if (turn !== asked) return;
    rows = after ? [...rows, ...page.tenants] : page.tenants;
    next = page.next;
    more.hidden = !next;
    amount.textContent = count(page.found, 'tenant') + (page.found === page.all ? '' : ' of ' + page.all.toLocaleString('en')) + ', epoch ' + page.epoch + (next ? ', the first ' + rows.length : '');
    body.replaceChildren(rows.length ? table('Tenants', ['Tenant', 'Group', 'Labels', 'Limits'], rows.map(row)) : note('', page.all ? 'No tenant matches.' : 'Nothing is committed yet.'));
  };
  const attempt = act => act().catch(e => { if (!signal.aborted) body.replaceChildren(trouble(e)); });
  let later;
  words.addEventListener('input', () => {
    clearTimeout(later);
    later = setTimeout(() => {
      history.replaceState(null, '', '/console/tenants' + (words.value.trim() ? '?search=' + encodeURIComponent(words.value.trim()) : ''));
      attempt(() => find());
    }, SEARCH_MILLIS);
  });
  signal.addEventListener('abort', () => clearTimeout(later));
  more.addEventListener('click', () => attempt(() => find(next)));
  await find();
  words.focus();
}

function row(one) {
  return [element('span', {}, tenantLink(one.tenant), one.blocked ? element('span', { class: 'result ERROR' }, 'blocked') : undefined), one.group ? tenantLink(one.group) : '', labels(one.labels),
    element('ul', { class: 'plain' }, ...one.limits.map(limit => element('li', {}, element('strong', {}, limit.limit), ' ' + limit.text + on(limit))),
      one.more_limits ? element('li', { class: 'count' }, 'and ' + one.more_limits + ' more') : undefined)];
}

const sentence = words => words[0].toUpperCase() + words.slice(1) + ' …';
const labels = all => Object.entries(all).map(([name, value]) => name + '=' + value).join(', ');
const on = limit => (limit.service || limit.route || limit.method ? ', on ' + [limit.method, limit.service, limit.route].filter(Boolean).join(' ') : '');

/* One tenant: the limits that apply to it and whose each is, how full they are, and how they came to be. */
export async function tenant(root, { signal, name }) {
  document.title = name + ' - DeployClaw';
  const told = why => root.replaceChildren(heading(name), element('p', { class: 'count', role: 'status' }, sentence(why)));
  const found = await getRead('/v1/tenants/' + encodeURIComponent(name), { signal, told });
  const history = element('div', {}, element('p', { class: 'count' }, 'Reading the history …')), use = element('div');
  const limits = found.limits.map(limit => [element('strong', {}, limit.limit), limit.text, String(limit.burst), on(limit).replace(/^, on /, '') || 'all requests', limit.owner === name ? 'its own' : element('span', {}, 'of its group ', tenantLink(limit.owner))]);
  root.replaceChildren(heading(name, found.blocked_by.length ? element('span', { class: 'result ERROR' }, 'blocked') : undefined, askLink('set ' + name + '\'s limit to ', 'Change a limit')),
    found.blocked_by.length ? note('bad', element('strong', {}, 'All its requests are refused'), element('p', {}, 'Blocked: ' + found.blocked_by.join(', '))) : '',
    cards([['Committed', 'epoch ' + found.epoch], ['Groups', found.groups.length ? element('span', {}, ...found.groups.flatMap((group, i) => [i ? ', ' : '', tenantLink(group)])) : 'none'], ['Labels', labels(found.labels) || 'none']]),
    element('h2', {}, 'Limits that apply'), limits.length ? table('Limits that apply', ['Limit', 'Admits', 'Burst', 'On', 'Whose'], limits) : note('', 'No limit applies to it.'),
    overlays(found.overlays, name), curves(found.limits), whatIf(found.limits, signal), element('h2', {}, 'Use now'), use, element('h2', {}, 'History'), history);
  const measure = element('button', { type: 'button', click: () => inquire('how close is ' + name + ' to its limit?', name, use, { signal, draw: answer }) }, 'Measure');
  use.replaceChildren(measure);
  await inquire('show history ' + name, name, history, { signal, draw: past });
}

/* What requests changed beside the sources. */
function overlays(all, name) {
  const end = ({ until, tenant: whose }) => (until ? element('span', {}, when(until), element('span', { class: 'count' }, ' ' + utc(until)),
    ' ', Date.parse(until) < Date.now() ? askLink('apply the policies of ' + whose, 'Take it back') : undefined) : 'no end');
  return element('section', {}, element('h2', {}, 'Overlays'), all.length ? table('Overlays', ['Request', 'Ends', 'By', 'Since', 'Execution', 'Over'],
    all.map(one => [one.reason, end(one), one.author, when(one.at), executionLink(one.execution), one.tenant === name ? 'itself' : tenantLink(one.tenant)]))
    : element('p', { class: 'count' }, 'No request overrides its sources.'));
}

/* How each limit behaves, as the agent's reference model decides. */
function curves(limits) {
  const plots = limits.filter(limit => limit.curve).slice(0, MOST_PLOTS)
    .map(({ limit, text, curve }) => plot(limit, text, curve, [{ kind: 'admitted', admitted: curve.admitted }]));
  return plots.length ? element('section', {}, element('h2', {}, 'How the limits behave'), element('div', { class: 'plots' }, ...plots)) : '';
}

/* Each committed epoch that changed it, with what it changed. */
function past(found) {
  const changes = found.rows.map(row => row.evidence).filter(one => one.execution_id);
  if (changes.length === 0) return note('', found.text);
  const difference = one => [one.limit, one.field].filter(Boolean).join(' ') + ': ' + [one.before ?? 'nothing', one.after ?? 'nothing'].join(' → ');
  return table('History', ['Epoch', 'When', 'By', 'Execution', 'Result', 'What changed'], changes.map(one => [String(one.epoch), when(one.committed), one.requester,
    executionLink(one.execution_id), badge(one.result), element('ul', { class: 'plain' }, ...one.diff.slice(0, MOST_DIFFERENCES).map(part => element('li', {}, difference(part))),
      one.diff.length > MOST_DIFFERENCES ? element('li', { class: 'count' }, 'and ' + (one.diff.length - MOST_DIFFERENCES) + ' more') : undefined)]));
}

/* A question about one tenant, whose answer is of that tenant alone. */
async function inquire(request, name, into, { signal, draw }) {
  into.replaceChildren(element('p', { class: 'count' }, 'Reading …'));
  try {
    const { answer: found } = await post('/v1/questions', { request }, { signal });
    const own = (found.arguments.tenants || []).includes(name);
    const section = own ? draw(found) : note('', 'A question can\'t name this tenant.');
    section.querySelector('h2')?.remove();
    into.replaceChildren(section);
  } catch (e) {
    if (!signal.aborted) into.replaceChildren(trouble(e));
  }
}
