import { get, may } from './api.js';
import { action, askLink, element, heading, list, note, say, table, trouble, when } from './parts.js';

/* How what is enforced differs from what is committed, with what to do about each. */
export async function drift(root, { signal }) {
  document.title = 'Drift - DeployClaw';
  const out = element('div');
  const look = async () => {
    out.replaceChildren(element('p', { class: 'count' }, 'Asking all back ends …'));
    try {
      const [seen, policies] = await Promise.all([get('/v1/drift', { signal }), get('/v1/policies', { signal })]);
      out.replaceChildren(...found(seen, policies));
      say(seen.drift.length + ' differences');
    } catch (e) {
      if (!signal.aborted) out.replaceChildren(trouble(e));
    }
  };
  root.replaceChildren(heading('Drift', action('Look again', '', look)), out);
  await look();
}

function found(seen, policies) {
  const rows = seen.drift.map(one => [element('span', { class: one.severity === 'error' ? 'ERROR' : 'WARNING' }, one.severity), one.kind, one.member, one.detail, one.remedy]);
  return [
    element('p', { class: 'count' }, 'Epoch ' + seen.epoch + ', looked ', when(seen.seen_at)),
    rows.length ? table('Differences', ['Severity', 'Kind', 'Where', 'What was seen', 'What to do'], rows) : note('good', 'No drift: every member enforces what is committed.'),
    rows.length && may('operator') ? element('p', {}, askLink('repair the drift', 'Plan a repair')) : '',
    list('Problems of the sources', policies.problems) || '',
    policies.findings.length ? element('section', {}, element('h2', {}, 'Findings of the policies'),
      table('Findings', ['Severity', 'About', 'What', 'What to do'], policies.findings.map(one => [one.severity, [one.tenant, one.limit].filter(Boolean).join('/'), one.reason, one.remedy]))) : '',
  ];
}
