import { atProvider, may, provider, session, signedIn, signIn, signOut, whenSignedOut } from './api.js';
import { ask } from './ask.js';
import { audit } from './audit.js';
import { drift } from './drift.js';
import { estate } from './estate.js';
import { execution } from './execution.js';
import { home } from './home.js';
import { element, link, say, trouble } from './parts.js';
import { skills } from './skills.js';
import { tenant, tenants } from './tenants.js';

/* The console: one document, whose address says which page it shows. */

const ROUTES = [
  [/^\/console\/?$/, home], [/^\/console\/ask$/, ask], [/^\/console\/executions\/([^/]+)$/, execution],
  [/^\/console\/tenants$/, tenants], [/^\/console\/tenants\/([^/]+)$/, tenant],
  [/^\/console\/estate$/, estate], [/^\/console\/audit$/, audit],
  [/^\/console\/drift$/, drift], [/^\/console\/skills$/, skills],
];
const PLACES = [['/console/', 'Home'], ['/console/ask', 'Ask'], ['/console/estate', 'Estate'], ['/console/tenants', 'Tenants'], ['/console/drift', 'Drift'],
  ['/console/skills', 'Skills'], ['/console/audit', 'Audit']];

/* Why the provider signed no person in, by the word in the address. */
const FAILED = new Map(Object.entries({
  unknown: 'This browser did not begin this sign-in, or it took longer than ten minutes. Sign in again.',
  away: 'The provider can’t be asked now. Try again in a minute, or use a service token.',
  denied: 'The provider did not sign you in.',
  refused: 'The agent rejected the provider’s answer. The agent’s log says why.',
  'no-role': 'The provider knows you, but none of your groups has a role here. Ask the operator of this agent.',
}));
const WANTED = 'deployclaw-wanted';

const bar = document.getElementById('bar'), page = document.getElementById('page');
let left = new AbortController();

function showBar() {
  const here = location.pathname;
  bar.hidden = !session.name;
  bar.replaceChildren(
    element('nav', { 'aria-label': 'Pages' }, link('/console/', element('span', { class: 'brand' }, 'DeployClaw')),
      ...PLACES.map(([path, name]) => element('a', { href: path, 'aria-current': path === here ? 'page' : undefined }, name))),
    element('div', { class: 'who' }, element('span', { title: session.roles.join(', ') }, session.name),
      element('span', { class: 'count' }, may('approver') ? 'approver' : '', may('approver') && may('operator') ? ', ' : '', may('operator') ? 'operator' : '', session.roles.length === 1 ? 'viewer' : ''),
      session.session ? element('button', { type: 'button', click: leave }, 'Sign out') : undefined));
}

async function leave() {
  await signOut().catch(() => {});
  showSignIn();
}

function showSignIn(words) {
  left.abort();
  session.name = '';
  showBar();
  document.title = 'Sign in - DeployClaw';
  const token = element('input', { type: 'password', id: 'token', autocomplete: 'current-password', required: true, maxlength: 8192 });
  const wrong = element('div');
  const form = element('form', { class: 'sign-in', submit: async event => {
    event.preventDefault();
    try {
      await signIn(token.value);
      show();
    } catch (e) {
      token.value = '';
      wrong.replaceChildren(trouble(e));
      token.focus();
    }
  } },
  element('p', { class: 'brand' }, 'DeployClaw'), element('h1', {}, 'Sign in'), words ? element('p', { class: 'count' }, words) : undefined,
  element('input', { type: 'text', autocomplete: 'username', value: 'DeployClaw', hidden: true }),
  element('label', { for: 'token' }, 'Your service token'), token,
  element('p', { class: 'count' }, 'A token of the agent’s tokens file.'), element('button', { class: 'main' }, 'Sign in'), wrong);
  page.replaceChildren(form);
  token.focus();
  offerProvider(form, wrong);
}

/* Shows the way to the provider, where there is one. The page that was wanted waits in this tab. */
async function offerProvider(form, wrong) {
  const name = await provider().catch(() => '');
  if (!name || !form.isConnected) return;
  const leave = element('button', { type: 'button', class: 'main', id: 'provider', click: async () => {
    leave.disabled = true;
    try {
      const to = await atProvider();
      sessionStorage.setItem(WANTED, location.pathname === '/console/' ? '' : location.pathname + location.search);
      location.assign(to);
    } catch (e) {
      leave.disabled = false;
      wrong.replaceChildren(trouble(e));
    }
  } }, 'Sign in with ' + name);
  form.querySelector('h1').after(leave, element('p', { class: 'count' }, 'or'));
}

/* Back from the provider: to the page that was wanted, which is one of this console's. */
function resume() {
  const wanted = sessionStorage.getItem(WANTED) || '';
  sessionStorage.removeItem(WANTED);
  if (location.pathname === '/console/' && wanted.startsWith('/console/')) history.replaceState(null, '', wanted);
}

async function show() {
  left.abort();
  left = new AbortController();
  const { signal } = left;
  showBar();
  const [pattern, draw] = ROUTES.find(([path]) => path.test(location.pathname)) || [/^/, nowhere];
  const [, name = ''] = pattern.exec(location.pathname) || [];
  document.title = 'DeployClaw';
  const root = element('div', { class: 'busy' }, element('p', { class: 'count' }, 'Loading …'));
  page.replaceChildren(root);
  try {
    await draw(root, { signal, name: decodeURIComponent(name), query: new URLSearchParams(location.search), go });
  } catch (e) {
    if (!signal.aborted && session.name) root.replaceChildren(element('h1', {}, 'DeployClaw'), trouble(e));
  }
  root.classList.remove('busy');
  if (!signal.aborted) say(document.title);
}

function nowhere(root) {
  document.title = 'No such page - DeployClaw';
  root.replaceChildren(element('h1', {}, 'There is no such page'), element('p', {}, link('/console/', 'Home')));
}

/* To another page, as a link goes there. */
function go(path) {
  history.pushState(null, '', path);
  window.scrollTo(0, 0);
  show().then(() => { if (!page.contains(document.activeElement)) page.focus(); });
}

document.addEventListener('click', event => {
  const to = event.target.closest('a');
  const plain = to && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!plain || to.origin !== location.origin || !to.pathname.startsWith('/console/') || to.hash) return;
  event.preventDefault();
  go(to.pathname + to.search);
});
window.addEventListener('popstate', show);
whenSignedOut(() => { if (session.name) showSignIn('The session has ended.'); });

try {
  const failed = FAILED.get(new URLSearchParams(location.search).get('sign-in'));
  if (failed) history.replaceState(null, '', '/console/');
  if (await signedIn()) { resume(); show(); } else showSignIn(failed);
} catch (e) {
  page.replaceChildren(element('h1', {}, 'DeployClaw'), trouble(e));
}
