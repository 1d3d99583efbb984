import { get } from './api.js';
import { action, cards, count, element, executionLink, heading, note, repeat, say, short, svg, table, text, when } from './parts.js';

/* Who is in the estate, as a picture and as a table. Colour, word and sign say how each member is; what can't be seen
   is UNKNOWN, never well. */

const PERIOD_MILLIS = 60000, MOST_ROWS = 400, MOST_TILES = 12, MOST_SHARDS = 32;
const WIDTH = 172, WIDEST = 240, HEIGHT = 46, GAP = 8, PAD = 12, TITLE = 26, LETTER = 6.6, NARROWEST = 260;
const STATES = { ok: ['OK', '✓', 'enforces it'], idle: ['SKIPPED', '–', 'idle'], unknown: ['UNKNOWN', '?', 'unknown'], differs: ['ERROR', '!', 'differs'] };
const WORST = ['differs', 'unknown', 'idle', 'ok'];

export async function estate(root, { signal }) {
  document.title = 'Estate - DeployClaw';
  const top = element('div'), picture = element('div', { class: 'estate' }), chosen = element('section', { class: 'chosen', 'aria-label': 'The chosen member' }), all = element('div');
  let seen, marked = '', width = 0;
  const draw = () => {
    width = picture.clientWidth;
    picture.replaceChildren(...drawing(seen, width, { marked, choose }));
  };
  const choose = tile => {
    marked = marked === tile.key ? '' : tile.key;
    draw();
    chosen.replaceChildren(...(marked ? about(tile, seen) : []));
    picture.querySelector('[aria-pressed="true"]')?.focus();
    say(tile.label);
  };
  const look = async background => {
    const options = { signal, background };
    const [found, status] = await Promise.all([get('/v1/estate', options), get('/v1/status', options).catch(() => ({}))]);
    seen = found;
    top.replaceChildren(...summary(found, status));
    all.replaceChildren(...rows(found));
    draw();
  };
  root.replaceChildren(heading('Estate', action('Look again', '', () => look(false).catch(e => { if (!signal.aborted) throw e; }))), top, picture, chosen, all);
  await look(false);
  const watch = new ResizeObserver(() => { if (Math.abs(picture.clientWidth - width) > 4) draw(); });
  watch.observe(picture);
  signal.addEventListener('abort', () => watch.disconnect());
  repeat(() => look(true).catch(() => {}), PERIOD_MILLIS, signal);
}

const word = member => STATES[member.state][2];
const of = (members, state) => members.filter(member => member.state === state).length;
const worst = members => WORST.find(state => members.some(member => member.state === state)) || 'idle';

function summary(seen, status) {
  const members = seen.members, bad = of(members, 'differs') + of(members, 'unknown');
  const states = WORST.filter(one => of(members, one)).map(one => of(members, one) + ' ' + (one === 'ok' ? 'well' : STATES[one][2])).join(', ');
  const committed = seen.epoch ? element('span', {}, 'epoch ' + seen.epoch, ...(status.active ? [' by ', executionLink(status.active.change)] : [])) : 'nothing yet';
  return [seen.reason ? note('bad', element('strong', {}, 'What is committed can’t be read'), element('p', {}, seen.reason)) : '',
    cards([['Committed', seen.epoch === undefined ? 'unknown' : committed], ['Policies', seen.digest ? element('code', { title: seen.digest }, short(seen.digest)) : 'unknown'],
      ['Members', element('span', {}, count(members.length + seen.more, 'member'), ...(seen.seen_at ? [', looked ', when(seen.seen_at)] : []))], ['State', states || 'none seen', bad ? 'warn' : '']])].filter(Boolean);
}

/* The picture: bands from the gateways down to the stores, each of boxes, each of tiles. Boxes of two tiles fill its width. */
function drawing(seen, width, { marked, choose }) {
  const inner = Math.max(NARROWEST, width), beside = Math.max(1, Math.floor((inner + GAP) / (2 * (WIDTH + PAD + GAP))));
  const parts = [], pen = { y: 0, tile: Math.min(WIDEST, Math.floor(((inner - (beside - 1) * GAP) / beside - 2 * PAD - GAP) / 2)) };
  for (const band of bands(seen.members)) {
    if (pen.y) parts.push(arrow(PAD + 20, pen, band.verb));
    parts.push(...place(band.boxes, inner, pen, { marked, choose }));
  }
  const picture = svg('svg', { viewBox: '0 0 ' + inner + ' ' + (pen.y || 1), width: inner, height: pen.y, role: 'group', 'aria-label': 'Picture of the estate' }, ...parts);
  return seen.members.length ? [picture, legend()] : [note('', 'No member was seen yet.')];
}

function bands(members) {
  const kind = name => members.filter(member => member.kind === name);
  const spaces = grouped([...kind('service'), ...kind('gateway')], member => member.group);
  const shards = grouped(kind('redis'), member => member.group);
  const boxes = [...spaces].map(([name, own]) => ({ title: name || 'gateways', own, tiles: tiles(own, name) }));
  const slots = own => own.map(member => member.facts.slots).find(Boolean) || '';
  const title = (name, own) => (slots(own) ? 'slots ' + slots(own) + ', ' : 'shard ') + name;
  const redis = shards.size > MOST_SHARDS ? [{ title: 'Redis', own: kind('redis'), tiles: tiles(kind('redis'), 'redis') }]
    : [...shards].sort(([, a], [, b]) => (parseInt(slots(a), 10) || 0) - (parseInt(slots(b), 10) || 0)).map(([name, own]) => ({ title: title(name, own), own, tiles: own.sort(primaryFirst).map(one) }));
  const stores = [...kind('store').map(one), ...tiles(kind('configuration'), 'configuration stores')];
  return [{ boxes }, { verb: 'decides in', boxes: redis }, { verb: 'state, checkpoints and log in', boxes: stores.length ? [{ title: 'Stores', own: [...kind('store'), ...kind('configuration')], tiles: stores }] : [] }]
    .filter(band => band.boxes.length);
}

function grouped(members, by) {
  const out = new Map();
  for (const member of members) out.set(by(member), [...(out.get(by(member)) || []), member]);
  return new Map([...out].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true })));
}

const primaryFirst = (a, b) => (a.facts.role === 'primary' ? -1 : 1) - (b.facts.role === 'primary' ? -1 : 1);
const last = name => name.slice(name.lastIndexOf('/') + 1);

function one(member) {
  const what = member.kind === 'redis' ? member.facts.role || 'node' : member.kind;
  return { key: member.member, name: last(member.member), what, state: member.state, members: [member],
    label: what + ' ' + last(member.member) + ': ' + (member.kind === 'store' && member.state === 'ok' ? 'answers' : word(member)) };
}

/* Each member, or where there are too many, those that aren't well, and the rest of each state in one tile. */
function tiles(members, name) {
  if (members.length <= MOST_TILES) return members.map(one);
  const services = members.filter(member => member.kind === 'service').slice(0, MOST_TILES), others = members.filter(member => !services.includes(member));
  const single = others.filter(member => member.state === 'differs' || member.state === 'unknown').slice(0, MOST_TILES);
  const many = grouped(others.filter(member => !single.includes(member)), member => member.state);
  return [...services.map(one), ...single.map(one), ...[...many].map(([state, own]) => ({ key: name + ' ' + state, name: own.length + ' ' + own[0].kind + (own.length === 1 ? '' : 's'), what: 'in ' + name, state, members: own,
    label: own.length + ' of ' + name + ': ' + STATES[state][2] }))];
}

/* Boxes side by side while they fit, else one below the other. */
function place(boxes, width, pen, { marked, choose }) {
  const out = [];
  let x = 0, tallest = 0;
  const tile = pen.tile;
  for (const box of boxes) {
    const fit = Math.max(1, Math.floor((width - 2 * PAD + GAP) / (tile + GAP))), columns = Math.min(box.tiles.length, fit);
    const lines = Math.ceil(box.tiles.length / columns), wide = Math.min(width, columns * (tile + GAP) - GAP + 2 * PAD), high = TITLE + lines * (HEIGHT + GAP) - GAP + PAD;
    if (x && x + wide > width) { pen.y += tallest + GAP; x = tallest = 0; }
    out.push(svg('rect', { class: 'band', x: x + 0.5, y: pen.y + 0.5, width: wide - 1, height: high - 1, rx: 8 }),
      svg('text', { class: 'band-name', x: x + PAD, y: pen.y + 17 }, cut(box.title, Math.floor((wide - 2 * PAD) / LETTER))));
    box.tiles.forEach((one_, i) => out.push(drawn(one_, [x + PAD + (i % columns) * (tile + GAP), pen.y + TITLE + Math.floor(i / columns) * (HEIGHT + GAP), tile], { marked, choose })));
    x += wide + GAP;
    tallest = Math.max(tallest, high);
  }
  pen.y += tallest;
  return out;
}

function drawn(tile, [x, y, width], { marked, choose }) {
  const letters = Math.floor((width - 36) / LETTER), [colour, sign] = STATES[tile.state], [first] = tile.members;
  const says = tile.state === 'ok' ? (first.epoch === undefined ? 'answers' : 'epoch ' + first.epoch) : STATES[tile.state][2];
  const pick = event => { event.preventDefault(); choose(tile); };
  return svg('g', { class: 'tile t-' + colour, transform: 'translate(' + x + ' ' + y + ')', role: 'button', tabindex: 0, 'aria-pressed': String(marked === tile.key), 'aria-label': tile.label,
    click: pick, keydown: event => { if (event.key === 'Enter' || event.key === ' ') pick(event); } },
  svg('title', {}, tile.members.length === 1 ? first.member : tile.label),
  svg('rect', { width, height: HEIGHT, rx: 6 }), svg('text', { class: 'sign', x: 15, y: 29 }, sign),
  svg('text', { class: 'tile-name', x: 30, y: 19 }, cut(tile.name, letters)), svg('text', { class: 'tile-more', x: 30, y: 36 }, cut(tile.what + ', ' + says, letters + 2)));
}

function arrow(x, pen, verb) {
  const y = pen.y + 4;
  pen.y += 34;
  return svg('g', { class: 'way', 'aria-hidden': 'true' }, svg('path', { d: 'M' + x + ' ' + y + 'v20m-5 -6l5 6l5 -6' }), svg('text', { x: x + 12, y: y + 14 }, verb));
}

const cut = (words, most) => (words.length > most ? words.slice(0, most - 1) + '…' : words);

const legend = () => element('p', { class: 'count legend-line' }, ...Object.values(STATES).flatMap(([colour, sign, meaning]) => [element('span', { class: colour }, sign), ' ' + meaning + '   ']));

/* What a member enforces, or how those of a tile are. */
function about(tile, seen) {
  if (tile.members.length > 1) return [element('h2', {}, tile.label), table('Members of the tile', COLUMNS, tile.members.slice(0, MOST_ROWS).map(row))];
  const [member] = tile.members, facts = member.facts;
  return [element('h2', {}, member.member), member.reason ? note(member.state === 'differs' ? 'bad' : 'warn', element('strong', {}, STATES[member.state][2]), element('p', {}, member.reason)) : '',
    cards([['State', state(member)], ['Enforces', member.epoch === undefined ? '' : 'epoch ' + member.epoch + (member.epoch === seen.epoch ? ', the committed one' : ', not the committed one')],
      ['Digest', member.digest ? element('code', { title: member.digest }, short(member.digest)) : ''], ['In this state since', member.since ? when(member.since) : ''],
      ...Object.entries(facts).filter(([, value]) => value !== '').map(([name, value]) => [name[0].toUpperCase() + name.slice(1).replaceAll('_', ' '), text(value)])])].filter(Boolean);
}

const COLUMNS = ['Member', 'Kind', 'State', 'Epoch', 'Why'];
const state = member => element('span', { class: STATES[member.state][0] }, STATES[member.state][1] + ' ' + (member.kind === 'store' && member.state === 'ok' ? 'answers' : word(member)));
const row = member => [member.member, member.kind, state(member), member.epoch === undefined ? '' : String(member.epoch), member.reason || ''];

/* The agent sends the worst first. */
function rows(seen) {
  const members = seen.members, hidden = members.length + seen.more - MOST_ROWS;
  if (!members.length) return [];
  return [element('details', { class: 'members', open: members.length <= 40 }, element('summary', {}, 'All members: ' + (members.length + seen.more) + (members[0].state === 'ok' ? ', all well' : ', at worst ' + STATES[members[0].state][2])),
    table('All members', COLUMNS, members.slice(0, MOST_ROWS).map(row)), hidden > 0 ? element('p', { class: 'count' }, 'and ' + hidden + ' more') : undefined)];
}
