import { get } from './api.js';
import { count, element, heading, list, table } from './parts.js';

const PINS = { pinned: 'OK', unpinned: 'WARNING' };

/* The skills that the agent follows, what each may use, and how that differs from what a person pinned. */
export async function skills(root, { signal }) {
  document.title = 'Skills - DeployClaw';
  const found = await get('/v1/skills', { signal });
  root.replaceChildren(heading('Skills'),
    table('Skills', ['Skill', 'Pin', 'Changed since', 'Serves', 'May use'], found.skills.map(one =>
      [element('div', {}, element('strong', {}, one.name), element('div', { class: 'count' }, one.description)), element('div', {}, element('span', { class: PINS[one.pin] || 'ERROR' }, one.pin), element('div', { class: 'count' }, one.scope)),
        since(one), (one.serves || []).join(', '), uses(one.allowance.granted)])),
    list('Warnings', (found.warnings || []).map(warning => warning.text || warning.message || JSON.stringify(warning))) || '');
}

const uses = all => (all.length ? element('details', {}, element('summary', {}, count(all.length, 'operation')), element('span', { class: 'count' }, all.join(', '))) : 'nothing');

function since({ pin, since_pinned: shift }) {
  if (!shift) return pin === 'pinned' ? 'nothing' : '';
  return element('ul', { class: 'plain' }, ...moved('declared', shift.declared), ...(shift.granted ? moved('granted', shift.granted) : [element('li', { class: 'count' }, 'the lock doesn’t say what it was granted')]));
}

const moved = (what, { gained, lost }) => [...gained.map(one => element('li', {}, element('ins', {}, '+ ' + one), ' (' + what + ')')), ...lost.map(one => element('li', {}, element('del', {}, '− ' + one), ' (' + what + ')'))];
