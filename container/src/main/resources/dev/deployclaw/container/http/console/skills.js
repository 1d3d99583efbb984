import { get } from './api.js';
import { element, heading, list, table } from './parts.js';

/* The skills that the agent follows, and whether each is the one that was pinned. */
export async function skills(root, { signal }) {
  document.title = 'Skills - DeployClaw';
  const found = await get('/v1/skills', { signal });
  root.replaceChildren(heading('Skills'),
    table('Skills', ['Skill', 'Pin', 'From', 'Serves', 'What it does'], found.skills.map(one =>
      [element('strong', {}, one.name), one.pin, one.scope, (one.serves || []).join(', '), one.description])),
    list('Warnings', (found.warnings || []).map(warning => warning.text || warning.message || JSON.stringify(warning))) || '');
}
