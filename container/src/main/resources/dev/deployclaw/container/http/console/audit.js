import { get } from './api.js';
import { badge, cards, count, element, executionLink, heading, note, say, short, table, trouble, when } from './parts.js';

/* Logs, each verified by the agent when it is shown, the chain of their ends, both to take along, and sign-ins. */

const SIGNS = { verified: ['OK', '✓ verified'], unfinished: ['SKIPPED', '… unfinished'], failed: ['ERROR', '✗ NOT VERIFIED'], unknown: ['UNKNOWN', '? UNKNOWN'] };
const FIELDS = [['since', 'From, UTC', 'date'], ['until', 'Until before, UTC', 'date'], ['person', 'Person', 'text'], ['tenant', 'Tenant', 'text']];

export async function audit(root, { signal, query }) {
  document.title = 'Audit - DeployClaw';
  const chain = element('div', {}, element('p', { class: 'count' }, 'Verifying the chain …')), body = element('div'), amount = element('p', { class: 'count', role: 'status' });
  const older = element('button', { type: 'button', hidden: true }, 'Older');
  const inputs = FIELDS.map(([name, , type]) => element('input', { id: name, type, maxlength: 200, value: query.get(name) || '', autocomplete: 'off' }));
  const form = element('form', { class: 'fields', submit: event => { event.preventDefault(); search(); } },
    ...FIELDS.map(([name, words], i) => element('label', { for: name }, words, inputs[i])), element('button', { class: 'main' }, 'Search'));
  const people = signIns(signal);
  root.replaceChildren(heading('Audit', element('a', { class: 'button', href: '/v1/audit/bundle', download: 'deployclaw-audit.zip' }, 'Download all logs and their chain')),
    chain, form, amount, body, older, people.section);
  let rows = [], read = 0, next;
  const asking = () => inputs.filter(input => input.value.trim()).map(input => input.id + '=' + encodeURIComponent(input.value.trim()));

  const find = async after => {
    const asked = asking();
    history.replaceState(null, '', '/console/audit' + (asked.length ? '?' + asked.join('&') : ''));
    body.classList.add('busy');
    const page = await get('/v1/audit/logs?' + [...asked, ...(after ? ['after=' + encodeURIComponent(after)] : [])].join('&'), { signal });
    rows = after ? [...rows, ...page.logs] : page.logs;
    read = (after ? read : 0) + page.read;
    next = page.next;
    older.hidden = !next;
    body.classList.remove('busy');
    const bad = rows.filter(one => one.verdict === 'failed' || one.verdict === 'unknown');
    amount.textContent = count(rows.length, 'log') + ' of ' + read + ' read' + (next ? '; there are older ones' : '');
    body.replaceChildren(bad.length ? note('bad', element('strong', {}, count(bad.length, 'log isn’t verified', 'logs aren’t verified')), element('p', {}, bad[0].execution_id + ': ' + bad[0].reason)) : '',
      rows.length ? table('Logs', ['Execution', 'Verification', 'Result', 'Request', 'By', 'Approved by', 'When'], rows.map(row)) : note('', next ? 'None among those that were read.' : 'No log matches.'));
    say(amount.textContent);
  };
  const attempt = act => act().catch(e => { if (!signal.aborted) { body.classList.remove('busy'); body.replaceChildren(trouble(e)); } });
  const search = async () => { await attempt(() => find()); await people.find(asking()); }; // the agent verifies one page at a time
  older.addEventListener('click', () => attempt(() => find(next)));
  await Promise.all([search(), ends(chain, signal)]);
}

/* Who came in, left or was turned away; a search by tenant doesn't narrow it. */
function signIns(signal) {
  const amount = element('p', { class: 'count', role: 'status' }), body = element('div');
  const older = element('button', { type: 'button', hidden: true }, 'Earlier events');
  const logs = new Map();
  let rows = [], asked = [], turn = 0, next;

  const show = async (after, mine = ++turn) => {
    const page = await get('/v1/audit/sign-ins?' + [...asked, ...(after ? ['after=' + encodeURIComponent(after)] : [])].join('&'), { signal }).catch(e => ({ e }));
    if (signal.aborted || mine !== turn) return; // another was asked for since
    if (page.e) { amount.textContent = ''; body.replaceChildren(trouble(page.e)); return; }
    if (!after) { rows = []; logs.clear(); }
    rows.push(...page.events);
    page.logs.forEach(one => logs.set(one.log, one));
    next = page.next;
    older.hidden = !next;
    const bad = [...logs.values()].filter(one => one.verdict === 'failed' || one.verdict === 'unknown');
    amount.textContent = count(rows.length, 'event') + ' in ' + count(logs.size, 'log') + ' read' + (next ? '; there are earlier ones' : '');
    body.replaceChildren(bad.length ? note('bad', element('strong', {}, count(bad.length, 'log of sign-ins isn’t verified', 'logs of sign-ins aren’t verified')), element('p', {}, bad[0].log + ': ' + bad[0].reason)) : '',
      rows.length ? table('Sign-ins', ['When', 'Event', 'Who', 'By', 'From', 'Why', 'Log'], rows.map(one => came(one, logs.get(one.log)))) : note('', next ? 'None among those that were read.' : 'No event matches.'));
  };
  older.addEventListener('click', () => show(next));
  return {
    section: element('section', {}, element('h2', {}, 'Sign-ins'), amount, body, older),
    find: words => { asked = words.filter(word => !word.startsWith('tenant=')); older.hidden = true; return show(); },
  };
}

function came(one, log) {
  return [when(one.time), one.event.replaceAll('-', ' '), one.who, one.means, one.from,
    one.reason + (one.count > 1 ? ' ' + count(one.count, 'time') : ''),
    element('span', {}, verdict(log && log.verdict), element('span', { class: 'count why', title: one.log }, 'record ' + one.record))];
}

async function ends(into, signal) {
  try {
    const found = await get('/v1/audit/chain', { signal });
    into.replaceChildren(cards([['Chain of ends', verdict(found.verdict), found.verdict === 'verified' ? '' : 'warn'], ['Links', count(found.links, 'link')],
      ['Logs', found.here + ' on this machine' + (found.elsewhere ? ', ' + found.elsewhere + ' elsewhere' : '')], ['Key', element('code', { title: found.key }, found.key)]]),
    found.findings.length ? note('bad', element('strong', {}, 'The chain isn’t whole'), ...found.findings.map(line => element('p', {}, line))) : '');
  } catch (e) {
    if (!signal.aborted) into.replaceChildren(cards([['Chain of ends', verdict('unknown'), 'warn']]), trouble(e));
  }
}

function verdict(word) {
  const [kind, words] = SIGNS[word] || SIGNS.unknown;
  return element('span', { class: 'result ' + kind }, words);
}

function row(one) {
  const why = one.reason || (one.key ? one.records + ' records, key ' + short(one.key.replace(/^.{16}/, '')) : '');
  return [executionLink(one.execution_id), element('span', {}, verdict(one.verdict), element('span', { class: 'count why', title: one.key || '' }, why)), one.result ? badge(one.result) : '', one.request || '', one.requester || '',
    one.approvers || '', one.time ? when(one.time) : ''];
}
