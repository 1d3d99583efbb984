/* Calls of the agent's API, in the session of this browser. The session's secret is a cookie that no script can read;
   its token, which goes with each call that changes something, is in this module's memory alone. */

const MEDIA = 'application/json', RETRY_MILLIS = 2000, LONGEST_RETRY_MILLIS = 30000, MOST_TRIES = 60, READ_AGAIN_MILLIS = 100;

export const session = { name: '', roles: [], csrf: '', session: false };
export const may = role => session.roles.includes(role);

let ended = () => {};
/* Says what to do when the session is over. */
export const whenSignedOut = act => { ended = act; };

/* Why a call wasn't answered as asked (RFC 9457). */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || 'the agent answered ' + status);
    Object.assign(this, { status, type: String(body.type || '').replace(/^.*:/, ''), title: body.title, detail: body.detail, remedy: body.remedy });
  }
}

async function send(method, path, { body, signal, background, key } = {}) {
  const headers = { Accept: MEDIA };
  if (method !== 'GET') Object.assign(headers, { 'Content-Type': MEDIA, 'X-CSRF-Token': session.csrf });
  if (background) headers['X-Background'] = '1';
  if (key) headers['Idempotency-Key'] = key;
  const payload = method === 'GET' ? undefined : JSON.stringify(body ?? {});
  let response;
  try {
    response = await fetch(path, { method, headers, body: payload, signal, redirect: 'error' });
  } catch (e) {
    if (e.name === 'AbortError') throw e;
    throw new Problem(0, { title: 'The agent can\'t be reached', detail: 'no answer came', remedy: 'It may be starting again: try in a moment.' });
  }
  if (response.ok) return response;
  const problem = new Problem(response.status, await response.json().catch(() => ({})));
  if (response.status === 401 && path !== '/console/session') ended();
  throw problem;
}

const json = async (...call) => (await send(...call)).json();

export const get = (path, options) => json('GET', path, options);
/* The same where the agent may still be reading what is asked for: a call waits for it, and is made again until it is there. */
export async function getRead(path, { signal, told }) {
  for (let tries = 1; ; tries++) {
    try {
      return await get(path, { signal });
    } catch (e) {
      if (e.type !== 'busy' || tries === MOST_TRIES) throw e;
      told(e.detail);
      await rest(READ_AGAIN_MILLIS, signal);
    }
  }
}

export const post = (path, body, options) => json('POST', path, { ...options, body });

/* A key that makes a repeated call the same call. */
export const key = () => crypto.randomUUID();

/* Whether somebody is signed in. */
export async function signedIn() {
  return Object.assign(session, await get('/console/session')).name !== '';
}

export async function signIn(token) {
  return Object.assign(session, await post('/console/session', { token }));
}

/* The provider of people's identities, by its host; empty for none. */
export const provider = async () => (await get('/console/sign-in')).provider;

/* Where this browser signs in at the provider. */
export const atProvider = async () => (await post('/console/sign-in')).to;

export async function signOut() {
  await post('/console/session/end');
  Object.assign(session, { name: '', roles: [], csrf: '', session: false });
}

/* Follows an execution from behind a record, again after each break, until its result, and tells each event. */
export async function follow(id, from, told, signal) {
  const path = '/v1/executions/' + encodeURIComponent(id) + '/events';
  let last = from;
  for (let pause = RETRY_MILLIS; !signal.aborted; await rest(pause, signal)) {
    try {
      const response = await fetch(path, { headers: { 'Last-Event-ID': String(last), 'X-Background': '1' }, signal });
      if (response.status === 204) return;
      if (response.status === 401) { ended(); return; }
      if (!response.ok) { pause = Math.min(LONGEST_RETRY_MILLIS, Number(response.headers.get('Retry-After')) * 1000 || 2 * pause); continue; }
      pause = RETRY_MILLIS;
      for await (const event of events(response.body)) {
        last = event.id || last;
        if (event.kind) told(event);
        if (event.kind === 'result') return;
      }
    } catch (e) {
      if (signal.aborted) return;
    }
  }
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ''; ;) {
    const { value, done } = await reader.read();
    if (done) return;
    const whole = (rest + value).split('\n\n');
    rest = whole.pop();
    for (const block of whole) {
      const field = name => block.split('\n').filter(line => line.startsWith(name + ': ')).map(line => line.slice(name.length + 2)).join('\n');
      yield { id: field('id'), kind: field('event'), data: field('data') };
    }
  }
}

export function rest(millis, signal) {
  return new Promise(done => {
    const timer = setTimeout(done, millis);
    signal?.addEventListener('abort', () => { clearTimeout(timer); done(); });
  });
}

export const documentOf = (id, options) => get('/v1/executions/' + encodeURIComponent(id), options);

/* The document of an execution once it rests. */
export async function rested(id, signal) {
  for (let tries = 0; tries < 600; tries++) {
    const found = await documentOf(id, { signal });
    if (!['QUEUED', 'UNFINISHED'].includes(found.result)) return found;
    await rest(250, signal);
  }
  throw new Problem(0, { title: 'It takes long', detail: id + ' has not ended yet', remedy: 'Look at its page.' });
}
