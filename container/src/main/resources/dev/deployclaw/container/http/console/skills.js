import { get } from './api.js';
import { element, heading, list, table } from './parts.js';

const PINS = { pinned: 'OK', unpinned: 'WARNING' };

/* The skills that the agent follows, what each may use, and how that differs from what a person pinned. */
export async function skills(root, { signal }) {
  document.title = 'Skills - DeployClaw';
  const found = await get('/v1/skills', { signal });
  root.replaceChildren(heading('Skills'),
    table('Skills', ['Skill', 'Pin', 'Since it was pinned', 'May use', 'From', 'Serves', 'What it does'], found.skills.map(one =>
      [element('strong', {}, one.name), element('span', { class: PINS[one.pin] || 'ERROR' }, one.pin), since(one), element('span', { class: 'count' }, one.allowance.granted.join(', ')), one.scope,
        (one.serves || []).join(', '), one.description])),
    list('Warnings', (found.warnings || []).map(warning => warning.text || warning.message || JSON.stringify(warning))) || '');
}

function since({ pin, since_pinned: shift }) {
  if (!shift) return pin === 'pinned' ? 'nothing' : '';
  return element('ul', { class: 'plain' }, ...moved('declared', shift.declared), ...(shift.granted ? moved('granted', shift.granted) : [element('li', { class: 'count' }, 'the lock doesn’t say what it was granted')]));
}

const moved = (what, { gained, lost }) => [...gained.map(one => element('li', {}, element('ins', {}, '+ ' + one), ' (' + what + ')')), ...lost.map(one => element('li', {}, element('del', {}, '− ' + one), ' (' + what + ')'))];
