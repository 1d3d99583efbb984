/* global LogView */
import { get, key, may, post, rested } from './api.js';
import { beside } from './impact.js';
import { action, cards, count, element, heading, list, note, say, table, text, trouble, utc } from './parts.js';
import { questions } from './questions.js';

const LONGEST_ADDRESS = 800;

/* From a request to its plan, and from there to an execution. A plan changes nothing. What needed an answer is held:
   the request was handed in so, before its answer was known. */

export async function ask(root, { signal, query, go }) {
  document.title = 'Ask - DeployClaw';
  const words = element('textarea', { id: 'request', rows: 2, maxlength: 4096, required: true });
  const out = element('div');
  const send = element('button', { class: 'main' }, 'Plan');
  const form = element('form', { class: 'ask-box', submit: event => { event.preventDefault(); plan(words.value.trim()); } },
    element('label', { for: 'request' }, 'What should change? Or ask about the estate.'), words,
    element('div', { class: 'line' }, send, element('span', { class: 'count' }, 'A plan changes nothing.')));
  words.addEventListener('keydown', event => {
    if (event.key === 'Enter' && !event.shiftKey) { event.preventDefault(); form.requestSubmit(); }
  });
  root.replaceChildren(heading('Ask'), form, out);

  const show = (...parts) => out.replaceChildren(...parts.filter(Boolean));
  const work = async act => {
    send.disabled = true;
    show(element('p', { class: 'count' }, 'Reading the estate …'));
    try { await act(); } catch (e) { if (!signal.aborted) show(trouble(e)); } finally { send.disabled = false; }
  };

  const plan = request => request && work(async () => {
    if (request.length <= LONGEST_ADDRESS) history.replaceState(null, '', '/console/ask?request=' + encodeURIComponent(request));
    const found = await post('/v1/plans', { request }, { signal });
    if (found.outcome === 'question' || (found.outcome === 'planned' && !found.plan)) {
      const answered = await inquire(request, found.outcome === 'question');
      if (answered) return show(answer(answered));
    }
    if (found.outcome === 'needs-clarification') return clarify(found.clarifications, text => begin(request, text));
    offer(request, found);
  });

  /* What the plan would have meant to recent requests comes when it is known. */
  const impact = (found, request) => {
    const place = found.plan && !found.changes_nothing ? element('div') : undefined;
    if (place) beside(place, request, found.plan.hash, signal);
    return place;
  };

  const offer = (request, found, before) => {
    const keep = found.plan && may('operator') ? () => draft(request) : undefined;
    show(before, ...planned(found, request), impact(found, { request }), found.outcome === 'planned' ? choice(manual => submit('/v1/tasks', manual ? { request, approval: 'manual' } : { request }), found, { keep }) : undefined);
    say(found.sentence || text(found.reason));
  };

  const draft = async request => {
    const place = out.querySelector('.problem');
    try {
      const kept = await post('/v1/drafts', { request });
      place.replaceChildren(note('good', 'Kept until ' + utc(kept.expires) + '. It is on Home, and nothing is held or done.'));
    } catch (e) {
      place.replaceChildren(trouble(e));
    }
  };

  /* What somebody kept is planned again, and compared with what it was. */
  const reopen = id => work(async () => {
    const found = await get('/v1/drafts/' + encodeURIComponent(id), { signal });
    words.value = found.draft.request;
    if (found.plan.outcome === 'needs-clarification') return clarify(found.plan.clarifications, answer_ => begin(found.draft.request, answer_));
    offer(found.draft.request, found.plan, compared(found));
  });

  /* The answer to what may be a question; undefined where it is none. */
  const inquire = async (request, certain) => {
    try {
      return (await post('/v1/questions', { request }, { signal })).answer;
    } catch (e) {
      if (certain || e.status !== 400) throw e;
      return undefined;
    }
  };

  const clarify = (open, answered) => {
    show(may('operator') ? questions(open, { answered: words_ => work(() => answered(words_)), suggested: suggestion => { words.value = suggestion; plan(suggestion); } })
      : list('Questions first', open.map(question => question.text)));
    out.querySelector('button, input')?.focus();
  };

  /* Hands the request in, so that it has a question that can be answered. */
  const begin = async (request, words_) => {
    const { execution_id: id } = await post('/v1/tasks', { request, approval: 'manual' }, { key: key(), signal });
    const document_ = await rested(id, signal);
    return document_.result === 'NEEDS_CLARIFICATION' ? answerTo(id, words_) : go('/console/executions/' + id);
  };

  /* Shows what an answer leads to, before it is given. */
  const answerTo = async (id, words_) => {
    const path = '/v1/tasks/' + encodeURIComponent(id), found = await post('/v1/plans', { request: words_, answers: id }, { signal });
    if (found.outcome === 'needs-clarification') {
      const next = await post(path + '/answers', { answer: words_ }, { key: key(), signal });
      const later = await rested(next.execution_id, signal);
      if (later.result !== 'NEEDS_CLARIFICATION') return go('/console/executions/' + next.execution_id);
      const open = await get('/v1/tasks/' + encodeURIComponent(next.execution_id) + '/questions', { signal });
      return clarify(open.questions, more => answerTo(next.execution_id, more));
    }
    show(element('p', { class: 'count' }, 'With your answer, “' + words_ + '”:'), ...planned(found),
      impact(found, { request: words_, answers: id }), found.outcome === 'planned' ? choice(() => submit(path + '/answers', { answer: words_ }), found, { heldAlone: true }) : undefined);
    say(found.sentence || text(found.reason));
  };

  const submit = async (path, body) => {
    try {
      const accepted = await post(path, body, { key: key() });
      if (accepted.answer) show(answer(accepted.answer)); else go('/console/executions/' + accepted.execution_id);
    } catch (e) {
      out.querySelector('.problem').replaceChildren(trouble(e));
    }
  };

  if (query.get('draft')) return reopen(query.get('draft'));
  words.value = query.get('request') || '';
  if (words.value) await plan(words.value); else words.focus();
}

/* What may be done with a plan. */
function choice(submit, found, { heldAlone, keep }) {
  if (!may('operator')) return note('', 'You may look at plans. An operator runs them.');
  const changes = (found.diff || []).length, start = found.intent?.schedule?.startAt;
  return element('section', { class: 'decide' },
    element('div', { class: 'line' }, action('Hold for approval', 'main', () => submit(true)),
      heldAlone ? element('span', { class: 'count' }, 'A request that left a question open is held.')
        : action((start ? 'Schedule for ' + utc(start) : 'Run') + (changes ? ': ' + count(changes, 'change') : ''), '', () => submit(false)),
      keep ? action('Save as draft', '', keep) : undefined),
    element('div', { class: 'problem' }));
}

const CHANGED = {
  nothing: ['good', 'Unchanged since you kept it'], base: ['', 'Something was committed since, and the request would change the same'],
  changes: ['warn', 'It would now change something else'], 'no-plan': ['bad', 'It has no plan any more'],
};

function compared({ draft, changed }) {
  const [kind, words] = CHANGED[changed];
  return note(kind, element('strong', {}, words), element('p', {}, 'Kept ' + utc(draft.saved) + ' on epoch ' + draft.epoch + ', when it meant: ' + draft.sentence));
}

/* The request, in which the words are marked that a value comes from. */
function marked(request, grounding) {
  const parts = [];
  let at = 0;
  for (const one of [...grounding].sort((a, b) => a.from - b.from || b.to - a.to)) {
    if (one.from < at || one.to <= one.from || one.to > request.length) continue;
    parts.push(request.slice(at, one.from), element('mark', { title: one.rule + ': ' + one.value }, request.slice(one.from, one.to)));
    at = one.to;
  }
  return parts.length ? element('p', { class: 'said-request' }, ...parts, request.slice(at)) : undefined;
}

function origins(request, grounding) {
  const shown = grounding.filter(one => one.to > one.from && one.to <= request.length);
  return shown.length ? element('details', {}, element('summary', {}, 'Where each value comes from'),
    table('Where each value comes from', ['Your words', 'Value', 'Read as'], shown.map(one => [request.slice(one.from, one.to), one.value, one.rule]))) : undefined;
}

function planned(found, request = '') {
  if (found.outcome !== 'planned') return [note('bad', element('strong', {}, 'Not possible'), element('p', {}, found.reason))];
  const reach = found.blast_radius || {};
  const out = [element('h2', {}, 'As it was understood'), marked(request, found.grounding || []), element('p', { class: 'request' }, found.sentence || ''), origins(request, found.grounding || []),
    found.changes_nothing ? note('', 'Nothing would change: the estate has it already.') : undefined,
    list('It would be held', found.risks, 'note warn'),
    Object.keys(reach).length ? element('h2', {}, 'Reach') : undefined,
    Object.keys(reach).length ? cards(['tenants', 'limits', 'services', 'gateways'].map(what => [what[0].toUpperCase() + what.slice(1), names(reach[what] || [])])) : undefined,
    LogView.differences([{ facts: { diff: found.diff || [] } }], 'HELD'),
    ...findings(found.findings || [], reach.tenants || []), list('Left as it is', found.warnings), steps(found)];
  return out.filter(Boolean);
}

function names(all) {
  const some = all.slice(0, 5).join(', ');
  return all.length === 0 ? 'none' : all.length > 5 ? element('span', { title: all.slice(0, 200).join(', ') }, all.length.toLocaleString('en') + ': ' + some + ', …') : all.length + ': ' + some;
}

/* First what is about the tenants that change, and all of them together; the others' are one click away. */
function findings(all, tenants) {
  const own = all.filter(one => !one.tenant || tenants.includes(one.tenant)), others = all.filter(one => !own.includes(one));
  const shown = (title, some) => table(title, ['Severity', 'About', 'What', 'What to do'], some.map(one => [one.severity, [one.tenant, one.limit].filter(Boolean).join('/'), one.reason, one.remedy]));
  return [own.length ? element('section', {}, element('h2', {}, 'Findings'), shown('Findings', own)) : undefined,
    others.length ? element('details', {}, element('summary', {}, count(others.length, 'finding') + ' about other tenants'), shown('About other tenants', others)) : undefined];
}

function steps(found) {
  const all = found.plan?.steps || [];
  return all.length ? element('details', {}, element('summary', {}, count(all.length, 'step') + ', by the skill ' + text(found.skill?.name) + ', plan ' + text(found.plan.hash).slice(0, 12)),
    element('ol', {}, ...all.map(step => element('li', {}, text(step.action), element('span', { class: 'count' }, ' ' + (step.operations || []).join(', ')))))) : undefined;
}

/* What reading answered: each sentence with what it rests on. */
export function answer(found) {
  return element('section', { class: 'answer' }, element('h2', {}, 'Answer'),
    element('ul', { class: 'rows' }, ...found.rows.map(row => element('li', {}, element('div', {}, row.text),
      element('details', {}, element('summary', { class: 'count' }, 'rests on'), element('pre', {}, JSON.stringify(row.evidence, null, 2)))))),
    found.unknown.length ? list('What isn\'t known', found.unknown) : undefined);
}
