/* global LogView */
import { follow, get, key, may, post, rest as pause, session } from './api.js';
import { action, cards, count, element, note, repeat, say, short, stage, table, text, trouble, utc, when } from './parts.js';
import { questions } from './questions.js';

/* One execution: its log, live; where it is held, exactly what is approved; where it asks, its questions. Of a long log there is
   an outline at once, and its records come as the stream brings them. */

const RUNNING = ['UNFINISHED', 'QUEUED'], AGAIN_MILLIS = 400, FIRST_MILLIS = 40, GROW_MILLIS = 1500, PERIOD_MILLIS = 3000, MOST_MEMBERS = 100;
const WAYS = { unreachable: 'out of reach', unknown: 'left alone', restore: 'to go back', keep: 'unchanged' };

export async function execution(root, { signal, name: id, go }) {
  const path = '/v1/executions/' + encodeURIComponent(id);
  const notice = element('div', { class: 'notice' }), live = element('p', { class: 'live' });
  const long = [];
  let scheduled;
  const read = async options => {
    const found = await get(path + '?outline=true', options);
    const status = found.result === 'HELD' ? await get('/v1/status', options) : undefined;
    scheduled = (status?.scheduled || []).find(one => one.id === id);
    return { ...found, ...(found.outline ? parts(long) : {}), stage: stage(found.result, id, status) };
  };
  let log = await read({ signal });
  const view = LogView.render(root, log, { notice, signal });
  let shown = '', following = false;

  const refresh = async background => {
    const now = await read({ signal, background });
    if (background && shown !== 'decided' && same(now, log)) return draw();
    log = now;
    view.update(log);
    document.title = log.result.replaceAll('_', ' ') + ' ' + id + ' - DeployClaw';
    await draw();
  };

  /* The notice is drawn again where the execution's state is another: not below somebody's hands. */
  const draw = async () => {
    const running = RUNNING.includes(log.result), state = log.stage + (log.result === 'HELD' ? log.reason + text(log.plan_hash) + scheduled?.current : '');
    if (running) live.textContent = doing(log);
    if (state !== shown) {
      shown = state;
      notice.replaceChildren(...(running ? [live] : await rest()));
      say(id + ' is ' + log.stage.replaceAll('_', ' '));
    }
    if ((running || (log.outline && !long.length)) && !following) watch();
  };

  const rest = async () => {
    if (log.result === 'HELD') return [await hold()];
    if (log.result === 'NEEDS_CLARIFICATION') return await asked();
    return log.rollback_available && may('operator') ? [await undo()] : [];
  };

  /* From the last record that the page has: a stream tells when to read the document again. */
  const watch = async () => {
    following = true;
    const whole = !log.outline, stop = new AbortController();
    let timer;
    const later = (act, millis) => { timer ??= setTimeout(() => { timer = undefined; act(); }, millis); };
    const soon = event => {
      if (whole && log.outline) return stop.abort(); // it became long: all its records come
      if (whole) return later(() => refresh(true).catch(() => {}), AGAIN_MILLIS);
      take(long, event);
      later(() => { log = { ...log, ...parts(long) }; view.update(log); draw().catch(() => {}); }, records(log).length ? GROW_MILLIS : FIRST_MILLIS);
    };
    signal.addEventListener('abort', () => clearTimeout(timer));
    await follow(id, last(log), soon, AbortSignal.any([signal, stop.signal]));
    await pause(AGAIN_MILLIS, signal);
    following = false;
    if (!signal.aborted) await refresh(true).catch(() => {});
  };

  const decided = async (word, hold_, reason) => {
    const query = (word === 'approve' ? '?plan=' + hold_.plan + '&' : '?') + (hold_.shown ? 'shown=' + hold_.shown : '');
    await post(path + '/' + word + query, reason ? { reason } : {});
    notice.replaceChildren(note('good', word === 'approve' ? 'Approved: the agent carries it out.' : 'Rejected: the agent removes what it staged.'), live);
    shown = 'decided';
    watch();
  };

  /* It needs no approval, or it can't be given any more. */
  const timed = () => {
    const wrong = element('div');
    const cancel = async () => { try { await decided('reject', {}, ''); } catch (e) { wrong.replaceChildren(trouble(e)); } };
    return element('section', { class: 'hold' }, element('h2', {}, (scheduled.current ? 'Begins ' : 'Won\'t begin ') + utc(scheduled.at)),
      element('p', { class: 'count' }, (scheduled.current ? 'If nothing is committed until then.' : 'Something was committed since it was planned: ask again.') + (may('approver') ? '' : ' An approver may cancel it.')),
      may('approver') ? element('div', { class: 'line' }, action('Cancel it', 'danger', cancel)) : undefined, wrong);
  };

  const hold = async () => {
    if (scheduled && !(scheduled.held_then_because && !scheduled.approved_by && scheduled.current)) return timed();
    if (!may('approver')) return note('warn', element('strong', {}, 'Waits for an approver'), element('p', {}, text(log.reason)));
    try {
      return holdPanel(await get(path + '/hold', { signal }), meant(log), decided, () => { shown = ''; return refresh(false); });
    } catch (e) {
      return trouble(e);
    }
  };

  const asked = async () => {
    if (!may('operator') || log.requester !== session.name) return [note('warn', element('strong', {}, text(log.requester) + ' is asked'), element('p', {}, text(log.reason)))];
    try {
      const open = await get('/v1/tasks/' + encodeURIComponent(id) + '/questions', { signal });
      const answered = async answer => {
        try {
          const next = await post('/v1/tasks/' + encodeURIComponent(id) + '/answers', { answer }, { key: key() });
          go('/console/executions/' + next.execution_id);
        } catch (e) {
          notice.append(trouble(e));
        }
      };
      return [questions(open.questions, { answered, suggested: request => go('/console/ask?request=' + encodeURIComponent(request)) })];
    } catch (e) {
      return e.status === 409 ? [note('', text(e.detail))] : [trouble(e)];
    }
  };

  /* Offered for what is committed now alone: a rollback goes back one epoch. */
  const undo = async () => {
    const status = await get('/v1/status', { signal });
    if (status.active?.change !== id || !status.rollback_available) return '';
    const wrong = element('div');
    const back = async manual => {
      try {
        go('/console/executions/' + (await post(path + '/rollback', manual ? { approval: 'manual' } : {}, { key: key() })).execution_id);
      } catch (e) {
        wrong.replaceChildren(trouble(e));
      }
    };
    const seen = element('div');
    const rehearse = async () => {
      seen.replaceChildren(element('p', { class: 'count' }, 'Rehearsing: all members are asked, and nothing is changed …'));
      try { seen.replaceChildren(...rehearsal(await get(path + '/rehearsal', { signal }))); } catch (e) { if (!signal.aborted) seen.replaceChildren(trouble(e)); }
    };
    const opened = event => { if (event.target.open) rehearse(); };
    return element('details', { class: 'undo', toggle: opened }, element('summary', {}, 'Roll back'),
      element('p', {}, 'Puts back what epoch ' + text(log.epoch) + ' replaced, as a new epoch, at all members.'), seen,
      element('div', { class: 'line' }, action('Roll back now', 'danger', () => back(false)), action('Hold it for approval', '', () => back(true))), wrong);
  };

  await draw();
  document.title = log.result.replaceAll('_', ' ') + ' ' + id + ' - DeployClaw';
  repeat(async () => { if (log.result === 'HELD' && !following && !root.querySelector('dialog[open]')) await refresh(true).catch(() => {}); }, PERIOD_MILLIS, signal);
}

/* What an event of the stream does to the records that came so far. */
function take(all, event) {
  const told = JSON.parse(event.data);
  if (event.kind === 'thought' && told.seq > (all.at(-1)?.seq ?? 0)) all.push(told);
  if (event.kind === 'superseded') all.splice(all.findLastIndex(record => record.seq <= told.after) + 1);
}

/* The records by step, as a document has them. */
function parts(all) {
  const steps = Map.groupBy(all, record => record.step), none = steps.get(0) || [];
  steps.delete(0);
  return { records: none, thought_log: [...steps].sort(([one], [other]) => one - other).map(([step, records]) => {
    const summary = records.findLast(record => record.facts.summary === true), line = summary || records.at(-1);
    return { step, records, action: line.action, detail: line.detail, phase: line.phase, status: summary ? summary.status : 'UNKNOWN', time: records[0].time,
      duration_ms: summary?.duration_us === undefined ? Date.parse(records.at(-1).time) - Date.parse(records[0].time) : summary.duration_us / 1000 };
  }) };
}

const same = (one, other) => one.stage === other.stage && one.reason === other.reason && last(one) === last(other);
const records = log => [...(log.records || []), ...(log.thought_log || []).flatMap(step => step.records || [])];
const last = log => records(log).reduce((most, record) => Math.max(most, record.seq), 0);

function doing(log) {
  const latest = records(log).sort((a, b) => a.seq - b.seq).at(-1);
  return log.result === 'QUEUED' ? 'In the queue: ' + text(log.reason) : latest ? latest.phase + ': ' + latest.action + ', ' + text(latest.detail) : 'It begins.';
}

/* The whole request, where it is the answer to a question. */
const meant = log => text(records(log).find(record => record.action === 'Reading the conversation')?.detail);

/* What a rollback would do to whom, the worst first. */
function rehearsal(found) {
  const of = would => found.members.filter(one => one.would === would), ways = Object.keys(WAYS).filter(would => of(would).length);
  const well = found.holds && found.rollback === 'possible' && !of('unreachable').length;
  const members = ways.flatMap(of), hidden = members.length - MOST_MEMBERS;
  return [note(well ? 'good' : 'warn', element('strong', {}, well ? 'Rehearsed: the checkpoint is intact' : 'Rehearsed: look at this first'),
    element('p', {}, [found.rollback === 'possible' ? '' : 'It would be refused: ' + found.rollback, found.holds ? '' : found.reason[0].toUpperCase() + found.reason.slice(1), 'Members: ' + ways.map(would => of(would).length + ' ' + WAYS[would]).join(', ')].filter(Boolean).join('. ') + '.')),
  element('details', {}, element('summary', {}, count(members.length, 'member')), table('Members', ['Member', 'What happens to it', 'How'], members.slice(0, MOST_MEMBERS).map(one => [one.member, WAYS[one.would], one.detail])),
    hidden > 0 ? element('p', { class: 'count' }, 'and ' + hidden + ' more') : undefined)];
}

/* Exactly what is approved. The agent compares it with what is held when the decision comes. */
function holdPanel(held, request, decided, again) {
  const hash = (value, none) => (value ? element('code', { title: value }, value) : none);
  const base = held.base.epoch === undefined ? 'revision ' + held.base.revision : 'epoch ' + held.base.epoch + ', revision ' + held.base.revision;
  const changes = element('ul', { class: 'changes' }, ...held.changes.map(line => element('li', {}, line)));
  const outcome = element('div');
  const decide = (word, words, kind) => element('button', { type: 'button', class: kind, disabled: word === 'approve' && (Boolean(held.refusal) || !held.base.current), click: () => confirm(word, words) }, words + ' …');
  const confirm = (word, words) => {
    const reason = element('textarea', { id: 'reason', rows: 3, maxlength: 1000 });
    const dialog = element('dialog', { 'aria-labelledby': 'decision', close: () => dialog.remove() },
      element('form', { submit: async event => {
        event.preventDefault();
        dialog.close();
        try {
          await decided(word, held, reason.value.trim());
        } catch (e) {
          const stale = ['stale', 'conflict', 'not-found'].includes(e.type);
          outcome.replaceChildren(trouble(e), ...(stale ? [action('Show what is held now', 'main', again)] : []));
          if (stale) buttons.remove();
          outcome.querySelector('button')?.focus();
        }
      } },
      element('h2', { id: 'decision' }, words + ' ' + held.execution_id + '?'),
      element('p', {}, word === 'approve' ? 'Plan ' + short(held.plan) + ': ' + count(held.changes.length + held.more, 'change') + ', asked by ' + held.requester + '.' : 'Nothing is committed, and what was staged is removed.'),
      element('label', { for: 'reason' }, 'Reason, for the log'), reason,
      element('div', { class: 'line' }, element('button', { class: word === 'approve' ? 'main' : 'danger' }, words), element('button', { type: 'button', click: () => dialog.close() }, 'Cancel'))));
    outcome.before(dialog);
    dialog.showModal();
  };
  const buttons = element('div', { class: 'line' }, decide('approve', 'Approve', 'main'), decide('reject', 'Reject', 'danger'));
  return element('section', { class: 'hold' }, element('h2', {}, 'Waits for your decision'),
    request ? element('p', { class: 'request' }, request) : undefined, element('p', { class: 'count' }, held.why),
    held.base.current ? undefined : note('warn', element('strong', {}, 'Something was committed since'), element('p', {}, 'It was planned on ' + base + ', and can\'t go on: reject it, and ask again.')),
    held.refusal ? note('warn', element('strong', {}, 'You may not approve it'), element('p', {}, held.refusal)) : undefined,
    element('h2', {}, held.changes.length ? 'It would change' : 'What it would change can\'t be read'), changes,
    held.more ? element('p', { class: 'count' }, 'and ' + held.more + ' more') : undefined,
    cards([['Expires', held.expires_at ? element('span', {}, utc(held.expires_at) + ', ', when(held.expires_at)) : 'never'], ['Asked by', held.requester], ['Base', base],
      ['Plan', hash(held.plan)], ['Checkpoint', hash(held.checkpoint, 'taken after the approval')]]), buttons, outcome);
}
